"""Waits for the fleet's call budget before every call, and tells the budget what the CRM said."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Protocol
from uuid import uuid4

from tasks.contracts.errors import Throttled, Unreachable
from tasks.contracts.records import Lane

PATIENCE = timedelta(seconds=3)
"""Shorter waits are slept through; for longer ones the record goes back to the queue."""


class CallBudget(Protocol):
    """What the fleet may ask of the CRMs. Every method raises Unreachable when it cannot be asked."""

    def take(self, allowances: Sequence[str], lane: Lane, *, family: str, call: str) -> timedelta:
        """Zero: granted. Else: ask again after this long."""
        ...

    def finish(self, allowances: Sequence[str], call: str) -> None:
        """The call is over."""
        ...

    def note_usage(self, allowance: str, *, used: int, limit: int) -> None:
        """What the CRM itself counts."""
        ...

    def punish(self, allowance: str, for_: timedelta) -> None:
        """Every worker stays away for this long."""
        ...


class Turnstile:
    """Lets one call of a lane through at a time that suits the budget."""

    def __init__(self, budget: CallBudget, lane: Lane) -> None:
        self._budget = budget
        self._lane = lane

    @contextmanager
    def passing(self, family: str, allowances: Sequence[str]) -> Iterator[None]:
        """Throttled if the wait is a long one, Unreachable if the budget cannot be asked."""
        call = uuid4().hex
        self._wait(family, allowances, call)
        try:
            yield
        finally:
            with suppress(Unreachable):
                self._budget.finish(allowances, call)

    def note_usage(self, allowance: str, *, used: int, limit: int) -> None:
        """Best effort: the answer in hand is worth more than the count."""
        with suppress(Unreachable):
            self._budget.note_usage(allowance, used=used, limit=limit)

    def punish(self, allowance: str, for_: timedelta) -> None:
        """Best effort, as above."""
        with suppress(Unreachable):
            self._budget.punish(allowance, for_)

    def _wait(self, family: str, allowances: Sequence[str], call: str) -> None:
        deadline = time.monotonic() + PATIENCE.total_seconds()
        while wait := self._budget.take(allowances, self._lane, family=family, call=call):
            seconds = wait.total_seconds()
            if time.monotonic() + seconds > deadline:
                raise Throttled(
                    f"{family}: the call budget is used up",
                    after=wait,
                    code="OUT_OF_BUDGET",
                    remedy="Nothing to do: it goes on when there are calls left.",
                )
            # So that those who were told the same moment do not all come back at it.
            time.sleep(seconds + random.uniform(0, 0.05))  # noqa: S311 -- not a secret
