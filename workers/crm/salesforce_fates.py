"""What became of accounts, contacts and leads: deleted rows included, merged ones followed to their survivor."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from simple_salesforce.format import format_soql

from tasks.contracts.errors import SyncError
from tasks.contracts.fates import End, Fate
from tasks.contracts.records import Kind
from workers.crm.chunks import ask_in_chunks
from workers.crm.salesforce_ids import ACCOUNT, CONTACT, LEAD, long_ids_in

Row = Mapping[str, Any]
Ask = Callable[[str], list[Row]]
"""All rows for a path below the root. Raises SyncError."""

IN_ONE_QUERY = 400
"""Ids: Salesforce cuts URLs off at 16 KB."""
LONGEST_CHAIN = 20
KIND_OF = {ACCOUNT: Kind.ACCOUNT, CONTACT: Kind.SALESFORCE_CONTACT, LEAD: Kind.LEAD}
OBJECT_OF = {ACCOUNT: "Account", CONTACT: "Contact", LEAD: "Lead"}


def read_fates(ids: Iterable[str], ask: Ask, *, account_key: str) -> dict[str, Fate | SyncError]:
    """One for each account, contact or lead among the ids; a query per object, and one per step of a chain."""
    wanted = long_ids_in(ids, *OBJECT_OF)
    rows: dict[str, Row | SyncError | None] = {}
    pending = set(wanted)
    for _ in range(LONGEST_CHAIN):
        for prefix in OBJECT_OF:
            of_object = sorted(one for one in pending if one.startswith(prefix))
            rows |= ask_in_chunks(of_object, IN_ONE_QUERY, lambda some: _read(some, ask, account_key))
        pending = {heir for row in rows.values() if (heir := _heir(row))} - rows.keys()
        if not pending:
            break
    return {one: _fate_of(one, rows, account_key) for one in wanted}


def _read(ids: Iterable[str], ask: Ask, account_key: str) -> dict[str, Row | SyncError | None]:
    some = list(ids)
    prefix = some[0][:3]
    more = {ACCOUNT: account_key, LEAD: "IsConverted, ConvertedContactId"}.get(prefix, "AccountId")
    what = f"SELECT Id, IsDeleted, MasterRecordId, {more} FROM {OBJECT_OF[prefix]}"  # noqa: S608 -- names of ours
    soql = f"{what} WHERE {format_soql('Id IN {}', some)}"
    found: dict[str, Row] = {row["Id"]: row for row in ask(f"queryAll/?q={quote(soql, safe='')}")}
    return {one: found.get(one) for one in some}


def _heir(row: Row | SyncError | None) -> str | None:
    """Who answers in the record's place."""
    if not isinstance(row, Mapping):
        return None
    if row.get("IsDeleted"):
        return row.get("MasterRecordId") or None
    return row.get("ConvertedContactId") or None


def _fate_of(record_id: str, rows: Mapping[str, Row | SyncError | None], account_key: str) -> Fate | SyncError:
    survivor, seen = record_id, {record_id}
    while (heir := _heir(rows.get(survivor))) and heir not in seen:
        seen.add(heir)
        survivor = heir
    for one in seen:
        if isinstance(problem := rows.get(one), SyncError):
            return problem
    own, last = _row(rows, record_id), _row(rows, survivor)
    return Fate(
        KIND_OF[record_id[:3]],
        record_id,
        _end_of(own),
        survivor_id=survivor,
        survivor_is_gone=not last or bool(last.get("IsDeleted")),
        key=last.get(account_key) or None,
    )


def _row(rows: Mapping[str, Row | SyncError | None], record_id: str) -> Row:
    row = rows.get(record_id)
    return row if isinstance(row, Mapping) else {}


def _end_of(row: Row) -> End:
    if not row:
        return End.UNKNOWN
    if row.get("IsDeleted"):
        return End.MERGED if row.get("MasterRecordId") else End.DELETED
    return End.CONVERTED if row.get("ConvertedContactId") else End.LIVING
