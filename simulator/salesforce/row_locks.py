"""Rows a running call has written, and the parents they hang on, are closed to every other call."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class RowLocks:
    def __init__(self) -> None:
        self.touched: set[str] = set()  # by the call that is being answered
        self._held: Counter[str] = Counter()

    def find_held(self, record_ids: Iterable[str]) -> str | None:
        return next((record_id for record_id in record_ids if self._held[record_id]), None)

    @contextmanager
    def holding(self, record_ids: Iterable[str]) -> Iterator[None]:
        held = list(record_ids)
        self._held.update(held)
        try:
            yield
        finally:
            self._held.subtract(held)
            self._held += Counter()  # forgets what nobody holds
