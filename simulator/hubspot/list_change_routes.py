"""Lists renamed, filtered anew, restored, filled from others, and known by the ids they had once."""

from simulator.hubspot import scopes
from simulator.hubspot.crm import Crm
from simulator.hubspot.errors import invalid, not_found, refusal
from simulator.hubspot.gate import Call, Reply, Route, required
from simulator.hubspot.list_filters import check_branch, fill
from simulator.hubspot.list_routes import read, read_by_hand, view
from simulator.hubspot.object_types import find_object_type

MAX_SOURCE, MAX_MAPPED = 100_000, 10_000


def rename(crm: Crm, call: Call) -> Reply:
    record_list, name = read(crm, call.path["list_id"]), call.query.get("listName")
    if not name:
        raise invalid("Some required parameters were not set: [listName]")
    namesake = crm.lists.find_named(record_list.object_type_id, name)
    if namesake and namesake is not record_list:
        raise refusal(409, "CONFLICT", f"A list named {name} already exists.")
    record_list.name, record_list.updated_at = name, crm.now()
    return Reply(200, {"updatedList": view(record_list, with_filters=call.flag("includeFilters"))})


def update_filters(crm: Crm, call: Call) -> Reply:
    record_list = read(crm, call.path["list_id"])
    branch = required(call.fields(), "filterBranch", dict)
    if record_list.processing_type == "MANUAL":
        raise invalid("A MANUAL list has no filters")
    check_branch(crm, find_object_type(record_list.object_type_id), branch)
    record_list.filter_branch = branch
    record_list.filters_updated_at = record_list.updated_at = crm.now()
    record_list.version += 1
    crm.lists.refresh_filtered()
    fill(crm, record_list)
    return Reply(200, {"updatedList": view(record_list, with_filters=True)})


def restore(crm: Crm, call: Call) -> Reply:
    if crm.lists.restore(call.path["list_id"]) is None:
        raise not_found(f"There is no deleted list {call.path['list_id']}")
    return Reply(204)


def add_all_from_list(crm: Crm, call: Call) -> Reply:
    target, source = read_by_hand(crm, call), read(crm, call.path["source_id"])
    if target.object_type_id != source.object_type_id:
        raise invalid("The lists hold records of different types")
    if len(source.members) > MAX_SOURCE:
        raise invalid(f"The list to add from may have at most {MAX_SOURCE} records")
    at = crm.now()
    target.members = {**dict.fromkeys(source.members, at), **target.members}
    target.version += 1
    target.updated_at = at
    return Reply(204)


def map_one(crm: Crm, call: Call) -> Reply:
    """Here no list ever had another id."""
    legacy_id = call.query.get("legacyListId", "")
    if crm.lists.find(legacy_id) is None:
        raise not_found(f"There is no list with the legacy id {legacy_id}")
    return Reply(200, {"listId": legacy_id, "legacyListId": legacy_id})


def map_many(crm: Crm, call: Call) -> Reply:
    asked = list(dict.fromkeys(call.texts()))
    if len(asked) > MAX_MAPPED:
        raise invalid(f"At most {MAX_MAPPED} ids can be translated at once")
    known = [each for each in asked if crm.lists.find(each)]
    mapping = [{"listId": each, "legacyListId": each} for each in known]
    missing = [each for each in asked if not crm.lists.find(each)]
    return Reply(200, {"legacyListIdsToIdsMapping": mapping, "missingLegacyListIds": missing})


ALL = "/crm/v3/lists"
ONE = f"{ALL}/{{list_id}}"
READ, WRITE = scopes.fixed("crm.lists.read"), scopes.fixed("crm.lists.write")
FAMILY = "lists"
ROUTES = (
    Route("GET", f"{ALL}/idmapping", map_one, FAMILY, READ),
    Route("POST", f"{ALL}/idmapping", map_many, FAMILY, READ),
    Route("PUT", f"{ONE}/restore", restore, FAMILY, WRITE),
    Route("PUT", f"{ONE}/update-list-name", rename, FAMILY, WRITE),
    Route("PUT", f"{ONE}/update-list-filters", update_filters, FAMILY, WRITE),
    Route("PUT", f"{ONE}/memberships/add-from/{{source_id}}", add_all_from_list, FAMILY, WRITE),
)
