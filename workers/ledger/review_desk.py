"""What an operator asks of the ledger and decides there: counts, parked work, one record's story."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, func, not_, select, update

from tasks.contracts.reasons import Reason
from tasks.contracts.records import Lane, Verdict
from workers.ledger.claims import CREATORS, release_claims
from workers.ledger.models import OwedRow
from workers.ledger.owing import IS_DUE, IS_OPEN, IS_UNCLAIMED, KEY, LONG_AGO, UNTROUBLED
from workers.ledger.rows import is_among
from workers.ledger.verdicts import append_verdicts, subject_of


@dataclass(frozen=True, slots=True)
class ParkedFilter:
    """Which parked rows are meant; what is left out does not matter."""

    task: str | None = None
    record_ids: tuple[str, ...] | None = None
    problem_class: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class ParkedWork:
    """A row that gave up, with everything a person needs to judge it."""

    task: str
    record_id: str
    lane: Lane
    problem: str
    problem_class: str
    code: str
    remedy: str
    evidence: dict[str, Any]
    failures: int
    owed_since: datetime
    parked_at: datetime


@dataclass(frozen=True, slots=True)
class OwedCount:
    """Rows of one task and lane by what they wait for; `owed` is due, waiting and claimed together."""

    task: str
    lane: Lane
    owed: int
    due: int
    waiting: int
    claimed: int
    parked: int
    oldest: datetime | None
    """Since when the longest owed row has been owed; parked ones do not count."""
    oldest_due: datetime | None
    """Since when the row that waits longest for a worker has been due."""


@dataclass(frozen=True, slots=True)
class ParkedCount:
    """Parked rows that have the same thing wrong with them."""

    task: str
    problem_class: str
    code: str
    rows: int


class ReviewDesk:
    """Decisions are by a named person, and stand on the record's timeline."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count_owed(self) -> list[OwedCount]:
        """Tasks and lanes with anything owed or parked."""
        held = not_(IS_UNCLAIMED)
        is_parked = OwedRow.parked_at.is_not(None)
        query = (
            select(
                OwedRow.task,
                OwedRow.lane,
                func.count().filter(IS_OPEN).label("owed"),
                func.count().filter(IS_DUE, IS_UNCLAIMED).label("due"),
                func.count().filter(IS_OPEN, IS_UNCLAIMED, OwedRow.not_before > func.now()).label("waiting"),
                func.count().filter(IS_OPEN, held).label("claimed"),
                func.count().filter(is_parked).label("parked"),
                func.min(OwedRow.owed_since).filter(IS_OPEN).label("oldest"),
                func.min(func.greatest(OwedRow.not_before, OwedRow.owed_since))
                .filter(IS_DUE, IS_UNCLAIMED)
                .label("oldest_due"),
            )
            .where(IS_OPEN | is_parked)
            .group_by(OwedRow.task, OwedRow.lane)
            .order_by(OwedRow.task, OwedRow.lane)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return [OwedCount(**{**row, "lane": Lane(row["lane"])}) for row in rows]

    def count_parked(self) -> list[ParkedCount]:
        """Most frequent first."""
        same = (OwedRow.task, OwedRow.problem_class, OwedRow.code)
        number = func.count().label("rows")
        query = select(*same, number).where(OwedRow.parked_at.is_not(None)).group_by(*same)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(number.desc(), *same)).mappings().all()
        return [ParkedCount(**row) for row in rows]

    def find_parked(self, which: ParkedFilter, *, limit: int = 1000) -> list[ParkedWork]:
        """Parked longest first."""
        table = OwedRow.__table__.c
        columns = [table[name] for name in ParkedWork.__dataclass_fields__]
        query = select(*columns).where(*_matches(which)).order_by(OwedRow.parked_at, *KEY).limit(limit)
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return [ParkedWork(**{**row, "lane": Lane(row["lane"])}) for row in rows]

    def replay(self, which: ParkedFilter, *, by: str) -> int:
        """Give parked rows another chance, against the CRMs as they are now; the sweep wakes them."""
        anew = {
            "parked_at": None,
            "as_of": func.now(),
            "owed_since": func.now(),
            "not_before": func.now(),
            "woken_at": LONG_AGO,
            **UNTROUBLED,
        }
        with self._engine.begin() as connection:
            rows = _take(connection, which)
            _change(connection, rows, anew)
            _tell(connection, rows, Reason.REPLAYED, {"by": by})
        return len(rows)

    def dismiss(self, which: ParkedFilter, *, by: str, why: str) -> int:
        """Nothing is to be done about parked rows, until their record changes."""
        if not (by and why):
            raise ValueError("a dismissal says by whom, and why")
        over = {
            "parked_at": None,
            "done": OwedRow.requested,
            "dismissed_at": func.now(),
            "dismissed_by": by,
            "dismissed_why": why,
        }
        with self._engine.begin() as connection:
            rows = _take(connection, which)
            _change(connection, rows, over)
            _tell(connection, rows, Reason.DISMISSED, {"by": by, "why": why})
            release_claims(connection, [subject_of(row.task, row.record_id) for row in rows if row.task in CREATORS])
        return len(rows)


def _matches(which: ParkedFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [OwedRow.parked_at.is_not(None)]
    if which.task is not None:
        conditions.append(OwedRow.task == which.task)
    if which.record_ids is not None:
        conditions.append(is_among(OwedRow.record_id, which.record_ids))
    if which.problem_class is not None:
        conditions.append(OwedRow.problem_class == which.problem_class)
    if which.code is not None:
        conditions.append(OwedRow.code == which.code)
    return conditions


def _take(connection: Connection, which: ParkedFilter) -> Sequence[Any]:
    """Locked in everybody's order, as they were before the decision."""
    columns = (*KEY, OwedRow.code, OwedRow.problem)
    return connection.execute(select(*columns).where(*_matches(which)).order_by(*KEY).with_for_update()).all()


def _change(connection: Connection, rows: Sequence[Any], values: dict[str, Any]) -> None:
    for task in {row.task for row in rows}:
        record_ids = [row.record_id for row in rows if row.task == task]
        these = (OwedRow.task == task, is_among(OwedRow.record_id, record_ids))
        connection.execute(update(OwedRow).where(*these).values(values))


def _tell(connection: Connection, rows: Sequence[Any], code: Reason, decision: dict[str, object]) -> None:
    append_verdicts(
        connection,
        [
            (
                subject_of(row.task, row.record_id),
                Verdict(code, {**decision, "task": row.task, "code": row.code, "problem": row.problem}),
            )
            for row in rows
        ],
    )
