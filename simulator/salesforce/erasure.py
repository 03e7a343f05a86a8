"""Deleting past the recycle bin: the record and what hangs on it are gone for good."""

from collections.abc import Iterator

from simulator.salesforce.engine import Engine
from simulator.salesforce.schema import SObject
from simulator.salesforce.store import Record, Table
from simulator.salesforce.writes import WriteOptions


def erase(engine: Engine, sobject: SObject, record: Record, options: WriteOptions) -> None:
    doomed = list(_with_dependents(engine, engine.store.tables[sobject.name], record))
    engine.writer.delete(sobject, record, options)
    for table, short_id in doomed:
        table.put(short_id, None)
    engine.counters["records.erased"] += len(doomed)


def _with_dependents(engine: Engine, table: Table, record: Record) -> Iterator[tuple[Table, str]]:
    yield table, record["Id"][:15]
    for child_table in engine.store.tables.values():
        for field in child_table.sobject.fields.values():
            if field.cascade and field.reference_to == table.sobject.name:
                for child in child_table.find(field, record["Id"]):
                    yield from _with_dependents(engine, child_table, child)
