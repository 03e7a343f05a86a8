"""A fuse per record: who is written more often than a record can need is part of a loop, whoever else is in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import redis

from workers.coordination.scripts import Script, needing_redis
from workers.settings import Settings


@dataclass(frozen=True, slots=True)
class Written:
    """A record of a CRM that is about to be written."""

    crm: str
    kind: str
    record_id: str


class WriteFuses:
    """In Redis: a count that gets lost lets a loop run for one more window, and one exchange counts a whole batch."""

    def __init__(self, client: redis.Redis, settings: Settings) -> None:
        self._redis = client
        self.limit = settings.write_fuse
        self.window = settings.write_fuse_window
        self._count = Script(client, "fuses_count")

    def count(self, records: Sequence[Written]) -> list[int]:
        """How many writes each has had within the window, this one included; beyond `limit` it must not be written.

        A blown fuse stays blown until nobody has tried for a whole window. Raises Unreachable.
        """
        if not records:
            return []
        window_ms = max(1, int(self.window.total_seconds() * 1000))
        counts: list[int] = self._count.run([_key(one) for one in records], [self.limit, window_ms])
        return counts

    def mend(self, records: Sequence[Written]) -> None:
        """A person says that the loop is gone. Raises Unreachable."""
        with needing_redis():
            for one in records:
                self._redis.delete(_key(one))


def _key(one: Written) -> str:
    return f"tandem:writes:{one.crm}:{one.kind}:{one.record_id}"
