"""The journal of stages that are set back: what was begun and has not ended is owed again until it has."""

import pytest

from tasks.contracts.machinery import Done, Parked
from tasks.contracts.records import CompanyId, ContactId, Owed, StageMove, StageName
from tasks.finish_stage_moves import finish_stage_moves
from tests.ledger.samples import execute, owed_row
from workers.ledger.stage_moves import TASK

MOVE = StageMove(CompanyId("1"), StageName("customer"), StageName("lead"), ContactId("7"))


@pytest.fixture
def begun(engine, ledger):
    """An hour ago, by a run of which nothing is left."""
    ledger.begin_stage_moves([MOVE])
    execute(engine, "UPDATE stage_moves SET looked_at = now() - interval '1 hour'")


@pytest.mark.usefixtures("begun")
def test_one_that_was_begun_and_forgotten_is_owed_once_per_while(engine, book):
    assert (finish_stage_moves(book), finish_stage_moves(book)) == (1, 0)
    row = owed_row(engine, task=TASK)
    assert (row.requested, row.done, row.lane) == (1, 0, "maintenance")


@pytest.mark.usefixtures("begun")
def test_one_that_is_still_owed_is_left_to_its_run(book):
    book.owe([Owed(TASK, "1")])
    assert finish_stage_moves(book) == 0


@pytest.mark.usefixtures("begun")
@pytest.mark.parametrize("end", ["done", "parked"])
def test_one_whose_run_has_ended_without_it_is_owed_again(engine, book, claim_one, end):
    job = claim_one("1", task=TASK)
    book.settle([Done(job) if end == "done" else Parked(job, "refused", "DATA", "STAGE_REFUSED", "", {})])
    assert finish_stage_moves(book) == 1
    assert owed_row(engine, task=TASK).parked_at is None


def test_one_that_has_just_begun_is_left_to_its_run(ledger, book):
    ledger.begin_stage_moves([MOVE])
    assert finish_stage_moves(book) == 0


@pytest.mark.usefixtures("begun")
def test_one_that_has_ended_owes_nothing(ledger, book):
    ledger.end_stage_moves([MOVE.company_id])
    assert finish_stage_moves(book) == 0
