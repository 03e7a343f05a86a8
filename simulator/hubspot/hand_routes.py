"""What people do in HubSpot's own screens, and a look at the webhooks: for the control port, nobody's call."""

import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from simulator.hubspot.courier import as_json
from simulator.hubspot.crm import Crm
from simulator.hubspot.errors import RefusalError, malformed
from simulator.hubspot.object_types import find_object_type
from simulator.hubspot.sources import PEOPLE
from simulator.hubspot.webhook_setup import set_up_app
from simulator.hubspot.webhooks import App

MAX_SHOWN = 1_000


def hand_routes(crm: Callable[[], Crm]) -> list[web.RouteDef]:
    """`POST /hubspot/webhooks` takes one of what is seeded as `webhooks`; `GET` tells what was sent after `after`."""

    async def set_up(request: web.Request) -> web.Response:
        return await _answer(request, lambda fields: _app_view(crm(), set_up_app(crm(), fields)))

    async def restore(request: web.Request) -> web.Response:
        return await _answer(request, lambda fields: _restore(crm(), fields))

    async def webhooks(request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        sent = [each for each in crm().courier.sent if each.number > int(after[:18] if after.isdigit() else 0)]
        apps = [_app_view(crm(), each) for each in crm().webhooks.apps.values()]
        return web.json_response({"apps": apps, "sent": [as_json(each) for each in sent[:MAX_SHOWN]]})

    return [
        web.get("/hubspot/webhooks", webhooks),
        web.post("/hubspot/webhooks", set_up),
        web.post("/hubspot/restore", restore),
    ]


async def _answer(request: web.Request, act: Callable[[dict[str, Any]], Any]) -> web.Response:
    try:
        fields = json.loads(await request.read())
        if not isinstance(fields, dict):
            raise malformed("an object is expected")
        return web.json_response(act(fields))
    except (ValueError, KeyError, RefusalError) as wrong:
        return web.json_response({"error": str(wrong)}, status=400)


def _restore(crm: Crm, fields: dict[str, Any]) -> dict[str, Any]:
    kind = find_object_type(str(fields["objectType"]))
    record = crm.store.archived[kind.plural].get(str(fields["id"])) if kind else None
    if record is None:
        raise ValueError(f"there is no archived record {fields['id']} of {fields['objectType']}")
    crm.restore(record, by=PEOPLE)
    return {"id": record.id}


def _app_view(crm: Crm, app: App) -> dict[str, Any]:
    return {
        "appId": app.id,
        "targetUrl": app.target_url,
        "subscriptions": [each.event_type for each in app.subscriptions.values()],
        "waiting": crm.courier.waiting(app),
    }
