"""Records that were there before the experiment began.

The shape, every part optional, ids given or made up::

    {"properties": {"companies": [a property as the API creates it]},
     "stages": [{"value", "label", "displayOrder", "hidden"}],
     "owners": [{"id", "email", "firstName", "lastName", "userId", "type", "archived"}],
     "tokens": {"pat-na1-…": [scopes] or {"name", "appId", "scopes"}},
     "companies": [{"id", "properties", "archived"}], "contacts": [same],
     "associations": [{"contact", "company", "primary"} or {"parent", "child"}],
     "lists": [{"listId", "name", "objectTypeId", "processingType", "members": [ids]}],
     "webhooks": [{"appId", "targetUrl", "secret", "maxConcurrentRequests",
                   "subscriptions": [{"eventType", "propertyName", "objectTypeId", "active"}]}]}

Values are taken as they are; names of properties must be known. A DYNAMIC list that is seeded again gets its
new members after the switch `dynamic_list_delay`; any other list at once.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.hubspot.associations import Pair
from simulator.hubspot.crm import Crm, Owner, Token
from simulator.hubspot.errors import RefusalError
from simulator.hubspot.lists import BY_HAND, PROCESSING_TYPES, RecordList
from simulator.hubspot.object_types import COMPANIES, CONTACTS, OBJECT_TYPES, ObjectType, find_object_type
from simulator.hubspot.properties import Option
from simulator.hubspot.property_routes import define
from simulator.hubspot.property_values import as_text
from simulator.hubspot.schema import Schema
from simulator.hubspot.scopes import ALL_SCOPES
from simulator.hubspot.sources import PEOPLE
from simulator.hubspot.store import Record, unique_values
from simulator.hubspot.timestamps import datetime_text
from simulator.hubspot.webhook_setup import set_up_app

PARTS = frozenset(
    {"properties", "stages", "owners", "tokens", "companies", "contacts", "associations", "lists", "webhooks"}
)
DEFAULT_TOKEN = "pat-na1-simulator"  # noqa: S105 -- only opens the simulator
STAMPS = PEOPLE.stamps()


def default_tokens() -> dict[str, Token]:
    return {DEFAULT_TOKEN: Token("Simulated app", "1000001", ALL_SCOPES)}


def seed(crm: Crm, data: Mapping[str, Any]) -> None:
    if unknown := sorted(set(data) - PARTS):
        raise ValueError(f"cannot seed {unknown[0]!r}; known are {', '.join(sorted(PARTS))}")
    try:
        _seed(crm, data)
    except (KeyError, TypeError, AttributeError) as malformed:
        raise ValueError(f"malformed seed: {malformed!r}") from malformed
    except RefusalError as refused:
        raise ValueError(str(refused)) from refused


def _seed(crm: Crm, data: Mapping[str, Any]) -> None:
    for name, definitions in data.get("properties", {}).items():
        for definition in definitions:
            crm.schema.put(_kind(name), define({"groupName": "custom", **definition}, at=crm.now()))
    if "stages" in data:
        crm.schema.set_stages(
            Option(each["value"], each.get("label", each["value"]), each["displayOrder"], bool(each.get("hidden")))
            for each in data["stages"]
        )
    for each in data.get("owners", ()):
        crm.owners[str(each["id"])] = _owner(each)
    for text, granted in data.get("tokens", {}).items():
        crm.tokens[text] = _token(granted)
    for kind in OBJECT_TYPES:
        _seed_records(crm, kind, data.get(kind.plural, ()))
    _seed_associations(crm, data.get("associations", ()))
    for each in data.get("lists", ()):
        _seed_list(crm, each)
    for each in data.get("webhooks", ()):
        set_up_app(crm, each)


def _seed_records(crm: Crm, kind: ObjectType, rows: Iterable[Mapping[str, Any]]) -> None:
    unique_names = crm.schema.unique_names(kind)
    at, records, archived = crm.now(), [], []
    for row in rows:
        record = _record(crm, kind, row, at)
        for value in unique_values(kind, record.properties, unique_names):
            if value in crm.store.owners:
                raise ValueError(f"{value.name} {value.value!r} is already taken")
        crm.store.put(record, unique_names)
        records.append(record)
        if row.get("archived"):
            archived.append(record)
    crm.index.seeded(records)
    for record in archived:
        crm.archive(record)


def _record(crm: Crm, kind: ObjectType, row: Mapping[str, Any], at: str) -> Record:
    if row.get("id"):
        record_id = str(row["id"])
        if not record_id.isdigit():
            raise ValueError(f"{record_id!r} is not an id; ids are digits")
        crm.store.reserve_id(record_id)
    else:
        record_id = crm.store.new_id()
    given = dict(
        _stored(crm.schema, kind, name, value)
        for name, value in row.get("properties", {}).items()
        if value not in {None, ""}
    )
    properties = {**STAMPS, "createdate": at, kind.modified: at, **given, "hs_object_id": record_id}
    if kind is CONTACTS and "email" in properties:
        properties["email"] = properties["email"].lower()
        properties["hs_email_domain"] = properties["email"].rpartition("@")[2]
    return Record(
        record_id, kind, properties, created_at=properties["createdate"], updated_at=properties[kind.modified]
    )


def _stored(schema: Schema, kind: ObjectType, name: str, value: Any) -> tuple[str, str]:
    definition, text = schema.of(kind).get(name), as_text(value)
    if definition is None:
        raise ValueError(f"there is no property {name!r}")
    if definition.type == "datetime":
        moment = datetime_text(text)
        if moment is None:
            raise ValueError(f"{text!r} is not a time for {name}")
        text = moment
    return definition.name, schema.shared.share(definition.name, text)


def _owner(each: Mapping[str, Any]) -> Owner:
    return Owner(
        id=str(each["id"]),
        email=each.get("email", ""),
        first_name=each.get("firstName", ""),
        last_name=each.get("lastName", ""),
        user_id=each.get("userId"),
        type=each.get("type", "PERSON"),
        archived=bool(each.get("archived", False)),
    )


def _token(granted: Any) -> Token:
    if isinstance(granted, Mapping):
        scopes = granted.get("scopes", ALL_SCOPES)
        return Token(granted.get("name", "Simulated app"), str(granted.get("appId", "1000001")), frozenset(scopes))
    return Token("Simulated app", "1000001", frozenset(granted))


def _seed_associations(crm: Crm, rows: Iterable[Mapping[str, Any]]) -> None:
    pairs = []
    for each in rows:
        pair, types = _association(each)
        for kind, record_id in (pair[:2], pair[2:]):
            if crm.store.find(kind, record_id) is None:
                raise ValueError(f"cannot associate {kind.singular} {record_id}: it does not exist")
        crm.associations.relabel(pair, types)
        pairs.append(pair)
    crm.index.seeded(crm.recount(pairs))


def _association(each: Mapping[str, Any]) -> tuple[Pair, tuple[int, ...]]:
    if "parent" in each:
        return Pair(COMPANIES, str(each["parent"]), COMPANIES, str(each["child"])), (13,)
    return Pair(CONTACTS, str(each["contact"]), COMPANIES, str(each["company"])), (1,) if each.get("primary") else ()


def _seed_list(crm: Crm, each: Mapping[str, Any]) -> None:
    processing, kind = each.get("processingType", "MANUAL"), _kind(each["objectTypeId"])
    if processing not in PROCESSING_TYPES:
        raise ValueError(f"{processing!r} is not a processing type")
    members = [str(member) for member in each.get("members", ())]
    at = crm.now()
    record_list = crm.lists.find(str(each.get("listId", "")))
    if record_list and record_list.processing_type not in BY_HAND:
        replace_members = record_list.replace_members

        def recalculate() -> None:
            replace_members(members, crm.now())
            crm.counters["list_recalculations"] += 1

        crm.agenda.after(crm.switches.dynamic_list_delay, recalculate)
        return
    if record_list is None:
        list_id = str(each.get("listId") or crm.lists.new_id())
        record_list = RecordList(list_id, each["name"], kind.type_id, processing, created_at=at, updated_at=at)
        crm.lists.put(record_list)
    record_list.replace_members(members, at)


def _kind(name: str) -> ObjectType:
    kind = find_object_type(name)
    if kind is None:
        raise ValueError(f"{name!r} is not an object type")
    return kind
