"""An app's webhooks as they are set up by hand, which is the only way for a private app."""

from collections.abc import Mapping
from typing import Any

from simulator.hubspot.crm import Crm
from simulator.hubspot.gate import optional, required
from simulator.hubspot.webhook_routes import checked_concurrency, checked_url, subscribe
from simulator.hubspot.webhooks import DEFAULT_CONCURRENCY, App

APP_ID = "1000001"
APP_SECRET = "simulated-client-secret"  # noqa: S105 -- signs what only the simulator sends


def default_app() -> App:
    return App(APP_ID, APP_SECRET)


def set_up_app(crm: Crm, fields: Mapping[str, Any]) -> App:
    """Anew: subscriptions it had are gone. Those named here are active unless they say otherwise."""
    app_id = str(fields.get("appId", APP_ID))
    if not (app_id.isascii() and app_id.isdigit()):
        raise ValueError(f"{app_id!r} is not the id of an app; ids are digits")
    target_url = checked_url(required(fields, "targetUrl", str))
    most = checked_concurrency(optional(fields, "maxConcurrentRequests", int) or DEFAULT_CONCURRENCY)
    app = crm.webhooks.apps.setdefault(app_id, App(app_id, APP_SECRET))
    app.secret = optional(fields, "secret", str) or app.secret
    app.target_url, app.max_concurrent = target_url, most
    app.created_at = app.updated_at = crm.now()
    app.subscriptions.clear()
    for each in optional(fields, "subscriptions", list) or ():
        subscribe(crm, app, {"active": True, **each})
    crm.webhooks_changed()
    return app
