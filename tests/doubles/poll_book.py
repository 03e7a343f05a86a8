"""The poll book in memory: a page is noted as a whole or not at all, also when the process dies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tasks.contracts.changes import Change
from tasks.contracts.errors import Busy
from tasks.contracts.feeds import Fate, Noted, Place, Sighting, Turn
from tasks.contracts.machinery import Received
from tasks.contracts.records import Kind, Owed
from tests.doubles.calls import Calls
from tests.doubles.feeds import Clock

LASTS = timedelta(minutes=2)


@dataclass
class Cursor:
    position: dict[str, Place] = field(default_factory=dict)
    due_at: datetime | None = None
    quiet: int = 0
    problem: str = ""
    token: str = ""
    claimed_until: datetime | None = None


@dataclass
class MemoryPollBook:
    """Salesforce records owe nothing here: who stands behind them is the real ledger's knowledge."""

    calls: Calls
    clock: Clock
    cursors: dict[str, Cursor] = field(default_factory=dict)
    sightings: dict[tuple[str, str], tuple[Sighting, datetime]] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    owed: list[Owed] = field(default_factory=list)
    turns: int = 0

    def now(self) -> datetime:
        return self.clock.tick()

    def begin(self, name: str) -> Turn | None:
        now, cursor = self.clock.tick(), self.cursors.setdefault(name, Cursor())
        is_taken = cursor.claimed_until is not None and cursor.claimed_until >= now
        if is_taken or (cursor.due_at is not None and cursor.due_at > now):
            return None
        self.turns += 1
        cursor.token, cursor.claimed_until = f"turn {self.turns}", now + LASTS
        self.calls.note("begin")
        return Turn(name, cursor.token, now, dict(cursor.position), cursor.quiet)

    def find_sightings(self, kind: str, ids: Sequence[str]) -> Mapping[str, Sighting]:
        return {one: self.sightings[kind, one][0] for one in ids if (kind, one) in self.sightings}

    def find_between(self, kind: str, fate: Fate, *, after: str, upto: str, seen_before: datetime) -> Sequence[str]:
        return [
            one.id
            for one, seen_at in self.sightings.values()
            if one.kind == kind and one.fate is fate and seen_at < seen_before
            if (not after or int(one.id) > int(after)) and (not upto or int(one.id) <= int(upto))
        ]

    def find_known(self, kind: Kind, *, after: str, limit: int) -> Sequence[str]:
        alive = [one.id for one, _ in self.sightings.values() if one.kind == kind and one.fate is Fate.ALIVE]
        return sorted(one for one in alive if one > after)[:limit]

    def note(self, turn: Turn, noted: Noted) -> Received:
        cursor = self.cursors[turn.name]
        if cursor.token != turn.token:
            raise Busy("somebody else has taken over")
        now = self.clock.tick()
        cursor.position |= noted.position
        cursor.claimed_until = now + LASTS
        self.sightings |= {(one.kind, one.id): (one, now) for one in noted.sightings}
        new = [(change, owed) for change, owed in noted.changes if change.event_id not in self.changes]
        self.changes |= {change.event_id: change for change, _ in new}
        owed_now = tuple(one for _, owed in new for one in owed)
        self.owed += owed_now
        self.calls.note("note")
        return Received(len(new), len(noted.changes) - len(new), owed_now)

    def finish(self, turn: Turn, *, after: timedelta, quiet: int, problem: str = "") -> None:
        cursor = self.cursors[turn.name]
        if cursor.token == turn.token:
            cursor.token, cursor.claimed_until = "", None
            cursor.due_at, cursor.quiet, cursor.problem = self.clock.tick() + after, quiet, problem
        self.calls.note("finish")
