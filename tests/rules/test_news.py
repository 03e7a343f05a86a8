"""What of all that a poll reads is a change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasks.contracts.changes import What
from tasks.contracts.feeds import ROLE, Fate, Sighting, kind_of_segment
from tasks.contracts.records import Kind
from tasks.rules.news import MERGED, changes_in, is_outdated, losers_in

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
ALIVE = Sighting(Kind.COMPANY, "7", {"name": "Acme"}, MOMENT)
RENAMED = replace(ALIVE, facts={"name": "Acme Inc"}, stamp=MOMENT + timedelta(seconds=1))
DELETED = replace(ALIVE, facts={}, fate=Fate.DELETED)
GONE = replace(DELETED, fate=Fate.GONE)
MERGED_AWAY = replace(DELETED, fate=Fate.MERGED, heir="8")
CONVERTED = Sighting(Kind.LEAD, "00Q000000000001EAA", {"email": ""}, MOMENT, Fate.CONVERTED, "003")


@pytest.mark.parametrize(
    ("before", "now", "what"),
    [
        pytest.param(None, ALIVE, What.CHANGED, id="never-seen"),
        pytest.param(ALIVE, ALIVE, None, id="seen-like-this"),
        pytest.param(ALIVE, replace(ALIVE, stamp=RENAMED.stamp), None, id="changed-where-we-do-not-look"),
        pytest.param(ALIVE, RENAMED, What.CHANGED, id="changed-where-we-look"),
        pytest.param(ALIVE, replace(RENAMED, stamp=MOMENT), What.CHANGED, id="twice-within-one-stamp"),
        pytest.param(
            replace(ALIVE, facts={"name": "Acme", "more": 1}), ALIVE, None, id="a-fact-that-is-not-read-any-more"
        ),
        pytest.param(None, DELETED, What.DELETED, id="deleted-before-it-was-seen"),
        pytest.param(ALIVE, DELETED, What.DELETED, id="deleted"),
        pytest.param(DELETED, DELETED, None, id="still-deleted"),
        pytest.param(DELETED, GONE, None, id="deleted-for-good-is-no-news"),
        pytest.param(ALIVE, GONE, What.DELETED, id="gone-at-once"),
        pytest.param(DELETED, MERGED_AWAY, What.MERGED, id="it-was-a-merge-after-all"),
        pytest.param(MERGED_AWAY, DELETED, None, id="a-loser-stays-a-loser"),
        pytest.param(DELETED, ALIVE, What.RESTORED, id="restored"),
        pytest.param(GONE, ALIVE, What.RESTORED, id="restored-from-nowhere"),
        pytest.param(replace(CONVERTED, fate=Fate.ALIVE), CONVERTED, What.CONVERTED, id="converted"),
        pytest.param(
            CONVERTED, replace(CONVERTED, facts={"email": "a@example.com"}), None, id="converted-leads-are-closed"
        ),
    ],
)
def test_what_of_it_is_news(before, now, what):
    changes = changes_in(now, before)
    assert [change.what for change in changes] == ([what] if what else [])
    assert all((change.record, change.id) == (now.kind, now.id) for change in changes)


def test_the_same_step_has_the_same_event_id_and_another_step_has_another():
    (once,), (again,) = changes_in(RENAMED, ALIVE), changes_in(RENAMED, ALIVE)
    (back,) = changes_in(replace(ALIVE, stamp=RENAMED.stamp), RENAMED)
    assert once.event_id == again.event_id
    assert back.event_id != once.event_id


def test_a_survivor_tells_of_those_merged_into_it_since():
    before = replace(ALIVE, facts={"name": "Acme", MERGED: ["1"]})
    now = replace(before, facts={"name": "Acme", MERGED: ["1", "2", "3"]})
    assert [(change.id, change.what) for change in changes_in(now, before)] == [
        ("7", What.CHANGED),
        ("2", What.MERGED),
        ("3", What.MERGED),
    ]
    assert [(loser.id, loser.fate, loser.heir) for loser in losers_in(now, before)] == [
        ("2", Fate.MERGED, "7"),
        ("3", Fate.MERGED, "7"),
    ]


def test_a_role_is_a_change_of_its_opportunity_and_a_member_one_of_its_record():
    role = Sighting(ROLE, "00K1", {"opportunity_id": "006000000000001AAA", "contact_id": "003"}, MOMENT)
    member = Sighting(kind_of_segment("5", Kind.CONTACT), "9", stamp=MOMENT)
    (of_role,), (of_member,) = changes_in(role, None), changes_in(member, None)
    assert (of_role.record, of_role.id, of_role.what) == (Kind.OPPORTUNITY, "006000000000001AAA", What.ASSOCIATED)
    assert (of_member.record, of_member.id, of_member.what) == (Kind.CONTACT, "9", What.CHANGED)


@pytest.mark.parametrize(
    ("before", "now", "outdated"),
    [
        pytest.param(RENAMED, ALIVE, True, id="search-shows-what-it-was"),
        pytest.param(ALIVE, RENAMED, False, id="search-shows-more"),
        pytest.param(None, ALIVE, False, id="never-seen"),
        pytest.param(replace(ALIVE, stamp=None), ALIVE, False, id="nobody-knows"),
        pytest.param(replace(DELETED, stamp=RENAMED.stamp), ALIVE, False, id="a-restored-record-keeps-its-stamp"),
    ],
)
def test_search_may_show_what_a_record_was(before, now, outdated):
    assert is_outdated(now, before) is outdated
