"""What polls find, on the doubles and on the real feeds: everything, once, and nothing that has not changed."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from tasks.contracts.changes import What
from tasks.contracts.feeds import Fate
from tasks.contracts.records import Kind, Owed, Switches
from tests.crm.wire import Wire
from tests.promises.poll_scenes import (
    ACCOUNT,
    AT_ONCE,
    LEAD,
    NO_OVERLAP,
    OTHER_ACCOUNT,
    MemoryPollScene,
    PollScene,
    RealPollScene,
    poll,
)
from workers.toolbox.hands import Hands

HUBSPOT_KINDS = [Kind.COMPANY, Kind.CONTACT]
ROWS = {Kind.ACCOUNT: ACCOUNT, Kind.SALESFORCE_CONTACT: "003000000000001AAA", Kind.LEAD: LEAD}


@pytest.fixture
def search_rate() -> int:
    """What is found does not depend on how long it takes; the rate is tested with the budget."""
    return 1_000


@pytest.fixture(params=["memory", "real"])
def polls(request: pytest.FixtureRequest) -> PollScene:
    """Polled for the first time."""
    if request.param == "memory":
        scene: PollScene = MemoryPollScene()
    else:
        scene = RealPollScene(request.getfixturevalue("hands"), request.getfixturevalue("crms"))
    poll(scene)
    return scene


@pytest.mark.parametrize("kind", HUBSPOT_KINDS)
def test_a_hubspot_record_is_found_once_each_time_it_changes(polls, kind):
    polls.write(kind, "7", "one@example.com")
    poll(polls)
    poll(polls)
    assert polls.noted() == [(kind, "7", What.CHANGED)]
    polls.write(kind, "7", "two@example.com")
    poll(polls)
    assert polls.noted() == [(kind, "7", What.CHANGED)] * 2


@pytest.mark.parametrize("kind", HUBSPOT_KINDS)
def test_what_changes_only_where_we_do_not_look_is_no_change(polls, kind):
    polls.write(kind, "7", "one@example.com")
    poll(polls)
    polls.touch(kind, "7")
    poll(polls)
    assert polls.noted() == [(kind, "7", What.CHANGED)]


def test_what_is_found_is_owed_and_woken(polls):
    polls.write(Kind.COMPANY, "7", "Acme")
    polls.write(Kind.CONTACT, "8", "one@example.com")
    poll(polls)
    assert set(polls.messenger.woken) == {Owed("create_account", "7"), Owed("link_contact", "8")}


@pytest.mark.parametrize(
    ("pace", "found"), [(AT_ONCE, 1), (NO_OVERLAP, 0)], ids=["overlap-finds-it", "or-nothing-does"]
)
def test_what_search_learns_of_after_a_poll_has_passed_is_found_by_the_overlap(polls, pace, found):
    polls.let_search_lag()
    polls.write(Kind.COMPANY, "6", "Acme")
    polls.let_search_catch_up()
    poll(polls)
    before = len(polls.noted())
    polls.let_search_lag()
    polls.write(Kind.COMPANY, "6", "Acme Inc")
    poll(polls, pace)
    polls.let_search_catch_up()
    poll(polls, pace)
    poll(polls, pace)
    assert len(polls.noted()) == before + found


@pytest.mark.parametrize("kind", HUBSPOT_KINDS)
def test_archived_records_are_found_and_so_are_those_that_come_back(polls, kind):
    polls.write(kind, "7", "one@example.com")
    poll(polls)
    polls.archive(kind, "7")
    poll(polls)
    poll(polls)
    assert polls.noted()[1:] == [(kind, "7", What.DELETED)]
    polls.restore(kind, "7")
    poll(polls)
    poll(polls)
    assert polls.noted()[2:] == [(kind, "7", What.RESTORED)]
    polls.archive(kind, "7")
    poll(polls)
    assert polls.noted()[3:] == [(kind, "7", What.DELETED)]


def test_what_was_archived_before_the_first_poll_is_no_change_until_it_comes_back(polls):
    polls.write(Kind.COMPANY, "7", "Acme")
    polls.archive(Kind.COMPANY, "7")
    polls.forget()
    poll(polls)
    poll(polls)
    assert polls.noted() == []
    polls.restore(Kind.COMPANY, "7")
    poll(polls)
    assert polls.noted() == [(Kind.COMPANY, "7", What.RESTORED)]


@pytest.mark.parametrize("kind", HUBSPOT_KINDS)
def test_a_merge_tells_of_the_loser_and_of_the_survivor(polls, kind):
    polls.write(kind, "7", "one@example.com")
    polls.write(kind, "8", "two@example.com")
    poll(polls)
    polls.merge(kind, "7", "8")
    poll(polls)
    poll(polls)
    assert sorted(polls.noted()[2:]) == [(kind, "7", What.CHANGED), (kind, "8", What.MERGED)]


@pytest.mark.parametrize("kind", HUBSPOT_KINDS)
def test_what_was_merged_into_a_record_that_is_archived_by_now_is_missed_by_its_id(polls, kind):
    polls.write(kind, "7", "one@example.com")
    polls.write(kind, "8", "two@example.com")
    poll(polls)
    polls.merge(kind, "7", "8")
    polls.archive(kind, "7")
    poll(polls)
    poll(polls)
    assert sorted(polls.noted()[2:]) == [(kind, "7", What.DELETED), (kind, "8", What.DELETED)]


def test_who_enters_or_leaves_a_segment_is_a_change_and_who_was_on_it_already_is_none(polls):
    polls.switches = Switches(contact_segment="5")
    polls.has_segment("5", ["1", "2", "30"])
    poll(polls)
    assert polls.noted() == []
    polls.has_segment("5", ["2", "30", "31", "4"])
    poll(polls)
    poll(polls)
    assert sorted(polls.noted()) == [(Kind.CONTACT, id_, What.CHANGED) for id_ in ("1", "31", "4")]
    polls.has_segment("5", ["1", "2", "30", "31", "4"])
    poll(polls)
    polls.has_segment("5", ["2", "30", "31", "4"])
    poll(polls)
    assert Counter(id_ for _, id_, _ in polls.noted()) == {"1": 3, "31": 1, "4": 1}


@pytest.mark.parametrize("kind", ROWS)
def test_a_row_is_found_once_each_time_it_changes_is_deleted_or_deleted_for_good(polls, kind):
    polls.write_row(kind, ROWS[kind], "one@example.com")
    poll(polls)
    poll(polls)
    assert polls.noted() == [(kind, ROWS[kind], What.CHANGED)]
    polls.write_row(kind, ROWS[kind], "two@example.com")
    poll(polls)
    assert polls.noted() == [(kind, ROWS[kind], What.CHANGED)] * 2
    polls.delete_row(kind, ROWS[kind])
    poll(polls)
    polls.empty_bin(kind, ROWS[kind])
    poll(polls)
    assert polls.noted()[2:] == [(kind, ROWS[kind], What.DELETED)]


@pytest.mark.parametrize(
    ("pace", "found"), [(AT_ONCE, 1), (NO_OVERLAP, 0)], ids=["overlap-finds-it", "or-nothing-does"]
)
def test_a_row_that_commits_late_with_an_older_stamp_is_found_by_the_overlap(polls, pace, found):
    polls.write_row(Kind.ACCOUNT, ACCOUNT, "Acme")
    poll(polls)
    before = len(polls.noted())
    polls.hold_commits(Kind.ACCOUNT, ACCOUNT, "Acme Inc")
    poll(polls, pace)
    polls.commit()
    poll(polls, pace)
    poll(polls, pace)
    assert len(polls.noted()) == before + found


def test_merged_accounts_are_told_apart_from_deleted_ones(polls):
    polls.write_row(Kind.ACCOUNT, ACCOUNT, "Acme")
    polls.write_row(Kind.ACCOUNT, OTHER_ACCOUNT, "Acme Inc")
    poll(polls)
    polls.merge_accounts(ACCOUNT, OTHER_ACCOUNT)
    poll(polls)
    poll(polls)
    assert (Kind.ACCOUNT, OTHER_ACCOUNT, What.MERGED) in polls.noted()[2:]
    assert What.DELETED not in {what for _, _, what in polls.noted()}
    (loser,) = polls.book.find_sightings(Kind.ACCOUNT, [OTHER_ACCOUNT]).values()
    assert (loser.fate, loser.heir) == (Fate.MERGED, ACCOUNT)


def test_a_converted_lead_is_told_with_the_contact_it_became(polls):
    polls.write_row(Kind.ACCOUNT, ACCOUNT, "Acme")
    polls.write_row(Kind.LEAD, LEAD, "one@example.com")
    poll(polls)
    polls.convert_lead(LEAD, ACCOUNT)
    poll(polls)
    poll(polls)
    noted = polls.noted()[2:]
    assert (Kind.LEAD, LEAD, What.CONVERTED) in noted
    (lead,) = polls.book.find_sightings(Kind.LEAD, [LEAD]).values()
    assert (Kind.SALESFORCE_CONTACT, lead.heir, What.CHANGED) in noted


def test_what_left_the_recycle_bin_before_a_poll_is_found_in_the_list_of_deletions(polls):
    polls.write_row(Kind.ACCOUNT, ACCOUNT, "Acme")
    poll(polls)
    polls.delete_row(Kind.ACCOUNT, ACCOUNT)
    polls.empty_bin(Kind.ACCOUNT, ACCOUNT)
    polls.wait(timedelta(minutes=2))
    assert not any(polled.lost for polled in poll(polls))
    polls.wait(timedelta(minutes=2))
    poll(polls)
    assert polls.noted()[1:] == [(Kind.ACCOUNT, ACCOUNT, What.DELETED)]


def test_deletions_that_nobody_remembers_are_found_by_comparing_every_key(polls):
    polls.write_row(Kind.ACCOUNT, ACCOUNT, "Acme")
    polls.write_row(Kind.ACCOUNT, OTHER_ACCOUNT, "Acme Inc")
    poll(polls)
    polls.delete_row(Kind.ACCOUNT, ACCOUNT)
    polls.empty_bin(Kind.ACCOUNT, ACCOUNT)
    polls.purge_deletions()
    polls.wait(timedelta(minutes=2))
    lost = [kind for polled in poll(polls) for kind in polled.lost]
    assert Kind.ACCOUNT in lost
    assert polls.noted()[2:] == [(Kind.ACCOUNT, ACCOUNT, What.DELETED)]


def test_a_segment_that_does_not_exist_is_a_problem_that_is_told_and_stops_no_other_poll(polls):
    polls.switches = Switches(contact_segment="99")
    polls.write(Kind.COMPANY, "7", "Acme")
    polls.write_row(Kind.ACCOUNT, ACCOUNT, "Acme")
    problems = [polled.problem for polled in poll(polls) if polled.problem]
    assert len(problems) == 1
    assert "99" in problems[0]
    assert len(polls.noted()) == 2


def test_a_poll_that_is_not_due_or_that_somebody_else_is_at_reads_nothing(polls):
    slow = replace(AT_ONCE, fastest=timedelta(hours=1), slowest=timedelta(hours=1))
    polls.write(Kind.COMPANY, "7", "Acme")
    assert len(poll(polls, slow)) == 5
    assert poll(polls) == []
    turn = polls.book.begin("another cursor")
    assert turn is not None
    assert polls.book.begin("another cursor") is None
    polls.book.finish(turn, after=timedelta(), quiet=0)
    assert polls.book.begin("another cursor") is not None


def test_many_pages_and_more_records_of_one_moment_than_search_gives_in_a_page(hands: Hands, crms: Wire):
    scene = RealPollScene(hands, crms)
    crms.portal.configure({"search_result_cap": 200})
    poll(scene)
    moment = "2099-01-01T00:00:00.000Z"
    stamped = {str(number): {"name": "Acme", "hs_lastmodifieddate": moment} for number in range(1, 451)}
    single = {
        str(number): {"name": "Acme", "hs_lastmodifieddate": f"2099-01-01T00:00:{number % 60:02d}.001Z"}
        for number in range(1001, 1301)
    }
    rows = [{"id": id_, "properties": properties} for id_, properties in {**stamped, **single}.items()]
    crms.portal.seed({"companies": rows})
    poll(scene)
    assert {id_ for _, id_, _ in scene.noted()} == {*stamped, *single}
    assert len(scene.noted()) == 750
    assert crms.portal.counters["searches_past_the_cap"] == 0
