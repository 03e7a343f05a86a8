"""What the portal does on its own after a while: done when next somebody looks, so nothing runs unseen."""

import heapq
import itertools
import time
from collections.abc import Callable


class Agenda:
    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def after(self, delay: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._due, (time.monotonic() + delay, next(self._order), action))

    def catch_up(self) -> None:
        now = time.monotonic()
        while self._due and self._due[0][0] <= now:
            heapq.heappop(self._due)[2]()

    def __len__(self) -> int:
        return len(self._due)
