"""The records of the portal, and the uniqueness it enforces when several want one value."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from simulator.hubspot.object_types import CONTACTS, OBJECT_TYPES, ObjectType

MOST_VERSIONS = 20
EMAILS = ("email", "hs_additional_emails")


class Version(NamedTuple):
    value: str
    timestamp: str
    source: str
    source_id: str


NO_HISTORY: Mapping[str, list[Version]] = MappingProxyType({})  # most records never change


@dataclass(slots=True, eq=False)
class Record:
    """`properties` is replaced on every change, never altered: whoever holds it holds a snapshot.

    `history` has the newest versions of each property that has changed, the newest first.
    """

    id: str
    kind: ObjectType
    properties: dict[str, str]
    created_at: str
    updated_at: str
    archived_at: str | None = None
    version: int = 0
    history: Mapping[str, list[Version]] = field(default_factory=lambda: NO_HISTORY)

    def remember(self, name: str, *versions: Version) -> None:
        """Put these before the versions remembered so far, the newest first."""
        self.history = {**self.history, name: [*versions, *self.history.get(name, ())][:MOST_VERSIONS]}


class Taken(NamedTuple):
    """One value of one property that no two records may share."""

    plural: str
    name: str
    value: str


class Store:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._last_id = 10_000_000_000 + self._random.randrange(9_000_000_000)
        self._gone: set[str] = set()
        self.live: dict[str, dict[str, Record]] = {kind.plural: {} for kind in OBJECT_TYPES}
        self.archived: dict[str, dict[str, Record]] = {kind.plural: {} for kind in OBJECT_TYPES}
        self.merged: dict[str, dict[str, str]] = {kind.plural: {} for kind in OBJECT_TYPES}
        self._ids: dict[tuple[str, bool], list[int]] = {}  # in order, until one comes or goes
        self.owners: dict[Taken, str] = {}
        self.archived_owners: dict[Taken, str] = {}

    def new_id(self) -> str:
        """Rising like real ones, with gaps nobody can predict."""
        while True:
            self._last_id += self._random.randrange(1, 400)
            text = str(self._last_id)
            if not self._is_used(text):
                return text

    def reserve_id(self, record_id: str) -> None:
        if self._is_used(record_id):
            raise ValueError(f"id {record_id} is already in use")

    def _is_used(self, record_id: str) -> bool:
        held = (*self.live.values(), *self.archived.values())
        return record_id in self._gone or any(record_id in records for records in held)

    def find(self, kind: ObjectType, record_id: str) -> Record | None:
        return self.live[kind.plural].get(record_id)

    def find_survivor(self, kind: ObjectType, record_id: str) -> Record | None:
        """The record that answers to this id today, though it may have been merged away."""
        merged = self.merged[kind.plural]
        while record_id in merged:
            record_id = merged[record_id]
        return self.find(kind, record_id)

    def find_by_key(self, kind: ObjectType, name: str, value: str) -> Record | None:
        owner = self.owners.get(taken(kind, name, value))
        return self.live[kind.plural][owner] if owner else None

    def find_archived_by_key(self, kind: ObjectType, name: str, value: str) -> Record | None:
        owner = self.archived_owners.get(taken(kind, name, value))
        return self.archived[kind.plural][owner] if owner else None

    def ids(self, kind: ObjectType, *, archived: bool) -> list[int]:
        """All of them, rising; not to be changed."""
        found = self._ids.get((kind.plural, archived))
        if found is None:
            held = (self.archived if archived else self.live)[kind.plural]
            found = self._ids[kind.plural, archived] = sorted(map(int, held))
        return found

    def add(self, record: Record) -> None:
        self.live[record.kind.plural][record.id] = record
        if self._ids:
            self._ids.clear()

    def put(self, record: Record, unique_names: Iterable[str]) -> None:
        self.add(record)
        for value in unique_values(record.kind, record.properties, unique_names):
            self.owners[value] = record.id

    def archive(self, record: Record, unique_names: Iterable[str], at: str) -> None:
        self._ids.clear()
        record.archived_at = at
        record.version += 1
        self.archived[record.kind.plural][record.id] = self.live[record.kind.plural].pop(record.id)
        for value in unique_values(record.kind, record.properties, unique_names):
            self.archived_owners[value] = record.id
            if self.owners.get(value) == record.id:
                del self.owners[value]

    def restore(self, record: Record, unique_names: Iterable[str]) -> None:
        del self.archived[record.kind.plural][record.id]
        for value in unique_values(record.kind, record.properties, unique_names):
            if self.archived_owners.get(value) == record.id:
                del self.archived_owners[value]
        record.archived_at = None
        record.version += 1
        self.put(record, unique_names)

    def remove(self, record: Record, unique_names: Iterable[str]) -> None:
        """Gone for good, as after a merge or a privacy request."""
        self._gone.add(record.id)
        self._ids.clear()
        self.live[record.kind.plural].pop(record.id, None)
        self.archived[record.kind.plural].pop(record.id, None)
        for value in unique_values(record.kind, record.properties, unique_names):
            for owners in (self.owners, self.archived_owners):
                if owners.get(value) == record.id:
                    del owners[value]


def taken(kind: ObjectType, name: str, value: str) -> Taken:
    is_email = kind is CONTACTS and name in EMAILS
    return Taken(kind.plural, "email", value.strip().lower()) if is_email else Taken(kind.plural, name, value)


def unique_values(kind: ObjectType, properties: Mapping[str, str], unique_names: Iterable[str]) -> set[Taken]:
    values = {taken(kind, name, properties[name]) for name in unique_names if properties.get(name)}
    if kind is CONTACTS:
        for name in EMAILS:
            addresses = properties.get(name, "").split(";")
            values.update(taken(kind, "email", address) for address in addresses if address.strip())
    return values
