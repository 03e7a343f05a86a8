"""What is owed is handed to one worker at a time, and is settled only by whoever holds it."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tasks.contracts.machinery import Done, Later, Parked
from tasks.contracts.records import Kind, Lane, Owed, Verdict
from tests.ledger.samples import (
    EARLIER,
    LAPSED,
    LATER,
    LONG,
    at_once,
    codes,
    execute,
    owed_row,
    verdict_request,
)
from workers.ledger.owed_book import PostgresOwedBook
from workers.ledger.postgres_ledger import PostgresLedger

TASK = "create_account"
ONE = Owed(TASK, "1")


def later(job, after=timedelta(0), *, counts=True) -> Later:
    return Later(job, after, "503", "TRANSIENT", counts=counts)


def parked(job, *, code="COMPANY_UNNAMED") -> Parked:
    return Parked(job, "no name", "DATA", code, "Give it a name.", {"company": job.record_id})


def claimed_ids(book, *, first=(), limit=100, lane=Lane.LIVE, ttl=LONG) -> list[str]:
    return [job.record_id for job in book.claim(TASK, lane, first=first, limit=limit, ttl=ttl)]


class TestOwing:
    def test_fifty_events_are_one_piece_of_work(self, engine: Engine, book: PostgresOwedBook, claim_one) -> None:
        for _ in range(50):
            book.owe([ONE])
        job = claim_one(owe=False)
        assert job.started == 50
        assert book.settle([Done(job)]) == []
        assert claimed_ids(book) == []

    def test_the_same_row_twice_in_one_call_is_one_request(self, engine: Engine, book: PostgresOwedBook) -> None:
        book.owe([Owed(TASK, "1", Lane.BACKFILL), Owed(TASK, "1", Lane.LIVE), Owed(TASK, "1", forced=True)])
        row = owed_row(engine)
        assert (row.requested, row.lane, row.forced_upto) == (1, "live", 1)

    def test_the_more_urgent_lane_counts(self, engine: Engine, book: PostgresOwedBook) -> None:
        book.owe([Owed(TASK, "1", Lane.MAINTENANCE)])
        book.owe([Owed(TASK, "1", Lane.BACKFILL)])
        assert owed_row(engine).lane == "backfill"
        book.owe([Owed(TASK, "1", Lane.LIVE)])
        book.owe([Owed(TASK, "1", Lane.MAINTENANCE)])
        assert owed_row(engine).lane == "live"

    def test_settled_work_is_owed_anew_in_the_lane_asked_for(self, engine: Engine, book, claim_one) -> None:
        book.settle([Done(claim_one())])
        book.owe([Owed(TASK, "1", Lane.BACKFILL)])
        assert owed_row(engine).lane == "backfill"

    def test_facts_must_be_as_fresh_as_the_latest_request_wants(self, engine: Engine, ledger: PostgresLedger) -> None:
        for as_of in (EARLIER, LATER, EARLIER):
            ledger.record_verdicts([verdict_request("1", Verdict("X"), ONE, as_of=as_of)])
        assert owed_row(engine).as_of == LATER

    def test_a_change_makes_facts_of_before_stale(self, engine: Engine, ledger: PostgresLedger, book) -> None:
        before = ledger.now()
        book.owe([ONE])
        assert before <= owed_row(engine).as_of <= ledger.now()

    def test_waiting_time_counts_from_the_first_open_request(self, engine: Engine, book, claim_one) -> None:
        book.owe([ONE])
        since = owed_row(engine).owed_since
        book.owe([ONE])
        assert owed_row(engine).owed_since == since
        book.settle([Done(claim_one(owe=False))])
        book.owe([ONE])
        assert owed_row(engine).owed_since > since

    def test_a_change_does_not_cut_a_wait_short(self, book: PostgresOwedBook, claim_one) -> None:
        book.settle([later(claim_one(), timedelta(hours=1))])
        book.owe([ONE])
        assert claimed_ids(book) == []

    def test_forced_holds_until_a_run_that_started_afterwards_is_done(self, book: PostgresOwedBook, claim_one) -> None:
        running = claim_one()
        book.owe([Owed(TASK, "1", forced=True)])
        book.owe([ONE])
        assert not running.forced
        assert book.settle([Done(running)]) == [Owed(TASK, "1", forced=True)]
        forced = claim_one(owe=False)
        assert forced.forced
        book.settle([Done(forced)])
        assert not claim_one().forced

    def test_a_parked_row_is_woken_as_if_new(self, engine: Engine, book: PostgresOwedBook, claim_one) -> None:
        book.settle([later(claim_one())])
        book.settle([parked(claim_one(owe=False))])
        execute(engine, "UPDATE owed SET owed_since = now() - interval '7 hours', not_before = now() + interval '1 h'")
        book.owe([ONE])
        row = owed_row(engine)
        assert (row.parked_at, row.failures, row.problem, row.code, row.evidence) == (None, 0, "", "", {})
        job = claim_one(owe=False)
        # Otherwise the retry policy would find it too old to try again.
        assert job.owed_since > row.as_of - timedelta(minutes=1)


class TestClaiming:
    def test_the_first_come_first_then_the_longest_owed_and_never_more_than_asked(self, engine, book) -> None:
        for record_id in ("5", "4", "3", "2", "1"):
            book.owe([Owed(TASK, record_id)])
        assert claimed_ids(book, first=["2", "1"], limit=4) == ["2", "1", "5", "4"]

    def test_the_limit_holds_for_the_first_as_well(self, book: PostgresOwedBook) -> None:
        book.owe([Owed(TASK, str(n)) for n in range(1, 6)])
        assert len(claimed_ids(book, first=["1", "2", "3", "4"], limit=3)) == 3
        assert len(claimed_ids(book, limit=100)) == 2

    def test_the_first_are_handed_out_only_if_they_are_owed(self, book: PostgresOwedBook) -> None:
        book.owe([ONE])
        assert claimed_ids(book, first=["7", "1"]) == ["1"]

    @pytest.mark.parametrize("other", [Owed("link_company", "1"), Owed(TASK, "1", Lane.BACKFILL)])
    def test_another_task_or_lane_is_not_touched(self, book: PostgresOwedBook, other: Owed) -> None:
        book.owe([other])
        assert claimed_ids(book, first=["1"]) == []

    def test_one_call_has_one_token(self, book: PostgresOwedBook) -> None:
        book.owe([Owed(TASK, "1"), Owed(TASK, "2"), Owed(TASK, "3")])
        jobs = book.claim(TASK, Lane.LIVE, first=["1"], limit=2, ttl=LONG)
        others = book.claim(TASK, Lane.LIVE, first=[], limit=2, ttl=LONG)
        assert len({job.token for job in jobs}) == 1
        assert jobs[0].token != others[0].token

    def test_what_is_claimed_is_nobody_elses_until_it_expires(self, book: PostgresOwedBook) -> None:
        book.owe([ONE])
        assert claimed_ids(book, first=["1"]) == ["1"]
        assert claimed_ids(book, first=["1"]) == []

    def test_an_expired_claim_is_taken_over(self, book: PostgresOwedBook) -> None:
        book.owe([ONE])
        assert claimed_ids(book, ttl=LAPSED) == ["1"]
        assert claimed_ids(book) == ["1"]

    def test_renewing_keeps_a_claim_and_only_this_one(self, book: PostgresOwedBook) -> None:
        book.owe([Owed(TASK, "1"), Owed(TASK, "2")])
        (kept,) = book.claim(TASK, Lane.LIVE, first=["1"], limit=1, ttl=LAPSED)
        book.claim(TASK, Lane.LIVE, first=["2"], limit=1, ttl=LAPSED)
        book.renew(kept.token, ttl=LONG)
        assert claimed_ids(book) == ["2"]

    def test_a_run_that_lost_its_claim_renews_nothing(self, book: PostgresOwedBook, claim_one) -> None:
        book.owe([ONE])
        (lost,) = book.claim(TASK, Lane.LIVE, first=["1"], limit=1, ttl=LAPSED)
        (held,) = book.claim(TASK, Lane.LIVE, first=["1"], limit=1, ttl=LAPSED)
        book.renew(lost.token, ttl=LONG)
        assert claimed_ids(book, first=["1"]) == ["1"]
        assert held.token != lost.token

    def test_many_workers_share_the_rows_without_overlap(self, book: PostgresOwedBook) -> None:
        everything = [str(n) for n in range(1, 401)]
        book.owe([Owed(TASK, record_id) for record_id in everything])

        def work() -> list[str]:
            taken: list[str] = []
            while ids := claimed_ids(book, first=everything[:30], limit=13):
                taken += ids
            return taken

        handed_out = Counter(record_id for ids in at_once(*[work] * 8) for record_id in ids)
        assert handed_out == dict.fromkeys(everything, 1)

    def test_a_row_somebody_is_writing_is_passed_over_not_waited_for(self, engine: Engine, book) -> None:
        book.owe([Owed(TASK, "1"), Owed(TASK, "2")])
        with engine.begin() as connection:
            connection.exec_driver_sql("SELECT 1 FROM owed WHERE record_id = '1' FOR UPDATE")
            assert claimed_ids(book, first=["1"]) == ["2"]


class TestSettling:
    def test_an_event_during_the_run_stays_owed(self, book: PostgresOwedBook, claim_one) -> None:
        job = claim_one()
        book.owe([ONE])
        assert book.settle([Done(job)]) == [ONE]
        assert claim_one(owe=False).started == 2

    @pytest.mark.parametrize("settlement", [Done, later, parked])
    def test_a_run_whose_claim_was_taken_over_settles_nothing(
        self, engine: Engine, book: PostgresOwedBook, settlement
    ) -> None:
        book.owe([ONE])
        (lost,) = book.claim(TASK, Lane.LIVE, first=["1"], limit=1, ttl=LAPSED)
        (held,) = book.claim(TASK, Lane.LIVE, first=["1"], limit=1, ttl=LONG)
        before = owed_row(engine)
        assert book.settle([settlement(lost)]) == []
        assert owed_row(engine) == before
        assert codes(engine) == []
        assert book.settle([Done(held)]) == []
        assert owed_row(engine).done == 1

    @pytest.mark.parametrize("settlement", [Done, later, parked])
    def test_settling_again_changes_nothing(self, engine: Engine, book, claim_one, settlement) -> None:
        job = claim_one()
        book.settle([settlement(job)])
        before, told = owed_row(engine), codes(engine)
        assert book.settle([settlement(job)]) == []
        assert (owed_row(engine), codes(engine)) == (before, told)

    def test_later_waits_and_counts_what_counts(self, engine: Engine, book, claim_one) -> None:
        assert book.settle([later(claim_one(), timedelta(hours=1), counts=False)]) == []
        row = owed_row(engine)
        assert (row.failures, row.problem, row.problem_class, row.claim_token) == (0, "503", "TRANSIENT", None)
        assert timedelta(minutes=59) < row.not_before - row.as_of < timedelta(minutes=61)
        assert claimed_ids(book, first=["1"]) == []

    def test_no_wait_at_all_is_due_at_once_with_one_failure_more(self, engine: Engine, book, claim_one) -> None:
        assert book.settle([later(claim_one())]) == [ONE]
        assert claim_one(owe=False).failures == 1

    def test_done_clears_what_went_wrong_before(self, engine: Engine, book, claim_one) -> None:
        book.settle([later(claim_one())])
        book.settle([Done(claim_one(owe=False))])
        row = owed_row(engine)
        assert (row.done, row.failures, row.problem, row.problem_class) == (1, 0, "", "")

    def test_parked_work_rests_and_stands_on_the_timeline(self, engine: Engine, book, claim_one) -> None:
        assert book.settle([parked(claim_one())]) == []
        row = owed_row(engine)
        assert (row.problem, row.problem_class, row.code, row.remedy, row.evidence) == (
            "no name",
            "DATA",
            "COMPANY_UNNAMED",
            "Give it a name.",
            {"company": "1"},
        )
        assert row.parked_at is not None
        assert claimed_ids(book, first=["1"]) == []
        assert codes(engine) == ["COMPANY_UNNAMED"]

    def test_without_a_code_the_timeline_says_parked(self, engine: Engine, book, claim_one) -> None:
        job = claim_one(task="link_contact")
        book.settle([parked(job, code="")])
        assert codes(engine, kind=Kind.CONTACT) == ["PARKED"]

    def test_a_record_that_changed_during_the_run_is_tried_again_instead_of_parked(
        self, engine: Engine, book, claim_one
    ) -> None:
        job = claim_one()
        book.owe([ONE])
        assert book.settle([parked(job)]) == [ONE]
        assert claim_one(owe=False).started == 2
        assert codes(engine) == []

    def test_what_a_vendor_said_never_costs_a_settlement(self, engine: Engine, book, claim_one) -> None:
        said = "bad\x00 byte, half \ud83d pair"
        evidence = {"said": said, "odd": {said}, said: timedelta(1), "numbers": [True, None, 1.5, float("nan")]}
        book.settle([Parked(claim_one("1"), said, "DATA", "X", said, evidence)])
        book.settle([Later(claim_one("2"), LONG, said, "TRANSIENT", counts=True)])
        readable = "bad\ufffd byte, half ? pair"
        row = owed_row(engine)
        assert (row.problem, row.remedy) == (readable, readable)
        assert row.evidence == {
            "said": readable,
            "odd": [readable],
            readable: "1 day, 0:00:00",
            "numbers": [True, None, 1.5, "nan"],
        }
        assert owed_row(engine, "2").problem == readable

    def test_a_mixed_slice_is_settled_row_by_row(self, engine: Engine, book) -> None:
        book.owe([Owed(TASK, "1"), Owed(TASK, "2"), Owed(TASK, "3")])
        one, two, three = book.claim(TASK, Lane.LIVE, first=["1", "2", "3"], limit=3, ttl=LONG)
        book.owe([Owed(TASK, "1")])
        assert book.settle([parked(three), Done(one), later(two, LONG)]) == [Owed(TASK, "1")]
        rows = [owed_row(engine, one) for one in "123"]
        assert [(row.requested, row.done, row.failures, row.parked_at is None) for row in rows] == [
            (2, 1, 0, True),
            (1, 0, 1, True),
            (1, 0, 0, False),
        ]

    def test_eight_threads_owing_and_settling_lose_nothing(self, engine: Engine, book: PostgresOwedBook) -> None:
        ids = [str(n) for n in range(1, 21)]
        seen_after: dict[str, int] = dict.fromkeys(ids, 0)

        def announce() -> None:
            for turn in range(15):
                book.owe([Owed(TASK, one) for one in (ids if turn % 2 else reversed(ids))])

        def work() -> None:
            for _ in range(25):
                jobs = book.claim(TASK, Lane.LIVE, first=[], limit=7, ttl=LONG)
                for job in jobs:
                    seen_after[job.record_id] = max(seen_after[job.record_id], job.started)
                book.renew(jobs[0].token if jobs else "", ttl=LONG)
                book.settle([Done(job) for job in reversed(jobs)])

        at_once(*[announce, work] * 4)
        while jobs := book.claim(TASK, Lane.LIVE, first=[], limit=100, ttl=LONG):
            seen_after.update({job.record_id: job.started for job in jobs})
            book.settle([Done(job) for job in jobs])
        assert seen_after == dict.fromkeys(ids, 60)
        rows = [owed_row(engine, one) for one in ids]
        assert {(row.requested, row.done, row.claim_token) for row in rows} == {(60, 60, None)}


class TestTheSweep:
    @pytest.fixture
    def book(self, engine: Engine) -> PostgresOwedBook:
        return PostgresOwedBook(engine, resend_after=timedelta(seconds=20))

    def forget_waking(self, engine: Engine) -> None:
        execute(engine, "UPDATE owed SET woken_at = woken_at - interval '21 seconds'")

    def test_what_was_woken_just_now_is_left_to_its_message(self, engine: Engine, book: PostgresOwedBook) -> None:
        book.owe([ONE])
        assert book.find_unattended(limit=10) == []

    def test_what_nobody_took_is_found_once(self, engine: Engine, book: PostgresOwedBook) -> None:
        book.owe([Owed(TASK, "1", forced=True)])
        self.forget_waking(engine)
        assert book.find_unattended(limit=10) == [Owed(TASK, "1", forced=True)]
        assert book.find_unattended(limit=10) == []

    def test_waiting_claimed_parked_and_settled_rows_are_let_be(self, engine: Engine, book, claim_one) -> None:
        book.settle([later(claim_one("1"), LONG), parked(claim_one("2")), Done(claim_one("3"))])
        claim_one("4")
        self.forget_waking(engine)
        assert book.find_unattended(limit=10) == []

    def test_a_dead_workers_rows_are_found_when_its_claim_expires(self, engine: Engine, book) -> None:
        book.owe([ONE])
        book.claim(TASK, Lane.LIVE, first=["1"], limit=1, ttl=LAPSED)
        self.forget_waking(engine)
        assert book.find_unattended(limit=10) == [ONE]

    def test_customers_who_wait_come_before_a_first_load(self, engine: Engine, book) -> None:
        book.owe([Owed(TASK, str(n), Lane.BACKFILL) for n in range(1, 6)])
        self.forget_waking(engine)
        book.owe([Owed(TASK, "9", Lane.LIVE)])
        self.forget_waking(engine)
        found = book.find_unattended(limit=3)
        assert found[0] == Owed(TASK, "9", Lane.LIVE)
        assert [one.lane for one in found] == [Lane.LIVE, Lane.BACKFILL, Lane.BACKFILL]

    def test_two_sweeps_at_once_wake_each_row_once(self, engine: Engine, book: PostgresOwedBook) -> None:
        book.owe([Owed(TASK, str(n)) for n in range(1, 301)])
        self.forget_waking(engine)
        found = at_once(*[lambda: book.find_unattended(limit=1000)] * 4)
        assert sorted(one.record_id for part in found for one in part) == sorted(str(n) for n in range(1, 301))
