"""How far each poll has come: a cursor that moves in the transaction of what it makes owed, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from tasks.contracts.errors import Busy
from tasks.contracts.feeds import Fate, Noted, Place, Sighting, Turn
from tasks.contracts.machinery import Received
from tasks.contracts.records import Kind
from workers.ledger.inbox import note_changes
from workers.ledger.models import CursorRow
from workers.ledger.rows import TIME
from workers.ledger.sightings import (
    find_between,
    find_known,
    find_sightings,
    record_sightings,
    shelve,
)

TURN_LASTS = timedelta(minutes=2)
"""After the last page: longer than any call may take."""
PLACES: TypeAdapter[dict[str, Place]] = TypeAdapter(dict[str, Place])


class PostgresPollBook:
    """Every method is one transaction."""

    def __init__(self, engine: Engine, *, turn_lasts: timedelta = TURN_LASTS) -> None:
        self._engine = engine
        self._turn_lasts = turn_lasts

    def now(self) -> datetime:
        with self._engine.connect() as connection:
            return connection.execute(select(func.clock_timestamp(type_=TIME))).scalar_one()

    def begin(self, name: str) -> Turn | None:
        token = uuid4().hex
        with self._engine.begin() as connection:
            connection.execute(insert(CursorRow).values(name=name, position={}).on_conflict_do_nothing())
            is_free = or_(CursorRow.claimed_until.is_(None), CursorRow.claimed_until < func.now())
            row = connection.execute(
                update(CursorRow)
                .where(CursorRow.name == name, is_free, CursorRow.due_at <= func.now())
                .values(claim_token=token, claimed_until=func.now() + self._turn_lasts)
                .returning(CursorRow.position, CursorRow.quiet, func.clock_timestamp(type_=TIME).label("now"))
            ).one_or_none()
        return Turn(name, token, row.now, PLACES.validate_python(row.position), row.quiet) if row else None

    def find_sightings(self, kind: str, ids: Sequence[str]) -> Mapping[str, Sighting]:
        with self._engine.connect() as connection:
            return find_sightings(connection, kind, ids)

    def find_between(self, kind: str, fate: Fate, *, after: str, upto: str, seen_before: datetime) -> Sequence[str]:
        with self._engine.connect() as connection:
            return find_between(connection, kind, fate, after=after, upto=upto, seen_before=seen_before)

    def find_known(self, kind: Kind, *, after: str, limit: int) -> Sequence[str]:
        with self._engine.connect() as connection:
            return find_known(connection, kind, after=after, limit=limit)

    def note(self, turn: Turn, noted: Noted) -> Received:
        with self._engine.begin() as connection:
            # First of all: whoever has lost the turn waits here for the other's page, and then writes nothing.
            self._move(connection, turn, noted)
            record_sightings(connection, noted.sightings)
            if noted.as_of:
                shelve(connection, noted.sightings, read_at=noted.as_of)
            return note_changes(connection, noted.changes, as_of=noted.as_of)

    def finish(self, turn: Turn, *, after: timedelta, quiet: int, problem: str = "") -> None:
        with self._engine.begin() as connection:
            connection.execute(
                update(CursorRow)
                .where(CursorRow.name == turn.name, CursorRow.claim_token == turn.token)
                .values(claim_token=None, claimed_until=None, due_at=func.now() + after, quiet=quiet, problem=problem)
            )

    def _move(self, connection: Connection, turn: Turn, noted: Noted) -> None:
        moved = PLACES.dump_python(dict(noted.position), mode="json")
        held = connection.execute(
            update(CursorRow)
            .where(CursorRow.name == turn.name, CursorRow.claim_token == turn.token)
            .values(
                position=CursorRow.position.op("||")(func.cast(moved, JSONB)),
                moved_at=func.now(),
                claimed_until=func.now() + self._turn_lasts,
            )
            .returning(CursorRow.name)
        ).one_or_none()
        if held is None:
            raise Busy(f"poll {turn.name}: somebody else has taken over")


@dataclass(frozen=True, slots=True)
class CursorState:
    """How far one reading has come."""

    cursor: str
    reads: str
    upto: datetime
    behind: timedelta
    is_complete: bool
    """False: there is more to read now."""
    due_at: datetime
    problem: str


def read_cursors(engine: Engine) -> list[CursorState]:
    """What every poll has read, as `tandem status` shows it."""
    columns = (CursorRow.name, CursorRow.position, CursorRow.due_at, CursorRow.problem, func.now(type_=TIME))
    with engine.connect() as connection:
        rows = connection.execute(select(*columns).order_by(CursorRow.name)).all()
    return [
        CursorState(name, what, upto := _upto(place), now - upto, place.is_read, due_at, problem)
        for name, position, due_at, problem, now in rows
        for what, place in _places(position).items()
    ]


def _upto(place: Place) -> datetime:
    return place.begun_at if place.is_read else place.stamp or place.since


def _places(position: Any) -> dict[str, Place]:
    """Cursors of others than polls have positions of their own."""
    try:
        return PLACES.validate_python(position)
    except ValueError:
        return {}
