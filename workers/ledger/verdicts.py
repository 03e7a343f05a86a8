"""The timeline of decisions: appended to, never changed, and without saying the same twice in a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Connection, TableValuedAlias, func, insert, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB

from tasks.contracts.records import Kind, Owed, Verdict
from tasks.contracts.tools import Subject
from workers.ledger.models import VerdictRow
from workers.ledger.rows import given_rows, texts

KIND_OF_TASK = {
    "create_account": Kind.COMPANY,
    "create_company": Kind.ACCOUNT,
    "link_company": Kind.COMPANY,
    "link_contact": Kind.CONTACT,
    "propagate_lifecycle_stage": Kind.COMPANY,
    "sync_fields": Kind.COMPANY,
}
"""On whose timeline stands what became of owed work."""


@dataclass(frozen=True, slots=True)
class VerdictRequest:
    """An entry for a record's timeline, and what is owed because of it."""

    subject: Subject
    verdict: Verdict
    then: tuple[Owed, ...]
    as_of: datetime
    """Facts read at or after this moment are fresh enough for what is owed next."""


def subject_of(task: str, record_id: str) -> Subject:
    """Whose timeline it is when the task is run for this record."""
    return Subject(KIND_OF_TASK.get(task, Kind.COMPANY), record_id)


def append_verdicts(connection: Connection, entries: Sequence[tuple[Subject, Verdict]]) -> None:
    """In this order; an entry equal to the one before it on the same timeline is left out."""
    if not entries:
        return
    given = _given(entries)
    last = (
        select(VerdictRow.code, VerdictRow.evidence)
        .where(VerdictRow.kind == given.c.kind, VerdictRow.record_id == given.c.record_id)
        .order_by(VerdictRow.id.desc())
        .limit(1)
        .lateral()
    )
    timeline = (given.c.kind, given.c.record_id)
    code_before = func.lag(given.c.code).over(partition_by=timeline, order_by=given.c.place)
    evidence_before = func.lag(given.c.evidence).over(partition_by=timeline, order_by=given.c.place)
    entry = (
        select(
            *given.c,
            func.coalesce(code_before, last.c.code).label("code_before"),
            func.coalesce(evidence_before, last.c.evidence).label("evidence_before"),
        )
        .select_from(given.outerjoin(last, true()))
        .subquery()
    )
    news = (
        select(entry.c.kind, entry.c.record_id, entry.c.code, entry.c.evidence)
        .where(
            or_(
                entry.c.code.is_distinct_from(entry.c.code_before),
                entry.c.evidence.is_distinct_from(entry.c.evidence_before),
            )
        )
        .order_by(entry.c.place)
    )
    connection.execute(insert(VerdictRow).from_select(["kind", "record_id", "code", "evidence"], news))


def _given(entries: Sequence[tuple[Subject, Verdict]]) -> TableValuedAlias:
    rows = [
        {
            "place": place,
            "kind": subject.kind,
            "record_id": subject.record_id,
            "code": verdict.code,
            "evidence": verdict.evidence,
        }
        for place, (subject, verdict) in enumerate(entries)
    ]
    return given_rows(rows, place=BigInteger(), evidence=JSONB(), **texts("kind", "record_id", "code"))
