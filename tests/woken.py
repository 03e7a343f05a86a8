"""A messenger that wakes nobody."""

from collections.abc import Sequence
from datetime import timedelta

from tasks.contracts.machinery import Messenger
from tasks.contracts.records import Owed


class Woken(Messenger):
    """Notes who is woken, and after how long."""

    def __init__(self) -> None:
        self.at_once: list[Owed] = []
        self.later: list[tuple[str, timedelta]] = []

    def wake(self, owed: Sequence[Owed], *, after: timedelta = timedelta()) -> None:
        if after:
            self.later += [(one.record_id, after) for one in owed]
        else:
            self.at_once += owed
