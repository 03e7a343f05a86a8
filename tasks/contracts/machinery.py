"""What the machinery around the flows needs: announcements, owed work, wake-up calls. Flows never see these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from tasks.contracts.changes import Change, Malformed
from tasks.contracts.records import Lane, Owed


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a batch of announcements."""

    new: int
    repeated: int
    owed: tuple[Owed, ...]


class Inbox(Protocol):
    """Where announcements are noted before anything else happens to them."""

    def record_changes(self, routed: Sequence[tuple[Change, Sequence[Owed]]]) -> Received:
        """Note each change once, by event id, and what it makes owed: all or nothing. Safe to repeat.

        What is owed for a Salesforce record is owed for the HubSpot record it is linked with, if any; for an account
        without one, `create_company` is.
        """
        ...

    def park_malformed(self, malformed: Sequence[Malformed]) -> None:
        """Keep what could not be understood, whole, with the reason. Safe to repeat."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """One owed row, claimed by this worker."""

    task: str
    record_id: str
    lane: Lane
    started: int
    """How many requests this run answers; later ones stay owed."""
    token: str
    """Proves the claim; a run whose claim expired settles nothing."""
    as_of: datetime
    """Facts read at or after this moment are fresh enough."""
    owed_since: datetime
    failures: int = 0
    forced: bool = False

    def as_owed(self) -> Owed:
        """The row this job was claimed from."""
        return Owed(self.task, self.record_id, self.lane)


@dataclass(frozen=True, slots=True)
class Done:
    """The run answered the requests it started with."""

    job: Job


@dataclass(frozen=True, slots=True)
class Later:
    """Try again after a while."""

    job: Job
    after: timedelta
    problem: str
    problem_class: str
    counts: bool
    """Whether it uses up an attempt; waiting does not."""


@dataclass(frozen=True, slots=True)
class Parked:
    """Until a person, or a change of the record, says otherwise."""

    job: Job
    problem: str
    problem_class: str
    code: str
    remedy: str
    evidence: Mapping[str, object]


Settlement = Done | Later | Parked


class OwedBook(Protocol):
    """What is owed, to whom it is handed, and what came of it."""

    def owe(self, owed: Sequence[Owed]) -> None:
        """One more request per row; a parked row is woken. Safe, but not free, to repeat."""
        ...

    def claim(self, task: str, lane: Lane, *, first: Sequence[str], limit: int, ttl: timedelta) -> Sequence[Job]:
        """Hand out due rows of this task and lane, these records first, each to one worker at a time."""
        ...

    def renew(self, token: str, *, ttl: timedelta) -> None:
        """Keep the claims of this token for another while."""
        ...

    def settle(self, settlements: Sequence[Settlement]) -> Sequence[Owed]:
        """Close the runs; returns what is still owed and due, to be woken again. Safe to repeat."""
        ...

    def find_unattended(self, *, limit: int) -> Sequence[Owed]:
        """Rows that are owed and due, and that nobody has claimed or woken for a while; marks them woken."""
        ...


class Messenger(Protocol):
    """Wakes whoever is to do the work. May lose a message; `resend_owed` finds what it lost."""

    def wake(self, owed: Sequence[Owed], *, after: timedelta = timedelta()) -> None: ...
