"""One company at a time may create an account for an identity, and only for as long as it is going to."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select

from tasks.contracts.machinery import Done, Later, Parked
from tasks.contracts.records import Identity, Kind, Lane, Owed
from tasks.contracts.tools import Subject
from tests.ledger.samples import ACME, LONG, ZETA, at_once, execute, link, link_request, wait_until_blocked
from workers.ledger.claims import claim_identities, release_claims
from workers.ledger.models import IdentityClaimRow
from workers.ledger.owed_book import PostgresOwedBook
from workers.ledger.postgres_ledger import PostgresLedger

A, B, C = (Subject(Kind.COMPANY, number) for number in "123")


def holders(engine: Engine) -> dict[str, Subject]:
    columns = (IdentityClaimRow.value, IdentityClaimRow.holder_kind, IdentityClaimRow.holder_id)
    with engine.connect() as connection:
        return {value: Subject(Kind(kind), holder) for value, kind, holder in connection.execute(select(*columns))}


@pytest.fixture
def creating(book: PostgresOwedBook) -> None:
    """All three are owed an account, which is what lets their claims stand."""
    book.owe([Owed("create_account", one.record_id) for one in (A, B, C)])


@pytest.mark.usefixtures("creating")
class TestWhileTheHolderIsAtWork:
    def test_the_first_one_holds(self, engine: Engine, ledger: PostgresLedger) -> None:
        assert ledger.claim_identities([(A, (ACME, ZETA))]) == [{}]
        assert ledger.claim_identities([(B, (ACME,))]) == [{ACME: A}]
        assert holders(engine) == {ACME.value: A, ZETA.value: A}

    def test_claiming_again_is_fine(self, ledger: PostgresLedger) -> None:
        assert ledger.claim_identities([(A, (ACME,))]) == [{}]
        assert ledger.claim_identities([(A, (ACME, ZETA))]) == [{}]

    def test_all_or_none(self, engine: Engine, ledger: PostgresLedger) -> None:
        ledger.claim_identities([(A, (ACME,))])
        assert ledger.claim_identities([(B, (ZETA, ACME))]) == [{ACME: A}]
        assert holders(engine) == {ACME.value: A}

    def test_what_one_held_before_survives_a_refusal(self, engine: Engine, ledger: PostgresLedger) -> None:
        ledger.claim_identities([(A, (ACME,)), (B, (ZETA,))])
        assert ledger.claim_identities([(B, (ZETA, ACME))]) == [{ACME: A}]
        assert holders(engine) == {ACME.value: A, ZETA.value: B}

    def test_within_a_batch_the_earlier_request_wins(self, engine: Engine, ledger: PostgresLedger) -> None:
        assert ledger.claim_identities([(B, (ACME,)), (A, (ACME, ZETA)), (C, (ZETA,))]) == [{}, {ACME: B}, {}]
        assert holders(engine) == {ACME.value: B, ZETA.value: C}

    def test_kinds_are_kept_apart(self, ledger: PostgresLedger) -> None:
        assert ledger.claim_identities([(A, (ACME,)), (B, (Identity("account", ACME.value),))]) == [{}, {}]

    def test_of_many_who_claim_at_once_one_holds(self, engine: Engine, ledger: PostgresLedger) -> None:
        for number in range(15):
            shared = Identity("domain", f"shared{number}.example")
            answers = at_once(
                *[
                    lambda one=one, shared=shared: ledger.claim_identities([(one, (shared,))])[0]
                    for one in (A, B, C) * 2
                ]
            )
            holder = holders(engine)[shared.value]
            for company_id, answer in zip((A, B, C) * 2, answers, strict=True):
                assert answer == ({} if company_id == holder else {shared: holder})

    def test_batches_in_opposite_order_neither_collide_nor_deadlock(self, engine: Engine, ledger) -> None:
        domains = [Identity("domain", f"{n:03d}.example") for n in range(60)]
        answers = at_once(
            lambda: ledger.claim_identities([(A, (one,)) for one in domains]),
            lambda: ledger.claim_identities([(B, (one,)) for one in reversed(domains)]),
            lambda: ledger.claim_identities([(C, tuple(domains))]),
        )
        held = holders(engine)
        assert len(set(held.values())) == 1
        assert len(held) == 60
        assert sum(answer.count({}) for answer in answers) in {60, 1}


class TestWhatMakesAClaimStand:
    @pytest.fixture(autouse=True)
    def _a_claims(self, ledger: PostgresLedger, book: PostgresOwedBook) -> None:
        book.owe([Owed("create_account", "1"), Owed("create_account", "2")])
        ledger.claim_identities([(A, (ACME,))])

    def claim_work(self, book: PostgresOwedBook):
        (job,) = book.claim("create_account", Lane.LIVE, first=["1"], limit=1, ttl=LONG)
        return job

    def test_a_link(self, ledger: PostgresLedger, book: PostgresOwedBook) -> None:
        ledger.record_links([link_request(link("1", 1))])
        book.settle([Done(self.claim_work(book))])
        assert ledger.claim_identities([(B, (ACME,))]) == [{ACME: A}]

    def test_work_that_waits(self, ledger: PostgresLedger, book: PostgresOwedBook) -> None:
        book.settle([Later(self.claim_work(book), LONG, "503", "TRANSIENT", counts=True)])
        assert ledger.claim_identities([(B, (ACME,))]) == [{ACME: A}]

    def test_not_work_that_gave_up(self, engine: Engine, ledger: PostgresLedger, book: PostgresOwedBook) -> None:
        book.settle([Parked(self.claim_work(book), "no name", "DATA", "X", "Name it.", {})])
        assert holders(engine) == {ACME.value: A}
        assert ledger.claim_identities([(B, (ACME,))]) == [{}]
        assert holders(engine) == {ACME.value: B}

    def test_not_other_work(self, ledger: PostgresLedger, engine: Engine) -> None:
        execute(engine, "UPDATE owed SET task = 'link_company' WHERE record_id = :a", a="1")
        assert ledger.claim_identities([(B, (ACME,))]) == [{}]

    def test_a_claim_nobody_needs_any_more_goes_with_the_work(self, engine: Engine, book: PostgresOwedBook) -> None:
        book.settle([Done(self.claim_work(book))])
        assert holders(engine) == {}

    def test_a_claim_stays_while_work_is_owed_again(self, engine: Engine, book: PostgresOwedBook) -> None:
        job = self.claim_work(book)
        book.owe([Owed("create_account", "1")])
        book.settle([Done(job)])
        assert holders(engine) == {ACME.value: A}

    def test_a_taker_that_waited_sees_what_the_holder_did_meanwhile(
        self, engine: Engine, ledger: PostgresLedger
    ) -> None:
        """The holder's work becomes visible only while the taker is waiting for the row."""
        execute(engine, "DELETE FROM owed WHERE record_id = :a", a="1")
        with engine.connect() as holder:
            holder.exec_driver_sql("UPDATE identity_claims SET claimed_at = now()")

            def come_to_life() -> None:
                wait_until_blocked(engine)
                holder.exec_driver_sql(
                    "INSERT INTO links (company_id, account_id, fence) VALUES ('1', '001000000000001AAA', 1)"
                )
                holder.commit()

            answer, _ = at_once(lambda: ledger.claim_identities([(B, (ACME,))]), come_to_life)
        assert answer == [{ACME: A}]


def test_giving_up_a_claim_leaves_it_to_whoever_is_just_taking_it_over(engine: Engine, ledger, book) -> None:
    book.owe([Owed("create_account", one.record_id) for one in (A, B)])
    ledger.claim_identities([(A, (ACME,))])
    execute(engine, "UPDATE owed SET parked_at = now(), problem = 'no name' WHERE record_id = :id", id="1")

    def give_up() -> None:
        with engine.begin() as connection:
            release_claims(connection, [A])

    with ThreadPoolExecutor(1) as threads:
        with engine.begin() as connection:
            assert claim_identities(connection, [(B, (ACME,))]) == [{}]
            given_up = threads.submit(give_up)
            wait_until_blocked(engine, unless=given_up)
            assert not given_up.done(), "it did not wait for the one who is taking over"
        given_up.result()
    assert holders(engine) == {ACME.value: B}
