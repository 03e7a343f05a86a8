"""A messenger that keeps what it was given."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tasks.contracts.records import Owed


@dataclass
class MemoryMessenger:
    """Nobody is woken."""

    woken: list[Owed] = field(default_factory=list)

    def wake(self, owed: Sequence[Owed], *, after: timedelta = timedelta()) -> None:
        self.woken += owed
