"""Lists and who is on them."""

import bisect
from typing import Any

from simulator.hubspot import scopes
from simulator.hubspot.crm import Crm
from simulator.hubspot.errors import invalid, not_found, refusal
from simulator.hubspot.gate import Call, Reply, Route, optional, required, text_list, text_of_id
from simulator.hubspot.list_filters import check_branch, fill
from simulator.hubspot.lists import BY_HAND, PROCESSING_TYPES, RecordList
from simulator.hubspot.object_types import ObjectType, find_object_type
from simulator.hubspot.records_view import batch_view, link, paging

MAX_PAGE, MAX_BATCH, MAX_CHANGES = 250, 100, 100_000


def create(crm: Crm, call: Call) -> Reply:
    fields = call.fields()
    name, type_id = required(fields, "name", str), required(fields, "objectTypeId", str)
    processing = required(fields, "processingType", str)
    if processing not in PROCESSING_TYPES:
        raise invalid(f"{processing} is not a processing type")
    if (kind := find_object_type(type_id)) is None:
        raise invalid(f"Unable to infer object type from: {type_id}")
    if crm.lists.find_named(kind.type_id, name):
        raise refusal(409, "CONFLICT", f"A list named {name} already exists.")
    at, branch = crm.now(), optional(fields, "filterBranch", dict)
    check_branch(crm, kind, branch)
    record_list = RecordList(crm.lists.new_id(), name, kind.type_id, processing, created_at=at, updated_at=at)
    record_list.folder_id = crm.folders.existing(optional(fields, "listFolderId", int) or 0)
    record_list.filter_branch, record_list.filters_updated_at = branch, at if branch else None
    crm.lists.put(record_list)
    fill(crm, record_list)
    return Reply(200, {"list": view(record_list)})


def read_one(crm: Crm, call: Call) -> Reply:
    shown = view(_read(crm, call), with_filters=call.flag("includeFilters"))
    if not crm.switches.list_tells_size:
        del shown["size"]
    return Reply(200, {"list": shown})


def read_by_name(crm: Crm, call: Call) -> Reply:
    kind = call.kind("type_id")
    found = crm.lists.find_named(kind.type_id, call.path["name"])
    if found is None:
        raise not_found("There is no list of that name")
    return Reply(200, {"list": view(found, with_filters=call.flag("includeFilters"))})


def read_many(crm: Crm, call: Call) -> Reply:
    found = [crm.lists.find(list_id) for list_id in call.names("listIds")]
    return Reply(200, {"lists": [view(each, with_filters=call.flag("includeFilters")) for each in found if each]})


def search(crm: Crm, call: Call) -> Reply:
    fields = call.fields()
    query, offset = optional(fields, "query", str) or "", optional(fields, "offset", int) or 0
    count = optional(fields, "count", int) or 20
    kinds, ids = text_list(fields, "processingTypes"), text_list(fields, "listIds")
    found = [
        each
        for each in crm.lists.all()
        if query.casefold() in each.name.casefold()
        and (not kinds or each.processing_type in kinds)
        and (not ids or each.id in ids)
    ]
    start = max(offset, 0)
    end = start + max(1, min(count, 500))
    shown = [_found_view(each) for each in found[start:end]]
    return Reply(200, {"lists": shown, "offset": end, "hasMore": end < len(found), "total": len(found)})


def delete(crm: Crm, call: Call) -> Reply:
    crm.lists.remove(_read(crm, call).id)
    return Reply(204)


def members_by_id(crm: Crm, call: Call) -> Reply:
    record_list = _read(crm, call)
    ids = sorted(record_list.members, key=int)
    return Reply(200, _member_page(call, record_list, [(int(each), each) for each in ids]))


def members_by_time(crm: Crm, call: Call) -> Reply:
    record_list = _read(crm, call)
    ids = sorted(record_list.members, key=lambda each: (record_list.members[each], int(each)))
    return Reply(200, _member_page(call, record_list, list(enumerate(ids))))


def add(crm: Crm, call: Call) -> Reply:
    return _change(crm, call, added=call.texts(), removed=[])


def remove(crm: Crm, call: Call) -> Reply:
    return _change(crm, call, added=[], removed=call.texts())


def add_and_remove(crm: Crm, call: Call) -> Reply:
    fields = call.fields()
    added = [text_of_id(each) for each in required(fields, "recordIdsToAdd", list)]
    removed = [text_of_id(each) for each in required(fields, "recordIdsToRemove", list)]
    return _change(crm, call, added=added, removed=removed)


def remove_all(crm: Crm, call: Call) -> Reply:
    record_list = read_by_hand(crm, call)
    record_list.replace_members((), crm.now())
    return Reply(204)


def lists_of_record(crm: Crm, call: Call) -> Reply:
    kind, record_id = call.kind("type_id"), call.path["record_id"]
    found = _memberships(crm, kind, record_id)
    return Reply(200, {"results": found, "total": len(found)})


def lists_of_records(crm: Crm, call: Call) -> Reply:
    started = crm.now()
    results = []
    for row in call.inputs(most=MAX_BATCH):
        type_id, record_id = required(row, "objectTypeId", str), text_of_id(row.get("recordId"))
        kind = find_object_type(type_id)
        if kind is None:
            raise invalid(f"Unable to infer object type from: {type_id}")
        found = _memberships(crm, kind, record_id)
        results.append({"objectTypeId": kind.type_id, "recordId": record_id, "recordListMemberships": found})
    crm.random.shuffle(results)
    return Reply(200, batch_view(results, started=started))


