"""What the CRMs in memory remember of records that are gone."""

from dataclasses import dataclass, field, replace
from typing import Any

from tasks.contracts.fates import End, Fate, Tombstone
from tasks.contracts.records import Kind, PersonKind

Tombstones = dict[tuple[Kind, str], Tombstone]
Living = tuple[dict[Any, Any], dict[Any, Any]]


@dataclass
class HubSpotPast:
    """Archived records with what hung on them, and who was merged into whom: for good."""

    living: Living = ({}, {})
    archived: dict[str, tuple[Any, dict[Any, Any]]] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)

    def end_of(self, record_id: str) -> str:
        while record_id in self.merged:
            record_id = self.merged[record_id]
        return record_id

    def fate(self, kind: Kind, record_id: str) -> Fate:
        survivor = self.end_of(record_id)
        is_there = survivor in self.living[kind is Kind.CONTACT]
        if survivor != record_id and is_there:
            return Fate(kind, record_id, End.MERGED, survivor)
        absorbed = tuple(one for one in self.merged if self.end_of(one) == record_id)
        if is_there:
            return Fate(kind, record_id, End.LIVING, record_id, absorbed=absorbed)
        if record_id in self.archived:
            return Fate(kind, record_id, End.DELETED, record_id, survivor_is_gone=True, absorbed=absorbed)
        return Fate(kind, record_id, End.UNKNOWN, record_id, survivor_is_gone=True)


@dataclass
class SalesforcePast:
    """The recycle bin."""

    living: Living = ({}, {})
    bin: dict[str, Any] = field(default_factory=dict)
    masters: dict[str, str] = field(default_factory=dict)
    converted: dict[str, str] = field(default_factory=dict)

    def bury(self, record_id: str, *, master: str | None = None) -> None:
        records = next(records for records in self.living if record_id in records)
        self.bin[record_id] = records.pop(record_id)
        if master:
            self.masters[record_id] = master

    def dig_out(self, record_id: str) -> None:
        accounts, people = self.living
        record = self.bin[record_id]
        if record_id.startswith("001"):
            if record.company_id and any(one.company_id == record.company_id for one in accounts.values()):
                raise ValueError(f"somebody has taken the key of {record_id}")
            accounts[record_id] = record
        else:
            people[record_id] = replace(record, account_id=record.account_id if record.account_id in accounts else None)
        del self.bin[record_id]
        self.masters.pop(record_id, None)

    def fate(self, record_id: str) -> Fate:
        survivor = record_id
        while heir := self.masters.get(survivor) or self.converted.get(survivor):
            survivor = heir
        kind, end = self._kind(record_id), self._end(record_id)
        last = self._find(survivor)
        key = getattr(last or self.bin.get(survivor), "company_id", None)
        return Fate(kind, record_id, end, survivor, survivor_is_gone=last is None, key=key)

    def _find(self, record_id: str) -> Any:
        return next((records[record_id] for records in self.living if record_id in records), None)

    def _kind(self, record_id: str) -> Kind:
        person = self._find(record_id) or self.bin.get(record_id)
        if record_id.startswith("001"):
            return Kind.ACCOUNT
        is_lead = record_id.startswith("00Q") or (person and person.kind is PersonKind.LEAD)
        return Kind.LEAD if is_lead else Kind.SALESFORCE_CONTACT

    def _end(self, record_id: str) -> End:
        if record_id in self.converted:
            return End.CONVERTED
        if self._find(record_id):
            return End.LIVING
        if record_id in self.masters:
            return End.MERGED
        return End.DELETED if record_id in self.bin else End.UNKNOWN
