"""How a row becomes owed: one statement, whoever asks, in the same transaction as its cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, Boolean, ColumnElement, Connection, Select, and_, case, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, Insert, insert

from tasks.contracts.records import Lane, Owed
from workers.ledger.models import EMPTY_JSON, LinkRow, OwedRow
from workers.ledger.rows import TIME, given_rows, texts

UNTROUBLED: dict[str, Any] = {
    "failures": 0,
    "problem": "",
    "problem_class": "",
    "code": "",
    "remedy": "",
    "evidence": EMPTY_JSON,
}
"""What a row looks like that nothing has gone wrong with yet."""

LONG_AGO = func.to_timestamp(0)
"""Woken last: the next sweep wakes it."""

_BY_URGENCY = [lane.value for lane in Lane]

KEY = (OwedRow.task, OwedRow.record_id)
IS_OPEN = and_(OwedRow.requested > OwedRow.done, OwedRow.parked_at.is_(None))
IS_UNCLAIMED = or_(OwedRow.claimed_until.is_(None), OwedRow.claimed_until < func.now())
IS_DUE = and_(IS_OPEN, OwedRow.not_before <= func.now())
IS_FORCED = OwedRow.forced_upto > OwedRow.done


@dataclass(frozen=True, slots=True)
class Request:
    """Something is owed; facts older than `as_of` (None: this moment) will not do."""

    owed: Owed
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Following:
    """What is owed because of something else."""

    then: tuple[Owed, ...]
    as_of: datetime
    """Facts read at or after this moment are fresh enough for it."""


def as_owed(row: Any) -> Owed:
    """The contract's word for a row of `owed_columns`."""
    return Owed(row.task, row.record_id, Lane(row.lane), forced=row.forced)


def owed_columns() -> tuple[ColumnElement[Any], ...]:
    """What `as_owed` needs."""
    columns = OwedRow.__table__.c
    return columns.task, columns.record_id, columns.lane, IS_FORCED.label("forced")


def hold_rows(keys: Select[*tuple[Any, ...]], *, name: str = "held", skip_locked: bool = False) -> CTE:
    """These rows of `owed`, by KEY, locked until the end of the transaction.

    A CTE, because as a subquery the planner may run it more than once, and lock more than its limit.
    """
    return keys.with_for_update(of=OwedRow, skip_locked=skip_locked).cte(name)


def is_held(held: CTE) -> ColumnElement[bool]:
    """The row is one of those locked before."""
    return and_(OwedRow.task == held.c.task, OwedRow.record_id == held.c.record_id)


def owe_rows(connection: Connection, requests: Sequence[Request]) -> None:
    """One more request per row; what was settled or parked starts anew."""
    rows = _coalesce(requests)
    if not rows:
        return
    given = given_rows(rows, forced=Boolean(), as_of=TIME, **texts("task", "record_id", "lane"))
    forced_upto = case((given.c.forced, 1), else_=0)
    wanted = (
        select(given.c.task, given.c.record_id, given.c.lane, forced_upto, func.coalesce(given.c.as_of, func.now()))
        # One order for everybody, so that two batches wait for each other instead of in a circle.
        .order_by(given.c.task, given.c.record_id)
    )
    columns = ["task", "record_id", "lane", "forced_upto", "as_of"]
    connection.execute(_once_more(insert(OwedRow).from_select(columns, wanted)))


def owe_for_links(connection: Connection, task: str, lane: Lane) -> int:
    """Owed for every linked company, in one statement. Returns for how many."""
    wanted = select(literal(task), LinkRow.company_id, literal(lane.value), literal(0), func.now())
    columns = ["task", "record_id", "lane", "forced_upto", "as_of"]
    statement = insert(OwedRow).from_select(columns, wanted.order_by(LinkRow.company_id))
    return len(connection.execute(_once_more(statement).returning(OwedRow.record_id)).all())


def _once_more(statement: Insert) -> Insert:
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[OwedRow.task, OwedRow.record_id],
        set_=once_more(lane=new.lane, forced=new.forced_upto > 0, as_of=new.as_of),
    )


def once_more(
    *, lane: ColumnElement[str], forced: ColumnElement[bool], as_of: ColumnElement[datetime]
) -> dict[str, Any]:
    """What one more request changes in a row, which keeps its wait and its more urgent lane if it was owed already."""
    anew = or_(OwedRow.requested == OwedRow.done, OwedRow.parked_at.is_not(None))
    from_the_start = {
        "owed_since": func.now(),
        "not_before": func.now(),
        "woken_at": func.now(),
        **UNTROUBLED,
    }
    columns = OwedRow.__table__.c
    return {
        "requested": OwedRow.requested + 1,
        "forced_upto": case((forced, OwedRow.requested + 1), else_=OwedRow.forced_upto),
        "as_of": func.greatest(OwedRow.as_of, as_of),
        "lane": case((or_(anew, _urgency(lane) < _urgency(OwedRow.lane)), lane), else_=OwedRow.lane),
        "parked_at": None,
        "dismissed_at": None,
        "dismissed_by": None,
        "dismissed_why": None,
        **{name: case((anew, value), else_=columns[name]) for name, value in from_the_start.items()},
    }


def _urgency(lane: Any) -> ColumnElement[int]:
    """Where the lane stands in `Lane`, which lists the most urgent one first."""
    return func.array_position(literal(_BY_URGENCY, ARRAY(TEXT)), lane)


def _coalesce(requests: Sequence[Request]) -> list[dict[str, object]]:
    """One row per task and record: a statement can touch each row only once."""
    merged: dict[tuple[str, str], Request] = {}
    for request in requests:
        key = (request.owed.task, request.owed.record_id)
        merged[key] = _merge(merged[key], request) if key in merged else request
    return [
        {
            "task": one.owed.task,
            "record_id": one.owed.record_id,
            "lane": one.owed.lane,
            "forced": one.owed.forced,
            "as_of": one.as_of.isoformat() if one.as_of else None,
        }
        for one in merged.values()
    ]


def _merge(one: Request, other: Request) -> Request:
    lane = min(one.owed.lane, other.owed.lane, key=_BY_URGENCY.index)
    forced = one.owed.forced or other.owed.forced
    as_of = max(one.as_of, other.as_of) if one.as_of and other.as_of else None
    return Request(Owed(one.owed.task, one.owed.record_id, lane, forced=forced), as_of)
