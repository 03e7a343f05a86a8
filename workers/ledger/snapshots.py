"""Facts as last read from the CRMs, each with the moment it was read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT, insert

from tasks.contracts.feeds import MAPPED
from tasks.rules.identity import registrable_domain
from workers.ledger.models import SnapshotRow
from workers.ledger.rows import TIME, given_rows, is_among, texts

_EMPTY = func.jsonb_build_object()
COMPANY = "company"
"""The kind of snapshot that companies are kept as."""

Wanted = tuple[str, str, datetime]
"""Kind, record id, and the moment before which it must not have been read."""


def find_snapshots(connection: Connection, wanted: Sequence[Wanted]) -> dict[tuple[str, str], Any]:
    """Those that are fresh enough; None is a body too: it was looked for and is absent."""
    rows = [{"kind": kind, "record_id": key, "as_of": as_of.isoformat()} for kind, key, as_of in wanted]
    given = given_rows(rows, as_of=TIME, **texts("kind", "record_id"))
    fresh = select(SnapshotRow.kind, SnapshotRow.record_id, SnapshotRow.body).where(
        SnapshotRow.kind == given.c.kind,
        SnapshotRow.record_id == given.c.record_id,
        SnapshotRow.read_at >= given.c.as_of,
    )
    return {(row.kind, row.record_id): row.body for row in connection.execute(fresh)}


def record_snapshots(connection: Connection, kind: str, bodies: Mapping[str, Any], *, read_at: datetime) -> None:
    """A slow reader never replaces what was read after it, or what we have written since it began to read."""
    rows = [{**row, "domains": _domains_of(row["body"]) if kind == COMPANY else []} for row in _rows(bodies)]
    given = given_rows(rows, body=JSONB(), domains=ARRAY(TEXT), **texts("record_id"))
    read = select(literal(kind), given.c.record_id, _as_json(given.c.body), literal(read_at, TIME), given.c.domains)
    columns = ["kind", "record_id", "body", "read_at", "domains"]
    statement = insert(SnapshotRow).from_select(columns, read.order_by(given.c.record_id))
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[SnapshotRow.kind, SnapshotRow.record_id],
            set_={name: statement.excluded[name] for name in columns[2:]},
            where=func.greatest(SnapshotRow.read_at, SnapshotRow.written_at) <= statement.excluded.read_at,
        )
    )


def patch_snapshots(connection: Connection, kind: str, patches: Mapping[str, Mapping[str, object]]) -> None:
    """Put our own write on top of what was read; the moment of reading stays, and absence stays absence."""
    given = given_rows(_rows(patches), body=JSONB(), **texts("record_id"))
    before = SnapshotRow.body
    is_object = func.jsonb_typeof(before) == "object"
    connection.execute(
        update(SnapshotRow)
        .where(SnapshotRow.kind == kind, SnapshotRow.record_id == given.c.record_id)
        .values(body=case((is_object, patched(before, given.c.body)), else_=before), written_at=func.now())
    )


def patched(before: Any, patch: Any) -> ColumnElement[Any]:
    """The facts with the patch on top; of the mapped fields, only those that the patch speaks of."""
    mapped = func.coalesce(before[MAPPED], _EMPTY).op("||")(func.coalesce(patch[MAPPED], _EMPTY))
    with_mapped = case((patch.op("?")(MAPPED), func.jsonb_build_object(MAPPED, mapped)), else_=_EMPTY)
    whole: ColumnElement[Any] = before.op("||")(patch).op("||")(with_mapped)
    return whole


def forget_snapshots(connection: Connection, kind: str, record_ids: Iterable[str]) -> None:
    """The next one who asks reads anew."""
    forgotten = is_among(SnapshotRow.record_id, record_ids)
    connection.execute(delete(SnapshotRow).where(SnapshotRow.kind == kind, forgotten))


def find_companies_by_domain(connection: Connection, domains: Iterable[str]) -> dict[str, list[str]]:
    """By domain the ids of the companies that had it when they were read last, however long ago."""
    wanted = literal(sorted(set(domains)), ARRAY(TEXT))
    query = select(SnapshotRow.record_id, SnapshotRow.domains).where(
        SnapshotRow.kind == COMPANY, SnapshotRow.domains.overlap(wanted)
    )
    found: dict[str, list[str]] = {}
    for row in connection.execute(query):
        for domain in row.domains:
            found.setdefault(domain, []).append(row.record_id)
    return found


def _domains_of(body: Any) -> list[str]:
    if not isinstance(body, Mapping):
        return []
    spellings = (body.get("domain"), body.get("website"), *(body.get("additional_domains") or ()))
    return sorted({domain for one in spellings if one and (domain := registrable_domain(one))})


def _rows(bodies: Mapping[str, Any]) -> list[dict[str, object]]:
    return [{"record_id": key, "body": body} for key, body in bodies.items()]


def _as_json(body: Any) -> Any:
    # A JSON null inside a row arrives as SQL's null, which says something else.
    return func.coalesce(body, literal(None, JSONB))
