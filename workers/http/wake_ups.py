"""Wakes workers after the answer: Redis may be slow or away, and whoever announced something must not wait for that."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from tasks.contracts.machinery import Messenger
from tasks.contracts.records import Owed
from workers.telemetry.logs import get_logger

log = get_logger(__name__)
MOST_WAITING = 10_000
LAST_WORDS_SECONDS = 3


class WakeUps:
    """What waits while a message is under way goes out together. Too much is forgotten: `resend_owed` finds it."""

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger
        self._waiting: dict[Owed, None] = {}
        self._has_more = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def soon(self, owed: Sequence[Owed]) -> None:
        """What was committed before. Returns at once."""
        if len(self._waiting) + len(owed) > MOST_WAITING:
            log.warning("wake_up.lost", records=len(owed))
            return
        self._waiting.update(dict.fromkeys(owed))
        if self._waiting:
            self._has_more.set()

    def start(self) -> None:
        """From within the event loop."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """What waits is sent, if that is quickly done."""
        if self._task is None:
            return
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await self._send()

    async def _run(self) -> None:
        while True:
            await self._has_more.wait()
            await self._send()

    async def _send(self) -> None:
        together, self._waiting = tuple(self._waiting), {}
        self._has_more.clear()
        if together:
            await asyncio.to_thread(self._messenger.wake, together)
