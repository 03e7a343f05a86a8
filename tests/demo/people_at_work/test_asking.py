"""What Tandem says about its decisions is read from the ledger, parked work included."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from tasks.contracts.machinery import Parked
from tasks.contracts.reasons import Reason
from tasks.contracts.records import Kind, Lane, Owed, Verdict
from tasks.contracts.tools import Subject
from tests.ledger.samples import LONG, account, empty
from workers.demo.people_at_work.asking import ask_for_reasons
from workers.demo.people_at_work.told import Told
from workers.demo.people_at_work.world import short
from workers.ledger.owed_book import PostgresOwedBook
from workers.ledger.postgres_ledger import PostgresLedger
from workers.ledger.review_desk import ReviewDesk
from workers.ledger.verdicts import VerdictRequest


@pytest.fixture(autouse=True)
def _empty_ledger(engine: Engine) -> None:
    empty(engine)


def decide(engine: Engine, kind: Kind, record_id: str, *reasons: Reason) -> None:
    now = datetime.now(UTC)
    for reason in reasons:
        PostgresLedger(engine).record_verdicts([VerdictRequest(Subject(kind, record_id), Verdict(reason), (), now)])


def park(engine: Engine, task: str, record_id: str, reason: Reason) -> None:
    book = PostgresOwedBook(engine)
    book.owe([Owed(task, record_id)])
    (job,) = book.claim(task, Lane.LIVE, first=[record_id], limit=1, ttl=LONG)
    book.settle([Parked(job, "two of them", "CONFLICT", reason, "Choose one.", {"n": 1})])


def test_decisions_and_parked_work_are_told_of_companies_and_accounts(engine):
    decide(engine, Kind.COMPANY, "1", Reason.N1_NO_CONTACTS, Reason.C3_QUALIFYING_CONTACT)
    decide(engine, Kind.ACCOUNT, account(7), Reason.OBJECT_SYNC_OFF)
    decide(engine, Kind.CONTACT, "1", Reason.CONTACT_LINKED)
    park(engine, "create_account", "2", Reason.CONFLICT_DOMAIN)
    park(engine, "link_contact", "3", Reason.CONTACT_GONE)
    assert ask_for_reasons(engine) == Told(
        {"1": ["N1_NO_CONTACTS", "C3_QUALIFYING_CONTACT"], "2": ["CONFLICT_DOMAIN"]},
        {short(account(7)): ["OBJECT_SYNC_OFF"]},
    )


def test_every_request_is_counted_whatever_became_of_it(engine):
    assert ReviewDesk(engine).count_requests() == 0
    park(engine, "create_account", "2", Reason.CONFLICT_DOMAIN)
    PostgresOwedBook(engine).owe([Owed("create_account", "2"), Owed("link_company", "1")])
    assert ReviewDesk(engine).count_requests() == 3
