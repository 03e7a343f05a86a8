"""When everything has come to rest: nothing is owed, and every poll has read beyond the last thing that happened."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workers.demo.people_at_work.ping_pong import Writes
from workers.demo.people_at_work.sources import SEARCH_LEARNS_WITHIN
from workers.ledger.poll_book import CursorState

SEEN_AFTER = timedelta(seconds=SEARCH_LEARNS_WITHIN)
POLLS = frozenset({"hubspot", "hubspot.lists", "salesforce"})
"""Those that read at a pace to wait for."""
READS: Mapping[str, frozenset[str]] = {
    "hubspot": frozenset({"calls_search", "calls_objects"}),
    "salesforce": frozenset({"query", "composite", "feeds.deleted", "feeds.held_back", "error.INVALID_FIELD"}),
}
"""What the simulated CRMs call the polls' reads; each process asks once for a field that not every org has."""
NO_KIND_OF_CALL = ("calls_numbered", "calls_dated", "answers_", "correlation_ids", "oauth.")
"""Counted beside them for the same calls, or to log in."""


def have_read(cursors: Sequence[CursorState], moment: datetime) -> bool:
    """Whether every poll has begun its last complete reading after this moment."""
    of_polls = [cursor for cursor in cursors if cursor.cursor in POLLS]
    is_known = {cursor.cursor for cursor in of_polls} == POLLS
    return is_known and all(cursor.is_complete and cursor.upto > moment for cursor in of_polls)


@dataclass(frozen=True, slots=True)
class Tally:
    """What had happened up to a moment."""

    writes: Writes
    requests: int
    """How often any task was asked for."""
    counters: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Quiet:
    """From one moment to another, with nobody at work."""

    before: Tally
    after: Tally

    @property
    def writes(self) -> Writes:
        """By Tandem."""
        return self.after.writes - self.before.writes

    @property
    def requests(self) -> int:
        return self.after.requests - self.before.requests

    def calls(self, crm: str) -> int:
        """In all."""
        return self._grown(crm).get("calls", 0)

    def others(self, crm: str) -> dict[str, int]:
        """What was counted that is no poll's read."""
        known = READS[crm] | {"calls"}
        grown = self._grown(crm)
        return {
            name: more for name, more in grown.items() if name not in known and not name.startswith(NO_KIND_OF_CALL)
        }

    def _grown(self, crm: str) -> dict[str, int]:
        before, after = self.before.counters[crm], self.after.counters[crm]
        return {name: times - before.get(name, 0) for name, times in after.items() if times != before.get(name, 0)}


def busy_though_quiet(quiet: Quiet) -> Iterator[str]:
    """An unchanged world costs the polls' reads and nothing else."""
    if quiet.writes.in_all:
        yield f"{quiet.writes.in_all} writes by Tandem, though nothing had changed"
    if quiet.requests:
        yield f"tasks were asked for {quiet.requests} times, though nothing had changed"
    for crm in READS:
        if others := quiet.others(crm):
            counted = ", ".join(f"{name} {times}" for name, times in sorted(others.items()))
            yield f"{crm} was called for more than the polls, though nothing had changed: {counted}"
