"""How many requests may be under way at once: in all, for memory's sake, and of one caller, for the others' sake."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from workers.http.problems import Away, Problem


class Gate:
    """Of one event loop: nothing here waits, so nothing has to be locked."""

    def __init__(self, *, in_all: int, per_caller: int) -> None:
        self._in_all = in_all
        self._per_caller = per_caller
        self._under_way: Counter[str] = Counter()
        self._total = 0

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Before anything is known of the caller. Refused with 503."""
        if self._total >= self._in_all:
            raise Away("Too many requests are under way.", after_seconds=1)
        self._total += 1
        try:
            yield
        finally:
            self._total -= 1

    @contextmanager
    def enter_as(self, caller: str) -> Iterator[None]:
        """Once the caller is known. Refused with 429."""
        if self._under_way[caller] >= self._per_caller:
            detail = f"{self._per_caller} requests of yours are under way; wait for one of them."
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, headers={"Retry-After": "1"})
        self._under_way[caller] += 1
        try:
            yield
        finally:
            self._under_way[caller] -= 1
