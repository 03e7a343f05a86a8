"""Lua scripts run by Redis, each in its own file; Redis being away is a reason to try again."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import redis

from tasks.contracts.errors import Unreachable


class Script:
    """One script of this package. Sent again by itself when Redis has forgotten it."""

    def __init__(self, client: redis.Redis, name: str) -> None:
        source = files("workers.coordination").joinpath(f"{name}.lua").read_text(encoding="utf-8")
        self._script = client.register_script(source)

    def run(self, keys: list[str], arguments: list[str | int | float]) -> Any:
        """Raises Unreachable when Redis does not answer."""
        with needing_redis():
            return self._script(keys=keys, args=arguments)


@contextmanager
def needing_redis() -> Iterator[None]:
    """Whatever Redis cannot do now is tried again later."""
    try:
        yield
    except (redis.RedisError, OSError) as error:
        raise Unreachable(
            f"Redis did not answer: {type(error).__name__}",
            code="REDIS_UNREACHABLE",
            remedy="Nothing is lost; work goes on when Redis is back.",
        ) from error


def text_of(value: bytes | str) -> str:
    """What Redis answers, in text."""
    return value.decode() if isinstance(value, bytes) else value
