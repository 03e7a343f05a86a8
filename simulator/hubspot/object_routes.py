"""One record at a time: read, list, create, update, archive, merge, privacy delete."""

import bisect
from collections.abc import Mapping
from typing import Any

from simulator.hubspot import scopes
from simulator.hubspot.association_limits import refuse_beyond_limits
from simulator.hubspot.associations import Pair
from simulator.hubspot.crm import Crm
from simulator.hubspot.drafts import Draft, NewLink
from simulator.hubspot.errors import invalid, malformed, not_found
from simulator.hubspot.gate import Call, Reply, Route, optional, required, text_of_id
from simulator.hubspot.labels import Labels
from simulator.hubspot.merging import merge
from simulator.hubspot.object_types import CONTACTS, OBJECT_TYPES, ObjectType, find_object_type
from simulator.hubspot.records_view import history, paging, shown_names, view
from simulator.hubspot.sources import Source, app
from simulator.hubspot.store import Record

MAX_PAGE, MAX_PAGE_WITH_HISTORY = 100, 50


def source_of(call: Call) -> Source:
    return app(call.token.app_id, call.token.name)


def require_key(crm: Crm, kind: ObjectType, name: str) -> None:
    if not crm.schema.is_key(kind, name):
        raise invalid(
            f"Unable to perform update/upsert by non-unique {kind.type_id} property {name} "
            f"in portal ID {crm.switches.portal_id}"
        )


def new_links(crm: Crm, kind: ObjectType, fields: Mapping[str, Any]) -> tuple[NewLink, ...]:
    """The associations a create asks for, all of them checked."""
    return tuple(_new_link(crm, kind, each) for each in optional(fields, "associations", list) or [])


def _new_link(crm: Crm, kind: ObjectType, wanted: Any) -> NewLink:
    if not isinstance(wanted, dict):
        raise malformed("an association must be an object")
    to_id = text_of_id(required(wanted, "to", dict).get("id"))
    labels = crm.associations.labels
    type_ids = type_ids_of(labels, required(wanted, "types", list))
    for other in OBJECT_TYPES:
        if type_ids <= {each.type_id for each in labels.between(kind, other)}:
            if crm.store.find(other, to_id) is None:
                raise invalid(f"The {other.singular} {to_id} to associate with does not exist")
            refuse_beyond_limits(crm, Pair(kind, "", other, to_id), type_ids)
            return NewLink(other, to_id, tuple(type_ids))
    raise invalid(f"No associations from {kind.singular} have the types {sorted(type_ids)}")


def type_ids_of(labels: Labels, specs: list[Any]) -> set[int]:
    if not specs or not all(isinstance(spec, dict) for spec in specs):
        raise malformed("at least one association type is expected")
    type_ids = {required(spec, "associationTypeId", int) for spec in specs}
    for spec in specs:
        known = labels.find(spec["associationTypeId"])
        if known is None or required(spec, "associationCategory", str) != known.category:
            raise invalid(f"Unknown association type {spec['associationTypeId']}")
    return type_ids


def read_one(crm: Crm, call: Call) -> Reply:
    kind = call.kind()
    record = _find(crm, kind, call, archived=call.flag("archived"))
    asked = call.names("propertiesWithHistory")
    seen = view(record, shown_names(crm, kind, [*call.names("properties"), *asked]))
    return Reply(200, _completed(crm, call, record, seen))


def list_page(crm: Crm, call: Call) -> Reply:
    kind = call.kind()
    with_history = bool(call.names("propertiesWithHistory"))
    limit = call.number("limit", default=10, most=MAX_PAGE_WITH_HISTORY if with_history else MAX_PAGE)
    after = call.cursor()
    held = (crm.store.archived if call.flag("archived") else crm.store.live)[kind.plural]
    ids = crm.store.ids(kind, archived=call.flag("archived"))
    start = bisect.bisect_left(ids, after)
    page = [held[str(each)] for each in ids[start : start + limit]]
    names = shown_names(crm, kind, [*call.names("properties"), *call.names("propertiesWithHistory")])
    results = [_completed(crm, call, each, view(each, names)) for each in page]
    body: dict[str, Any] = {"results": results}
    if start + limit < len(ids):
        body["paging"] = paging(call, str(ids[start + limit]))
    return Reply(200, body)


def create(crm: Crm, call: Call) -> Reply:
    kind, fields = call.kind(), call.fields()
    values = required(fields, "properties", dict)
    draft = Draft(crm, source_of(call))
    record = draft.create(kind, checked(values), new_links(crm, kind, fields))
    draft.commit()
    crm.counters[f"created_{kind.plural}"] += 1
    return Reply(201, view(record, shown_names(crm, kind, [*kind.shown, *values])))


