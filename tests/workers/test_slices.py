"""A slice at work: what it has taken stays its own for as long as it runs, and whoever is to follow is woken."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from tasks.contracts.errors import Throttled
from tasks.contracts.reasons import Reason
from tasks.contracts.records import AccountId, CompanyId, Identity, Kind, Lane, Link, Owed, Verdict
from tasks.contracts.tools import Subject, Tools
from tasks.sync_task import Outcome, SyncTask
from tests.ledger.samples import empty, owed_row
from tests.waiting import until
from tests.woken import Woken
from workers.coordination.leases import Held, RedisLeases
from workers.ledger.owed_book import PostgresOwedBook
from workers.ledger.review_desk import ParkedFilter, ReviewDesk
from workers.settings import Settings
from workers.slices import run_slice
from workers.toolbox.hands import Hands

ACME = Identity("domain", "acme.com")


class StumblingBook(PostgresOwedBook):
    """The connection is cut when claims are to be kept for the first time."""

    renewed = 0

    def renew(self, token: str, *, ttl: timedelta) -> None:
        self.renewed += 1
        if self.renewed == 1:
            raise OperationalError("the server closed the connection", None, Exception())
        super().renew(token, ttl=ttl)


class CountingLeases(RedisLeases):
    """Tells how often they were kept."""

    renewed = 0

    def renew(self, held: Sequence[Held]) -> frozenset[str]:
        self.renewed += 1
        return super().renew(held)


@pytest.fixture
def hands(database_url: str, redis_url: str) -> Iterator[Hands]:
    changed: dict[str, Any] = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "claim_ttl": 0.3}
    hands = Hands.build(Settings(_env_file=None, **changed))
    empty(hands.engine)
    ttl = hands.settings.claim_ttl
    yield replace(hands, book=StumblingBook(hands.engine), leases=CountingLeases(hands.redis, ttl=ttl))
    hands.engine.dispose()
    hands.redis.close()


def test_claims_and_leases_are_kept_after_the_ledger_was_away_for_a_moment(hands):
    async def lasts(_record_id: str, tools: Tools) -> Outcome:
        async with tools.leases.hold([ACME]), asyncio.timeout(30):
            while hands.book.renewed < 3 or hands.leases.renewed < 3:  # noqa: ASYNC110 -- counted in other threads
                await asyncio.sleep(0.01)
        return Outcome.DONE

    task = SyncTask("lasts", Kind.COMPANY, lasts)
    hands.book.owe([Owed(task.name, "1")])
    assert run_slice(task, ["1"], Lane.LIVE, hands, Woken()) == 1
    assert hands.book.renewed >= 3


def test_what_follows_and_what_came_meanwhile_is_woken_at_once(hands):
    following = Owed("link_company", "1")

    async def is_asked_again(record_id: str, tools: Tools) -> Outcome:
        await asyncio.to_thread(hands.book.owe, [Owed("again", record_id)])
        await tools.ledger.owe([following])
        return Outcome.DONE

    task, messenger = SyncTask("again", Kind.COMPANY, is_asked_again), Woken()
    hands.book.owe([Owed(task.name, "1")])
    run_slice(task, ["1"], Lane.LIVE, hands, messenger)
    assert messenger.at_once == [Owed(task.name, "1"), following]


@pytest.mark.parametrize("lane", Lane)
def test_what_follows_stays_in_the_lane_of_what_caused_it(hands, lane):
    """Or a first load would stand in front of the customers waiting, and live off their calls."""
    about = Subject(Kind.COMPANY, "1")

    async def owes_in_every_way(_record_id: str, tools: Tools) -> Outcome:
        await tools.ledger.owe([Owed("a", "1")])
        await tools.ledger.record_verdict(about, Verdict("N1_NO_CONTACTS"), then=[Owed("b", "1")])
        link = Link(CompanyId("1"), AccountId("001000000000001AAA"))
        await tools.ledger.record_link(link, Verdict("LINKED_BY_KEY"), fence=1, then=[Owed("c", "1")])
        return Outcome.DONE

    task, messenger = SyncTask(f"owes-{lane}", Kind.COMPANY, owes_in_every_way), Woken()
    hands.book.owe([Owed(task.name, "1", lane)])
    run_slice(task, ["1"], lane, hands, messenger)
    assert messenger.at_once == [Owed(name, "1", lane) for name in "abc"]
    with hands.engine.connect() as connection:
        lanes = connection.exec_driver_sql("SELECT lane FROM owed WHERE task IN ('a', 'b', 'c')").scalars().all()
    assert lanes == [lane] * 3


def test_a_segment_that_a_person_overrode_is_warned_about(hands):
    about, verdict = Subject(Kind.COMPANY, "1"), Verdict(Reason.SEGMENT_OVERRIDDEN, {"segments": ["company_segment"]})

    async def overrides(_record_id: str, tools: Tools) -> Outcome:
        await tools.ledger.record_verdict(about, verdict)
        await tools.ledger.record_verdict(about, Verdict(Reason.MANUAL))
        return Outcome.DONE

    task = SyncTask("overrides", Kind.COMPANY, overrides)
    hands.book.owe([Owed(task.name, "1")])
    with capture_logs() as logs:
        run_slice(task, ["1"], Lane.LIVE, hands, Woken())
    warned = {"kind": "hubspot.company", "record_id": "1", "segments": ["company_segment"]}
    assert [one for one in logs if one["log_level"] == "warning"] == [
        {"event": "segment.overridden", "log_level": "warning", **warned}
    ]


def test_short_waits_are_woken_for_and_long_ones_are_left_to_the_sweep(hands):
    waits = {str(number): timedelta(seconds=number) for number in range(10, 20)} | {"1": timedelta(minutes=15)}

    async def waits_for_quota(record_id: str, _tools: Tools) -> Outcome:
        raise Throttled("later", after=waits[record_id])

    task, messenger = SyncTask("waits", Kind.COMPANY, waits_for_quota), Woken()
    hands.book.owe([Owed(task.name, one) for one in waits])
    run_slice(task, [], Lane.LIVE, hands, messenger)
    assert messenger.at_once == []
    assert {one for one, _ in messenger.later} == waits.keys() - {"1"}
    assert {after for _, after in messenger.later} != {waits["19"]}, "records that failed together come back apart"


@pytest.fixture
def soft_limit() -> Iterator[Callable[[], None]]:
    """Strikes the main thread a moment after it is called, as the pool's signal does."""

    def strike(_number: int, _frame: object) -> None:
        raise SoftTimeLimitExceeded

    main, before = threading.get_ident(), signal.signal(signal.SIGUSR1, strike)
    yield lambda: threading.Timer(0.2, signal.pthread_kill, (main, signal.SIGUSR1)).start()
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize("where", ["within a flow", "while all flows wait"])
def test_a_slice_whose_time_is_up_is_tried_again_and_it_counts(hands, soft_limit, where):
    customer = Identity("domain", where)
    # Held here, as a gather holds those who wait for it: a flow that nobody knows of would be collected as garbage.
    never = asyncio.Event()

    async def takes_too_long(record_id: str, tools: Tools) -> Outcome:
        async with tools.leases.hold([customer]):
            if where == "within a flow":
                raise SoftTimeLimitExceeded
            soft_limit()
            await never.wait()
        return Outcome.DONE

    task, messenger = SyncTask(f"slow {where}", Kind.COMPANY, takes_too_long), Woken()
    hands.book.owe([Owed(task.name, "1")])
    assert run_slice(task, ["1"], Lane.LIVE, hands, messenger) == 1
    row = owed_row(hands.engine, "1", task.name)
    assert (row.failures, row.parked_at, row.claim_token, row.done) == (1, None, None, 0)
    assert row.not_before > row.owed_since
    assert [one for one, _ in messenger.later] == ["1"]
    # Given back, or run out because nobody renews it any more.
    until(lambda: hands.leases.take([[customer]]) != [None], every=0.05, what="the lease is still kept")


def test_one_record_s_trouble_is_its_own(hands):
    async def fails_for_two(record_id: str, _tools: Tools) -> Outcome:
        if record_id == "2":
            raise KeyError(record_id)
        return Outcome.DONE

    task = SyncTask("fails", Kind.COMPANY, fails_for_two)
    hands.book.owe([Owed(task.name, one) for one in "123"])
    assert run_slice(task, ["3"], Lane.LIVE, hands, Woken()) == 3
    parked = ReviewDesk(hands.engine).find_parked(ParkedFilter(task=task.name))
    assert [(one.record_id, one.code) for one in parked] == [("2", "FAULT")]
    assert not [one for one in ReviewDesk(hands.engine).count_owed() if one.task == task.name and one.owed]
