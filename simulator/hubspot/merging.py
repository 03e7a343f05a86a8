"""Two records become one: the survivor keeps its values and answers to the other's id."""

from simulator.hubspot.associations import Pair
from simulator.hubspot.crm import Crm
from simulator.hubspot.errors import invalid, not_found, refusal
from simulator.hubspot.lists import RecordList
from simulator.hubspot.object_types import CONTACTS, OBJECT_TYPES, ObjectType
from simulator.hubspot.sources import Source
from simulator.hubspot.store import Record

KEPT_BY_EACH = frozenset({"hs_object_id", "createdate", "hs_merged_object_ids"})


def merge(crm: Crm, kind: ObjectType, survivor_id: str, loser_id: str, source: Source) -> Record:
    survivor, loser = crm.store.find_survivor(kind, survivor_id), crm.store.find_survivor(kind, loser_id)
    if survivor is None or loser is None:
        raise not_found()
    if survivor is loser:
        raise invalid("A record cannot be merged with itself.")
    _refuse_beyond_limit(crm, survivor, loser)
    values = _merged_values(crm, survivor, loser)
    links = _links(crm, survivor, loser)
    gone, primary_id = [loser], survivor.id
    if crm.switches.merge_makes_new_id:
        gone.append(survivor)
    memberships = {each.id: each.members[record.id] for record in gone for each in _lists(crm, record)}
    for record in gone:
        crm.remove(record)
    before = survivor.properties
    if crm.switches.merge_makes_new_id:
        survivor = _reborn(crm, survivor)
    for record in gone:
        crm.store.merged[kind.plural][record.id] = survivor.id
    _rewrite(crm, survivor, values, [record.id for record in gone], source)
    for pair, types in links:
        crm.associate(pair._replace(from_id=survivor.id), types)
    for each in crm.lists.all():
        if each.id in memberships:
            each.members[survivor.id] = memberships[each.id]
    moved = sum(before.get(name) != value for name, value in values.items())
    crm.announcer.merged(survivor, primary_id=primary_id, loser_id=loser.id, moved=moved, source=source)
    crm.counters["merges"] += 1
    return survivor


def _refuse_beyond_limit(crm: Crm, survivor: Record, loser: Record) -> None:
    """A record remembers so many it was made of, and no more."""
    merged = [each for record in (survivor, loser) for each in _merged_ids(record)]
    if len(merged) >= crm.switches.merge_limit:
        crm.counters["merges_refused"] += 1
        raise refusal(414, "MERGE_LIMIT_EXCEEDED", f"{survivor.id} and {loser.id} were merged too often already.")


def _merged_ids(record: Record) -> list[str]:
    return [each for each in record.properties.get("hs_merged_object_ids", "").split(";") if each]


def _merged_values(crm: Crm, survivor: Record, loser: Record) -> dict[str, str]:
    """The survivor's values, its gaps filled; the loser's unique values go, its e-mails become additional."""
    unique = crm.schema.unique_names(loser.kind)
    filled = {name: value for name, value in loser.properties.items() if name not in unique}
    values = {**filled, **survivor.properties}
    if survivor.kind is CONTACTS and survivor.properties.get("email"):
        addresses: dict[str, None] = {}
        for properties in (survivor.properties, loser.properties):
            addresses |= dict.fromkeys(properties.get("hs_additional_emails", "").split(";"))
        addresses[loser.properties.get("email", "")] = None
        values["hs_additional_emails"] = ";".join(each for each in addresses if each)
    return {name: value for name, value in values.items() if name not in KEPT_BY_EACH}


def _links(crm: Crm, survivor: Record, loser: Record) -> list[tuple[Pair, set[int]]]:
    """The loser's first: where both have a primary company, the survivor's stays primary."""
    found = []
    for record in (loser, survivor):
        for other in OBJECT_TYPES:
            for to_id, types in crm.associations.of(record.kind, record.id, other).items():
                if other is not record.kind or to_id not in {survivor.id, loser.id}:
                    found.append((Pair(record.kind, record.id, other, to_id), set(types)))
    return found


def _lists(crm: Crm, record: Record) -> list[RecordList]:
    return crm.lists.of_record(record.kind.type_id, record.id)


def _reborn(crm: Crm, record: Record) -> Record:
    new = Record(crm.store.new_id(), record.kind, {}, created_at=record.created_at, updated_at=record.updated_at)
    new.properties = {"hs_object_id": new.id, "createdate": record.created_at}
    if merged := record.properties.get("hs_merged_object_ids"):
        new.properties["hs_merged_object_ids"] = merged
    return new


def _rewrite(crm: Crm, survivor: Record, values: dict[str, str], gone: list[str], source: Source) -> None:
    old = _merged_ids(survivor)
    kept = {name: survivor.properties[name] for name in ("hs_object_id", "createdate")}
    merged_ids = ";".join(dict.fromkeys([*old, *gone]))
    at = crm.now()
    survivor.properties = {**values, **kept, "hs_merged_object_ids": merged_ids, survivor.kind.modified: at}
    survivor.updated_at = at
    survivor.version += 1
    crm.store.put(survivor, crm.schema.unique_names(survivor.kind))
    crm.written(survivor, tuple(values), source)
