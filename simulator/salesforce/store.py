"""What the org remembers: records by id, indexes over their keys, and a journal to undo with."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from simulator.salesforce.field_index import FieldIndex, index_key
from simulator.salesforce.ids import make_id
from simulator.salesforce.schema import Field, Schema, SObject
from simulator.shared_values import SharedValues

Record = dict[str, Any]


class Table:
    """The records of one object, by 15-character id. A record is never changed, only replaced."""

    def __init__(self, sobject: SObject) -> None:
        self.rows: dict[str, Record] = {}
        self.last_number = 0
        self.fit(sobject)

    def fit(self, sobject: SObject) -> None:
        """Follow the object's definition, which may have other indexes than before."""
        self.sobject = sobject
        self._indexes = {field.name: FieldIndex(field) for field in sobject.indexed}
        self._index(self.rows.items())

    def index_also(self, field: Field) -> None:
        if field.name not in self._indexes and field.type != "id":
            self._indexes[field.name] = FieldIndex(field)
            self._index(self.rows.items(), only=field.name)

    def has_index(self, field: Field) -> bool:
        return field.name in self._indexes

    def next_id(self) -> str:
        while True:
            self.last_number += 1
            record_id = make_id(self.sobject.prefix, self.last_number)
            if record_id[:15] not in self.rows:
                return record_id

    def put(self, short_id: str, record: Record | None) -> Record | None:
        """Replace the record (None: take it out) and return what was there."""
        before = self.rows.get(short_id)
        if record is None:
            self.rows.pop(short_id, None)
        else:
            self.rows[short_id] = record
        for name, index in self._indexes.items():
            old = before.get(name) if before else None
            new = record.get(name) if record else None
            if old == new:
                continue
            if old is not None:
                index.remove(old, short_id)
            if new is not None:
                index.add(new, short_id)
        return before

    def find(self, field: Field, value: Any) -> list[Record]:
        """The live records with this value."""
        if field.type == "id":
            record = self.rows.get(str(value)[:15])
            return [record] if record and not record.get("IsDeleted") else []
        held_by = self._indexes[field.name].holders(index_key(field, value))
        return [record for short_id in held_by if not (record := self.rows[short_id]).get("IsDeleted")]

    def find_ids(self, field: Field, keys: Iterable[str]) -> set[str]:
        """The ids of all records, deleted ones too, whose index key is among these."""
        if field.type == "id":
            return {key for key in keys if key in self.rows}
        index = self._indexes[field.name]
        return {short_id for key in keys for short_id in index.holders(key)}

    def _index(self, rows: Iterable[tuple[str, Record]], only: str | None = None) -> None:
        for name, index in self._indexes.items():
            if only in {None, name}:
                for short_id, record in rows:
                    if (value := record.get(name)) is not None:
                        index.add(value, short_id)


class Store:
    def __init__(self, schema: Schema) -> None:
        self.tables = {name: Table(sobject) for name, sobject in schema.sobjects.items()}
        self._shared = SharedValues()
        self._by_prefix = {sobject.prefix: name for name, sobject in schema.sobjects.items()}
        self._journal: list[tuple[Table, str, Record | None]] = []
        self._open_transactions = 0

    def fit(self, schema: Schema) -> None:
        """Follow a changed schema; the records of an object that went missing wait for its return."""
        for name, sobject in schema.sobjects.items():
            if name in self.tables:
                self.tables[name].fit(sobject)
            else:
                self.tables[name] = Table(sobject)
                self._by_prefix[sobject.prefix] = name

    def find_table(self, record_id: str) -> Table | None:
        name = self._by_prefix.get(record_id[:3])
        return self.tables[name] if name else None

    def kept(self, field: Field, value: Any) -> Any:
        """The value as the object that many records may hold together."""
        return self._shared.share(field.name, value) if type(value) is str else value

    def put(self, table: Table, record: Record) -> None:
        self._replace(table, record["Id"][:15], record)

    def remove(self, table: Table, short_id: str) -> None:
        self._replace(table, short_id, None)

    def _replace(self, table: Table, short_id: str, record: Record | None) -> None:
        before = table.put(short_id, record)
        if self._open_transactions:
            self._journal.append((table, short_id, before))

    @contextmanager
    def transaction(self) -> Iterator[Callable[[], None]]:
        """Yields the way back: calling it undoes what was put since. Transactions nest."""
        start = len(self._journal)

        def roll_back() -> None:
            while len(self._journal) > start:
                table, short_id, before = self._journal.pop()
                table.put(short_id, before)

        self._open_transactions += 1
        try:
            yield roll_back
        finally:
            self._open_transactions -= 1
            if not self._open_transactions:
                self._journal.clear()
