"""The settings and subscriptions of an app's webhooks, as a developer sets them through the API."""

from typing import Any
from urllib.parse import urlsplit

from simulator.hubspot import scopes
from simulator.hubspot.crm import Crm
from simulator.hubspot.errors import invalid, not_found, row_error
from simulator.hubspot.gate import Answer, Call, Reply, Route, is_number, optional, required, text_of_id
from simulator.hubspot.object_types import find_object_type
from simulator.hubspot.records_view import batch_view
from simulator.hubspot.webhooks import EVENT_TYPES, MAX_SUBSCRIPTIONS, App, Subscription

LEAST_CONCURRENCY = 6
MAX_INPUTS = 100
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def read_settings(crm: Crm, call: Call) -> Reply:
    return Reply(200, _settings_view(_configured(crm, call)))


def configure(crm: Crm, call: Call) -> Reply:
    app, fields = _app(crm, call), call.fields()
    throttling = required(fields, "throttling", dict)
    target_url = checked_url(required(fields, "targetUrl", str))
    app.max_concurrent = checked_concurrency(required(throttling, "maxConcurrentRequests", int))
    app.target_url = target_url
    app.created_at = app.created_at or crm.now()
    app.updated_at = crm.now()
    crm.webhooks_changed()
    return Reply(200, _settings_view(app))


def clear(crm: Crm, call: Call) -> Reply:
    app = _app(crm, call)
    app.target_url, app.created_at = "", ""
    crm.webhooks_changed()
    return Reply(204)


def list_all(crm: Crm, call: Call) -> Reply:
    return Reply(200, {"results": [view(each) for each in _app(crm, call).subscriptions.values()]})


def read_one(crm: Crm, call: Call) -> Reply:
    return Reply(200, view(_read(_app(crm, call), call.path["subscription_id"])))


def create(crm: Crm, call: Call) -> Reply:
    return Reply(201, view(subscribe(crm, _app(crm, call), call.fields())))


def update(crm: Crm, call: Call) -> Reply:
    subscription = _read(_app(crm, call), call.path["subscription_id"])
    _activate(crm, subscription, is_active=bool(optional(call.fields(), "active", bool)))
    return Reply(200, view(subscription))


def update_batch(crm: Crm, call: Call) -> Reply:
    app, started = _app(crm, call), crm.now()
    results, missing = [], []
    for row in call.inputs(most=MAX_INPUTS):
        is_active, wanted = required(row, "active", bool), text_of_id(row.get("id"))
        found = app.subscriptions.get(int(wanted)) if is_number(wanted) else None
        if found is None:
            missing.append(wanted)
            continue
        _activate(crm, found, is_active=is_active)
        results.append(view(found))
    errors = [row_error(not_found("Some subscriptions do not exist"), ids=missing)] if missing else []
    return Reply(207 if errors else 200, batch_view(results, errors, started=started))


def archive(crm: Crm, call: Call) -> Reply:
    app = _app(crm, call)
    del app.subscriptions[_read(app, call.path["subscription_id"]).id]
    crm.webhooks_changed()
    return Reply(204)


def subscribe(crm: Crm, app: App, fields: dict[str, Any]) -> Subscription:
    """As asked for through the API or set up by hand; inactive unless told otherwise."""
    event_type, name = required(fields, "eventType", str), optional(fields, "propertyName", str)
    if event_type not in EVENT_TYPES:
        raise invalid(f"{event_type} is not a type of event")
    if event_type.endswith(".propertyChange") != bool(name):
        raise invalid("propertyName belongs to subscriptions of propertyChange, and only to them")
    kind = optional(fields, "objectTypeId", str)
    if event_type.startswith("object.") and (kind is None or find_object_type(kind) is None):
        raise invalid(f"objectTypeId {kind} is not an object type")
    if len(app.subscriptions) >= MAX_SUBSCRIPTIONS:
        raise invalid(f"An app has at most {MAX_SUBSCRIPTIONS} subscriptions")
    at, is_active = crm.now(), bool(optional(fields, "active", bool))
    made = Subscription(crm.webhooks.new_id(), event_type, name, kind, is_active, at, at)
    app.subscriptions[made.id] = made
    crm.webhooks_changed()
    return made


def checked_url(text: str) -> str:
    """HubSpot takes nothing but https; the machine itself may do without."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or parts.scheme not in {"http", "https"} or (parts.scheme == "http" and host not in LOOPBACK):
        raise invalid(f"The target URL must be an https URL, not {text}")
    return text


def checked_concurrency(number: int) -> int:
    if isinstance(number, bool) or number < LEAST_CONCURRENCY:
        raise invalid(f"maxConcurrentRequests must be greater than {LEAST_CONCURRENCY - 1}")
    return number


def view(subscription: Subscription) -> dict[str, Any]:
    seen = {
        "id": str(subscription.id),
        "eventType": subscription.event_type,
        "active": subscription.active,
        "createdAt": subscription.created_at,
        "updatedAt": subscription.updated_at,
    }
    of_some = {"propertyName": subscription.property_name, "objectTypeId": subscription.object_type_id}
    return seen | {name: value for name, value in of_some.items() if value is not None}


def _settings_view(app: App) -> dict[str, Any]:
    return {
        "targetUrl": app.target_url,
        "throttling": {"maxConcurrentRequests": app.max_concurrent},
        "createdAt": app.created_at,
        "updatedAt": app.updated_at,
    }


def _activate(crm: Crm, subscription: Subscription, *, is_active: bool) -> None:
    subscription.active = is_active
    subscription.updated_at = crm.now()
    crm.webhooks_changed()


def _app(crm: Crm, call: Call) -> App:
    app = crm.webhooks.apps.get(call.path["app_id"])
    if app is None:
        raise not_found(f"There is no app {call.path['app_id']}")
    return app


def _configured(crm: Crm, call: Call) -> App:
    app = _app(crm, call)
    if not app.target_url:
        raise not_found(f"The app {app.id} has no webhook settings")
    return app


def _read(app: App, subscription_id: str) -> Subscription:
    found = app.subscriptions.get(int(subscription_id)) if is_number(subscription_id) else None
    if found is None:
        raise not_found(f"There is no subscription {subscription_id}")
    return found


APP = "/webhooks/v3/{app_id}"
ALL = f"{APP}/subscriptions"
ONE = f"{ALL}/{{subscription_id}}"


def _route(method: str, path: str, answer: Answer) -> Route:
    return Route(method, path, answer, "webhooks", scopes.none, key="developer")


ROUTES = (
    _route("GET", f"{APP}/settings", read_settings),
    _route("PUT", f"{APP}/settings", configure),
    _route("DELETE", f"{APP}/settings", clear),
    _route("POST", f"{ALL}/batch/update", update_batch),
    _route("GET", ONE, read_one),
    _route("PATCH", ONE, update),
    _route("DELETE", ONE, archive),
    _route("GET", ALL, list_all),
    _route("POST", ALL, create),
)
