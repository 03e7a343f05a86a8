"""What a poll needs: feeds that tell what changed in a CRM, and a book that remembers how far each was read.

A feed may tell of a record twice and in any state it had since; it may not leave one out for good. Every method may
raise `TryAgain`, and `NeedsHuman` where a right or a setting is missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from tasks.contracts.changes import Change
from tasks.contracts.machinery import Received
from tasks.contracts.records import Kind, Owed

ROLE = "salesforce.opportunity_role"
"""A contact's role on an opportunity: nobody announces one by itself."""
SEGMENT = "segment"
MAPPED = "mapped"
"""The fact under which companies and accounts have the values of the field mapping, by name."""


class Fate(StrEnum):
    """What has become of a record."""

    ALIVE = "alive"
    DELETED = "deleted"
    """It can still be restored."""
    MERGED = "merged"
    CONVERTED = "converted"
    GONE = "gone"
    """For good."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A record as a poll has seen it."""

    kind: str
    """A `Kind`, `ROLE`, or a segment's `kind_of_segment`."""
    id: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Everything we look at, as JSON values: who differs in none of it has not changed for us."""
    stamp: datetime | None = None
    """When the CRM says it was changed last."""
    fate: Fate = Fate.ALIVE
    heir: str = ""
    """The record it was merged or converted into."""


def kind_of_segment(segment: str, kind: Kind) -> str:
    """Under which its members are remembered."""
    return f"{SEGMENT}:{kind}:{segment}"


@dataclass(frozen=True, slots=True)
class Place:
    """How far something has been read that is read again and again, each time from a bit before the last time."""

    since: datetime
    """Where this reading starts."""
    begun_at: datetime
    """What was changed and visible before this moment will have been read once this reading is over."""
    stamp: datetime | None = None
    """Read up to here, and, where there are very many of this stamp, up to `last_id` among them."""
    last_id: str = ""
    upto: str = ""
    """Of a list that is read in the order of ids: the largest one read."""
    is_read: bool = False

    @property
    def is_first(self) -> bool:
        """Nothing was read before this reading."""
        return self.since >= self.begun_at


Position = Mapping[str, Place]
"""The places of one cursor, by what is read."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what changed, and where to go on."""

    sightings: tuple[Sighting, ...]
    place: Place
    """`is_read` once there is no more."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Part of a list that is read whole each time, in the order of ids. Numbers are ordered as numbers."""

    ids: tuple[str, ...]
    after: str = ""
    """Where the next part starts; empty: this was the last."""


@dataclass(frozen=True, slots=True)
class Deletions:
    """What was deleted in a span of time."""

    sightings: tuple[Sighting, ...]
    covered: datetime
    """Ask again from here."""
    remembered_since: datetime
    """Of what was deleted earlier the CRM no longer tells."""


class HubSpotFeed(Protocol):
    """Search lags and forgets what is archived; what it tells of is read by id before it counts."""

    def find_modified(self, kind: Kind, place: Place) -> Page:
        """Companies or contacts changed at or after `place.since`, as search knows them, from the place on.

        However many there are, also of one and the same moment.
        """
        ...

    def find_current(self, kind: Kind, ids: Sequence[str]) -> Mapping[str, Sighting]:
        """One for each id, as the record is now; DELETED where there is none."""
        ...

    def find_archived(self, kind: Kind, after: str) -> Listed:
        """Everything that is archived and can be restored."""
        ...

    def find_members(self, segment: str, after: str) -> Listed:
        """Who is on the list now. `Rejected` if there is no such list."""
        ...


class SalesforceFeed(Protocol):
    """Rows are current when they are read, but a long transaction may commit rows with an older stamp later."""

    def find_modified(self, places: Position) -> Mapping[str, Page]:
        """For each kind the next rows stamped at or after `since`, deleted ones too, all in one call.

        A merged row names its heir, and so does a converted lead.
        """
        ...

    def find_deleted(self, kind: Kind, since: datetime, until: datetime) -> Deletions:
        """Also what is in no recycle bin any more. More than a minute apart, at most 15 days ago."""
        ...

    def find_current(self, kind: Kind, ids: Sequence[str]) -> Mapping[str, Sighting]:
        """One for each id, GONE where there is nothing at all."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to move a cursor; it ends by itself when its holder is silent."""

    name: str
    token: str
    now: datetime
    position: Position
    quiet: int = 0
    """Polls in a row that found nothing."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What a page amounts to, noted as a whole or not at all."""

    position: Position
    """The places that moved."""
    sightings: Sequence[Sighting] = ()
    """In place of what was seen before."""
    changes: Sequence[tuple[Change, Sequence[Owed]]] = ()
    as_of: datetime | None = None
    """The sightings were read at or after this moment, so that nobody has to read them again for these changes."""


class PollBook(Protocol):
    """How far each cursor has come, and what was seen."""

    def now(self) -> datetime: ...

    def begin(self, name: str) -> Turn | None:
        """None: it is not due yet, or somebody else is at it. A turn whose holder died is free after a while."""
        ...

    def find_sightings(self, kind: str, ids: Sequence[str]) -> Mapping[str, Sighting]:
        """As last seen, our own writes since then included."""
        ...

    def find_between(self, kind: str, fate: Fate, *, after: str, upto: str, seen_before: datetime) -> Sequence[str]:
        """Ids of digits above `after` and up to `upto` (empty: no bound) that were last seen with this fate."""
        ...

    def find_known(self, kind: Kind, *, after: str, limit: int) -> Sequence[str]:
        """Ids of records that are linked or were seen alive, in an order of its own."""
        ...

    def note(self, turn: Turn, noted: Noted) -> Received:
        """The cursor moves in the same transaction in which the changes are noted and become owed.

        Busy if the turn was lost: then nothing is noted. Keeps the turn for another while.
        """
        ...

    def finish(self, turn: Turn, *, after: timedelta, quiet: int, problem: str = "") -> None:
        """Due again after this long. Does nothing if the turn was lost."""
        ...
