"""What the ledger knows about fields: what both sides agreed on, what could not be carried, what is paused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, delete, exists, func, not_, select, update
from sqlalchemy.dialects.postgresql import insert

from tasks.contracts.errors import ProblemClass
from tasks.contracts.fields import FieldMemory, FieldReport, LeftOut
from tasks.contracts.records import Kind, Lane, Link
from workers.ledger.models import BaselineRow, FieldProblemRow, PausedFieldRow
from workers.ledger.owing import owe_for_links
from workers.ledger.rows import given_rows, is_among, texts

PAIR = "pair"
"""Baselines are of two records: another account, or another company, has none of them."""
DERIVED = "derived"
"""Of a company: what its account was given although the company has no such value."""
TRIED_AGAIN_AFTER = timedelta(days=1)
PROBLEM = ("problem_class", "code", "problem", "remedy")
IS_STALE = FieldProblemRow.tried_at < func.now() - TRIED_AGAIN_AFTER

Request = tuple[Link, FieldReport]


@dataclass(frozen=True, slots=True)
class PausedField:
    """A Salesforce field that is left alone everywhere, and why."""

    field: str
    code: str
    problem: str
    remedy: str
    description: str
    """What the CRMs said about it when they last said that something was wrong (a digest)."""
    paused_at: datetime


class FieldBook:
    """Every method is one transaction and safe to repeat."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find_memories(self, links: Sequence[Link]) -> list[FieldMemory]:
        """One for each, in order."""
        kept: dict[tuple[str, str], dict[str, str]] = {}
        problems: dict[str, dict[str, LeftOut]] = {}
        kept_values = select(BaselineRow.kind, BaselineRow.record_id, BaselineRow.field, BaselineRow.value).where(
            BaselineRow.kind.in_([PAIR, DERIVED]),
            is_among(BaselineRow.record_id, [*map(_pair, links), *(link.company_id for link in links)]),
        )
        attempt = case((IS_STALE, ""), else_=FieldProblemRow.attempt).label("attempt")
        of_companies = select(
            FieldProblemRow.record_id, FieldProblemRow.field, *(getattr(FieldProblemRow, name) for name in PROBLEM),
            attempt,
        ).where(_is_of([link.company_id for link in links]))  # fmt: skip
        with self._engine.connect() as connection:
            for kind, whose, field, value in connection.execute(kept_values):
                kept.setdefault((kind, whose), {})[field] = value
            for company_id, field, problem_class, *told in connection.execute(of_companies):
                problems.setdefault(company_id, {})[field] = LeftOut(field, ProblemClass(problem_class), *told)
        return [
            FieldMemory(
                kept.get((PAIR, _pair(link)), {}),
                problems.get(link.company_id, {}),
                kept.get((DERIVED, link.company_id), {}),
            )
            for link in links
        ]

    def record(self, requests: Sequence[Request]) -> list[str]:
        """All reports; returns the fields that are paused because of them and were not before."""
        with self._engine.begin() as connection:
            _write_baselines(connection, {(PAIR, _pair(link)): report.agreed for link, report in requests})
            _write_problems(connection, requests)
            return _pause(connection, [one for _, report in requests for one in report.left_out])

    def record_derived(self, requests: Sequence[tuple[str, Mapping[str, str]]]) -> None:
        """By company: what we made up for its account."""
        with self._engine.begin() as connection:
            _write_baselines(connection, {(DERIVED, company_id): values for company_id, values in requests})

    def find_paused(self) -> dict[str, PausedField]:
        """By field."""
        columns = [PausedFieldRow.__table__.c[name] for name in PausedField.__dataclass_fields__]
        with self._engine.connect() as connection:
            rows = connection.execute(select(*columns)).mappings()
            return {row["field"]: PausedField(**row) for row in rows}

    def note_descriptions(self, described: Mapping[str, str]) -> None:
        """What a CRM says about paused fields with which something is still wrong."""
        with self._engine.begin() as connection:
            for field, description in described.items():
                same = PausedFieldRow.field == field
                connection.execute(update(PausedFieldRow).where(same).values(description=description))

    def resume(self, fields: Iterable[str]) -> list[str]:
        """Which of them were paused; every linked company is owed a look at its fields then."""
        these = is_among(PausedFieldRow.field, fields)
        with self._engine.begin() as connection:
            resumed = list(connection.scalars(delete(PausedFieldRow).where(these).returning(PausedFieldRow.field)))
            if resumed:
                owe_for_links(connection, "sync_fields", Lane.BACKFILL)
        return sorted(resumed)

    def owe_all(self) -> int:
        """Every linked company is owed a look at its fields. Returns how many there are."""
        with self._engine.begin() as connection:
            return owe_for_links(connection, "sync_fields", Lane.BACKFILL)


