"""Records as polls have seen them: what the next poll compares with."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, tuple_, union, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from tasks.contracts.feeds import Fate, Sighting
from tasks.contracts.records import Kind
from workers.ledger.models import ContactLinkRow, LinkRow, SightingRow
from workers.ledger.rows import TIME, given_rows, is_among, texts
from workers.ledger.snapshots import patched, record_snapshots

SHELVES = {Kind.COMPANY: "company", Kind.CONTACT: "contact"}
"""Where the flows look for what a poll has read."""
KINDS = {shelf: kind for kind, shelf in SHELVES.items()}

LINKED = {
    Kind.COMPANY: LinkRow.company_id,
    Kind.ACCOUNT: LinkRow.account_id,
    Kind.CONTACT: ContactLinkRow.contact_id,
    Kind.SALESFORCE_CONTACT: ContactLinkRow.person_id,
    Kind.LEAD: ContactLinkRow.person_id,
}


def find_sightings(connection: Connection, kind: str, ids: Iterable[str]) -> dict[str, Sighting]:
    """Those of them that were ever seen."""
    query = select(SightingRow.__table__).where(SightingRow.kind == kind, is_among(SightingRow.record_id, ids))
    return {row.record_id: _sighting(row) for row in connection.execute(query)}


def find_between(
    connection: Connection, kind: str, fate: Fate, *, after: str, upto: str, seen_before: datetime
) -> list[str]:
    """Ids of digits compare as numbers: the longer one is the larger one."""
    place = tuple_(func.length(SightingRow.record_id), SightingRow.record_id)
    query = select(SightingRow.record_id).where(SightingRow.kind == kind, SightingRow.fate == fate)
    query = query.where(SightingRow.seen_at < seen_before)
    if after:
        query = query.where(place > (len(after), after))
    if upto:
        query = query.where(place <= (len(upto), upto))
    return list(connection.scalars(query.order_by(func.length(SightingRow.record_id), SightingRow.record_id)))


def find_known(connection: Connection, kind: Kind, *, after: str, limit: int) -> list[str]:
    """Ids that are linked, or were seen alive."""
    seen = select(SightingRow.record_id.label("id")).where(SightingRow.kind == kind, SightingRow.fate == Fate.ALIVE)
    of_links = select(LINKED[kind].label("id"))
    if kind in {Kind.SALESFORCE_CONTACT, Kind.LEAD}:
        of_links = of_links.where(ContactLinkRow.kind == kind.rpartition(".")[2])
    known = union(seen, of_links).subquery()
    query = select(known.c.id).where(known.c.id > after).order_by(known.c.id).limit(limit)
    return list(connection.scalars(query))


def record_sightings(connection: Connection, sightings: Sequence[Sighting]) -> None:
    """In place of what was seen before."""
    latest = {(one.kind, one.id): one for one in sightings}
    if not latest:
        return
    rows = [
        {
            "kind": one.kind,
            "record_id": one.id,
            "facts": dict(one.facts),
            "stamp": one.stamp.isoformat() if one.stamp else None,
            "fate": one.fate,
            "heir": one.heir,
        }
        for one in latest.values()
    ]
    given = given_rows(rows, facts=JSONB(), stamp=TIME, **texts("kind", "record_id", "fate", "heir"))
    columns = [column.name for column in given.c]
    statement = insert(SightingRow).from_select(columns, select(*given.c).order_by(given.c.kind, given.c.record_id))
    changed = {name: statement.excluded[name] for name in ("facts", "stamp", "fate", "heir")}
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[SightingRow.kind, SightingRow.record_id], set_={**changed, "seen_at": func.now()}
        )
    )


def shelve(connection: Connection, sightings: Iterable[Sighting], *, read_at: datetime) -> None:
    """Put what was read where the flows look before they read again."""
    for kind, shelf in SHELVES.items():
        bodies: dict[str, Any] = {
            one.id: dict(one.facts) if one.fate is Fate.ALIVE else None for one in sightings if one.kind == kind
        }
        if bodies:
            record_snapshots(connection, shelf, bodies, read_at=read_at)


def patch_sightings(connection: Connection, kind: str, patches: Mapping[str, Mapping[str, object]]) -> None:
    """Put our own write on top of what was seen, so that it is no news when the next poll sees it."""
    rows = [{"record_id": key, "facts": dict(patch)} for key, patch in patches.items()]
    given = given_rows(rows, facts=JSONB(), **texts("record_id"))
    connection.execute(
        update(SightingRow)
        .where(SightingRow.kind == kind, SightingRow.record_id == given.c.record_id)
        .values(facts=patched(SightingRow.facts, given.c.facts))
    )


def _sighting(row: Row[Any]) -> Sighting:
    return Sighting(row.kind, row.record_id, row.facts, row.stamp, Fate(row.fate), row.heir)