def view(record_list: RecordList, *, with_filters: bool = False) -> dict[str, Any]:
    shown = {
        "listId": record_list.id,
        "listVersion": record_list.version,
        "name": record_list.name,
        "objectTypeId": record_list.object_type_id,
        "processingType": record_list.processing_type,
        "processingStatus": "COMPLETE",
        "size": len(record_list.members),
        "createdAt": record_list.created_at,
        "updatedAt": record_list.updated_at,
    }
    if record_list.filters_updated_at:
        shown["filtersUpdatedAt"] = record_list.filters_updated_at
    if with_filters and record_list.filter_branch:
        shown["filterBranch"] = record_list.filter_branch
    return shown


def _found_view(record_list: RecordList) -> dict[str, Any]:
    """Search tells the size elsewhere, and as text."""
    shown = view(record_list)
    size = shown.pop("size")
    return {**shown, "additionalProperties": {"hs_list_size": str(size)}}


def read(crm: Crm, list_id: str) -> RecordList:
    record_list = crm.lists.find(list_id)
    if record_list is None:
        raise not_found(f"List {list_id} does not exist")
    return record_list


def _read(crm: Crm, call: Call) -> RecordList:
    return read(crm, call.path["list_id"])


def read_by_hand(crm: Crm, call: Call) -> RecordList:
    record_list = _read(crm, call)
    if record_list.processing_type not in BY_HAND:
        raise invalid(f"Members of a {record_list.processing_type} list cannot be set")
    return record_list


def _change(crm: Crm, call: Call, *, added: list[str], removed: list[str]) -> Reply:
    if len(added) + len(removed) > MAX_CHANGES:
        raise invalid(f"At most {MAX_CHANGES} records can be added and removed at once")
    record_list = read_by_hand(crm, call)
    kind = find_object_type(record_list.object_type_id)
    at, members = crm.now(), record_list.members
    missing = dict.fromkeys(each for each in added if kind and crm.store.find(kind, each) is None)
    new = [each for each in dict.fromkeys(added) if each not in members and each not in missing]
    gone = [each for each in dict.fromkeys(removed) if each in members]
    members.update(dict.fromkeys(new, at))
    for each in gone:
        del members[each]
    if new or gone:
        record_list.version += 1
        record_list.updated_at = at
    return Reply(200, {"recordsIdsAdded": new, "recordIdsRemoved": gone, "recordIdsMissing": list(missing)})


def _member_page(call: Call, record_list: RecordList, placed: list[tuple[int, str]]) -> dict[str, Any]:
    """`placed` is in order; a cursor is the place of the first member of its page, or of what follows it."""
    limit = call.number("limit", default=100, most=MAX_PAGE)
    backward = call.query.get("before")
    if backward:
        end = bisect.bisect_left(placed, (call.cursor("before"), ""))
        start = max(0, end - limit)
    else:
        start = bisect.bisect_left(placed, (call.cursor(), ""))
        end = start + limit
    page = placed[start:end]
    members = record_list.members
    body: dict[str, Any] = {
        "results": [{"recordId": each, "membershipTimestamp": members[each]} for _, each in page],
        "total": len(members),
    }
    if end < len(placed):
        body["paging"] = paging(call, str(placed[end][0]))
    if start and page:
        before = str(page[0][0])
        body.setdefault("paging", {})["prev"] = {"before": before, "link": link(call, before=before)}
    return body


def _memberships(crm: Crm, kind: ObjectType, record_id: str) -> list[dict[str, Any]]:
    return [
        {
            "listId": each.id,
            "listVersion": each.version,
            "firstAddedTimestamp": each.members[record_id],
            "lastAddedTimestamp": each.members[record_id],
        }
        for each in crm.lists.of_record(kind.type_id, record_id)
    ]


ALL = "/crm/v3/lists"
ONE = f"{ALL}/{{list_id}}"
MEMBERS = f"{ONE}/memberships"
READ, WRITE = scopes.fixed("crm.lists.read"), scopes.fixed("crm.lists.write")
FAMILY = "lists"
ROUTES = (
    Route("POST", f"{ALL}/search", search, FAMILY, READ),
    Route("POST", f"{ALL}/records/memberships/batch/read", lists_of_records, FAMILY, READ),
    Route("GET", f"{ALL}/records/{{type_id}}/{{record_id}}/memberships", lists_of_record, FAMILY, READ),
    Route("GET", f"{ALL}/object-type-id/{{type_id}}/name/{{name}}", read_by_name, FAMILY, READ),
    Route("GET", MEMBERS, members_by_id, FAMILY, READ),
    Route("DELETE", MEMBERS, remove_all, FAMILY, WRITE),
    Route("GET", f"{MEMBERS}/join-order", members_by_time, FAMILY, READ),
    Route("PUT", f"{MEMBERS}/add", add, FAMILY, WRITE),
    Route("PUT", f"{MEMBERS}/remove", remove, FAMILY, WRITE),
    Route("PUT", f"{MEMBERS}/add-and-remove", add_and_remove, FAMILY, WRITE),
    Route("GET", ONE, read_one, FAMILY, READ),
    Route("DELETE", ONE, delete, FAMILY, WRITE),
    Route("GET", f"{ALL}/", read_many, FAMILY, READ),
    Route("POST", f"{ALL}/", create, FAMILY, WRITE),
)
