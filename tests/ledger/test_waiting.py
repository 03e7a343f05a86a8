"""Rule 9.2 in the ledger: parked until an account is linked, and woken by that, whoever comes first."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from tasks.contracts.machinery import Job, Parked
from tasks.contracts.records import Lane, Owed
from tests.ledger.samples import LONG, account, at_once, link, link_request, owed_row
from tests.waiting import until
from workers.ledger.links import write_links
from workers.ledger.owed_book import PostgresOwedBook
from workers.ledger.postgres_ledger import PostgresLedger
from workers.ledger.review_desk import ParkedFilter
from workers.ledger.settling import settle_rows
from workers.ledger.waiting import wake_waiting

TASK, CONTACT = "link_contact", "1001"
ONE = account(1)


def parked(job: Job) -> Parked:
    evidence = {"account": ONE}
    return Parked(job, "it waits", "DEPENDENCY", "WAITING_FOR_ACCOUNT", "Nothing.", evidence, waits_for=ONE)


@pytest.fixture
def waiting(book: PostgresOwedBook, claim_one):
    book.settle([parked(claim_one(CONTACT, task=TASK))])


@pytest.mark.usefixtures("waiting")
def test_it_is_woken_in_its_lane_with_what_was_read_for_it(engine: Engine, ledger: PostgresLedger, book):
    before = owed_row(engine, CONTACT, TASK)
    assert (before.waits_for, before.parked_at is None) == (ONE, False)
    ledger.record_links([link_request(link(1, 1))])
    assert ledger.wake_waiting([ONE, account(2)]) == [Owed(TASK, CONTACT)]
    row = owed_row(engine, CONTACT, TASK)
    assert (row.parked_at, row.waits_for, row.code, row.requested, row.as_of) == (None, None, "", 2, before.as_of)
    assert ledger.wake_waiting([ONE]) == []
    assert book.find_unattended(limit=9) == [Owed(TASK, CONTACT)], "the next sweep wakes it"


def test_a_person_s_wish_and_the_lane_outlast_the_wait(ledger: PostgresLedger, book: PostgresOwedBook):
    book.owe([Owed(TASK, CONTACT, Lane.BACKFILL, forced=True)])
    (job,) = book.claim(TASK, Lane.BACKFILL, first=[CONTACT], limit=1, ttl=LONG)
    book.settle([parked(job)])
    assert ledger.wake_waiting([ONE]) == [Owed(TASK, CONTACT, Lane.BACKFILL, forced=True)]
    (again,) = book.claim(TASK, Lane.BACKFILL, first=[CONTACT], limit=1, ttl=LONG)
    assert again.forced


@pytest.mark.usefixtures("waiting")
def test_what_a_person_dismissed_is_not_woken(ledger: PostgresLedger, desk):
    desk.dismiss(ParkedFilter(task=TASK), by="ann", why="a test record")
    assert ledger.wake_waiting([ONE]) == []


@pytest.mark.usefixtures("waiting")
def test_what_was_announced_meanwhile_waits_for_nothing(engine: Engine, ledger: PostgresLedger, book):
    book.owe([Owed(TASK, CONTACT)])
    assert owed_row(engine, CONTACT, TASK).waits_for is None
    assert ledger.wake_waiting([ONE]) == []


@pytest.mark.parametrize("number", range(10))
def test_whoever_parks_while_the_account_is_linked_is_not_forgotten(engine, ledger, book, claim_one, number):
    job = claim_one(CONTACT, task=TASK)

    def link_and_wake() -> None:
        ledger.record_links([link_request(link(1, 1))])
        ledger.wake_waiting([ONE])

    at_once(lambda: book.settle([parked(job)]), link_and_wake)
    row = owed_row(engine, CONTACT, TASK)
    assert row.parked_at is None, number
    assert row.requested > row.done


# The windows that the race above may miss: both hold the account for as long as their transaction lasts.


def test_who_parks_sees_the_link_of_whoever_has_just_looked_for_waiting_rows(engine: Engine, book, claim_one):
    job = claim_one(CONTACT, task=TASK)
    with ThreadPoolExecutor(1) as elsewhere, engine.begin() as connection:
        assert wake_waiting(connection, [ONE]) == []
        settling = elsewhere.submit(book.settle, [parked(job)])
        until(lambda: waits_for_a_lock(engine), seconds=60)
        write_links(connection, [link_request(link(1, 1))])
        connection.commit()
        assert settling.result(60) == [Owed(TASK, CONTACT)]
    assert owed_row(engine, CONTACT, TASK).parked_at is None


def test_whoever_wakes_sees_the_row_of_one_that_is_just_being_parked(engine: Engine, ledger, claim_one):
    job = claim_one(CONTACT, task=TASK)
    with ThreadPoolExecutor(1) as elsewhere, engine.begin() as connection:
        assert settle_rows(connection, [parked(job)]) == []
        ledger.record_links([link_request(link(1, 1))])
        waking = elsewhere.submit(ledger.wake_waiting, [ONE])
        until(lambda: waits_for_a_lock(engine), seconds=60)
        connection.commit()
        assert waking.result(60) == [Owed(TASK, CONTACT)]
    assert owed_row(engine, CONTACT, TASK).parked_at is None


def waits_for_a_lock(engine: Engine) -> bool:
    with engine.connect() as connection:
        query = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(connection.scalar(query))
