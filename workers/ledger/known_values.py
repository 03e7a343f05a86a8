"""What the ledger knows a HubSpot record's properties to be: how an echo of our own write is told from news."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, select

from tasks.contracts.feeds import MAPPED
from tasks.contracts.records import Kind
from workers.ledger.models import BaselineRow, SnapshotRow
from workers.ledger.rows import given_rows, texts

Property = tuple[Kind, str, str]
"""Kind, record id, and HubSpot's name of the property."""
SNAPSHOT_KINDS = {Kind.COMPANY: "company", Kind.CONTACT: "contact"}
FIELDS = {"lifecyclestage": "lifecycle_stage", "name": "name", "domain": "domain", "website": "website"}


class KnownValues:
    """The link property has the name the portal gave it."""

    def __init__(self, engine: Engine, *, account_property: str) -> None:
        self._engine = engine
        self._fields = {**FIELDS, account_property: "account_id"}

    def find(self, properties: Sequence[Property]) -> dict[Property, str]:
        """As last read, with our own writes on top; where nothing was read, as we last wrote it.

        What was read outranks what we wrote: somebody may have changed it since, and changed it back.
        """
        if not properties:
            return {}
        with self._engine.connect() as connection:
            written = _find_written(connection, properties)
            return written | self._find_read(connection, properties)

    def _find_read(self, connection: Connection, properties: Sequence[Property]) -> dict[Property, str]:
        keys = sorted({(SNAPSHOT_KINDS[kind], record_id) for kind, record_id, _ in properties})
        given = given_rows([{"kind": kind, "record_id": one} for kind, one in keys], **texts("kind", "record_id"))
        query = select(SnapshotRow.kind, SnapshotRow.record_id, SnapshotRow.body).where(
            SnapshotRow.kind == given.c.kind, SnapshotRow.record_id == given.c.record_id
        )
        bodies = {(row.kind, row.record_id): row.body or {} for row in connection.execute(query)}
        read: dict[Property, str] = {}
        for kind, record_id, name in properties:
            body = bodies.get((SNAPSHOT_KINDS[kind], record_id), {})
            field = self._fields.get(name)
            mapped = body.get(MAPPED, {}).get(name)
            if mapped is not None:
                read[kind, record_id, name] = mapped
            elif field in body:
                read[kind, record_id, name] = str(body[field] or "")
        return read


def _find_written(connection: Connection, properties: Sequence[Property]) -> dict[Property, str]:
    rows = [{"kind": kind, "record_id": record_id, "field": name} for kind, record_id, name in set(properties)]
    given = given_rows(rows, **texts("kind", "record_id", "field"))
    query = select(BaselineRow.kind, BaselineRow.record_id, BaselineRow.field, BaselineRow.value).where(
        BaselineRow.kind == given.c.kind, BaselineRow.record_id == given.c.record_id, BaselineRow.field == given.c.field
    )
    return {(Kind(row.kind), row.record_id, row.field): row.value for row in connection.execute(query)}
