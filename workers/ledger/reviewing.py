"""Records whose last outcome may be another one now are owed again: in one statement, however many there are."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, false, func, literal, or_, select, update

from tasks.contracts.records import Lane
from tasks.rules.reevaluation import ENDS, Review
from workers.ledger.models import OwedRow, VerdictRow
from workers.ledger.owing import IS_OPEN, KEY, LONG_AGO, hold_rows, is_held, once_more
from workers.ledger.rows import is_among
from workers.ledger.verdicts import KIND_OF_TASK

IS_AT_WORK = and_(IS_OPEN, OwedRow.claim_token.is_not(None))
"""Whoever is has read the switches already."""


def owe_again(connection: Connection, reviews: Sequence[Review]) -> int:
    """In the backfill lane; parked rows are woken, what a person dismissed is not. Returns how many rows."""
    if not reviews:
        return 0
    # Chosen once, before the first row is locked: a run that ends in between stays chosen. Materialized also because
    # the planner expects two rows of it, and would compare a hundred thousand with each other.
    chosen = select(*KEY).where(or_(*(_is_concerned(one) for one in reviews))).cte("chosen")
    held = hold_rows(select(*KEY).where(is_held(chosen.prefix_with("MATERIALIZED"))).order_by(*KEY))
    again = once_more(lane=literal(Lane.BACKFILL.value), forced=false(), as_of=func.now())
    owed = update(OwedRow).where(is_held(held)).values({**again, "woken_at": LONG_AGO})
    return connection.execute(owed).rowcount


def _is_concerned(review: Review) -> ColumnElement[bool]:
    is_parked_so = and_(OwedRow.parked_at.is_not(None), is_among(OwedRow.code, review.codes))
    has_ended_so = and_(OwedRow.requested == OwedRow.done, is_among(_last_end(review.task), review.codes))
    return and_(
        OwedRow.task == review.task,
        OwedRow.dismissed_at.is_(None),
        or_(is_parked_so, has_ended_so, IS_AT_WORK),
    )


def _last_end(task: str) -> ColumnElement[str]:
    return (
        select(VerdictRow.code)
        .where(VerdictRow.kind == KIND_OF_TASK[task].value, VerdictRow.record_id == OwedRow.record_id)
        .where(is_among(VerdictRow.code, ENDS[task]))
        .order_by(VerdictRow.id.desc())
        .limit(1)
        .correlate(OwedRow)
        .scalar_subquery()
    )
