"""Tombstones, and links that move, rest or end: written together with why and with what is owed next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from tasks.contracts.errors import Busy, SyncError
from tasks.contracts.fates import End, Settlement, Tombstone
from tasks.contracts.records import Kind, Link, Owed
from tasks.contracts.tools import Subject
from workers.ledger.claims import hand_over_claims
from workers.ledger.models import LinkRow, TombstoneRow
from workers.ledger.owing import Request, owe_rows
from workers.ledger.rows import is_among
from workers.ledger.verdicts import append_verdicts


@dataclass(frozen=True, slots=True)
class SettleRequest:
    """A settlement, by whose lease, and what is owed because of it."""

    settlement: Settlement
    fence: int
    then: tuple[Owed, ...]
    as_of: datetime


def find_tombstones(connection: Connection, kind: Kind, record_ids: Iterable[str]) -> list[Tombstone]:
    query = select(TombstoneRow).where(TombstoneRow.kind == kind, is_among(TombstoneRow.record_id, record_ids))
    return [
        Tombstone(Kind(row.kind), row.record_id, End(row.fate), row.survivor_id, row.key)
        for row in connection.execute(query)
    ]


def find_buried_keys(connection: Connection, company_ids: Iterable[str]) -> dict[str, str]:
    """By company id, the record whose tombstone forbids an upsert by it: the company itself, or an account."""
    wanted = set(company_ids)
    query = select(TombstoneRow.kind, TombstoneRow.record_id, TombstoneRow.key).where(
        or_(
            and_(TombstoneRow.kind == Kind.COMPANY, is_among(TombstoneRow.record_id, wanted)),
            and_(TombstoneRow.kind == Kind.ACCOUNT, is_among(TombstoneRow.key, wanted)),
        )
    )
    rows = connection.execute(query).all()
    return {row.record_id if row.kind == Kind.COMPANY else row.key: f"{row.kind} {row.record_id}" for row in rows}


def settle(connection: Connection, request: SettleRequest) -> SyncError | None:
    """None: written. Raises IntegrityError where another link holds the account."""
    told = request.settlement
    _lift(connection, told.living)
    _bury(connection, told.tombstones)
    if told.released:
        connection.execute(update(TombstoneRow).where(is_among(TombstoneRow.key, told.released)).values(key=None))
    if told.was and not _move_link(connection, request):
        return Busy(f"the link of company {told.was.company_id} changed at this very moment")
    append_verdicts(connection, [(Subject(one.kind, one.record_id), one.verdict) for one in told.notes])
    owe_rows(connection, [Request(owed, request.as_of) for owed in request.then])
    return None


def _lift(connection: Connection, living: Sequence[tuple[Kind, str]]) -> None:
    if living:
        key = tuple_(TombstoneRow.kind, TombstoneRow.record_id)
        connection.execute(delete(TombstoneRow).where(key.in_(sorted(living))))


def _bury(connection: Connection, tombstones: Sequence[Tombstone]) -> None:
    """The moment since which a record has been gone stays, unless something else became of it."""
    latest = {(one.kind, one.record_id): one for one in tombstones}
    if not latest:
        return
    columns = ("kind", "record_id", "fate", "survivor_id", "key")
    statement = insert(TombstoneRow).values(
        [{name: getattr(one, name) for name in columns} for _, one in sorted(latest.items())]
    )
    new = statement.excluded
    changed = or_(
        TombstoneRow.fate != new.fate,
        TombstoneRow.survivor_id.is_distinct_from(new.survivor_id),
        TombstoneRow.key.is_distinct_from(new.key),
    )
    values = {name: new[name] for name in columns[2:]} | {"since": func.now()}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["kind", "record_id"], set_=values, where=changed)
    )


def _move_link(connection: Connection, request: SettleRequest) -> bool:
    told = request.settlement
    if told.was is None:
        return True
    if not all(_end(connection, link, request.fence) for link in told.ends):
        return False
    if told.becomes is None:
        ended = _end(connection, told.was, request.fence)
        hand_over_claims(connection, told.was.company_id, _heir(told))
        return ended
    new = {"company_id": told.becomes.company_id, "account_id": told.becomes.account_id, "state": told.becomes.state}
    moved = connection.execute(
        update(LinkRow).where(_is(told.was), LinkRow.fence <= request.fence).values(**new, fence=request.fence)
    )
    if told.becomes.company_id != told.was.company_id:
        hand_over_claims(connection, told.was.company_id, told.becomes.company_id)
    return moved.rowcount == 1


def _end(connection: Connection, link: Link, fence: int) -> bool:
    return connection.execute(delete(LinkRow).where(_is(link), LinkRow.fence <= fence)).rowcount == 1


def _is(link: Link) -> ColumnElement[bool]:
    return and_(
        LinkRow.company_id == link.company_id, LinkRow.account_id == link.account_id, LinkRow.state == link.state
    )


def _heir(told: Settlement) -> str | None:
    """Who goes on for a company whose link ends."""
    company_id = told.was.company_id if told.was else None
    return next((one.survivor_id for one in told.tombstones if one.record_id == company_id), None)
