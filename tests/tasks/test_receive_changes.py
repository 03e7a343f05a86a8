"""Announcements: what is understood is routed, what is not is kept, and neither costs the other."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from tasks.contracts.changes import MAX_EVENTS, Change, Malformed, parse_changes
from tasks.contracts.machinery import Received
from tasks.contracts.records import Kind, Owed
from tasks.receive_changes import receive_changes


class Desk:
    """Inbox and messenger in one: notes what it is handed."""

    def __init__(self) -> None:
        self.noted: list[tuple[Change, Sequence[Owed]]] = []
        self.malformed: list[Malformed] = []
        self.woken: list[Owed] = []

    def record_changes(self, routed: Sequence[tuple[Change, Sequence[Owed]]]) -> Received:
        self.noted += routed
        return Received(len(routed), 0, tuple(one for _, owed in routed for one in owed))

    def park_malformed(self, malformed: Sequence[Malformed]) -> None:
        self.malformed += malformed

    def wake(self, owed: Sequence[Owed], *, after: timedelta = timedelta()) -> None:
        self.woken += owed


def event(**values: object) -> dict[str, object]:
    return {"version": 1, "event_id": "e-1", "record": "hubspot.company", "id": "123", **values}


@pytest.mark.parametrize(
    ("record", "record_id", "owed"),
    [
        ("hubspot.company", "123", [Owed("create_account", "123")]),
        ("hubspot.contact", "456", [Owed("link_contact", "456")]),
        ("salesforce.account", "001000000000001AAA", [Owed("create_company", "001000000000001AAA")]),
        ("salesforce.contact", "003000000000001", [Owed("link_contact", "003000000000001")]),
        ("salesforce.lead", "00Q000000000001AAA", [Owed("link_contact", "00Q000000000001AAA")]),
        (
            "salesforce.opportunity",
            "006000000000001AAA",
            [Owed("propagate_lifecycle_stage", "006000000000001AAA")],
        ),
    ],
)
def test_every_kind_of_record_has_its_way_in(record, record_id, owed):
    desk = Desk()
    receive_changes(event(record=record, id=record_id), desk, desk)
    assert desk.woken == owed


def test_pressing_sync_is_an_announcement_too():
    desk = Desk()
    receive_changes(event(what="sync_requested"), desk, desk)
    assert desk.woken == [Owed("create_account", "123", forced=True)]


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        pytest.param(event(version=2), "version", id="unknown-version"),
        pytest.param(
            {"version": 1, "event_id": "e", "record": "hubspot.company"}, "id: Field required", id="missing-id"
        ),
        pytest.param(event(id=123), "id", id="wrong-type"),
        pytest.param(event(id="12a"), "decimal digits", id="not-a-hubspot-id"),
        pytest.param(event(record="salesforce.account", id="123"), "15 or 18", id="not-a-salesforce-id"),
        pytest.param(event(record="hubspot.deal"), "record", id="unknown-record"),
        pytest.param(event(extra="x"), "version 1 does not know", id="unknown-field"),
        pytest.param(event(producer="x" * 20_000), "larger than", id="oversized"),
        pytest.param(event(record="hubspot.contact", what="sync_requested"), "for companies", id="sync-of-a-contact"),
        pytest.param("text", "JSON object", id="not-an-object"),
        pytest.param(None, "JSON object", id="null"),
    ],
)
def test_a_bad_event_is_kept_with_its_reason_and_costs_only_itself(bad, complaint):
    desk = Desk()
    receive_changes([event(event_id="before"), bad, event(event_id="after")], desk, desk)
    assert [change.event_id for change, _ in desk.noted] == ["before", "after"]
    assert len(desk.malformed) == 1
    assert complaint in desk.malformed[0].problem


def test_too_many_events_at_once_are_kept_but_not_taken():
    changes, malformed = parse_changes([event(event_id=str(number)) for number in range(MAX_EVENTS + 1)])
    assert changes == []
    assert str(MAX_EVENTS) in malformed[0].problem


def test_the_complaint_never_repeats_what_was_sent():
    _, malformed = parse_changes([event(id="jane.doe@example.com"), event(**{"jane.doe@example.com": 1})])
    assert all("jane" not in one.problem for one in malformed)


def test_the_same_bad_event_has_the_same_digest():
    first, second = parse_changes([{"b": 1, "a": 2}, {"a": 2, "b": 1}])[1]
    assert first.digest == second.digest


def test_an_oversized_event_is_kept_whole():
    _, malformed = parse_changes(event(producer="x" * 20_000))
    assert "x" * 20_000 in malformed[0].payload
    assert Kind.COMPANY in malformed[0].payload


def test_every_complaint_names_its_field():
    bad = event(id="x", what="sync", extra=1)
    assert [(one.field, bool(one.problem)) for one in parse_changes(bad)[1][0].complaints] == [
        ("what", True),
        ("", True),
    ]
    assert [one.field for one in parse_changes(event(id="x"))[1][0].complaints] == ["id"]
    assert [one.field for one in parse_changes("text")[1][0].complaints] == [""]
