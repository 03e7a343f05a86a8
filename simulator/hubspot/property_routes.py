"""The definitions of properties: read, create, change, archive."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulator.hubspot import scopes
from simulator.hubspot.crm import Crm
from simulator.hubspot.errors import RefusalError, invalid, malformed, not_found, refusal, row_error
from simulator.hubspot.gate import Call, Reply, Route, optional, required
from simulator.hubspot.object_types import ObjectType
from simulator.hubspot.properties import Option, Property
from simulator.hubspot.records_view import batch_view

MAX_INPUTS, MAX_UNIQUE = 100, 10
TYPES = {
    "string": {"text", "textarea", "file"},
    "number": {"number"},
    "date": {"date"},
    "datetime": {"date"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox"},
    "bool": {"booleancheckbox"},
}


def list_all(crm: Crm, call: Call) -> Reply:
    kind = call.kind()
    known = crm.schema.archived_of(kind) if call.flag("archived") else crm.schema.of(kind)
    return Reply(200, {"results": [view(each, is_archived=call.flag("archived")) for each in known.values()]})


def read_one(crm: Crm, call: Call) -> Reply:
    kind, name = call.kind(), call.path["name"]
    if call.flag("archived"):
        archived = crm.schema.archived_of(kind).get(name)
        if archived is None:
            raise _missing(name)
        return Reply(200, view(archived, is_archived=True))
    return Reply(200, view(_read(crm, kind, name)))


def create(crm: Crm, call: Call) -> Reply:
    kind = call.kind()
    definition = define(call.fields(), at=crm.now())
    _check_new(crm, kind, definition)
    crm.schema.put(kind, definition)
    crm.counters["created_properties"] += 1
    return Reply(201, view(definition))


def update(crm: Crm, call: Call) -> Reply:
    """`hasUniqueValue` is not among what may be changed; the real API has no such field here either."""
    kind, fields = call.kind(), call.fields()
    before = _read(crm, kind, call.path["name"])
    if before.by_hubspot and "options" not in fields:
        raise invalid(f"The property {before.name} is defined by HubSpot")
    group = optional(fields, "groupName", str)
    if group and group not in crm.schema.groups[kind.plural]:
        raise invalid(f"There is no property group {group}")
    after = replace(
        before,
        label=optional(fields, "label", str) or before.label,
        description=optional(fields, "description", str) or before.description,
        group=group or before.group,
        options=_options(fields) if "options" in fields else before.options,
        updated_at=crm.now(),
    )
    crm.schema.put(kind, after)
    return Reply(200, view(after))


def archive(crm: Crm, call: Call) -> Reply:
    _archive(crm, call.kind(), _read(crm, call.kind(), call.path["name"]))
    return Reply(204)


def batch_read(crm: Crm, call: Call) -> Reply:
    kind, started = call.kind(), crm.now()
    names = [required(row, "name", str) for row in call.inputs(most=MAX_INPUTS)]
    known = crm.schema.archived_of(kind) if call.fields().get("archived") else crm.schema.of(kind)
    results = [view(known[name]) for name in names if name in known]
    errors = [row_error(_missing(name), name=[name]) for name in names if name not in known]
    crm.random.shuffle(results)
    return Reply(207 if errors else 200, batch_view(results, errors, started=started))


def batch_create(crm: Crm, call: Call) -> Reply:
    kind, started = call.kind(), crm.now()
    definitions = [define(row, at=started) for row in call.inputs(most=MAX_INPUTS)]
    for definition in definitions:
        _check_new(crm, kind, definition)
    for definition in definitions:
        crm.schema.put(kind, definition)
    return Reply(201, batch_view([view(each) for each in definitions], started=started))


def batch_archive(crm: Crm, call: Call) -> Reply:
    """Names that are not known are passed over, as records are."""
    kind = call.kind()
    names = [required(row, "name", str) for row in call.inputs(most=MAX_INPUTS)]
    for definition in [known for name in dict.fromkeys(names) if (known := crm.schema.of(kind).get(name))]:
        _archive(crm, kind, definition)
    return Reply(204)


def define(fields: Mapping[str, Any], *, at: str) -> Property:
    """A property as an admin or a client asks for it."""
    name, kind = required(fields, "name", str), required(fields, "type", str)
    field_type = required(fields, "fieldType", str)
    if not name.replace("_", "a").isalnum() or not name.isascii() or name != name.lower():
        raise invalid(f"{name} is not a name for a property")
    if field_type not in TYPES.get(kind, set()):
        raise invalid(f"A property of type {kind} cannot have the field type {field_type}")
    return Property(
        name,
        required(fields, "label", str),
        type=kind,
        field_type=field_type,
        group=required(fields, "groupName", str),
        description=optional(fields, "description", str) or "",
        options=_options(fields),
        unique=bool(optional(fields, "hasUniqueValue", bool)),
        by_hubspot=False,
        created_at=at,
        updated_at=at,
    )


def view(definition: Property, *, is_archived: bool = False) -> dict[str, Any]:
    is_ours = not definition.by_hubspot
    return {
        "name": definition.name,
        "label": definition.label,
        "type": definition.type,
        "fieldType": definition.field_type,
        "description": definition.description,
        "groupName": definition.group,
        "options": [_option_view(option) for option in definition.options],
        "displayOrder": -1,
        "hasUniqueValue": definition.unique,
        "hidden": False,
        "hubspotDefined": definition.by_hubspot,
        "calculated": definition.read_only,
        "externalOptions": definition.external_options,
        "archived": is_archived,
        "formField": is_ours,
        "createdAt": definition.created_at,
        "updatedAt": definition.updated_at,
        "modificationMetadata": {
            "archivable": is_ours,
            "readOnlyDefinition": not is_ours,
            "readOnlyValue": definition.read_only,
            "readOnlyOptions": False,
        },
    }


def _option_view(option: Option) -> dict[str, Any]:
    return {
        "label": option.label,
        "value": option.value,
        "displayOrder": option.display_order,
        "hidden": option.hidden,
        "description": "",
    }


def _options(fields: Mapping[str, Any]) -> tuple[Option, ...]:
    options = []
    for place, each in enumerate(optional(fields, "options", list) or []):
        if not isinstance(each, dict):
            raise malformed("an option must be an object")
        order = optional(each, "displayOrder", int)
        is_hidden = bool(optional(each, "hidden", bool))
        value, label = required(each, "value", str), required(each, "label", str)
        options.append(Option(value, label, place if order is None else order, is_hidden))
    return tuple(options)


def _read(crm: Crm, kind: ObjectType, name: str) -> Property:
    definition = crm.schema.of(kind).get(name)
    if definition is None:
        raise _missing(name)
    return definition


def _archive(crm: Crm, kind: ObjectType, definition: Property) -> None:
    if definition.by_hubspot:
        raise invalid(f"The property {definition.name} is defined by HubSpot")
    crm.schema.archive(kind, definition.name)


def _missing(name: str) -> RefusalError:
    return not_found(f"Property {name} does not exist")


def _check_new(crm: Crm, kind: ObjectType, definition: Property) -> None:
    if definition.name in crm.schema.of(kind):
        raise refusal(409, "OBJECT_ALREADY_EXISTS", f"Property named {definition.name} already exists.")
    if definition.group not in crm.schema.groups[kind.plural]:
        raise invalid(f"There is no property group {definition.group}")
    if definition.unique and len(crm.schema.unique_names(kind)) >= MAX_UNIQUE:
        raise invalid(f"There may be at most {MAX_UNIQUE} properties with unique values")


ALL = "/crm/v3/properties/{object_type}"
READ, WRITE = scopes.schemas("read"), scopes.schemas("write")
FAMILY = "properties"
ROUTES = (
    Route("POST", f"{ALL}/batch/read", batch_read, FAMILY, READ),
    Route("POST", f"{ALL}/batch/create", batch_create, FAMILY, WRITE),
    Route("POST", f"{ALL}/batch/archive", batch_archive, FAMILY, WRITE),
    Route("GET", f"{ALL}/{{name}}", read_one, FAMILY, READ),
    Route("PATCH", f"{ALL}/{{name}}", update, FAMILY, WRITE),
    Route("DELETE", f"{ALL}/{{name}}", archive, FAMILY, WRITE),
    Route("GET", ALL, list_all, FAMILY, READ),
    Route("POST", ALL, create, FAMILY, WRITE),
)
