"""What an operator asks about fields that could not be carried, and decides about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, delete, func, select, update

from tasks.contracts.reasons import Reason
from tasks.contracts.records import Kind, Lane, Owed, Verdict
from tasks.contracts.tools import Subject
from workers.ledger.models import FieldProblemRow, PausedFieldRow
from workers.ledger.owing import Request, owe_for_links, owe_rows
from workers.ledger.review_desk import ParkedCount, ParkedFilter
from workers.ledger.rows import is_among
from workers.ledger.verdicts import append_verdicts

TASK = "sync_fields"
"""What parks fields, and is owed again for them."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """A field of a record that is left out, with everything a person needs to judge it."""

    kind: str
    record_id: str
    field: str
    problem_class: str
    code: str
    problem: str
    remedy: str
    since: datetime
    seen: datetime


class FieldProblems:
    """They close by themselves when the field can be carried; a person can only ask for another try."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, which: ParkedFilter, *, limit: int = 1000) -> list[FieldProblem]:
        """There longest first."""
        columns = [FieldProblemRow.__table__.c[name] for name in FieldProblem.__dataclass_fields__]
        query = select(*columns).where(*_matches(which))
        ordered = query.order_by(FieldProblemRow.since, FieldProblemRow.record_id, FieldProblemRow.field)
        with self._engine.connect() as connection:
            return [FieldProblem(**row) for row in connection.execute(ordered.limit(limit)).mappings()]

    def count(self) -> list[ParkedCount]:
        """Those that have the same thing wrong with them; most frequent first."""
        same = (FieldProblemRow.problem_class, FieldProblemRow.code)
        number = func.count().label("rows")
        query = select(*same, number).group_by(*same).order_by(number.desc(), *same)
        with self._engine.connect() as connection:
            return [ParkedCount(TASK, *row) for row in connection.execute(query)]

    def replay(self, which: ParkedFilter, *, by: str) -> int:
        """Look at the records again, and ask the CRMs again; fields that were paused for this are resumed."""
        matching = _matches(which)
        columns = (FieldProblemRow.record_id, FieldProblemRow.field, FieldProblemRow.code)
        with self._engine.begin() as connection:
            rows = connection.execute(
                update(FieldProblemRow).where(*matching).values(attempt="").returning(*columns)
            ).all()
            owe_rows(connection, [Request(Owed(TASK, one.record_id)) for one in rows])
            these = is_among(PausedFieldRow.field, [one.field for one in rows])
            if connection.execute(delete(PausedFieldRow).where(these)).rowcount:
                owe_for_links(connection, TASK, Lane.BACKFILL)
            append_verdicts(
                connection,
                [
                    (
                        Subject(Kind.COMPANY, one.record_id),
                        Verdict(Reason.REPLAYED, {"by": by, "task": TASK, "code": one.code, "field": one.field}),
                    )
                    for one in rows
                ],
            )
        return len(rows)


def find_field_problems(engine: Engine, kind: Kind, record_id: str) -> Sequence[FieldProblem]:
    """Of one record."""
    which = ParkedFilter(record_ids=(record_id,))
    return [one for one in FieldProblems(engine).find(which) if one.kind == kind]


def _matches(which: ParkedFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if which.task not in {None, TASK}:
        conditions.append(FieldProblemRow.field.is_(None))
    if which.record_ids is not None:
        conditions.append(is_among(FieldProblemRow.record_id, which.record_ids))
    if which.problem_class is not None:
        conditions.append(FieldProblemRow.problem_class == which.problem_class)
    if which.code is not None:
        conditions.append(FieldProblemRow.code == which.code)
    return conditions
