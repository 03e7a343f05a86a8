"""A few of HubSpot's answers in their exact shapes, for what the door asks; rules stay with the simulator."""

import re
from collections import defaultdict
from typing import Any

from aiohttp import web

RATE = {
    "X-HubSpot-RateLimit-Max": "190",
    "X-HubSpot-RateLimit-Remaining": "189",
    "X-HubSpot-RateLimit-Daily": "1000",
    "X-HubSpot-RateLimit-Daily-Remaining": "999",
}


class Portal:
    """What it holds is set by the tests."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.rows: dict[str, dict[str, dict[str, str | None]]] = {"companies": {}, "contacts": {}}
        self.links: dict[tuple[str, str], bool] = {}  # (company, contact): is it the primary company
        self.segments: dict[str, list[str]] = {}
        self.stages: list[dict[str, Any]] = []
        self.unique = "sf_account_id"
        self.poison: set[str] = set()  # ids whose presence has a whole batch refused
        self.tells_size = True
        self.association_page = 500
        self.lifecycle_only_forward = False
        self.asked: dict[str, int] = defaultdict(int)

    def routes(self) -> list[web.RouteDef]:
        kind = "{kind:companies|contacts}"
        pairs = "{from_:companies|contacts}/{to:companies|contacts}/batch"
        routes: list[web.RouteDef] = []
        for objects, associations, lists, properties in (
            ("/crm/v3/objects", "/crm/v4/associations", "/crm/v3/lists", "/crm/v3/properties"),
            (
                "/crm/objects/2026-09", "/crm/associations/2026-09", "/crm/lists/2026-09", "/crm/properties/2026-09",
            ),
        ):  # fmt: skip
            routes += [
                web.post(f"{objects}/{kind}/batch/read", self.read),
                web.post(f"{objects}/{kind}/batch/update", self.update),
                web.post(f"{associations}/{pairs}/read", self.read_associations),
                web.post(f"{associations}/{pairs}/associate/default", self.associate),
                web.post(f"{associations}/{pairs}/create", self.associate),
                web.post(f"{lists}/records/memberships/batch/read", self.read_memberships),
                web.get(f"{lists}/{{id}}", self.read_segment),
                web.get(f"{lists}/{{id}}/memberships", self.page_members),
                web.get(f"{properties}/companies/{{name}}", self.read_property),
            ]
        return routes

    async def read(self, request: web.Request) -> web.Response:
        kind, body = await self._batch(request)
        ids = [one["id"] for one in body["inputs"]]
        known = self.rows[kind]
        results = [
            {"id": id_, "properties": {n: known[id_].get(n) for n in body["properties"]}, "archived": False}
            for id_ in reversed(ids)
            if id_ in known
        ]
        lost = [id_ for id_ in ids if id_ not in known]
        missing = {
            "status": "error", "category": "OBJECT_NOT_FOUND", "message": "no", "context": {"ids": lost},
        }  # fmt: skip
        return _batch_answer(results, [missing] if lost else [])

    async def update(self, request: web.Request) -> web.Response:
        kind, body = await self._batch(request)
        inputs = body["inputs"]
        guilty = self.poison & {one["id"] for one in inputs}
        if guilty:
            return _refusal(400, "VALIDATION_ERROR", "secret-value")
        results, errors = [], []
        for one in inputs:
            error = self._error_of(kind, one)
            if error:
                errors.append(
                    {**error, "status": "error", "context": {"objectWriteTraceId": [one["objectWriteTraceId"]]}}
                )
                continue
            row = self.rows[kind][one["id"]]
            forward = not (self.lifecycle_only_forward and row.get("lifecyclestage"))
            row.update({n: v for n, v in one["properties"].items() if forward or n != "lifecyclestage"})
            results.append({"id": one["id"], "properties": {n: row.get(n) for n in one["properties"]}})
        return _batch_answer(list(reversed(results)), errors)

    async def read_associations(self, request: web.Request) -> web.Response:
        from_ = request.match_info["from_"]
        body = await request.json()
        results = []
        for one in body["inputs"]:
            pairs = sorted(pair for pair in self.links if pair[from_ == "contacts"] == one["id"])
            start = int(one.get("after", 0))
            page = pairs[start : start + self.association_page]
            primary = 1 if from_ == "contacts" else 2
            to = [
                {
                    "toObjectId": int(pair[from_ == "companies"]),
                    "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 278 + primary, "label": None}]
                    + [{"category": "HUBSPOT_DEFINED", "typeId": primary, "label": "Primary"}] * self.links[pair],
                }
                for pair in page
            ]
            result: dict[str, Any] = {"from": {"id": one["id"]}, "to": to}
            if start + len(page) < len(pairs):
                result["paging"] = {"next": {"after": str(start + len(page))}}
            if to:
                results.append(result)
        none = [one["id"] for one in body["inputs"] if one["id"] not in {result["from"]["id"] for result in results}]
        error = {
            "category": "OBJECT_NOT_FOUND", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
            "message": "no", "context": {"fromObjectId": none},
        }  # fmt: skip
        return _batch_answer(results, [error] if none else [])

    async def associate(self, request: web.Request) -> web.Response:
        assert request.match_info["from_"] == "contacts"
        errors, results = [], []
        for one in (await request.json())["inputs"]:
            contact, company = one["from"]["id"], one["to"]["id"]
            if company not in self.rows["companies"] or contact not in self.rows["contacts"]:
                errors.append({"category": "OBJECT_NOT_FOUND", "message": "no", "context": {"toObjectId": [company]}})
                continue
            primary = any(kind["associationTypeId"] == 1 for kind in one.get("types", []))
            self.links[company, contact] = primary or self.links.get((company, contact), False)
            results.append({"from": one["from"], "to": one["to"]})
        return _batch_answer(results, errors)

    async def read_memberships(self, request: web.Request) -> web.Response:
        results = [
            {
                **one,
                "recordListMemberships": [
                    {"listId": int(id_)} for id_, members in self.segments.items() if one["recordId"] in members
                ],
            }
            for one in (await request.json())["inputs"]
        ]
        return web.json_response({"results": results}, headers=RATE)

    async def read_segment(self, request: web.Request) -> web.Response:
        id_ = request.match_info["id"]
        if id_ not in self.segments:
            return _refusal(404, "OBJECT_NOT_FOUND", "no such list")
        size = {"additionalProperties": {"hs_list_size": str(len(self.segments[id_]))}} if self.tells_size else {}
        return web.json_response({"list": {"listId": id_, **size}}, headers=RATE)

    async def page_members(self, request: web.Request) -> web.Response:
        members = self.segments[request.match_info["id"]]
        start, limit = int(request.query.get("after", 0)), int(request.query["limit"])
        answer: dict[str, Any] = {"results": [{"recordId": id_} for id_ in members[start : start + limit]]}
        if start + limit < len(members):
            answer["paging"] = {"next": {"after": str(start + limit)}}
        return web.json_response(answer, headers=RATE)

    async def read_property(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name == "lifecyclestage":
            return web.json_response({"name": name, "options": self.stages}, headers=RATE)
        if name != self.unique:
            return _refusal(404, "OBJECT_NOT_FOUND", "no such property")
        return web.json_response({"name": name, "hasUniqueValue": True}, headers=RATE)

    async def _batch(self, request: web.Request) -> tuple[str, Any]:
        body = await request.json()
        ids = [one["id"] for one in body["inputs"]]
        assert len(ids) <= 100
        assert len(ids) == len(set(ids))
        return request.match_info["kind"], body

    def _error_of(self, kind: str, one: dict[str, Any]) -> dict[str, Any] | None:
        if one["id"] not in self.rows[kind]:
            return {"category": "OBJECT_NOT_FOUND", "message": "no"}
        value = one["properties"].get(self.unique)
        owners = [id_ for id_, row in self.rows[kind].items() if value and row.get(self.unique) == value]
        if owners and owners != [one["id"]]:
            text = re.sub(r"\s+", " ", f"Cannot set PropertyValueCoordinates{{portalId=1, propertyName={self.unique}, ")
            return {
                "category": "VALIDATION_ERROR",
                "message": f"{text}value={value}}} on {one['id']}. {owners[0]} already has that value.",
            }
        return None


def _batch_answer(results: list[Any], errors: list[Any]) -> web.Response:
    more = {"numErrors": len(errors), "errors": errors} if errors else {}
    return web.json_response(
        {"status": "COMPLETE", "results": results, **more}, status=207 if errors else 200, headers=RATE
    )


def _refusal(status: int, category: str, message: str) -> web.Response:
    return web.json_response(
        {"status": "error", "category": category, "message": message, "correlationId": "x"}, status=status, headers=RATE
    )
