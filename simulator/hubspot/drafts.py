"""Writes that happen together or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from simulator.hubspot.associations import Pair
from simulator.hubspot.crm import Crm
from simulator.hubspot.errors import (
    RefusalError,
    contact_exists,
    contact_exists_with_profile,
    invalid,
    value_taken,
)
from simulator.hubspot.object_types import COMPANIES, CONTACTS, ObjectType
from simulator.hubspot.property_values import Appended
from simulator.hubspot.sources import Source
from simulator.hubspot.store import EMAILS, Record, Taken, Version, unique_values

RELEASED = ""


class NewLink(NamedTuple):
    to_kind: ObjectType
    to_id: str
    type_ids: tuple[int, ...]


@dataclass(slots=True)
class _Write:
    record: Record
    properties: dict[str, str]
    names: tuple[str, ...]
    created: bool
    links: tuple[NewLink, ...] = ()


class Draft:
    """Collects writes, refusing a row the moment it is wrong; nothing is visible before `commit`."""

    def __init__(self, crm: Crm, source: Source) -> None:
        self._crm = crm
        self._source = source
        self._at = crm.now()
        self._writes: list[_Write] = []
        self._pending: dict[str, dict[str, str]] = {}
        self._claims: dict[Taken, str] = {}

    def create(self, kind: ObjectType, values: Mapping[str, Any], links: tuple[NewLink, ...] = ()) -> Record:
        accepted = _appended({}, self._crm.schema.accept(kind, values))
        if kind is COMPANIES and not (accepted.get("name") or accepted.get("domain")):
            raise invalid("A company needs a name or a domain.")
        record_id = self._crm.store.new_id()
        properties = {name: value for name, value in accepted.items() if value}
        properties.update(self._source.stamps())
        properties.update(createdate=self._at, hs_object_id=record_id)
        self._finish(kind, properties)
        self._claim(kind, record_id, {}, properties, is_new=True)
        record = Record(record_id, kind, properties, created_at=self._at, updated_at=self._at)
        self._writes.append(_Write(record, properties, tuple(accepted), created=True, links=links))
        return record

    def update(self, record: Record, values: Mapping[str, Any]) -> None:
        kind = record.kind
        before = self._pending.get(record.id, record.properties)
        accepted = _appended(before, self._crm.schema.accept(kind, values))
        changes = self._forward_only(kind, before, accepted)
        names = tuple(name for name, value in changes.items() if before.get(name, "") != value)
        if not names:
            self._crm.counters["unchanged_writes"] += 1
            if not self._crm.switches.unchanged_write_touches:
                return
        after = {name: value for name, value in {**before, **changes}.items() if value}
        self._finish(kind, after)
        if any(name in EMAILS or name in self._crm.schema.unique_names(kind) for name in names):
            self._claim(kind, record.id, before, after, is_new=False)
        self._pending[record.id] = after
        self._writes.append(_Write(record, after, names, created=False))

    def commit(self) -> None:
        store = self._crm.store
        for write in self._writes:
            if write.created:
                store.add(write.record)
            else:
                self._replace(write)
        for value, owner in self._claims.items():
            if owner == RELEASED:
                store.owners.pop(value, None)
            else:
                store.owners[value] = owner
        for write in self._writes:
            self._crm.written(write.record, write.names, self._source)
            if write.created:
                self._crm.announcer.created(write.record, write.names, self._source)
            else:
                self._crm.announcer.changed(write.record, write.names, self._source)
        for write in self._writes:
            for link in write.links:
                pair = Pair(write.record.kind, write.record.id, link.to_kind, link.to_id)
                self._crm.associate(pair, link.type_ids, by=self._source)

    def _replace(self, write: _Write) -> None:
        record, old = write.record, write.record.properties
        for name in write.names:
            versions = [Version(write.properties.get(name, ""), self._at, self._source.code, self._source.id)]
            if name not in record.history and name in old:
                versions.append(Version(old[name], record.created_at, *record_source(record)))
            record.remember(name, *versions)
        record.properties = write.properties
        record.updated_at = self._at
        record.version += 1

    def _finish(self, kind: ObjectType, properties: dict[str, str]) -> None:
        properties[kind.modified] = self._at
        if kind is CONTACTS and "email" in properties:
            properties["hs_email_domain"] = properties["email"].rpartition("@")[2]
        else:
            properties.pop("hs_email_domain", None)

    def _forward_only(self, kind: ObjectType, before: Mapping[str, str], changes: dict[str, str]) -> dict[str, str]:
        stage = changes.get("lifecyclestage")
        if not stage or not self._crm.schema.goes_back(kind, before.get("lifecyclestage"), stage):
            return changes
        self._crm.counters["lifecycle_backward"] += 1
        if self._crm.switches.lifecycle_backward == "400":
            raise invalid(f"The lifecycle stage only moves forward; clear it before setting {stage}.")
        return {name: value for name, value in changes.items() if name != "lifecyclestage"}

    def _claim(
        self,
        kind: ObjectType,
        record_id: str,
        before: Mapping[str, str],
        after: Mapping[str, str],
        *,
        is_new: bool,
    ) -> None:
        unique_names = self._crm.schema.unique_names(kind)
        had = unique_values(kind, before, unique_names)
        wants = unique_values(kind, after, unique_names)
        for value in sorted(wants - had):
            owner = self._owner(value) if self._crm.switches.unique_values else ""
            if owner and owner != record_id:
                self._crm.counters["unique_conflicts"] += 1
                raise self._conflict(kind, value, record_id=record_id, owner_id=owner, is_new=is_new)
        self._claims.update(dict.fromkeys(had - wants, RELEASED))
        self._claims.update(dict.fromkeys(wants, record_id))

    def _owner(self, value: Taken) -> str:
        owner = self._claims.get(value)
        if owner is None:
            owner = self._crm.store.owners.get(value, "")
        if not owner and value in self._crm.store.archived_owners:
            if self._crm.switches.archived_holds_unique:
                self._crm.counters["values_held_by_archived"] += 1
                return self._crm.store.archived_owners[value]
            self._crm.counters["values_freed_by_archiving"] += 1
        return owner

    def _conflict(self, kind: ObjectType, value: Taken, *, record_id: str, owner_id: str, is_new: bool) -> RefusalError:
        if value.name == "email" and is_new:
            if self._crm.switches.email_conflict_shape == "identity_profile":
                return contact_exists_with_profile(owner_id, value.value)
            return contact_exists(owner_id)
        return value_taken(
            kind,
            portal_id=self._crm.switches.portal_id,
            name=value.name,
            value=value.value,
            record_id=record_id,
            owner_id=owner_id,
        )


def _appended(before: Mapping[str, str], accepted: dict[str, str]) -> dict[str, str]:
    """Choices written as `;a;b` are added to those there were."""
    for name, value in accepted.items():
        if isinstance(value, Appended):
            there = [each for each in before.get(name, "").split(";") if each]
            accepted[name] = ";".join(dict.fromkeys([*there, *value.split(";")]))
    return accepted


def record_source(record: Record) -> tuple[str, str]:
    return record.properties.get("hs_object_source", ""), record.properties.get("hs_object_source_id", "")
