"""What becomes of a run, however it ends: nothing is lost, and nothing about people is told."""

from datetime import UTC, datetime, timedelta

import pytest

from tasks.contracts.errors import Ambiguous, Busy, Halted, Hindered, ProblemClass, Rejected, Throttled, Unreachable
from tasks.contracts.machinery import Done, Job, Later, Parked, Settlement
from tasks.contracts.records import Kind, Lane
from tasks.contracts.tools import Tools
from tasks.sync_task import Outcome, SyncTask, run_job
from tests.doubles.world import World

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class TimeIsUp(Exception):
    """What the machinery raises where a flow happens to be."""


async def end_with(problem: Exception | None, *, failures: int = 0, age: timedelta = timedelta()) -> Settlement:
    async def flow(_record_id: str, _tools: Tools) -> Outcome:
        if problem:
            raise problem
        return Outcome.DONE

    job = Job("t", "1", Lane.LIVE, started=1, token="", as_of=NOW, owed_since=NOW - age, failures=failures)
    task = SyncTask("t", Kind.COMPANY, flow)
    return await run_job(task, job, World().tools(), now=NOW, interruptions=(TimeIsUp,))


async def test_a_run_that_ends_well_is_done():
    assert isinstance(await end_with(None), Done)


@pytest.mark.parametrize(
    ("problem", "counts"),
    [
        pytest.param(Unreachable("503"), True, id="no-answer-uses-up-an-attempt"),
        pytest.param(Hindered("lock"), True, id="so-does-a-lock-on-the-row"),
        pytest.param(Busy("leased"), False, id="waiting-for-a-lease-does-not"),
        pytest.param(Throttled("429"), False, id="nor-for-quota"),
        pytest.param(Halted("401"), False, id="nor-for-an-admin"),
    ],
)
async def test_what_passes_by_itself_is_tried_again(problem, counts):
    settlement = await end_with(problem)
    assert isinstance(settlement, Later)
    assert settlement.counts is counts
    assert settlement.after > timedelta()


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        pytest.param(Ambiguous("two", code="CONFLICT_DOMAIN"), "CONFLICT_DOMAIN", id="a-question"),
        pytest.param(Rejected("no", code="STRING_TOO_LONG"), "STRING_TOO_LONG", id="a-refusal"),
    ],
)
async def test_what_needs_a_person_is_parked_at_once(problem, code):
    settlement = await end_with(problem)
    assert isinstance(settlement, Parked)
    assert (settlement.code, settlement.problem) == (code, str(problem))


async def test_who_failed_too_often_is_parked_with_what_to_do():
    settlement = await end_with(Hindered("UNABLE_TO_LOCK_ROW"), failures=8)
    assert isinstance(settlement, Parked)
    assert settlement.code == "GAVE_UP"
    assert settlement.remedy


async def test_who_is_interrupted_is_tried_again_and_it_counts():
    settlement = await end_with(TimeIsUp("anywhere"))
    assert isinstance(settlement, Later)
    assert settlement.counts
    assert "took too long on hubspot.company 1" in settlement.problem


async def test_a_fault_of_ours_is_parked_with_its_place_and_without_its_text():
    settlement = await end_with(KeyError("anna@example.com"))
    assert isinstance(settlement, Parked)
    assert (settlement.code, settlement.problem_class) == ("FAULT", ProblemClass.UNKNOWN)
    assert settlement.evidence["fault"] == "KeyError"
    assert "test_sync_task.py" in str(settlement.evidence["where"])
    assert "anna" not in repr(settlement)
