"""Both CRMs as polls see them, in memory: a search that lags, late commits, lists, a log of deletions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tasks.contracts.errors import Rejected
from tasks.contracts.feeds import Deletions, Fate, Listed, Page, Place, Position, Sighting
from tasks.contracts.records import Kind
from tests.doubles.calls import Calls

PAGE = 2
"""Small, so that every test pages."""

Key = tuple[str, str]


@dataclass
class Clock:
    """Moves when told, and a little whenever it is asked."""

    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def tick(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@dataclass
class MemoryHubSpotFeed:
    """`index` is what search believes; `live` is what is there."""

    calls: Calls
    clock: Clock
    live: dict[Key, Sighting] = field(default_factory=dict)
    index: dict[Key, Sighting] = field(default_factory=dict)
    archived: dict[Key, Sighting] = field(default_factory=dict)
    segments: dict[str, set[str]] = field(default_factory=dict)
    lags: bool = False

    def put(self, kind: Kind, record_id: str, facts: Mapping[str, Any], *, stamp: datetime | None = None) -> None:
        one = Sighting(kind, record_id, dict(facts), stamp or self.clock.tick())
        self.live[kind, record_id] = one
        if not self.lags:
            self.index[kind, record_id] = one

    def catch_up(self) -> None:
        self.index = dict(self.live)

    def find_modified(self, kind: Kind, place: Place) -> Page:
        self.calls.note("find_modified")
        rows = _in_order(one for one in self.index.values() if one.kind == kind)
        return _page([one for one in rows if _is_after(one, place)], place)

    def find_current(self, kind: Kind, ids: Sequence[str]) -> Mapping[str, Sighting]:
        self.calls.note("find_current")
        return {one: self.live.get((kind, one)) or Sighting(kind, one, fate=Fate.DELETED) for one in ids}

    def find_archived(self, kind: Kind, after: str) -> Listed:
        self.calls.note("find_archived")
        return _listed([record_id for of, record_id in self.archived if of == kind], after)

    def find_members(self, segment: str, after: str) -> Listed:
        self.calls.note("find_members")
        if segment not in self.segments:
            raise Rejected(f"the segment {segment} does not exist", code="SEGMENT_GONE")
        return _listed(self.segments[segment], after)


@dataclass
class MemorySalesforceFeed:
    """`rows` is what a query shows, the recycle bin included; `open` is what has not committed yet."""

    calls: Calls
    clock: Clock
    rows: dict[Key, Sighting] = field(default_factory=dict)
    open: dict[Key, Sighting] = field(default_factory=dict)
    deletions: list[Sighting] = field(default_factory=list)
    remembered_since: datetime = datetime(2020, 1, 1, tzinfo=UTC)
    holds: bool = False

    def put(
        self,
        kind: str,
        record_id: str,
        facts: Mapping[str, Any],
        *,
        fate: Fate = Fate.ALIVE,
        heir: str = "",
        stamp: datetime | None = None,
    ) -> None:
        one = Sighting(kind, record_id, dict(facts), stamp or self.clock.tick(), fate, heir)
        (self.open if self.holds else self.rows)[kind, record_id] = one
        if fate in {Fate.DELETED, Fate.MERGED}:
            self.deletions.append(replace(one, fate=Fate.DELETED, heir=""))

    def commit(self) -> None:
        self.rows |= self.open
        self.open = {}
        self.holds = False

    def find_modified(self, places: Position) -> Mapping[str, Page]:
        self.calls.note("find_modified")
        pages = {}
        for kind, place in places.items():
            rows = _in_order(one for one in self.rows.values() if one.kind == kind)
            pages[kind] = _page([one for one in rows if _is_after(one, place)], place)
        return pages

    def find_deleted(self, kind: Kind, since: datetime, until: datetime) -> Deletions:
        self.calls.note("find_deleted")
        start = max(since, self.remembered_since)
        told = [one for one in self.deletions if one.kind == kind and one.stamp and start <= one.stamp < until]
        return Deletions(tuple(told), until, self.remembered_since)

    def find_current(self, kind: Kind, ids: Sequence[str]) -> Mapping[str, Sighting]:
        self.calls.note("find_current")
        return {one: self.rows.get((kind, one)) or Sighting(kind, one, fate=Fate.GONE) for one in ids}


def _in_order(rows: Any) -> list[Sighting]:
    return sorted(rows, key=lambda one: (one.stamp, one.id))


def _is_after(one: Sighting, place: Place) -> bool:
    assert one.stamp
    if place.stamp is None:
        return one.stamp >= place.since
    return (one.stamp, one.id) > (place.stamp, place.last_id)


def _page(rows: Sequence[Sighting], place: Place) -> Page:
    if len(rows) <= PAGE:
        return Page(tuple(rows), Place(place.since, place.begun_at, is_read=True))
    last = rows[PAGE - 1]
    return Page(tuple(rows[:PAGE]), Place(place.since, place.begun_at, last.stamp, last.id))


def _listed(ids: Any, after: str) -> Listed:
    rows = [one for one in sorted(ids, key=int) if not after or int(one) > int(after)]
    return Listed(tuple(rows[:PAGE]), rows[PAGE - 1] if len(rows) > PAGE else "")
