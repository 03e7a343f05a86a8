"""Inserting, updating, upserting and deleting one record under all the rules of the org."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.salesforce.catalogue import CLOSED_STAGES
from simulator.salesforce.duplicate_rules import DuplicateRule
from simulator.salesforce.errors import SalesforceError, UnreadableCallError, not_found
from simulator.salesforce.field_values import ACCEPT
from simulator.salesforce.ids import find_short_id
from simulator.salesforce.recycle_bin import RecycleBin
from simulator.salesforce.row_locks import RowLocks
from simulator.salesforce.schema import Field, SObject
from simulator.salesforce.settings import Settings
from simulator.salesforce.store import Record, Store, Table
from simulator.salesforce.transactions import Transactions
from simulator.salesforce.validation_rules import ValidationRule

PARENTS = ("AccountId", "OpportunityId", "ParentId")


@dataclass(frozen=True, slots=True)
class WriteOptions:
    user_id: str
    version: float
    allow_duplicates: bool = False


class SeveralMatchesError(SalesforceError):
    """An upsert by a field that is not unique found more than one record."""

    def __init__(self, field: Field, matches: list[Record]) -> None:
        names = ", ".join(record["Id"] for record in matches)
        super().__init__(
            "DUPLICATE_EXTERNAL_ID",
            f"{field.name}: more than one record found for external id field: [{names}]",
        )
        self.matches = matches


class Writer:
    def __init__(
        self,
        settings: Settings,
        store: Store,
        counters: Counter[str],
        recycle_bin: RecycleBin,
        transactions: Transactions,
    ) -> None:
        self._settings = settings
        self._store = store
        self._transactions = transactions
        self._counters = counters
        self._recycle_bin = recycle_bin
        self.random = random.Random(settings.random_seed)
        self.row_locks = RowLocks()
        self.duplicate_rules: list[DuplicateRule] = []
        self.validation_rules: list[ValidationRule] = []

    def insert(self, sobject: SObject, values: Mapping[str, Any], options: WriteOptions) -> Record:
        demand(sobject, "create")
        changes = self._accept(sobject, values, is_new=True)
        _demand_values(field for field in sobject.required if changes.get(field.name) is None)
        table = self._store.tables[sobject.name]
        now = self._transactions.now()
        record: Record = {"Id": table.next_id(), **sobject.defaults}
        record.update((name, value) for name, value in changes.items() if value is not None)
        if record.get("OwnerId") == "$user":
            record["OwnerId"] = options.user_id
        record |= {"CreatedDate": now, "CreatedById": options.user_id}
        self._save(sobject, record, None, options)
        self._count("records.created", options)
        return record

    def update(self, sobject: SObject, before: Record, values: Mapping[str, Any], options: WriteOptions) -> Record:
        demand(sobject, "update")
        changes = self._accept(sobject, values, is_new=False)
        if before.get("IsConverted") and not self._settings.converted_leads_editable:
            raise SalesforceError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", fields=[])
        _demand_values(
            sobject.fields[name]
            for name, value in changes.items()
            if value is None and not sobject.fields[name].nillable
        )
        record = {name: value for name, value in {**before, **changes}.items() if value is not None}
        self._save(sobject, record, before, options)
        self._count("records.updated", options)
        return record

    def upsert(
        self, sobject: SObject, key_field: Field, key: str, values: Mapping[str, Any], options: WriteOptions
    ) -> tuple[Record, bool]:
        """The record and whether it is new."""
        demand_key(key_field, key)
        match = self.find_match(sobject, key_field, key)
        if match is None:
            return self.insert(sobject, {**values, key_field.name: key}, options), True
        if self._settings.lost_upsert_races > 0:
            self._settings.lost_upsert_races -= 1
            self._counters["races.lost"] += 1
            raise self._duplicate_value(key_field, match)
        return self.update(sobject, match, values, options), False

    def find_match(self, sobject: SObject, key_field: Field, key: str) -> Record | None:
        matches = self._store.tables[sobject.name].find(key_field, key)
        if len(matches) > 1:
            raise SeveralMatchesError(key_field, matches)
        return matches[0] if matches else None

    def delete(self, sobject: SObject, record: Record, options: WriteOptions, **stamps: str) -> None:
        """Into the recycle bin, and what hangs on it too; its unique keys are free again."""
        demand(sobject, "delete")
        self.count_write(options)
        self._bury(self._store.tables[sobject.name], record | stamps, options, root_id=record["Id"])

    def rewrite(self, sobject: SObject, before: Record, changes: Mapping[str, Any], options: WriteOptions) -> Record:
        """What the org itself writes into a record: no rule is asked, no field is read-only."""
        record = {name: value for name, value in {**before, **changes}.items() if value is not None}
        now = self._transactions.now()
        record |= {"LastModifiedDate": now, "LastModifiedById": options.user_id, "SystemModstamp": now}
        derive(sobject.name, record)
        self._store.put(self._store.tables[sobject.name], record)
        return record

    def count_write(self, options: WriteOptions) -> None:
        self._counters[f"records.written_by.{options.user_id}"] += 1

    def demand_free_keys(self, table: Table, record: Record) -> None:
        for field in table.sobject.unique:
            self._check_unique(table, field, record)

    def _count(self, what: str, options: WriteOptions) -> None:
        self._counters[what] += 1
        self.count_write(options)

    def _bury(self, table: Table, record: Record, options: WriteOptions, *, root_id: str) -> None:
        """Nobody asks whether the user may delete the children."""
        now = self._transactions.now()
        stamped = {"IsDeleted": True, "LastModifiedDate": now, "SystemModstamp": now}
        buried = {**record, **stamped, "LastModifiedById": options.user_id}
        self._store.put(table, buried)
        self._recycle_bin.take(table, buried, root_id=root_id)
        self._counters["records.deleted"] += 1
        for child_table in self._store.tables.values():
            for field in child_table.sobject.fields.values():
                if field.cascade and field.reference_to == table.sobject.name:
                    for child in child_table.find(field, record["Id"]):
                        self._bury(child_table, child, options, root_id=root_id)

    def _save(self, sobject: SObject, record: Record, before: Record | None, options: WriteOptions) -> None:
        now = self._transactions.now()
        record |= {"LastModifiedDate": now, "LastModifiedById": options.user_id, "SystemModstamp": now}
        derive(sobject.name, record)
        table = self._store.tables[sobject.name]
        for rule in self.validation_rules:
            if rule.object == sobject.name:
                rule.check(record)
        for duplicate_rule in self.duplicate_rules:
            if duplicate_rule.object == sobject.name:
                self._check_duplicates(duplicate_rule, table, record, before, options)
        self._lock(record)
        self.demand_free_keys(table, record)
        self._store.put(table, record)

    def _check_duplicates(
        self, rule: DuplicateRule, table: Table, record: Record, before: Record | None, options: WriteOptions
    ) -> None:
        duplicates = rule.find_duplicates(table, record, before)
        if not duplicates:
            return
        if options.allow_duplicates and rule.mode == "alert":
            self._counters["duplicates.allowed"] += 1
            return
        self._counters["duplicates.refused"] += 1
        raise rule.refusal(duplicates, version=options.version)

    def _check_unique(self, table: Table, field: Field, record: Record) -> None:
        value = record.get(field.name)
        if value is None:
            return
        for holder in table.find(field, value):
            if holder["Id"] != record["Id"]:
                raise self._duplicate_value(field, holder)

    def _duplicate_value(self, field: Field, holder: Record) -> SalesforceError:
        length = self._settings.duplicate_value_id_length
        holder_id = holder["Id"][:length] if length else "<unknown>"
        return SalesforceError(
            "DUPLICATE_VALUE",
            f"duplicate value found: {field.name} duplicates value on record with id: {holder_id}",
            fields=[],
        )

    def _lock(self, record: Record) -> None:
        settings = self._settings
        parents = [record[name] for name in PARENTS if name in record]
        if settings.row_locks:
            touched = [record["Id"], *parents]
            if held := self.row_locks.find_held(touched):
                raise self._locked(held)
            self.row_locks.touched.update(touched)
        if settings.lock_errors > 0:
            settings.lock_errors -= 1
            raise self._locked(parents[0] if parents else record["Id"])
        if parents and settings.lock_error_rate and self.random.random() < settings.lock_error_rate:
            raise self._locked(parents[0])

    def _locked(self, record_id: str) -> SalesforceError:
        self._counters["locks.refused"] += 1
        return SalesforceError(
            "UNABLE_TO_LOCK_ROW",
            f"unable to obtain exclusive access to this record or 1 records: {record_id}",
            fields=[],
        )

    def _accept(self, sobject: SObject, values: Mapping[str, Any], *, is_new: bool) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        refused = []
        for name, value in values.items():
            field = sobject.find_field(name)
            if field is None:
                if name != "attributes":
                    key_field, parent_id = self._parent_by_key(sobject, name, value)
                    changes[key_field.name] = parent_id
            elif not (field.createable if is_new else field.updateable):
                refused.append(field.name)
            else:
                changes[field.name] = self._store.kept(field, self._accept_value(field, value))
        if refused:
            raise SalesforceError(
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                f"Unable to create/update fields: {', '.join(refused)}. Please check the security settings "
                "of this field and verify that it is read/write for your profile or permission set.",
                fields=refused,
            )
        return changes

    def _accept_value(self, field: Field, value: Any) -> Any:
        if value is None:
            if field.type == "boolean":
                raise SalesforceError(
                    "INVALID_TYPE_ON_FIELD_IN_RECORD", f"{field.label}: value not of required type: null",
                    fields=[field.name],
                )  # fmt: skip
            return None
        if field.type == "reference":
            return self._accept_reference(field, value)
        return ACCEPT[field.type](field, value)

    def _accept_reference(self, field: Field, value: Any) -> str | None:
        if value == "":
            return None
        table = self._store.tables[field.reference_to]
        short_id = find_short_id(value)
        if short_id is None or not short_id.startswith(table.sobject.prefix):
            raise SalesforceError(
                "MALFORMED_ID", f"{field.label}: id value of incorrect type: {value}", fields=[field.name]
            )
        record = table.rows.get(short_id)
        if record is None:
            raise SalesforceError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", fields=[])
        if record.get("IsDeleted"):
            raise SalesforceError("ENTITY_IS_DELETED", "entity is deleted", fields=[])
        return str(record["Id"])

    def _parent_by_key(self, sobject: SObject, name: str, value: Any) -> tuple[Field, str]:
        field = sobject.find_relationship(name)
        if field is None:
            raise self._no_such_column(name, sobject)
        parents = self._store.tables[field.reference_to]
        key = {k: v for k, v in value.items() if k != "attributes"} if isinstance(value, dict) else {}
        key_name, key_value = next(iter(key.items())) if len(key) == 1 else ("", None)
        key_field = parents.sobject.find_field(str(key_name))
        if key_field is None or not key_field.external_id:
            raise SalesforceError(
                "INVALID_FIELD",
                f"{key_name or name} is not an External ID or indexed field for {parents.sobject.name}",
                fields=[],
            )
        matches = parents.find(key_field, key_value)
        if len(matches) != 1:
            problem = "more than one record found" if matches else "not found"
            raise SalesforceError(
                "INVALID_FIELD",
                f"Foreign key external ID: {str(key_value).lower()} {problem} for field {key_field.name} "
                f"in entity {parents.sobject.name}",
                fields=[],
            )
        return field, str(matches[0]["Id"])

    def _no_such_column(self, name: str, sobject: SObject) -> SalesforceError:
        kind = UnreadableCallError if self._settings.unknown_field_fails_call else SalesforceError
        return kind("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")


def demand(sobject: SObject, permission: str) -> None:
    if permission not in sobject.permissions:
        raise SalesforceError(
            "INSUFFICIENT_ACCESS_OR_READONLY",
            "insufficient access rights on object id",
            status=403,
            fields=[],
        )


def demand_key(key_field: Field, key: str) -> None:
    if not key.strip():
        raise SalesforceError("MISSING_ARGUMENT", f"{key_field.name} not specified", fields=[key_field.name])


def _demand_values(missing: Iterable[Field]) -> None:
    if names := [field.name for field in missing]:
        raise SalesforceError(
            "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(names)}]", fields=names
        )


def derive(object_name: str, record: Record) -> None:
    """The fields Salesforce computes from others."""
    if object_name in {"Contact", "Lead", "User"} and "LastName" in record:
        record["Name"] = f"{record['FirstName']} {record['LastName']}" if "FirstName" in record else record["LastName"]
    elif object_name == "Opportunity":
        record["IsClosed"] = record.get("StageName") in CLOSED_STAGES
        record["IsWon"] = record.get("StageName") == "Closed Won"


def require_live(record: Record | None) -> Record:
    if record is None:
        raise not_found()
    if record.get("IsDeleted"):
        raise SalesforceError("ENTITY_IS_DELETED", "entity is deleted", status=404, fields=[])
    return record
