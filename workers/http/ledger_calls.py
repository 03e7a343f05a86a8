"""How the receiver reaches the ledger: in a few threads, and not for longer than a caller waits."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from workers.http.problems import Away
from workers.telemetry.logs import get_logger

T = TypeVar("T")
log = get_logger(__name__)
ANSWERED_WITHIN_SECONDS = 4
"""HubSpot waits for five."""


class LedgerCalls:
    """Threads of their own for each kind of caller, so that none of them waits behind another's rush."""

    def __init__(self, *, threads: int, purpose: str) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=purpose)
        self._purpose = purpose

    async def run(self, call: Callable[[], T]) -> T:
        """Raises Away if Postgres is. What was begun may still be done then: everything here may be repeated."""
        try:
            async with asyncio.timeout(ANSWERED_WITHIN_SECONDS):
                return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except (DataError, IntegrityError):
            raise  # waiting would not mend it
        except (DBAPIError, NoConnectionLeft, TimeoutError) as problem:
            log.warning("ledger.away", purpose=self._purpose, problem=type(problem).__name__)
            raise Away("The ledger does not answer; nothing is known to have been stored.") from None

    def close(self) -> None:
        """Nobody waits for what is stuck."""
        self._threads.shutdown(wait=False, cancel_futures=True)
