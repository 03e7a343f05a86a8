"""Facts as last read from the CRMs, each with the moment it was read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from workers.ledger.models import SnapshotRow
from workers.ledger.rows import TIME, given_rows, is_among, texts

MAPPED = "mapped"
"""Where companies and accounts keep the values of the field mapping."""
_EMPTY = func.jsonb_build_object()

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
    given = given_rows(_rows(bodies), body=JSONB(), **texts("record_id"))
    read = select(literal(kind), given.c.record_id, _as_json(given.c.body), literal(read_at, TIME))
    statement = insert(SnapshotRow).from_select(
        ["kind", "record_id", "body", "read_at"], read.order_by(given.c.record_id)
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[SnapshotRow.kind, SnapshotRow.record_id],
            set_={"body": statement.excluded.body, "read_at": statement.excluded.read_at},
            where=func.greatest(SnapshotRow.read_at, SnapshotRow.written_at) <= statement.excluded.read_at,
        )
    )


def patch_snapshots(connection: Connection, kind: str, patches: Mapping[str, Mapping[str, object]]) -> None:
    """Put our own write on top of what was read; the moment of reading stays, and absence stays absence.

    Of the mapped fields, only those that the patch speaks of.
    """
    given = given_rows(_rows(patches), body=JSONB(), **texts("record_id"))
    before, patch = SnapshotRow.body, given.c.body
    mapped = func.coalesce(before[MAPPED], _EMPTY).op("||")(func.coalesce(patch[MAPPED], _EMPTY))
    with_mapped = case((patch.op("?")(MAPPED), func.jsonb_build_object(MAPPED, mapped)), else_=_EMPTY)
    is_object = func.jsonb_typeof(before) == "object"
    connection.execute(
        update(SnapshotRow)
        .where(SnapshotRow.kind == kind, SnapshotRow.record_id == given.c.record_id)
        .values(
            body=case((is_object, before.op("||")(patch).op("||")(with_mapped)), else_=before), written_at=func.now()
        )
    )


def forget_snapshots(connection: Connection, kind: str, record_ids: Iterable[str]) -> None:
    """The next one who asks reads anew."""
    forgotten = is_among(SnapshotRow.record_id, record_ids)
    connection.execute(delete(SnapshotRow).where(SnapshotRow.kind == kind, forgotten))


def _rows(bodies: Mapping[str, Any]) -> list[dict[str, object]]:
    return [{"record_id": key, "body": body} for key, body in bodies.items()]


def _as_json(body: Any) -> Any:
    # A JSON null inside a row arrives as SQL's null, which says something else.
    return func.coalesce(body, literal(None, JSONB))
