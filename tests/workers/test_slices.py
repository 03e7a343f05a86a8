"""A slice at work: what it has taken stays its own for as long as it runs."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from tasks.contracts.records import Identity, Kind, Lane, Owed
from tasks.contracts.tools import Messenger, Tools
from tasks.sync_task import Outcome, SyncTask
from workers.coordination.leases import Held, RedisLeases
from workers.ledger.owed_book import PostgresOwedBook
from workers.settings import Settings
from workers.slices import run_slice
from workers.toolbox.hands import Hands

ACME = Identity("domain", "acme.com")


class Nobody(Messenger):
    """Is woken and does nothing."""

    def wake(self, owed: Sequence[Owed], *, after: timedelta = timedelta()) -> None: ...


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
    assert run_slice(task, ["1"], Lane.LIVE, hands, Nobody()) == 1
    assert hands.book.renewed >= 3
