"""An operator sees what is owed and parked, and decides about it by name."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from tasks.contracts.changes import Change
from tasks.contracts.machinery import Done, Later, Parked
from tasks.contracts.records import ContactId, ContactLink, Kind, Lane, Owed, PersonId, PersonKind
from tasks.contracts.tools import Subject
from tests.ledger.samples import (
    ACME,
    LAPSED,
    LONG,
    account,
    codes,
    execute,
    link,
    link_request,
    owed_row,
)
from workers.ledger.models import IdentityClaimRow, VerdictRow
from workers.ledger.owed_book import PostgresOwedBook
from workers.ledger.review_desk import OwedCount, ParkedCount, ParkedFilter, ReviewDesk
from workers.ledger.timelines import read_timeline

TASK = "create_account"
EVERYTHING = ParkedFilter()


@pytest.fixture
def park(book: PostgresOwedBook, claim_one):
    def park(record_id: str, *, task: str = TASK, code: str = "COMPANY_UNNAMED", problem_class: str = "DATA") -> None:
        job = claim_one(record_id, task=task)
        book.settle([Parked(job, f"{record_id} has no name", problem_class, code, "Name it.", {"n": 1})])

    return park


def evidence(engine: Engine, code: str) -> list[dict[str, object]]:
    with engine.connect() as connection:
        return list(connection.scalars(select(VerdictRow.evidence).where(VerdictRow.code == code)))


def test_counts_tell_what_rows_wait_for(engine: Engine, book: PostgresOwedBook, desk: ReviewDesk, claim_one, park):
    book.settle([Later(claim_one("1"), LONG, "503", "TRANSIENT", counts=True)])
    claim_one("2")
    park("3")
    book.settle([Done(claim_one("4"))])
    book.owe([Owed(TASK, "5"), Owed(TASK, "6"), Owed(TASK, "7", Lane.BACKFILL)])
    book.claim(TASK, Lane.LIVE, first=["6"], limit=1, ttl=LAPSED)
    execute(engine, "UPDATE owed SET owed_since = owed_since - interval '1 day' WHERE record_id IN ('3', '4')")
    backfill, live = desk.count_owed()
    assert (backfill.lane, backfill.owed, backfill.due) == (Lane.BACKFILL, 1, 1)
    oldest = owed_row(engine, "1").owed_since
    oldest_due = owed_row(engine, "5").owed_since
    assert live == OwedCount(
        TASK, Lane.LIVE, owed=4, due=2, waiting=1, claimed=1, parked=1, oldest=oldest, oldest_due=oldest_due
    )


def test_parked_work_is_counted_by_what_is_wrong(desk: ReviewDesk, park) -> None:
    park("1")
    park("2", code="GAVE_UP", problem_class="TRANSIENT")
    park("3")
    assert desk.count_parked() == [
        ParkedCount(TASK, "DATA", "COMPANY_UNNAMED", 2),
        ParkedCount(TASK, "TRANSIENT", "GAVE_UP", 1),
    ]


@pytest.mark.parametrize(
    ("which", "found"),
    [
        (EVERYTHING, ["1", "2", "3", "4"]),
        (ParkedFilter(task="link_contact"), ["4"]),
        (ParkedFilter(code="GAVE_UP"), ["2", "3"]),
        (ParkedFilter(problem_class="CONFIG"), ["3"]),
        (ParkedFilter(record_ids=("1", "3", "9"), code="GAVE_UP"), ["3"]),
        (ParkedFilter(record_ids=()), []),
    ],
)
def test_filters_choose_what_is_meant(book, desk: ReviewDesk, park, which: ParkedFilter, found: list[str]) -> None:
    park("1")
    park("2", code="GAVE_UP", problem_class="TRANSIENT")
    park("3", code="GAVE_UP", problem_class="CONFIG")
    park("4", task="link_contact")
    book.owe([Owed(TASK, "5")])
    assert [one.record_id for one in desk.find_parked(which)] == found
    assert desk.replay(which, by="ann") == len(found)
    assert len(desk.find_parked(EVERYTHING)) == 4 - len(found)


def test_parked_work_says_everything_a_person_needs(engine: Engine, desk: ReviewDesk, park) -> None:
    park("1")
    (one,) = desk.find_parked(EVERYTHING)
    assert (one.problem, one.problem_class, one.code) == ("1 has no name", "DATA", "COMPANY_UNNAMED")
    assert (one.remedy, one.evidence, one.lane) == ("Name it.", {"n": 1}, Lane.LIVE)


class TestReplaying:
    def test_the_sweep_wakes_it_and_it_starts_afresh(self, engine: Engine, book, desk: ReviewDesk, park, claim_one):
        park("1")
        execute(
            engine, "UPDATE owed SET owed_since = now() - interval '9 h', as_of = now() - interval '9 h', failures=8"
        )
        parked_at = owed_row(engine).parked_at
        assert desk.replay(EVERYTHING, by="ann") == 1
        assert book.find_unattended(limit=9) == [Owed(TASK, "1")]
        job = claim_one(owe=False)
        assert job.failures == 0
        assert job.owed_since > parked_at
        assert job.as_of > parked_at  # facts of before do not count: the present is read

    def test_it_stands_on_the_timeline_by_whom(self, engine: Engine, desk: ReviewDesk, park) -> None:
        park("1")
        desk.replay(EVERYTHING, by="ann")
        assert codes(engine) == ["COMPANY_UNNAMED", "REPLAYED"]
        assert evidence(engine, "REPLAYED") == [
            {"by": "ann", "task": TASK, "code": "COMPANY_UNNAMED", "problem": "1 has no name"}
        ]

    def test_replaying_again_finds_nothing(self, engine: Engine, desk: ReviewDesk, park) -> None:
        park("1")
        desk.replay(EVERYTHING, by="ann")
        assert desk.replay(EVERYTHING, by="ann") == 0
        assert codes(engine) == ["COMPANY_UNNAMED", "REPLAYED"]


class TestDismissing:
    def test_it_rests_until_the_record_changes(self, engine: Engine, book, desk: ReviewDesk, park, claim_one) -> None:
        park("1")
        assert desk.dismiss(EVERYTHING, by="ann", why="test company") == 1
        row = owed_row(engine)
        assert (row.dismissed_by, row.dismissed_why, row.done) == ("ann", "test company", 1)
        assert book.claim(TASK, Lane.LIVE, first=["1"], limit=1, ttl=LONG) == []
        assert desk.find_parked(EVERYTHING) == []
        claim_one("1")
        row = owed_row(engine)
        assert (row.dismissed_at, row.dismissed_by, row.dismissed_why, row.problem) == (None, None, None, "")

    def test_it_stands_on_the_timeline_by_whom_and_why(self, engine: Engine, desk: ReviewDesk, park) -> None:
        park("1", task="link_contact")
        desk.dismiss(EVERYTHING, by="ann", why="test contact")
        assert codes(engine, kind=Kind.CONTACT) == ["COMPANY_UNNAMED", "DISMISSED"]
        assert evidence(engine, "DISMISSED")[0] | {"problem": ""} == {
            "by": "ann",
            "why": "test contact",
            "task": "link_contact",
            "code": "COMPANY_UNNAMED",
            "problem": "",
        }

    def test_claims_of_the_dismissed_are_given_up(self, engine: Engine, ledger, desk: ReviewDesk, park) -> None:
        park("1")
        ledger.claim_identities([(Subject(Kind.COMPANY, "1"), (ACME,))])
        desk.dismiss(EVERYTHING, by="ann", why="test company")
        with engine.connect() as connection:
            assert connection.execute(select(IdentityClaimRow)).all() == []

    @pytest.mark.parametrize(("by", "why"), [("", "because"), ("ann", "")])
    def test_it_takes_a_name_and_a_reason(self, desk: ReviewDesk, park, by: str, why: str) -> None:
        park("1")
        with pytest.raises(ValueError, match="by whom, and why"):
            desk.dismiss(EVERYTHING, by=by, why=why)
        assert len(desk.find_parked(EVERYTHING)) == 1


class TestTimelines:
    PERSON = PersonId("0035g00000XyZabAAB")

    @pytest.fixture(autouse=True)
    def _a_customer(self, engine: Engine, ledger, inbox, park) -> None:
        ledger.record_links([link_request(link(1, 1)), link_request(link(2, 2))])
        ledger.record_contact_links([ContactLink(ContactId("1"), self.PERSON, PersonKind.CONTACT, account(1))])
        for event_id, kind, record_id in (
            ("company", Kind.COMPANY, "1"),
            ("contact", Kind.CONTACT, "1"),
            ("account", Kind.ACCOUNT, account(1)[:15]),
        ):
            change = Change(version=1, event_id=event_id, record=kind, id=record_id)
            inbox.record_changes([(change, ())])
        park("1")
        park("1", task="link_contact", code="CONTACT_GONE")

    def test_a_companys(self, engine: Engine) -> None:
        story = read_timeline(engine, Kind.COMPANY, "1")
        assert [one.event_id for one in story.announced] == ["company"]
        assert [one.code for one in story.decided] == ["LINKED_BY_KEY", "COMPANY_UNNAMED"]
        assert [(one.task, one.problem) for one in story.owed] == [(TASK, "1 has no name")]
        assert [one.account_id for one in story.links] == [account(1)]
        assert [one.contact_id for one in story.contact_links] == ["1"]
        assert story.decided[0].decided_at < story.decided[1].decided_at

    def test_a_contacts_of_the_same_number(self, engine: Engine) -> None:
        story = read_timeline(engine, Kind.CONTACT, "1")
        assert [one.event_id for one in story.announced] == ["contact"]
        assert [one.code for one in story.decided] == ["CONTACT_GONE"]
        assert [one.task for one in story.owed] == ["link_contact"]
        assert story.links == ()
        assert [one.person_id for one in story.contact_links] == [self.PERSON]

    @pytest.mark.parametrize("account_id", [account(1), account(1)[:15]])
    def test_an_accounts(self, engine: Engine, account_id: str) -> None:
        story = read_timeline(engine, Kind.ACCOUNT, account_id)
        assert [one.event_id for one in story.announced] == ["account"]
        assert [one.company_id for one in story.links] == ["1"]
        assert [one.contact_id for one in story.contact_links] == ["1"]

    def test_a_persons(self, engine: Engine) -> None:
        story = read_timeline(engine, Kind.SALESFORCE_CONTACT, self.PERSON)
        assert [one.contact_id for one in story.contact_links] == ["1"]
        assert story.links == ()

    def test_a_strangers_is_empty(self, engine: Engine) -> None:
        story = read_timeline(engine, Kind.COMPANY, "9")
        assert (story.announced, story.decided, story.owed, story.links, story.contact_links) == ((), (), (), (), ())


def test_waiting_is_told_from_being_due(book: PostgresOwedBook, desk: ReviewDesk, claim_one) -> None:
    book.settle([Later(claim_one("1"), timedelta(hours=1), "quota", "TRANSIENT", counts=False)])
    (count,) = desk.count_owed()
    assert (count.owed, count.due, count.waiting) == (1, 0, 1)


def test_everything_an_outage_parked_is_replayed_and_dismissed_in_one_go(engine: Engine, desk: ReviewDesk) -> None:
    """More rows than a statement takes parameters."""
    execute(
        engine,
        "INSERT INTO owed (task, record_id, lane, problem, parked_at)"
        f" SELECT '{TASK}', number, 'live', 'no answer', now() FROM generate_series(1, 65600) number",
    )
    assert desk.replay(EVERYTHING, by="anna") == 65_600
    execute(engine, "UPDATE owed SET problem = 'no answer', parked_at = now()")
    assert desk.dismiss(EVERYTHING, by="anna", why="over") == 65_600
