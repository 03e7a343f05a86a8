"""Long transactions: rows carry the moment a call began to write, and are seen when it has committed."""

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from simulator.salesforce import timestamps
from simulator.salesforce.settings import Settings

LOOK_AGAIN_SECONDS = 0.01


class Transactions:
    def __init__(self, settings: Settings, counters: Counter[str]) -> None:
        self.random = random.Random(settings.random_seed)
        self._settings = settings
        self._counters = counters
        self._numbers = itertools.count()
        self._open: dict[int, float] = {}  # since when
        self._held_since = 0.0
        self._committing: str | None = None

    def hold(self) -> None:
        """From now on nothing commits, until the switch is off again."""
        self._held_since = time.time()

    def now(self) -> str:
        return self._committing or timestamps.now()

    def oldest_open(self) -> float | None:
        """When the oldest transaction that has not committed began."""
        since = [*self._open.values(), *([self._held_since] if self._settings.hold_commits else ())]
        return min(since, default=None)

    async def stay_open(self) -> str | None:
        """Wait as long as the switches say; the moment it began, or None if this call commits at once."""
        settings = self._settings
        is_long = self.random.random() < settings.late_commit_rate
        if not settings.hold_commits and not is_long:
            return None
        number, began = next(self._numbers), time.time()
        self._open[number] = began
        self._counters["commits.late"] += 1
        try:
            while self._must_wait(began if is_long else None):  # noqa: ASYNC110 - a turned switch wakes nobody
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
        finally:
            # Whoever waited commits without letting anyone in between.
            del self._open[number]
        return timestamps.stamp(datetime.fromtimestamp(began, UTC))

    def _must_wait(self, long_since: float | None) -> bool:
        settings = self._settings
        is_running = long_since is not None and time.time() < long_since + settings.late_commit_seconds
        return settings.hold_commits or is_running

    @contextmanager
    def committing(self, began: str | None) -> Iterator[None]:
        """What is written meanwhile carries that moment."""
        self._committing = began
        try:
            yield
        finally:
            self._committing = None
