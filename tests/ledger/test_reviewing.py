"""What a changed switch makes owed again: in the same transaction, whoever is at work meanwhile."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, text

from tasks.contracts.machinery import Done, Parked
from tasks.contracts.reasons import Reason
from tasks.contracts.records import Kind, Lane, Owed, Verdict
from tasks.contracts.tools import Subject
from tests.ledger.samples import EARLIER, execute, owed_row, wait_until_blocked
from workers.ledger.owed_book import PostgresOwedBook
from workers.ledger.postgres_ledger import PostgresLedger
from workers.ledger.review_desk import ParkedFilter
from workers.ledger.verdicts import VerdictRequest

Decide = Callable[..., None]


@pytest.fixture
def decide(ledger: PostgresLedger, book: PostgresOwedBook, claim_one) -> Decide:
    """Run to the end with this outcome: a verdict, or parked."""

    def to_its_end(record_id: str, code: str, *, task: str = "create_account", parks: bool = False) -> None:
        job = claim_one(record_id, task=task)
        if parks:
            book.settle([Parked(job, "two fit", "CONFLICT", code, "Choose one.", {})])
            return
        kind = Kind.CONTACT if task == "link_contact" else Kind.COMPANY
        about = Subject(kind, record_id)
        ledger.record_verdicts([VerdictRequest(about, Verdict(code), then=(), as_of=EARLIER)])
        book.settle([Done(job)])

    return to_its_end


def is_owed(engine: Engine, record_id: str, task: str = "create_account") -> bool:
    row = owed_row(engine, record_id, task)
    return row.requested > row.done and row.parked_at is None


def test_whom_the_switch_kept_without_an_account_is_owed_again(engine, ledger, decide):
    decide("1", Reason.OBJECT_SYNC_OFF)
    decide("2", Reason.N1_NO_CONTACTS)
    decide("3", Reason.OBJECT_SYNC_OFF, task="link_contact")
    assert ledger.write_switch("company_sync", True, "ann") == 2
    assert [is_owed(engine, one) for one in "12"] == [True, False]
    assert is_owed(engine, "3", "link_contact")
    row = owed_row(engine, "1")
    assert (row.lane, row.requested, row.forced_upto) == ("backfill", 2, 0)
    assert row.as_of > EARLIER, "decided by what the CRMs say then"


def test_the_next_sweep_wakes_it(ledger, book, decide):
    decide("1", Reason.OBJECT_SYNC_OFF)
    ledger.write_switch("company_sync", True, "ann")
    assert book.find_unattended(limit=9) == [Owed("create_account", "1", Lane.BACKFILL)]


def test_only_the_last_decision_about_the_account_counts(engine, ledger, decide):
    ledger.write_switch("company_sync", True, "ann")
    decide("1", Reason.PENDING_CONTACT_SYNC)
    decide("1", Reason.ACCOUNT_CREATED)
    decide("2", Reason.PENDING_CONTACT_SYNC)
    # The company's timeline goes on with what other tasks have to say.
    decide("2", Reason.STAGE_NO_CANDIDATE, task="propagate_lifecycle_stage")
    assert ledger.write_switch("default_object", "lead", "ann") == 1
    assert [is_owed(engine, one) for one in "12"] == [False, True]


def test_a_question_that_the_switch_asked_is_woken_and_one_that_was_dismissed_is_not(engine, ledger, desk, decide):
    decide("1", Reason.SUGGEST_DOMAIN, parks=True)
    decide("2", Reason.N1_NO_CONTACTS)
    decide("2", Reason.SUGGEST_DOMAIN, parks=True)
    decide("3", Reason.CONFLICT_CONTACTS, parks=True)
    desk.dismiss(ParkedFilter(record_ids=("2",)), by="ann", why="a test record")
    assert ledger.write_switch("domain_match", "auto", "ann") == 1
    assert [is_owed(engine, one) for one in "123"] == [True, False, False]
    woken = owed_row(engine, "1")
    assert (woken.lane, woken.failures, woken.code, woken.problem) == ("backfill", 0, "", "")


def test_a_switch_of_the_stages_owes_the_stages(engine, ledger, decide):
    decide("1", Reason.STAGE_KEPT, task="propagate_lifecycle_stage")
    decide("2", Reason.STAGE_UNRANKED, task="propagate_lifecycle_stage")
    decide("1", Reason.N1_NO_CONTACTS)
    assert ledger.write_switch("stage_to_contacts", True, "ann") == 1
    assert is_owed(engine, "1", "propagate_lifecycle_stage")
    assert not is_owed(engine, "1")


@pytest.mark.parametrize(("before", "after"), [(True, True), (True, False)], ids=["set-to-what-it-is", "switched-off"])
def test_a_change_that_changes_nothing_owes_nothing(engine, ledger, decide, before, after):
    ledger.write_switch("company_sync", before, "ann")
    decide("1", Reason.OBJECT_SYNC_OFF)
    assert ledger.write_switch("company_sync", after, "ann") == 0
    assert not is_owed(engine, "1")


def test_a_switch_that_is_refused_owes_nothing(engine, ledger, decide):
    decide("1", Reason.OBJECT_SYNC_OFF)
    with pytest.raises(ValueError, match="say who"):
        ledger.write_switch("company_sync", True, "")
    assert not is_owed(engine, "1")


def test_from_now_on_means_that_what_was_decided_stands(engine, ledger, decide):
    decide("1", Reason.OBJECT_SYNC_OFF)
    ledger.write_switch_from_now_on("company_sync", True, "ann")
    assert ledger.read_switches().company_sync
    assert not is_owed(engine, "1")


def test_who_waits_already_waits_on_in_the_lane_it_is_in(engine, ledger, book):
    book.owe([Owed("create_account", "1")])
    assert ledger.write_switch("company_sync", True, "ann") == 0
    assert (owed_row(engine).lane, owed_row(engine).requested) == ("live", 1)


def test_a_run_that_read_the_old_switch_is_run_once_more(engine, ledger, book, claim_one):
    job = claim_one()
    assert ledger.write_switch("company_sync", True, "ann") == 1
    assert book.settle([Done(job)]) == [Owed("create_account", "1")]


@contextmanager
def writing_behind(engine: Engine, ledger: PostgresLedger) -> Iterator["Future[int]"]:
    """The switch is being written, and waits for the end of a transaction that ends company 1's run."""
    with ThreadPoolExecutor(1) as pool, engine.connect() as ending:
        ending.execute(text("UPDATE owed SET done = requested, claim_token = NULL, claimed_until = NULL"))
        writing = pool.submit(ledger.write_switch, "company_sync", True, "ann")
        wait_until_blocked(engine, "WITH chosen")
        yield writing
        ending.commit()


