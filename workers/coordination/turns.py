"""One after the other in the whole fleet, where doing a thing twice would only be a waste."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import redis
from redis.exceptions import RedisError

LONGEST = timedelta(minutes=1)
"""Of a turn, and of waiting for it: then everybody goes on, for better for worse."""


class Turns:
    """Waits in line. Nothing may depend on it: without Redis, or after a minute, two do the same side by side."""

    def __init__(self, client: "redis.Redis", *, longest: timedelta = LONGEST) -> None:
        self._redis = client
        self._seconds = longest.total_seconds()

    @contextmanager
    def wait_for(self, what: str) -> Iterator[None]:
        """Nobody else does this, or hardly anybody, until it ends."""
        lock = self._redis.lock(f"tandem:turn:{what}", timeout=self._seconds, blocking_timeout=self._seconds)
        with suppress(RedisError):
            lock.acquire()
        try:
            yield
        finally:
            with suppress(RedisError):  # it ran out, or was never taken
                lock.release()