def _pair(link: Link) -> str:
    return f"{link.company_id}/{link.account_id}"


def _is_of(company_ids: Iterable[str]) -> ColumnElement[bool]:
    return and_(FieldProblemRow.kind == Kind.COMPANY, is_among(FieldProblemRow.record_id, company_ids))


def _write_baselines(connection: Connection, values: Mapping[tuple[str, str], Mapping[str, str]]) -> None:
    rows = [
        {"kind": kind, "record_id": whose, "field": field, "value": value}
        for (kind, whose), of_it in values.items()
        for field, value in of_it.items()
    ]
    columns = ("kind", "record_id", "field", "value")
    given = given_rows(rows, **texts(*columns))
    statement = insert(BaselineRow).from_select(
        columns, select(*(given.c[name] for name in columns)).order_by(given.c.record_id, given.c.kind, given.c.field)
    )
    changed = {"value": statement.excluded.value, "written_at": func.now()}
    connection.execute(statement.on_conflict_do_update(index_elements=columns[:3], set_=changed))


def _write_problems(connection: Connection, requests: Sequence[Request]) -> None:
    """What is not reported any more is over, unless it was not looked at."""
    latest = {link.company_id: report for link, report in requests}
    rows = [
        {"kind": Kind.COMPANY, "record_id": company_id, **{name: getattr(one, name) for name in ("field", *PROBLEM)}}
        | {"attempt": one.attempt}
        for company_id, report in latest.items()
        for one in report.left_out
    ]
    columns = ("kind", "record_id", "field", *PROBLEM, "attempt")
    given = given_rows(rows, **texts(*columns))
    reported = exists().where(given.c.record_id == FieldProblemRow.record_id, given.c.field == FieldProblemRow.field)
    unseen = given_rows(
        [{"record_id": company_id, "field": field} for company_id, report in latest.items() for field in report.paused],
        **texts("record_id", "field"),
    ).alias("unseen")
    is_unseen = exists().where(unseen.c.record_id == FieldProblemRow.record_id, unseen.c.field == FieldProblemRow.field)
    connection.execute(delete(FieldProblemRow).where(_is_of(latest), not_(reported), not_(is_unseen)))
    statement = insert(FieldProblemRow).from_select(
        columns, select(*(given.c[name] for name in columns)).order_by(given.c.record_id, given.c.field)
    )
    new = statement.excluded
    was_tried = (FieldProblemRow.attempt != new.attempt) | IS_STALE
    changed = {name: new[name] for name in (*PROBLEM, "attempt")}
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=columns[:3],
            set_={
                **changed,
                "seen": func.now(),
                "tried_at": case((was_tried, func.now()), else_=FieldProblemRow.tried_at),
                "since": case((FieldProblemRow.code != new.code, func.now()), else_=FieldProblemRow.since),
            },
        )
    )


def _pause(connection: Connection, left_out: Iterable[LeftOut]) -> list[str]:
    wrong = {one.field: one for one in left_out if one.problem_class is ProblemClass.CONFIG}
    rows = [{name: getattr(one, name) for name in ("field", "code", "problem", "remedy")} for one in wrong.values()]
    columns = ("field", "code", "problem", "remedy")
    given = given_rows(rows, **texts(*columns))
    statement = insert(PausedFieldRow).from_select(
        columns, select(*(given.c[name] for name in columns)).order_by(given.c.field)
    )
    first = statement.on_conflict_do_nothing().returning(PausedFieldRow.field)
    return sorted(connection.scalars(first))
