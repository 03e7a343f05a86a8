"""Domain rule: what a rule of a CRM refused (`BUSINESS`) is tried again when it changes, and once a day."""

from datetime import timedelta

import pytest

from tasks.contracts.errors import ProblemClass
from tasks.contracts.machinery import Parked
from tasks.retry_refused import retry_refused
from tasks.rules.consequences import CONSEQUENCES, TRIED_AGAIN_DAILY, Consequence
from tests.ledger.samples import codes, execute, owed_row
from workers.ledger.owed_book import PostgresOwedBook
from workers.ledger.review_desk import ParkedFilter


@pytest.fixture
def park(engine, book: PostgresOwedBook, claim_one):
    def park(record_id: str, problem_class: str, *, ago: timedelta) -> None:
        job = claim_one(record_id)
        book.settle([Parked(job, "a rule of the org", problem_class, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "", {})])
        execute(engine, "UPDATE owed SET parked_at = now() - :ago WHERE record_id = :id", ago=ago, id=record_id)

    return park


def test_what_a_rule_refused_a_day_ago_is_owed_again_within_the_hour(engine, book, park):
    park("1", ProblemClass.BUSINESS, ago=timedelta(hours=25))
    assert retry_refused(book) == 1
    row = owed_row(engine)
    assert (row.parked_at, row.lane, row.problem, row.failures) == (None, "backfill", "", 0)
    assert timedelta() <= row.not_before - row.owed_since <= timedelta(hours=1)
    assert row.requested == row.done + 1


def test_what_was_refused_today_waits(engine, book, park):
    park("1", ProblemClass.BUSINESS, ago=timedelta(hours=23))
    assert retry_refused(book) == 0
    assert owed_row(engine).parked_at


@pytest.mark.parametrize("kind", sorted(set(ProblemClass) - TRIED_AGAIN_DAILY))
def test_no_other_class_is_tried_again_blindly(engine, book, park, kind):
    park("1", kind, ago=timedelta(days=30))
    assert retry_refused(book) == 0
    assert owed_row(engine).parked_at


def test_what_a_person_dismissed_stays_dismissed(engine, book, park, desk):
    park("1", ProblemClass.BUSINESS, ago=timedelta(days=2))
    desk.dismiss(ParkedFilter(), by="ann", why="the rule stays")
    assert retry_refused(book) == 0
    assert owed_row(engine).requested == owed_row(engine).done


def test_refused_again_it_waits_another_day_and_its_timeline_says_so_once(engine, book, park, claim_one):
    park("1", ProblemClass.BUSINESS, ago=timedelta(days=2))
    retry_refused(book)
    execute(engine, "UPDATE owed SET not_before = now(), lane = 'live'")
    job = claim_one("1", owe=False)
    book.settle([Parked(job, "a rule of the org", ProblemClass.BUSINESS, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "", {})])
    assert retry_refused(book) == 0
    assert codes(engine) == ["FIELD_CUSTOM_VALIDATION_EXCEPTION"]


def test_a_change_of_the_record_wakes_it_at_once(engine, park, claim_one):
    park("1", ProblemClass.BUSINESS, ago=timedelta(minutes=1))
    assert claim_one("1").failures == 0


def test_every_class_has_its_consequence():
    assert set(CONSEQUENCES) == set(ProblemClass)
    assert {kind for kind, one in CONSEQUENCES.items() if one is Consequence.PARKED_FOR_A_DAY} == {
        ProblemClass.BUSINESS
    }
