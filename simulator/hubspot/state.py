"""The whole portal as JSON, for a judge who does not trust the API."""

from typing import Any

from simulator.hubspot.crm import Crm
from simulator.hubspot.object_types import COMPANIES, CONTACTS, OBJECT_TYPES
from simulator.hubspot.store import Record


def state_of(crm: Crm) -> dict[str, Any]:
    state: dict[str, Any] = {}
    for kind in OBJECT_TYPES:
        held = (*crm.store.live[kind.plural].values(), *crm.store.archived[kind.plural].values())
        state[kind.plural] = [_record(each) for each in held]
    pairs = list(crm.associations.everything())
    return state | {
        "associations": [
            {"contact": pair.from_id, "company": pair.to_id, "primary": 1 in types}
            for pair, types in pairs
            if pair.from_kind is CONTACTS and pair.to_kind is COMPANIES
        ],
        "company_associations": [
            {"from": pair.from_id, "to": pair.to_id, "types": sorted(types)}
            for pair, types in pairs
            if pair.from_kind is COMPANIES and pair.to_kind is COMPANIES
        ],
        "lists": [
            {
                "listId": each.id,
                "name": each.name,
                "objectTypeId": each.object_type_id,
                "processingType": each.processing_type,
                "members": list(each.members),
            }
            for each in crm.lists.all()
        ],
        "merged": {plural: dict(merged) for plural, merged in crm.store.merged.items()},
        "owners": [{"id": each.id, "email": each.email, "archived": each.archived} for each in crm.owners.values()],
        "unique_properties": {kind.plural: list(crm.schema.unique_names(kind)) for kind in OBJECT_TYPES},
        "stages": [
            {"value": each.value, "label": each.label, "displayOrder": each.display_order}
            for each in crm.schema.of(COMPANIES)["lifecyclestage"].options
        ],
        "pending": len(crm.agenda),
    }


def _record(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "properties": record.properties,
        "archived": record.archived_at is not None,
        "createdAt": record.created_at,
        "updatedAt": record.updated_at,
    }
