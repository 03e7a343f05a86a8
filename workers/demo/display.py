"""Progress while the demo plays: a moving line on a terminal, plain lines elsewhere."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status

from workers.demo.play import Played, Progress

PLAIN_LINE_EVERY = 5.0


class Display:
    """A context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._last_line = 0.0

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status = self._console.status("starting")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def show(self, progress: Progress) -> None:
        """How it stands now."""
        self._show(f"{progress.phase.value}: {progress.owed:,} tasks owed, {progress.parked:,} parked")

    def show_people(self, what: str, acts: int, owed: int) -> None:
        """How it stands while people are at work, and until everything rests."""
        self._show(f"{what}: {acts:,} acts of people, {owed:,} tasks owed")

    def _show(self, line: str) -> None:
        if self._status is not None:
            self._status.update(line)
        elif time.monotonic() - self._last_line > PLAIN_LINE_EVERY:
            self._last_line = time.monotonic()
            self._console.print(f"  {line}")

    def finish(self, played: Played) -> None:
        """A phase is over."""
        calls = f"{played.calls['hubspot']:,} HubSpot, {played.calls['salesforce']:,} Salesforce calls"
        words = f"{played.phase.value:26}{played.companies:>6,} companies {played.seconds:>6.1f} s  {calls}"
        self._console.print(f"  {words}", soft_wrap=True)
