"""Commands as rows of collections: one row per record and call, at most 200 rows a collection."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from workers.crm.chunks import chunks_of
from workers.crm.salesforce_requests import (
    Command,
    UpsertAccount,
    WriteAccountFields,
    WriteCompanyId,
    WriteContactAccount,
)

COLLECTION = 200
UPDATE = "composite/sobjects"


@dataclass(frozen=True, slots=True)
class Row:
    """One record to write, and the commands it answers: two that ask for the same share a row."""

    record: dict[str, Any]
    commands: list[Command] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Collection:
    """Rows that travel together; each succeeds or fails by itself."""

    path: str
    rows: Sequence[Row]

    @property
    def body(self) -> dict[str, Any]:
        """As Salesforce wants it."""
        return {"allOrNone": False, "records": [row.record for row in self.rows]}


def collections_for(commands: Iterable[Command], account_key: str) -> list[Collection]:
    """As few collections as possible. The same record twice in one would spoil both of its rows."""
    upsert = f"{UPDATE}/Account/{account_key}"
    waves: dict[str, list[dict[str, Row]]] = {}
    for command in dict.fromkeys(commands):
        identity, record = _record_of(command, account_key)
        path = upsert if isinstance(command, UpsertAccount) else UPDATE
        _place(waves.setdefault(path, []), identity, record).commands.append(command)
    return [
        Collection(path, rows)
        for path, wave in ((path, wave) for path, of_path in waves.items() for wave in of_path)
        for rows in chunks_of(sorted(wave.values(), key=_parents_together), COLLECTION)
    ]


def _record_of(command: Command, account_key: str) -> tuple[str, dict[str, Any]]:
    account, contact = {"attributes": {"type": "Account"}}, {"attributes": {"type": "Contact"}}
    match command:
        case UpsertAccount(company_id, values):
            told = {name: value for name, value in (("Name", values.name), ("Website", values.website)) if value}
            # The key goes last: whatever is mapped, the row is found by nothing else.
            return company_id, {**account, **told, **dict(values.fields), account_key: company_id}
        case WriteCompanyId(account_id, company_id):
            return account_id, {**account, "id": account_id, account_key: company_id}
        case WriteAccountFields(account_id, fields):
            return account_id, {**account, **dict(fields), "id": account_id}
        case WriteContactAccount(person_id, account_id):
            return person_id, {**contact, "id": person_id, "AccountId": account_id}


def _place(waves: list[dict[str, Row]], identity: str, record: dict[str, Any]) -> Row:
    for wave in waves:
        row = wave.setdefault(identity, Row(record))
        if row.record == record:
            return row
    waves.append({identity: Row(record)})
    return waves[-1][identity]


def _parents_together(row: Row) -> tuple[str, str]:
    """One object's rows in a run, and the contacts of one account beside each other: they lock it once."""
    return row.record["attributes"]["type"], row.record.get("AccountId", "")
