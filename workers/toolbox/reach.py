"""How the toolbox reaches Postgres and Redis: what is down is waited for, and its words stay where they are."""

from collections.abc import Callable
from typing import TypeVar

from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from tasks.contracts.errors import Unreachable

V = TypeVar("V")


def reach_ledger(call: Callable[[], V]) -> V:
    """Unreachable if Postgres is away, or refuses for now. Its text may quote rows, so only its kind is told."""
    try:
        return call()
    except (DBAPIError, NoConnectionLeft) as problem:
        raise Unreachable(f"the ledger did not answer ({type(problem).__name__})") from None


def reach_redis(call: Callable[[], V]) -> V:
    """Unreachable if Redis is away."""
    try:
        return call()
    except RedisError as problem:
        raise Unreachable(f"Redis did not answer ({type(problem).__name__})") from None
