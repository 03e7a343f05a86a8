"""When is the next poll due, and from where does it read?"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tasks.contracts.errors import SyncError, TryAgain
from tasks.contracts.feeds import Listed, Place

PLENTY = 0.5
SHORT = 0.25
"""Shares of the day's calls that are left."""
SLOWER_WHEN_SHORT = 4


@dataclass(frozen=True, slots=True)
class Pace:
    """How a cursor is read; every deployment may choose its own."""

    overlap: timedelta
    """Each reading starts this long before the last one began: what became visible late is found then."""
    fastest: timedelta
    slowest: timedelta
    pages: int = 20
    """In one run, of each kind; the rest is for the next run, which follows at once."""


def open_window(place: Place | None, now: datetime, overlap: timedelta) -> Place:
    """Where to read now: on from an unfinished reading, or a new one that overlaps with the last."""
    if place is None:
        return Place(since=now - overlap, begun_at=now)
    if not place.is_read:
        return place
    return Place(since=place.begun_at - overlap, begun_at=now)


def open_list(place: Place | None, now: datetime) -> Place:
    """As above, for what is read whole each time."""
    if place is None:
        return Place(since=now, begun_at=now)
    return Place(since=place.begun_at, begun_at=now) if place.is_read else place


def place_in_list(place: Place, listed: Listed) -> Place:
    """Where the list goes on, and which ids it has been read up to: without a bound at its end."""
    if not listed.after:
        return replace(place, last_id="", upto="", is_read=True)
    return replace(place, last_id=listed.after, upto=max(listed.ids, key=_by_size, default=place.upto))


def next_wait(pace: Pace, *, quiet: int, quota_left: float) -> timedelta:
    """Fast while things change, slower with every poll that found nothing, and slower when calls run short."""
    times: int = 2 ** min(quiet, 16)
    wait = min(pace.fastest * times, pace.slowest)
    if quota_left < SHORT:
        return max(wait * SLOWER_WHEN_SHORT, pace.slowest)
    return wait * 2 if quota_left < PLENTY else wait


def wait_after(problem: SyncError, pace: Pace) -> timedelta:
    """The CRM knows best; what needs a person is looked at again now and then, as it may have been mended."""
    if isinstance(problem, TryAgain):
        return problem.after or pace.fastest * 2
    return pace.slowest


def _by_size(record_id: str) -> tuple[int, str]:
    return len(record_id), record_id
