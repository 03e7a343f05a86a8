"""The groups that properties stand in."""

from typing import Any

from simulator.hubspot import scopes
from simulator.hubspot.crm import Crm
from simulator.hubspot.errors import invalid, not_found, refusal
from simulator.hubspot.gate import Call, Reply, Route, optional, required

STANDARD = frozenset({"companyinformation", "contactinformation"})


def list_all(crm: Crm, call: Call) -> Reply:
    return Reply(200, {"results": list(_groups(crm, call).values())})


def read_one(crm: Crm, call: Call) -> Reply:
    return Reply(200, _read(crm, call))


def create(crm: Crm, call: Call) -> Reply:
    fields, groups = call.fields(), _groups(crm, call)
    name, label = required(fields, "name", str), required(fields, "label", str)
    if name in groups:
        raise refusal(409, "CONFLICT", f"A property group named {name} already exists.")
    order = optional(fields, "displayOrder", int)
    groups[name] = {"name": name, "label": label, "displayOrder": -1 if order is None else order, "archived": False}
    return Reply(201, groups[name])


def update(crm: Crm, call: Call) -> Reply:
    group, fields = _read(crm, call), call.fields()
    label, order = optional(fields, "label", str), optional(fields, "displayOrder", int)
    group["label"] = label or group["label"]
    group["displayOrder"] = group["displayOrder"] if order is None else order
    return Reply(200, group)


def archive(crm: Crm, call: Call) -> Reply:
    name = _read(crm, call)["name"]
    if name in STANDARD:
        raise invalid(f"The property group {name} is defined by HubSpot")
    if any(each.group == name for each in crm.schema.of(call.kind()).values()):
        raise invalid(f"The property group {name} still has properties")
    del _groups(crm, call)[name]
    return Reply(204)


def _groups(crm: Crm, call: Call) -> dict[str, dict[str, Any]]:
    return crm.schema.groups[call.kind().plural]


def _read(crm: Crm, call: Call) -> dict[str, Any]:
    group = _groups(crm, call).get(call.path["name"])
    if group is None:
        raise not_found(f"There is no property group {call.path['name']}")
    return group


ALL = "/crm/v3/properties/{object_type}/groups"
ONE = f"{ALL}/{{name}}"
READ, WRITE = scopes.schemas("read"), scopes.schemas("write")
FAMILY = "properties"
ROUTES = (
    Route("GET", ALL, list_all, FAMILY, READ),
    Route("POST", ALL, create, FAMILY, WRITE),
    Route("GET", ONE, read_one, FAMILY, READ),
    Route("PATCH", ONE, update, FAMILY, WRITE),
    Route("DELETE", ONE, archive, FAMILY, WRITE),
)
