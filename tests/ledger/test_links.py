"""A company and an account find each other once; what stood in the way is told, request by request."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, event

from tasks.contracts.errors import Ambiguous, Busy, Rejected, SyncError
from tasks.contracts.machinery import Parked
from tasks.contracts.reasons import Reason
from tasks.contracts.records import AccountId, CompanyId, ContactId, ContactLink, Owed, PersonId, PersonKind, Verdict
from tests.ledger.samples import (
    EARLIER,
    LATER,
    account,
    at_once,
    codes,
    link,
    link_request,
    owed_row,
    wait_until_blocked,
)
from workers.ledger.engine import make_engine
from workers.ledger.postgres_ledger import LinkRequest, PostgresLedger

NEXT = Owed("link_company", "1")


def test_a_link_is_found_from_both_sides(ledger: PostgresLedger) -> None:
    assert ledger.record_links([link_request(link(1, 1)), link_request(link(2, 2))]) == [None, None]
    assert ledger.find_links([CompanyId("1"), CompanyId("9")]) == {"1": link(1, 1)}
    assert ledger.find_links_of_accounts([account(2), account(9)]) == {account(2): link(2, 2)}


def test_what_follows_is_owed_with_the_link_and_inherits_what_is_fresh(engine: Engine, ledger: PostgresLedger) -> None:
    ledger.record_links([link_request(link(1, 1), then=[NEXT], as_of=LATER)])
    row = owed_row(engine, "1", "link_company")
    assert (row.requested, row.done, row.as_of) == (1, 0, LATER)


def test_the_same_link_again_is_fine_and_says_nothing_new(engine: Engine, ledger: PostgresLedger) -> None:
    ledger.record_links([link_request(link(1, 1), fence=3)])
    assert ledger.record_links([link_request(link(1, 1), fence=3)]) == [None]
    assert ledger.record_links([link_request(link(1, 1), fence=4)]) == [None]
    assert codes(engine) == ["LINKED_BY_KEY"]


@pytest.mark.parametrize(("task", "record_id"), [("create_account", "1"), ("create_company", account(1))])
def test_a_link_answers_what_was_parked_about_either_record(engine, ledger, book, claim_one, task, record_id) -> None:
    book.settle([Parked(claim_one(record_id, task=task), "which one?", "CONFLICT", "SUGGEST_DOMAIN", "Choose.", {})])
    book.settle([Parked(claim_one("2"), "which one?", "CONFLICT", "SUGGEST_DOMAIN", "Choose.", {})])
    ledger.record_links([link_request(link(1, 1))])
    answered, other = owed_row(engine, record_id, task), owed_row(engine, "2")
    assert (answered.parked_at, answered.problem, answered.done) == (None, "", answered.requested)
    assert other.parked_at is not None


def test_an_earlier_lease_writes_nothing(engine: Engine, ledger: PostgresLedger) -> None:
    ledger.record_links([link_request(link(1, 1), fence=3)])
    ledger.record_links([link_request(link(1, 1), fence=5)])
    (answer,) = ledger.record_links([link_request(link(1, 1), fence=4, code="OTHER", then=[NEXT])])
    assert isinstance(answer, Busy)
    assert codes(engine) == ["LINKED_BY_KEY"]
    assert owed_row(engine, "1", "link_company") is None


def test_an_earlier_lease_is_told_to_look_again_even_if_the_link_went_elsewhere(ledger: PostgresLedger) -> None:
    ledger.record_links([link_request(link(1, 1), fence=3)])
    (answer,) = ledger.record_links([link_request(link(1, 2), fence=2)])
    assert isinstance(answer, Busy)


@pytest.mark.parametrize(
    ("asked", "evidence"),
    [
        pytest.param(
            link(1, 2), {"company": "1", "account": account(2), "linked_account": account(1)}, id="the-company-has-one"
        ),
        pytest.param(
            link(2, 1), {"company": "2", "account": account(1), "linked_company": "1"}, id="the-account-has-one"
        ),
    ],
)
def test_a_record_linked_elsewhere_needs_a_person(engine: Engine, ledger: PostgresLedger, asked, evidence) -> None:
    ledger.record_links([link_request(link(1, 1))])
    then = Owed("link_company", asked.company_id)
    (answer,) = ledger.record_links([link_request(asked, fence=9, code="OTHER", then=[then])])
    assert isinstance(answer, Ambiguous)
    assert (answer.code, answer.evidence) == (Reason.CONFLICT_DUP_LINK, evidence)
    assert ledger.find_links([CompanyId("1"), CompanyId("2")]) == {"1": link(1, 1)}
    assert "OTHER" not in codes(engine, asked.company_id)
    assert owed_row(engine, asked.company_id, "link_company") is None


def test_one_refusal_costs_the_others_nothing(ledger: PostgresLedger) -> None:
    ledger.record_links([link_request(link(1, 1))])
    answers = ledger.record_links([link_request(link(n, n)) for n in (3, 2)] + [link_request(link(4, 1))])
    assert answers[:2] == [None, None]
    assert isinstance(answers[2], Ambiguous)
    assert ledger.find_links([CompanyId("2"), CompanyId("3")]) == {"2": link(2, 2), "3": link(3, 3)}


def test_a_row_postgres_refuses_costs_only_itself(engine: Engine, ledger: PostgresLedger) -> None:
    bad = LinkRequest(link(2, 2), Verdict(""), fence=1, then=(Owed("link_company", "2"),), as_of=EARLIER)
    answers = ledger.record_links([link_request(link(1, 1)), bad, link_request(link(3, 3))])
    assert [type(answer) for answer in answers] == [type(None), Rejected, type(None)]
    assert set(ledger.find_links([CompanyId(one) for one in "123"])) == {"1", "3"}
    assert owed_row(engine, "2", "link_company") is None


def test_requests_that_meet_in_one_batch_are_decided_in_their_order(engine: Engine, ledger: PostgresLedger) -> None:
    answers = ledger.record_links(
        [
            link_request(link(1, 1), fence=1),
            link_request(link(2, 1), fence=2),
            link_request(link(2, 2), fence=3),
            link_request(link(1, 1), fence=4, code="AGAIN"),
        ]
    )
    assert [type(answer) for answer in answers] == [type(None), Ambiguous, type(None), type(None)]
    assert ledger.find_links([CompanyId("1"), CompanyId("2")]) == {"1": link(1, 1), "2": link(2, 2)}
    assert codes(engine) == ["LINKED_BY_KEY", "AGAIN"]


def test_of_many_who_link_one_account_at_once_one_wins(engine: Engine, ledger: PostgresLedger) -> None:
    for number in range(10):
        contenders = [link(f"{number}{worker}", number) for worker in range(1, 7)]
        answers = at_once(*[lambda one=one: ledger.record_links([link_request(one)])[0] for one in contenders])
        assert Counter(type(answer) for answer in answers) == {type(None): 1, Ambiguous: 5}
        winner = ledger.find_links_of_accounts([account(number)])[account(number)]
        assert answers[contenders.index(winner)] is None


def test_of_many_who_link_one_company_at_once_one_wins(ledger: PostgresLedger) -> None:
    for number in range(1, 11):
        contenders = [link(number, number * 10 + worker) for worker in range(6)]
        answers = at_once(
            *[
                lambda one=one, fence=fence: ledger.record_links([link_request(one, fence=fence)])[0]
                for fence, one in enumerate(contenders)
            ]
        )
        assert answers.count(None) == 1
        winner = ledger.find_links([CompanyId(str(number))])[CompanyId(str(number))]
        fence = contenders.index(winner)
        assert answers[fence] is None
        # Whoever had an earlier lease than the winner looks again; a later one is told about the conflict.
        assert all(isinstance(answer, Busy) for answer in answers[:fence])
        assert all(isinstance(answer, Ambiguous) for answer in answers[fence + 1 :])


@pytest.fixture
def unhurried_engine(database_url: str) -> Iterator[Engine]:
    """Looks for a deadlock only when everybody has had the time to be in it, and gives up for nothing else."""
    engine = make_engine(database_url, lock_timeout=timedelta(minutes=1), statement_timeout=timedelta(minutes=1))

    @event.listens_for(engine, "begin")
    def _look_later(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL deadlock_timeout = '3s'")

    yield engine
    engine.dispose()


def test_a_batch_that_loses_a_deadlock_still_answers_row_by_row(engine: Engine, unhurried_engine: Engine) -> None:
    """It has account 1 and waits for 2; the other has 2 and waits for 1, and is the more patient of the two."""
    insert = "INSERT INTO links (company_id, account_id, fence) VALUES (%s, %s, 1)"
    ledger = PostgresLedger(unhurried_engine)
    with unhurried_engine.connect() as other:
        other.exec_driver_sql("SET LOCAL deadlock_timeout = '50s'")
        other.exec_driver_sql(insert, ("7", account(2)))

        def cross() -> list[SyncError | None]:
            wait_until_blocked(engine)
            other.exec_driver_sql(insert, ("8", account(1)))
            other.commit()
            return []

        batch = [link_request(link(number, number)) for number in (1, 2, 3)]
        answers, _ = at_once(lambda: ledger.record_links(batch), cross)
    assert [type(answer) for answer in answers] == [Ambiguous, Ambiguous, type(None)]
    assert ledger.find_links([CompanyId(one) for one in "12378"]) == {"3": link(3, 3), "7": link(7, 2), "8": link(8, 1)}


def test_fences_only_grow_whoever_draws_them(ledger: PostgresLedger) -> None:
    first = ledger.draw_fences(3)
    assert first == sorted(set(first))
    drawn = at_once(*[lambda: ledger.draw_fences(50)] * 4)
    everyone = [fence for fences in drawn for fence in fences]
    assert len(set(everyone)) == 200
    assert min(everyone) > max(first)
    assert ledger.draw_fences(0) == []


def contact_link(contact: str, person: str, kind: PersonKind = PersonKind.CONTACT, on: AccountId | None = None):
    return ContactLink(ContactId(contact), PersonId(person), kind, on)


def test_contact_links_are_found_by_contact_and_by_account(ledger: PostgresLedger) -> None:
    here, there, lead = (
        contact_link("1", "003A", on=account(1)),
        contact_link("2", "003B", on=account(2)),
        contact_link("3", "00QC", PersonKind.LEAD),
    )
    ledger.record_contact_links([there, here, lead])
    assert ledger.find_contact_links([ContactId("3"), ContactId("9")]) == {"3": lead}
    assert ledger.find_contact_links_of_accounts([account(1), account(9)]) == {account(1): [here]}


def test_the_last_word_about_a_contact_wins(ledger: PostgresLedger) -> None:
    ledger.record_contact_links([contact_link("1", "00QA", PersonKind.LEAD)])
    converted = contact_link("1", "003A", on=account(1))
    ledger.record_contact_links([contact_link("1", "003X"), converted])
    assert ledger.find_contact_links([ContactId("1")]) == {"1": converted}
