"""What polls have in common: one at a time, every page noted as a whole, and what goes wrong is told, not lost."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tasks.contracts.errors import Busy, SyncError
from tasks.contracts.feeds import Fate, Noted, Place, PollBook, Position, Sighting, Turn
from tasks.contracts.machinery import Messenger
from tasks.contracts.records import Kind
from tasks.rules.news import changes_in, is_news, losers_in
from tasks.rules.polling_pace import Pace, next_wait, wait_after
from tasks.rules.routing import choose_tasks

KEYS_AT_ONCE = 400


@dataclass(slots=True)
class Polled:
    """What one run came to."""

    pages: int = 0
    rows: int = 0
    changes: int = 0
    owed: int = 0
    is_complete: bool = True
    """Nothing is left to read now."""
    problem: str = ""
    lost: list[str] = field(default_factory=list)
    """Kinds whose deletions the CRM no longer tells: all their keys are compared."""


def take_turn(
    name: str, read: Callable[[Turn, Polled], None], book: PollBook, pace: Pace, *, quota_left: float
) -> Polled | None:
    """None: it is not due, or somebody else is at it. Killed anywhere, the next turn goes on from the last page."""
    turn = book.begin(name)
    if turn is None:
        return None
    polled = Polled()
    try:
        read(turn, polled)
    except Busy:  # somebody else has taken over; what was noted before is noted
        return polled
    except SyncError as problem:
        polled.problem = f"{problem} {problem.remedy}".strip()
        book.finish(turn, after=wait_after(problem, pace), quiet=turn.quiet, problem=polled.problem)
        return polled
    quiet = 0 if polled.changes else turn.quiet + 1
    wait = next_wait(pace, quiet=quiet, quota_left=quota_left)
    book.finish(turn, after=wait if polled.is_complete else wait * 0, quiet=quiet)
    return polled


def read_in_turn(
    places: MutableMapping[Any, Place], readers: Mapping[Any, Callable[[Place], Place]], pace: Pace, polled: Polled
) -> None:
    """A page of each that is not read to its end, then the next of each: a long one keeps nobody waiting."""
    for _ in range(pace.pages):
        for name in [name for name, place in places.items() if not place.is_read]:
            places[name] = readers[name](places[name])
    polled.is_complete = all(place.is_read for place in places.values())


@dataclass(frozen=True, slots=True)
class Notebook:
    """Where a run puts down what it has read."""

    turn: Turn
    book: PollBook
    messenger: Messenger
    polled: Polled

    def count(self, rows: int) -> None:
        """A page of so many rows was read."""
        self.polled.pages += 1
        self.polled.rows += rows

    def note(
        self,
        position: Position,
        seen: Sequence[Sighting],
        known: Mapping[str, Sighting],
        *,
        as_of: datetime,
        silently: Sequence[Sighting] = (),
    ) -> None:
        """Note what is news, and wake who has to work because of it. `silently`: to be remembered, but no change."""
        news = [replace(one, stamp=one.stamp or as_of) for one in seen if is_news(one, known.get(one.id))]
        losers = [loser for one in news for loser in losers_in(one, known.get(one.id))]
        changes = [change for one in news for change in changes_in(one, known.get(one.id))]
        routed = [(change, choose_tasks(change)) for change in changes]
        received = self.book.note(self.turn, Noted(position, [*silently, *news, *losers], routed, as_of))
        self.polled.changes += received.new
        self.polled.owed += len(received.owed)
        # A crash before this line is safe: what is owed and lies there is woken by resend_owed.
        self.messenger.wake(received.owed)


def keys_of(kind: Kind) -> str:
    """The place of a comparison of all keys of a kind."""
    return f"keys:{kind}"


def compare_keys(
    kind: Kind, find_current: Callable[[Kind, Sequence[str]], Mapping[str, Sighting]], notebook: Notebook, place: Place
) -> Place:
    """Whoever is known to us and not to the CRM has gone without anybody telling."""
    book = notebook.book
    ids = book.find_known(kind, after=place.last_id, limit=KEYS_AT_ONCE)
    as_of = book.now()
    current = find_current(kind, ids) if ids else {}
    missing = [one for one in current.values() if one.fate not in {Fate.ALIVE, Fate.CONVERTED}]
    then = replace(place, last_id=ids[-1]) if ids else replace(place, is_read=True)
    notebook.count(len(ids))
    notebook.note({keys_of(kind): then}, missing, book.find_sightings(kind, ids), as_of=as_of)
    return then
