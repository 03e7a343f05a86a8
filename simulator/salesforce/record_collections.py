"""Up to 200 records in one call; each row has its own outcome, in the order they came."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from simulator.salesforce.call import Answer, Call, method_not_allowed
from simulator.salesforce.engine import Engine, render, require_fields, write_options
from simulator.salesforce.errors import (
    SalesforceError,
    UnreadableCallError,
    cannot_deserialize,
    unreadable,
)
from simulator.salesforce.field_index import index_key
from simulator.salesforce.ids import find_short_id
from simulator.salesforce.schema import Field, SObject
from simulator.salesforce.store import Record
from simulator.salesforce.writes import demand_key, require_live

Row = dict[str, Any]
Outcome = dict[str, Any]


def serve_mixed(engine: Engine, call: Call) -> Answer:
    match call.method:
        case "POST":
            engine.counters["collections.create"] += 1
            return _create(engine, call)
        case "PATCH":
            engine.counters["collections.update"] += 1
            return _update(engine, call)
        case "DELETE":
            engine.counters["collections.delete"] += 1
            return _delete(engine, call)
        case _:
            raise method_not_allowed(call, "DELETE,PATCH,POST")


def serve_object(engine: Engine, call: Call, sobject: SObject) -> Answer:
    engine.counters["collections.retrieve"] += 1
    match call.method:
        case "POST":
            body = call.read_object()
            ids, fields = body.get("ids"), body.get("fields")
        case "GET":
            ids, fields = call.query.get("ids", "").split(","), call.query.get("fields", "").split(",")
        case _:
            raise method_not_allowed(call, "GET,POST")
    ids, fields = _read_texts("ids", ids), _read_texts("fields", fields)
    _demand_size(ids, engine.settings.retrieved_ids)
    names = [field.name for field in require_fields(sobject, fields)]
    if "Id" not in names:
        names.append("Id")
    found = [engine.find_record(sobject, find_short_id(record_id)) for record_id in ids]
    rows = [
        render(record, sobject, names, call.root) if record and not record.get("IsDeleted") else None
        for record in found
    ]
    return Answer(rows)


def upsert(engine: Engine, call: Call, sobject: SObject, field_name: str) -> Answer:
    if call.method != "PATCH":
        raise method_not_allowed(call, "PATCH")
    engine.counters["collections.upsert"] += 1
    key_field = engine.require_key_field(sobject, field_name)
    rows, all_or_none = _read_rows(engine, call)
    options = write_options(call)
    keys = ["" if (key := _pop(row, key_field.name)) is None else key for row in rows]
    repeated = _repeated(index_key(key_field, key) or None for key in keys)

    def upsert_one(position: int) -> Outcome:
        row, key = rows[position], keys[position]
        if row["attributes"]["type"].lower() != sobject.name.lower():
            raise SalesforceError("INVALID_TYPE", f"sObject type of the record is not {sobject.name}")
        if not isinstance(key, str):
            raise cannot_deserialize("string", key)
        demand_key(key_field, key)
        if index_key(key_field, key) in repeated:
            raise specified_twice(f"Duplicate external id specified: {key}", key_field)
        if key_field.type == "id":
            record, created = _update_one(engine, call, sobject, key, row), False
        else:
            _forbid_id(row)
            record, created = engine.writer.upsert(sobject, key_field, key, row, options)
        return {"id": record["Id"], "success": True, "errors": [], "created": created}

    return _run(engine, len(rows), upsert_one, all_or_none=all_or_none)


def _create(engine: Engine, call: Call) -> Answer:
    rows, all_or_none = _read_rows(engine, call)
    options = write_options(call)

    def create_one(position: int) -> Outcome:
        row = rows[position]
        _forbid_id(row)
        record = engine.writer.insert(_object_of(engine, row), row, options)
        return {"id": record["Id"], "success": True, "errors": []}

    return _run(engine, len(rows), create_one, all_or_none=all_or_none)


def _update(engine: Engine, call: Call) -> Answer:
    rows, all_or_none = _read_rows(engine, call)
    ids = [_pop(row, "Id") for row in rows]
    repeated = _repeated(find_short_id(record_id) for record_id in ids)

    def update_one(position: int) -> Outcome:
        record_id, sobject = ids[position], _object_of(engine, rows[position])
        if record_id is None:
            raise SalesforceError("MISSING_ARGUMENT", "Id not specified in an update call")
        if find_short_id(record_id) in repeated:
            raise specified_twice(f"Duplicate id specified: {record_id}", sobject.fields["Id"])
        record = _update_one(engine, call, sobject, record_id, rows[position])
        return {"id": record["Id"], "success": True, "errors": []}

    return _run(engine, len(rows), update_one, all_or_none=all_or_none)


def _delete(engine: Engine, call: Call) -> Answer:
    ids = [record_id for record_id in call.query.get("ids", "").split(",") if record_id]
    if not ids:
        raise SalesforceError("MISSING_ARGUMENT", "ids is required")
    _demand_size(ids, engine.settings.collection_records)
    options = write_options(call)

    def delete_one(position: int) -> Outcome:
        short_id = find_short_id(ids[position])
        sobject = engine.schema.by_prefix.get(short_id[:3]) if short_id else None
        if sobject is None:
            raise SalesforceError("MALFORMED_ID", f"malformed id {ids[position]}")
        record = _live_row(engine, sobject, short_id)
        engine.writer.delete(sobject, record, options)
        return {"id": record["Id"], "success": True, "errors": []}

    return _run(engine, len(ids), delete_one, all_or_none=call.is_set("allOrNone"))


def _run(engine: Engine, size: int, write: Callable[[int], Outcome], *, all_or_none: bool) -> Answer:
    with engine.store.transaction() as roll_back:
        outcomes: list[Outcome] = []
        failed = 0
        try:
            for position in range(size):
                try:
                    outcomes.append(write(position))
                except UnreadableCallError:
                    raise
                except SalesforceError as error:
                    failed += 1
                    engine.counters[f"error.{error.code}"] += 1
                    outcomes.append({"success": False, "errors": [error.as_row()]})
        except UnreadableCallError:
            roll_back()
            raise
        if failed and all_or_none:
            roll_back()
            engine.counters["collections.rolled_back"] += 1
            outcomes = [_rolled_back() if outcome["success"] else outcome for outcome in outcomes]
    return Answer(outcomes, rows=size)


def _read_texts(name: str, values: Any) -> list[str]:
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        raise unreadable(f"{name} is required: a list of strings")
    return values


def _rolled_back() -> Outcome:
    message = "Record rolled back because not all records were valid and the request was using AllOrNone header"
    error = SalesforceError("ALL_OR_NONE_OPERATION_ROLLED_BACK", message)
    return {"success": False, "errors": [error.as_row()]}


def _read_rows(engine: Engine, call: Call) -> tuple[list[Row], bool]:
    body = call.read_object()
    rows = body.get("records")
    if not isinstance(rows, list):
        raise cannot_deserialize("list", rows)
    _demand_size(rows, engine.settings.collection_records)
    for row in rows:
        if not isinstance(row, dict):
            raise cannot_deserialize("object", row)
        attributes = row.get("attributes")
        if not isinstance(attributes, dict) or not isinstance(attributes.get("type"), str):
            raise unreadable("attributes.type is required for every record")
    return [dict(row) for row in rows], call.read_flag(body, "allOrNone")


def _demand_size(rows: list[Any], most: int) -> None:
    if len(rows) > most:
        message = f"record limit reached. cannot submit more than {most} records into this call"
        raise SalesforceError("EXCEEDED_ID_LIMIT", message)


def _update_one(engine: Engine, call: Call, sobject: SObject, record_id: Any, row: Row) -> Record:
    record = require_live_row(engine, sobject, record_id)
    return engine.writer.update(sobject, record, row, write_options(call))


def require_live_row(engine: Engine, sobject: SObject, record_id: Any) -> Record:
    """As an operation on many records asks for one of them by its id."""
    short_id = find_short_id(record_id)
    if short_id is None or not short_id.startswith(sobject.prefix):
        raise SalesforceError("MALFORMED_ID", f"malformed id {record_id}", fields=["Id"])
    return _live_row(engine, sobject, short_id)


def _live_row(engine: Engine, sobject: SObject, short_id: str | None) -> Record:
    record = engine.find_record(sobject, short_id)
    if record is None:
        raise SalesforceError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    return require_live(record)


def _object_of(engine: Engine, row: Row) -> SObject:
    name = row["attributes"]["type"]
    try:
        return engine.require_object(name)
    except SalesforceError:
        raise SalesforceError("INVALID_TYPE", f"sObject type '{name}' is not supported.") from None


def _forbid_id(row: Row) -> None:
    if any(name.lower() == "id" for name in row):
        raise SalesforceError("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", fields=["Id"])


def _pop(row: Row, name: str) -> Any:
    if name in row:
        return row.pop(name)
    found = next((key for key in row if key.lower() == name.lower()), None)
    return row.pop(found) if found else None


def _repeated(keys: Iterable[str | None]) -> set[str | None]:
    return {key for key, count in Counter(keys).items() if count > 1 and key is not None}


def specified_twice(message: str, field: Field) -> SalesforceError:
    return SalesforceError("DUPLICATE_VALUE", message, fields=[field.name])