def update(crm: Crm, call: Call) -> Reply:
    kind = call.kind()
    values = required(call.fields(), "properties", dict)
    record = _find(crm, kind, call, archived=False)
    draft = Draft(crm, source_of(call))
    draft.update(record, checked(values))
    draft.commit()
    return Reply(200, view(record, shown_names(crm, kind, [*kind.shown, *values])))


def archive(crm: Crm, call: Call) -> Reply:
    kind = call.kind()
    record = crm.store.find_survivor(kind, call.path["id"])
    if record:
        crm.archive(record, by=source_of(call))
        crm.announcer.archived(record, source_of(call))
    return Reply(204)  # also for a record that is not there


def merge_two(crm: Crm, call: Call) -> Reply:
    kind, fields = call.kind(), call.fields()
    survivor_id = text_of_id(required(fields, "primaryObjectId", object))
    loser_id = text_of_id(required(fields, "objectIdToMerge", object))
    survivor = merge(crm, kind, survivor_id, loser_id, source_of(call))
    return Reply(200, view(survivor, shown_names(crm, kind, [*kind.shown, "hs_merged_object_ids"])))


def purge(crm: Crm, call: Call) -> Reply:
    kind, fields = call.kind(), call.fields()
    if kind is not CONTACTS:
        raise not_found()
    object_id = text_of_id(required(fields, "objectId", object))
    key = optional(fields, "idProperty", str)
    if key:
        require_key(crm, kind, key)
    record = crm.store.find_by_key(kind, key, object_id) if key else crm.store.find(kind, object_id)
    record = record or crm.store.archived[kind.plural].get(object_id)
    if record:
        crm.remove(record)
        crm.counters["purged"] += 1
        crm.announcer.forgotten(record, source_of(call))
    return Reply(204)


def checked(values: Mapping[str, Any]) -> Mapping[str, Any]:
    for name, value in values.items():
        if type(value) in {dict, list}:
            raise malformed(f"the value of {name} must be a text")
    return values


def _find(crm: Crm, kind: ObjectType, call: Call, *, archived: bool) -> Record:
    key, wanted = call.query.get("idProperty"), call.path["id"]
    if key:
        require_key(crm, kind, key)
        find_by_key = crm.store.find_archived_by_key if archived else crm.store.find_by_key
        record = find_by_key(kind, key, wanted)
    elif archived:
        record = crm.store.archived[kind.plural].get(wanted)
    else:
        find = crm.store.find_survivor if crm.switches.merged_ids_answer else crm.store.find
        record = find(kind, wanted)
        if record and record.id != wanted:
            crm.counters["resolved_merged_ids"] += 1
    if record is None:
        raise not_found()
    return record


def _completed(crm: Crm, call: Call, record: Record, seen: dict[str, Any]) -> dict[str, Any]:
    with_history = call.names("propertiesWithHistory")
    if with_history:
        known = crm.schema.of(record.kind)
        seen["propertiesWithHistory"] = history(record, [name for name in with_history if name in known])
    linked = {}
    for name in call.names("associations"):
        other = find_object_type(name)
        if other is None:
            raise invalid(f"Unable to infer object type from: {name}")
        results = _associated(crm, record, other)
        if results:
            linked[other.plural] = {"results": results}
    if linked:
        seen["associations"] = linked
    return seen


def _associated(crm: Crm, record: Record, other: ObjectType) -> list[dict[str, str]]:
    """One entry for each label, so that a primary company appears twice."""
    labels = crm.associations.labels.between(record.kind, other)
    names = {each.type_id: f"{record.kind.singular}_to_{other.singular}" for each in labels}
    for each in labels[1:]:
        names[each.type_id] += f"_{each.label.lower().replace(' ', '_')}" if each.label else ""
    types = crm.associations.of(record.kind, record.id, other)
    return [{"id": to_id, "type": names[type_id]} for to_id in types for type_id in sorted(types[to_id])]


ONE = "/crm/v3/objects/{object_type}/{id}"
ALL = "/crm/v3/objects/{object_type}"
READ, WRITE = scopes.objects("read"), scopes.objects("write")
ROUTES = (
    Route("POST", f"{ALL}/merge", merge_two, "objects", WRITE),
    Route("POST", f"{ALL}/gdpr-delete", purge, "objects", WRITE),
    Route("GET", ONE, read_one, "objects", READ),
    Route("PATCH", ONE, update, "objects", WRITE),
    Route("DELETE", ONE, archive, "objects", WRITE),
    Route("GET", ALL, list_page, "objects", READ),
    Route("POST", ALL, create, "objects", WRITE),
)
