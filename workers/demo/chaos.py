"""Trouble on purpose: workers die at random, and once Redis forgets everything and goes away."""

import random
import time
from collections.abc import Callable
from contextlib import suppress

import redis

from workers.embedded import EmbeddedRedis
from workers.supervisor import Supervisor

BETWEEN_KILLS = (3.0, 6.0)
REDIS_IS_AWAY_FOR = 2.0


class Chaos:
    """Does its harm from `tick`, which the demo calls several times a second."""

    def __init__(self, supervisor: Supervisor, server: EmbeddedRedis, *, seed: int = 7) -> None:
        self._supervisor = supervisor
        self._server = server
        self._random = random.Random(seed)  # noqa: S311 -- trouble that can be repeated
        self._workers = [one.name for one in supervisor.statuses() if one.name.startswith("worker")]
        self._next_kill = time.monotonic() + self._wait()
        self._redis_due: float | None = None
        self._redis_back_at: float | None = None
        self.kills = 0
        self.redis_restarts = 0

    def break_redis_soon(self, seconds: float) -> None:
        """Once, in the middle of whatever is going on then."""
        self._redis_due = time.monotonic() + seconds

    def left_undone(self) -> list[str]:
        """What was to break and did not: an end without it proves nothing."""
        undone = ["no worker was killed"] if not self.kills else []
        return undone if self.redis_restarts else [*undone, "Redis was not emptied, killed and started again"]

    def tick(self) -> None:
        """Kill who is due."""
        now = time.monotonic()
        if now >= self._next_kill:
            worker = self._random.choice(self._workers)
            self.kills += self._supervisor.status(worker).pid is not None
            self._supervisor.kill(worker)
            self._next_kill = now + self._wait()
        self._once(now, self._redis_due, self._break_redis)
        self._once(now, self._redis_back_at, self._bring_redis_back)

    def _once(self, now: float, due: float | None, act: Callable[[float], None]) -> None:
        if due is not None and now >= due:
            act(now)

    def _break_redis(self, now: float) -> None:
        self._redis_due = None
        with suppress(redis.RedisError), redis.Redis.from_url(self._server.url) as client:
            client.flushall()
        self._server.kill()
        self._redis_back_at = now + REDIS_IS_AWAY_FOR

    def _bring_redis_back(self, _now: float) -> None:
        self._redis_back_at = None
        self._server.start()
        self.redis_restarts += 1

    def _wait(self) -> float:
        return self._random.uniform(*BETWEEN_KILLS)
