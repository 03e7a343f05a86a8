"""What is owed, to whom it is handed, and what came of it: the owed book in Postgres."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import CTE, Connection, Engine, Interval, Row, all_, any_, func, literal, select, union_all, update
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from tasks.contracts.machinery import Job, Settlement
from tasks.contracts.records import Lane, Owed
from workers.ledger.models import OwedRow
from workers.ledger.owing import (
    IS_DUE,
    IS_FORCED,
    IS_OPEN,
    IS_UNCLAIMED,
    KEY,
    Request,
    as_owed,
    hold_rows,
    is_held,
    owe_rows,
    owed_columns,
)
from workers.ledger.settling import settle_rows


class PostgresOwedBook:
    """Every method is one transaction; every time is the database's."""

    def __init__(self, engine: Engine, *, resend_after: timedelta = timedelta(seconds=20)) -> None:
        self._engine = engine
        self._resend_after = resend_after

    def owe(self, owed: Sequence[Owed]) -> None:
        """One more request per row; facts read before this moment will not do for it."""
        with self._engine.begin() as connection:
            owe_rows(connection, [Request(one) for one in owed])

    def claim(self, task: str, lane: Lane, *, first: Sequence[str], limit: int, ttl: timedelta) -> Sequence[Job]:
        """Due rows, `first` before the longest owed; never one that another worker holds."""
        token = uuid4().hex
        due = _due_rows(task, lane, first, limit)
        statement = (
            update(OwedRow)
            .where(is_held(due))
            .values(claim_token=token, claimed_until=func.now() + literal(ttl, Interval))
            .returning(*OwedRow.__table__.c, IS_FORCED.label("forced"))
        )
        with self._engine.begin() as connection:
            rows = connection.execute(statement).all()
        place = {record_id: number for number, record_id in enumerate(first)}
        rows = sorted(rows, key=lambda row: (place.get(row.record_id, len(place)), row.owed_since, row.record_id))
        return [_job(row, token) for row in rows]

    def renew(self, token: str, *, ttl: timedelta) -> None:
        """Also claims that have expired, as long as nobody else has taken the rows."""
        held = hold_rows(select(*KEY).where(OwedRow.claim_token == token).order_by(*KEY))
        renewed = update(OwedRow).where(is_held(held)).values(claimed_until=func.now() + literal(ttl, Interval))
        with self._engine.begin() as connection:
            connection.execute(renewed)

    def settle(self, settlements: Sequence[Settlement]) -> Sequence[Owed]:
        """Close the runs whose claims still stand; what is owed and due afterwards is to be woken again."""
        with self._engine.begin() as connection:
            return settle_rows(connection, settlements)

    def find_unattended(self, *, limit: int) -> Sequence[Owed]:
        """Owed, due, unclaimed, and not woken for `resend_after`; the most urgent lane first. Marks them woken."""
        found: list[Owed] = []
        with self._engine.begin() as connection:
            for lane in Lane:
                found += self._mark_woken(connection, lane, limit - len(found))
        return found

    def count_owed(self, task: str, *, as_of_after: datetime, at_most: int = 100_000) -> int:
        """Records this task is owed for by facts younger than this, due or not, claimed or not; parked ones are not."""
        owed = select(OwedRow.record_id).where(OwedRow.task == task, IS_OPEN, OwedRow.as_of > as_of_after)
        with self._engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(owed.limit(at_most).subquery())).scalar_one()

    def _mark_woken(self, connection: Connection, lane: Lane, limit: int) -> list[Owed]:
        unattended = hold_rows(
            select(*KEY)
            .where(OwedRow.lane == lane, IS_DUE, IS_UNCLAIMED)
            .where(OwedRow.woken_at < func.now() - literal(self._resend_after, Interval))
            .order_by(OwedRow.woken_at)
            .limit(limit),
            skip_locked=True,
        )
        marked = update(OwedRow).where(is_held(unattended)).values(woken_at=func.now()).returning(*owed_columns())
        return [as_owed(row) for row in connection.execute(marked)]


def _due_rows(task: str, lane: Lane, first: Sequence[str], limit: int) -> CTE:
    """Up to `limit` rows, locked; a row that another transaction is about to take is passed over."""
    due = select(*KEY).where(OwedRow.task == task, OwedRow.lane == lane, IS_DUE, IS_UNCLAIMED)
    asked_for = literal(first, ARRAY(TEXT))
    named = hold_rows(
        due.where(OwedRow.record_id == any_(asked_for)).order_by(OwedRow.owed_since).limit(limit),
        name="named",
        skip_locked=True,
    )
    room = literal(limit) - select(func.count()).select_from(named).scalar_subquery()
    oldest = hold_rows(
        due.where(OwedRow.record_id != all_(asked_for)).order_by(OwedRow.owed_since).limit(room),
        name="oldest",
        skip_locked=True,
    )
    return union_all(select(named), select(oldest)).cte("due")


def _job(row: Row[Any], token: str) -> Job:
    return Job(
        task=row.task,
        record_id=row.record_id,
        lane=Lane(row.lane),
        started=row.requested,
        token=token,
        as_of=row.as_of,
        owed_since=row.owed_since,
        failures=row.failures,
        forced=row.forced,
    )
