"""Lists of records: filled by hand, or by the portal some time after it was told."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from simulator.hubspot.object_types import ObjectType

BY_HAND = frozenset({"MANUAL", "SNAPSHOT"})
PROCESSING_TYPES = BY_HAND | {"DYNAMIC"}


@dataclass(slots=True)
class RecordList:
    id: str
    name: str
    object_type_id: str
    processing_type: str
    created_at: str
    updated_at: str
    version: int = 1
    members: dict[str, str] = field(default_factory=dict)  # record id -> joined at
    filter_branch: dict[str, Any] | None = None
    filters_updated_at: str | None = None
    folder_id: int = 0

    def replace_members(self, record_ids: Iterable[str], at: str) -> None:
        self.members = {record_id: self.members.get(record_id, at) for record_id in record_ids}
        self.version += 1
        self.updated_at = at


class Lists:
    def __init__(self) -> None:
        self._lists: dict[str, RecordList] = {}
        self._deleted: dict[str, RecordList] = {}
        self.filtered: list[RecordList] = []  # those that follow a filter; mostly none
        self._next_id = 1

    def find(self, list_id: str) -> RecordList | None:
        return self._lists.get(list_id)

    def find_named(self, object_type_id: str, name: str) -> RecordList | None:
        wanted = name.casefold()
        return next(
            (each for each in self.all() if each.object_type_id == object_type_id and each.name.casefold() == wanted),
            None,
        )

    def all(self) -> list[RecordList]:
        return list(self._lists.values())

    def new_id(self) -> str:
        while str(self._next_id) in self._lists.keys() | self._deleted.keys():
            self._next_id += 1
        return str(self._next_id)

    def put(self, record_list: RecordList) -> None:
        self._lists[record_list.id] = record_list
        self.refresh_filtered()

    def refresh_filtered(self) -> None:
        self.filtered = [each for each in self.all() if each.filter_branch and each.processing_type == "DYNAMIC"]

    def remove(self, list_id: str) -> None:
        self._deleted[list_id] = self._lists.pop(list_id)
        self.refresh_filtered()

    def restore(self, list_id: str) -> RecordList | None:
        found = self._deleted.pop(list_id, None)
        if found:
            self.put(found)
        return found

    def of_record(self, object_type_id: str, record_id: str) -> list[RecordList]:
        return [each for each in self.all() if each.object_type_id == object_type_id and record_id in each.members]

    def forget(self, kind: ObjectType, record_id: str) -> None:
        for each in self.of_record(kind.type_id, record_id):
            del each.members[record_id]