def test_a_run_that_ends_while_the_switch_is_written_is_run_once_more(engine, ledger, claim_one):
    claim_one()
    with writing_behind(engine, ledger) as writing:
        pass
    assert writing.result(10) == 1
    assert is_owed(engine, "1")


def test_a_run_that_begins_while_the_switch_is_written_waits_for_it(engine, ledger, claim_one):
    """Its row may have been passed over already."""
    claim_one()
    with ThreadPoolExecutor(1) as pool:
        with writing_behind(engine, ledger):
            reading = pool.submit(ledger.read_switches)
            wait_until_blocked(engine, "FROM switches", unless=reading)
        assert reading.result(10).company_sync


def test_a_hundred_thousand_companies_are_one_statement(engine: Engine, ledger: PostgresLedger):
    execute(
        engine,
        """INSERT INTO owed (task, record_id, lane, requested, done)
        SELECT 'create_account', n::text, 'live', 1, 1 FROM generate_series(1, 100000) n""",
    )
    for code in ("OBJECT_SYNC_OFF", "STAGE_NO_CANDIDATE"):
        execute(
            engine,
            """INSERT INTO verdicts (kind, record_id, code)
            SELECT 'hubspot.company', n::text, :code FROM generate_series(1, 100000) n""",
            code=code,
        )
    execute(engine, "ANALYZE")
    # A plan that is quadratic in them would take hours; the statement is ended after seconds.
    assert ledger.write_switch("company_sync", True, "ann") == 100_000
