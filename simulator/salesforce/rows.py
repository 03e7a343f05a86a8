"""One record at a time, by its id or by an external id."""

from typing import Any

from simulator.salesforce import preconditions
from simulator.salesforce.call import Answer, Call, method_not_allowed
from simulator.salesforce.engine import Engine, render, require_fields, write_options
from simulator.salesforce.errors import SalesforceError, not_found
from simulator.salesforce.ids import find_short_id
from simulator.salesforce.schema import Field, SObject
from simulator.salesforce.store import Record
from simulator.salesforce.writes import SeveralMatchesError, require_live


def create(engine: Engine, call: Call, sobject: SObject) -> Answer:
    values = call.read_object()
    _forbid(values, "Id")
    record = engine.writer.insert(sobject, values, write_options(call))
    location = f"{call.root}/sobjects/{sobject.name}/{record['Id']}"
    body = {"id": record["Id"], "success": True, "errors": []}
    return Answer(body, 201, {"Location": location}, rows=1)


def serve_by_id(engine: Engine, call: Call, sobject: SObject, record_id: str) -> Answer:
    short_id = find_short_id(record_id)
    if short_id is None:
        raise not_found(f"Provided external ID field does not exist or is not accessible: {record_id}")
    record = require_live(engine.find_record(sobject, short_id))
    return _serve(engine, call, sobject, record)


def serve_by_key(engine: Engine, call: Call, sobject: SObject, key_field: Field, key: str) -> Answer:
    if key_field.type == "id":
        return serve_by_id(engine, call, sobject, key)
    try:
        if call.method == "PATCH":
            return _upsert(engine, call, sobject, key_field, key)
        record = engine.writer.find_match(sobject, key_field, key)
    except SeveralMatchesError as several:
        engine.counters["rows.ambiguous"] += 1
        root = f"{call.root}/sobjects/{sobject.name}"
        return Answer([f"{root}/{match['Id']}" for match in several.matches], 300)
    if record is None:
        raise not_found()
    return _serve(engine, call, sobject, record)


def _serve(engine: Engine, call: Call, sobject: SObject, record: Record) -> Answer:
    match call.method:
        case "GET" | "HEAD":
            return _get(engine, call, sobject, record)
        case "PATCH":
            values = call.read_object()
            _forbid(values, "Id")
            preconditions.check(engine, call, sobject, record)
            engine.writer.update(sobject, record, values, write_options(call))
            return Answer(status=204, rows=1)
        case "DELETE":
            engine.writer.delete(sobject, record, write_options(call))
            return Answer(status=204, rows=1)
        case _:
            raise method_not_allowed(call, "DELETE,GET,HEAD,PATCH")


def _get(engine: Engine, call: Call, sobject: SObject, record: Record) -> Answer:
    wanted = [name.strip() for name in call.query.get("fields", "").split(",") if name.strip()]
    fields = require_fields(sobject, wanted) if wanted else list(sobject.fields.values())
    unchanged = preconditions.check(engine, call, sobject, record)
    if unchanged:
        return unchanged
    names = [field.name for field in fields]
    if wanted and "Id" not in names:
        names.append("Id")
    return Answer(render(record, sobject, names, call.root), headers=preconditions.row_headers(engine, sobject, record))


def _upsert(engine: Engine, call: Call, sobject: SObject, key_field: Field, key: str) -> Answer:
    values = call.read_object()
    if engine.settings.key_in_body_refused:
        _forbid(values, "Id")
        _forbid(values, key_field.name)
    match = engine.writer.find_match(sobject, key_field, key)
    if match is None and call.is_set("updateOnly"):
        raise not_found()
    if match is not None:
        preconditions.check(engine, call, sobject, match)
    record, created = engine.writer.upsert(sobject, key_field, key, values, write_options(call))
    body = {"id": record["Id"], "success": True, "errors": [], "created": created}
    return Answer(body, 201 if created else 200, rows=1)


def _forbid(values: dict[str, Any], name: str) -> None:
    if any(key.lower() == name.lower() for key in values):
        raise SalesforceError(
            "INVALID_FIELD", f"The {name} field should not be specified in the sobject data.", fields=[name]
        )
