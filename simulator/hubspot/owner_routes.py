"""Owners: who may be responsible for a record."""

from typing import Any

from simulator.hubspot import scopes
from simulator.hubspot.crm import Crm, Owner
from simulator.hubspot.errors import invalid, not_found
from simulator.hubspot.gate import Call, Reply, Route
from simulator.hubspot.records_view import paging

MAX_PAGE = 500


def list_page(crm: Crm, call: Call) -> Reply:
    limit = call.number("limit", default=100, most=MAX_PAGE)
    email, archived = call.query.get("email", "").casefold(), call.flag("archived")
    after = call.cursor()
    found = [
        each
        for each in sorted(crm.owners.values(), key=lambda owner: int(owner.id))
        if each.archived == archived and email in {"", each.email.casefold()} and int(each.id) >= after
    ]
    body: dict[str, Any] = {"results": [view(each) for each in found[:limit]]}
    if len(found) > limit:
        body["paging"] = paging(call, found[limit].id)
    return Reply(200, body)


def read_one(crm: Crm, call: Call) -> Reply:
    archived, key = call.flag("archived"), call.query.get("idProperty", "id")
    if key not in {"id", "userId"}:
        raise invalid(f"idProperty must be id or userId, not {key}")
    for owner in crm.owners.values():
        known_as = owner.id if key == "id" else str(owner.user_id)
        if known_as == call.path["id"] and owner.archived == archived:
            return Reply(200, view(owner))
    raise not_found()


def view(owner: Owner) -> dict[str, Any]:
    return {
        "id": owner.id,
        "email": owner.email,
        "type": owner.type,
        "firstName": owner.first_name,
        "lastName": owner.last_name,
        "userId": None if owner.archived else owner.user_id,
        "userIdIncludingInactive": owner.user_id,
        "createdAt": owner.created_at,
        "updatedAt": owner.updated_at,
        "archived": owner.archived,
        "teams": [],
    }


READ = scopes.fixed("crm.objects.owners.read")
ROUTES = (
    Route("GET", "/crm/v3/owners/{id}", read_one, "owners", READ),
    Route("GET", "/crm/v3/owners/", list_page, "owners", READ),
)
