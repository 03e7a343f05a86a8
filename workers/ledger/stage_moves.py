"""The journal of stages that are being set back: a company is cleared, then set, and may not be left in between."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Interval, delete, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from tasks.contracts.records import CompanyId, ContactId, Lane, Owed, StageMove, StageName
from workers.ledger.models import OwedRow, StageMoveRow
from workers.ledger.owing import IS_OPEN, Request, owe_rows
from workers.ledger.rows import given_rows, is_among, texts

TASK = "propagate_lifecycle_stage"
AT_ONCE = 1_000


def find_stage_moves(connection: Connection, company_ids: Sequence[CompanyId]) -> dict[CompanyId, StageMove]:
    """Those that have not ended."""
    rows = connection.execute(select(StageMoveRow).where(is_among(StageMoveRow.company_id, company_ids)))
    return {CompanyId(row.company_id): _move(row) for row in rows}


def begin_stage_moves(connection: Connection, moves: Sequence[StageMove]) -> None:
    """The last word about a company wins, also within one call."""
    columns = ("company_id", "came_from", "to_stage", "because_of")
    rows = {
        one.company_id: dict(zip(columns, (one.company_id, one.came_from, one.to, one.because_of), strict=True))
        for one in moves
    }
    given = given_rows(list(rows.values()), **texts(*columns))
    row = insert(StageMoveRow).from_select(columns, select(given).order_by(given.c.company_id))
    changes = {name: row.excluded[name] for name in columns[1:]}
    connection.execute(
        row.on_conflict_do_update(index_elements=["company_id"], set_={**changes, "looked_at": func.now()})
    )


def end_stage_moves(connection: Connection, company_ids: Sequence[CompanyId]) -> None:
    """Safe to repeat."""
    connection.execute(delete(StageMoveRow).where(is_among(StageMoveRow.company_id, company_ids)))


def owe_unfinished_moves(connection: Connection, *, begun_before: timedelta) -> int:
    """Those that nobody has looked at for so long, and is not about to: parked and dismissed ones among them."""
    is_owed = exists().where(OwedRow.task == TASK, OwedRow.record_id == StageMoveRow.company_id, IS_OPEN)
    forgotten = (
        select(StageMoveRow.company_id)
        .where(StageMoveRow.looked_at < func.now() - literal(begun_before, Interval), ~is_owed)
        .order_by(StageMoveRow.company_id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    company_ids = list(connection.scalars(forgotten))
    owe_rows(connection, [Request(Owed(TASK, one, Lane.MAINTENANCE)) for one in company_ids])
    looked_at = update(StageMoveRow).where(is_among(StageMoveRow.company_id, company_ids))
    connection.execute(looked_at.values(looked_at=func.now()))
    return len(company_ids)


def _move(row: Any) -> StageMove:
    return StageMove(
        CompanyId(row.company_id), StageName(row.came_from), StageName(row.to_stage), ContactId(row.because_of)
    )
