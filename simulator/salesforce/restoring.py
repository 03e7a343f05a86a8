"""Out of the recycle bin again, and out of it for good."""

from collections.abc import Iterator

from simulator.salesforce.engine import Engine
from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.ids import find_short_id
from simulator.salesforce.recycle_bin import not_in_bin
from simulator.salesforce.store import Record, Table
from simulator.salesforce.writes import WriteOptions, demand


def undelete(engine: Engine, record_id: str, options: WriteOptions) -> str:
    """Its full id. What was deleted with the record returns too; a key that is taken by now keeps all of it out."""
    table, short_id = _place_of(engine, record_id)
    demand(table.sobject, "create")
    with engine.store.transaction() as roll_back:
        try:
            for each, record in engine.recycle_bin.find_together(table, short_id):
                _restore(engine, each, record, options)
        except SalesforceError:
            roll_back()
            raise
    engine.counters["records.undeleted"] += 1
    engine.writer.count_write(options)
    return str(table.rows[short_id]["Id"])


def empty(engine: Engine, record_id: str) -> str:
    """Its full id. From now on only the delete log knows the record."""
    table, short_id = _place_of(engine, record_id)
    demand(table.sobject, "delete")
    together = engine.recycle_bin.find_together(table, short_id)
    full_id = str(table.rows[short_id]["Id"])
    engine.recycle_bin.purge(together)
    return full_id


def _restore(engine: Engine, table: Table, record: Record, options: WriteOptions) -> None:
    lost = dict.fromkeys(_dead_parents(engine, table, record))
    restored = {**record, **lost, "IsDeleted": False}
    engine.writer.demand_free_keys(table, restored)
    engine.writer.rewrite(table.sobject, record, {**lost, "IsDeleted": False, "MasterRecordId": None}, options)


def _dead_parents(engine: Engine, table: Table, record: Record) -> Iterator[str]:
    for field in table.sobject.fields.values():
        if field.reference_to and field.name in record and field.name != "MasterRecordId":
            parents = engine.store.tables[field.reference_to]
            parent = parents.rows.get(record[field.name][:15])
            if parent is None or parent.get("IsDeleted"):
                yield field.name


def _place_of(engine: Engine, record_id: str) -> tuple[Table, str]:
    short_id = find_short_id(record_id)
    table = engine.store.find_table(short_id) if short_id else None
    if short_id is None or table is None:
        raise SalesforceError("MALFORMED_ID", f"malformed id {record_id}", fields=[])
    if short_id not in table.rows:
        raise not_in_bin()
    return table, short_id
