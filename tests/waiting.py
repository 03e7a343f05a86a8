"""Wait for what happens by itself: as short as it takes, and never for ever."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(look: Callable[[], T], *, seconds: float = 60, every: float = 0.01, what: str = "it did not happen") -> T:
    """What the look finds as soon as it finds something; AssertionError, saying `what`, if it never does."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, what
        time.sleep(every)
    return found
