"""Leases as a flow sees them: all flows of a slice take and release theirs in one script call each."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from threading import Lock

from tasks.contracts.errors import Busy
from tasks.contracts.records import Identity
from tasks.contracts.tools import Lease
from workers.coordination.leases import RedisLeases
from workers.gather import Gather
from workers.ledger.postgres_ledger import PostgresLedger
from workers.toolbox.reach import reach_ledger, reach_redis

Group = tuple[Identity, ...]
Held = tuple[str, Group]
"""The token and what it holds."""


class LeaseBatches:
    """The leases of one slice; knows what is held, so that the slice can renew it."""

    def __init__(self, leases: RedisLeases, ledger: PostgresLedger) -> None:
        self._leases = leases
        self._ledger = ledger
        self._lock = Lock()
        self._held: dict[str, Group] = {}

    def take(self, groups: Sequence[Group]) -> list[tuple[str, int] | Busy]:
        """Token and fence for each group, or Busy."""
        fences = reach_ledger(lambda: self._ledger.draw_fences(len(groups)))
        tokens = reach_redis(lambda: self._leases.take(groups))
        with self._lock:
            self._held.update({token: group for token, group in zip(tokens, groups, strict=True) if token})
        return [
            (token, fence) if token else Busy(f"{group[0]} or what it shares is being worked on")
            for token, group, fence in zip(tokens, groups, fences, strict=True)
        ]

    def release(self, held: Sequence[Held]) -> list[None]:
        """Give back; what cannot be given back expires."""
        with self._lock:
            for token, _ in held:
                self._held.pop(token, None)
        reach_redis(lambda: self._leases.release(held))
        return [None] * len(held)

    def renew(self) -> None:
        """Keep what the slice holds. What is lost is lost: the fence, not the lease, proves anything."""
        with self._lock:
            held = list(self._held.items())
        if held:
            reach_redis(lambda: self._leases.renew(held))


class GatheredLeases:
    """The `Leases` of one run."""

    def __init__(self, gather: Gather, batches: LeaseBatches) -> None:
        self._ask = gather.ask
        self._batches = batches

    @asynccontextmanager
    async def hold(self, identities: Sequence[Identity]) -> AsyncIterator[Lease]:
        """All of them or Busy."""
        group = tuple(identities)
        token, fence = await self._ask(self._batches.take, group)
        try:
            yield Lease(fence)
        finally:
            await self._ask(self._batches.release, (token, group))
