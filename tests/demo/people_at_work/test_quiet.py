"""When everything rests, and what is wrong with a rest that is none."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.demo.people_at_work.agreeing import BEGAN, at
from workers.demo.people_at_work.ping_pong import Writes
from workers.demo.people_at_work.quiet import POLLS, Quiet, Tally, busy_though_quiet, have_read
from workers.ledger.poll_book import CursorState

CURSORS = [
    CursorState(name, "companies", at(10), timedelta(), is_complete=True, due_at=at(12), problem="")
    for name in sorted(POLLS)
]
COUNTED = {
    "hubspot": {"calls": 100, "calls_numbered": 100, "calls_search": 40, "calls_objects": 9, "answers_200": 100},
    "salesforce": {"calls": 50, "query": 20, "composite": 4},
}
BEFORE = Tally(Writes(7, 8), 500, COUNTED)


def test_every_poll_has_to_have_begun_after_the_moment():
    assert have_read(CURSORS, at(9))
    assert not have_read(CURSORS, at(10))


@pytest.mark.parametrize("place", range(len(CURSORS)))
@pytest.mark.parametrize("wrong", ["absent", "behind", "unfinished"])
def test_one_poll_alone_keeps_everybody_waiting(place, wrong):
    changed: dict[str, Any] = {
        "behind": {"upto": BEGAN},
        "unfinished": {"is_complete": False},
        "absent": {"cursor": ""},
    }
    cursors = [*CURSORS[:place], replace(CURSORS[place], **changed[wrong]), *CURSORS[place + 1 :]]
    assert not have_read(cursors, at(9))


def test_the_daily_comparison_of_keys_keeps_nobody_waiting():
    assert have_read([*CURSORS, replace(CURSORS[0], cursor="hubspot.keys", upto=BEGAN)], at(9))


def grown(more: Mapping[str, Mapping[str, int]]) -> Quiet:
    counted = {crm: dict(Counter(before) + Counter(more.get(crm, {}))) for crm, before in COUNTED.items()}
    return Quiet(BEFORE, replace(BEFORE, counters=counted))


POLLED = {
    "hubspot": {"calls": 4, "calls_dated": 4, "calls_search": 2, "calls_objects": 2, "answers_200": 4},
    "salesforce": {"calls": 1, "query": 5, "composite": 1, "oauth.token": 1},
}


def test_the_reads_of_the_polls_are_no_problem_and_are_counted():
    quiet = grown(POLLED)
    assert list(busy_though_quiet(quiet)) == []
    assert (quiet.calls("hubspot"), quiet.calls("salesforce"), quiet.writes.in_all) == (4, 1, 0)


@pytest.mark.parametrize(
    ("crm", "counted", "said"),
    [
        (
            "hubspot",
            "calls_batch",
            "hubspot was called for more than the polls, though nothing had changed: calls_batch 1",
        ),
        ("hubspot", "calls_associations", "calls_associations 1"),
        ("salesforce", "collections.update", "salesforce was called for more than the polls"),
        ("salesforce", "records.updated", "records.updated 1"),
    ],
)
def test_any_other_call_is_found(crm, counted, said):
    (problem,) = busy_though_quiet(grown({crm: {counted: 1}}))
    assert said in problem


@pytest.mark.parametrize("writes", [Writes(8, 8), Writes(7, 9)])
def test_a_write_is_found(writes):
    quiet = replace(grown({}), after=replace(BEFORE, writes=writes))
    assert list(busy_though_quiet(quiet)) == ["1 writes by Tandem, though nothing had changed"]


def test_a_task_that_was_asked_for_is_found():
    quiet = replace(grown({}), after=replace(BEFORE, requests=503))
    assert list(busy_though_quiet(quiet)) == ["tasks were asked for 3 times, though nothing had changed"]
