"""An empty ledger for every test, and the pieces that most tests speak of."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from tasks.contracts.machinery import Job
from tasks.contracts.records import Lane, Owed
from tests.ledger.samples import LONG, empty
from workers.ledger.inbox import PostgresInbox
from workers.ledger.owed_book import PostgresOwedBook
from workers.ledger.postgres_ledger import PostgresLedger
from workers.ledger.review_desk import ReviewDesk


@pytest.fixture(autouse=True)
def _empty_ledger(engine: Engine) -> None:
    empty(engine)


@pytest.fixture
def ledger(engine: Engine) -> PostgresLedger:
    return PostgresLedger(engine)


@pytest.fixture
def book(engine: Engine) -> PostgresOwedBook:
    return PostgresOwedBook(engine)


@pytest.fixture
def inbox(engine: Engine) -> PostgresInbox:
    return PostgresInbox(engine)


@pytest.fixture
def desk(engine: Engine) -> ReviewDesk:
    return ReviewDesk(engine)


@pytest.fixture
def claim_one(book: PostgresOwedBook) -> Callable[..., Job]:
    """Owe one record's task, unless told that it is owed already, and claim it."""

    def claim(record_id: str = "1", *, task: str = "create_account", owe: bool = True) -> Job:
        if owe:
            book.owe([Owed(task, record_id)])
        (job,) = book.claim(task, Lane.LIVE, first=[record_id], limit=1, ttl=LONG)
        return job

    return claim
