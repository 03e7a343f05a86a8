"""`POST /webhooks/hubspot`: whose it is, what it tells, stored; then the answer, and only then anything else."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus

from fastapi import APIRouter, Request
from pydantic import BaseModel

from tasks.contracts.machinery import Received
from tasks.receive_changes import note_changes
from workers.http.bodies import parse_json, read_body
from workers.http.parts import Parts
from workers.http.problems import Problem, refusals
from workers.http.signature import Flaw, Signed, Tolerance, find_flaw, find_flaw_of_time
from workers.http.webhook_events import WebhookEvents, read_events
from workers.telemetry.logs import get_logger

log = get_logger(__name__)
PATH = "/webhooks/hubspot"
MAX_BYTES = 8_388_608
"""A hundred events, each with the longest value a property may have."""


class Delivered(BaseModel):
    """What became of a batch; HubSpot looks at the status only."""

    new: int
    repeated: int
    echoes: int
    not_followed: int
    malformed: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A batch after it was stored."""

    received: Received
    echoes: int


def webhook_routes(parts: Parts) -> APIRouter:
    """There are webhooks only where the app's secret is known."""
    routes = APIRouter()

    @routes.post(
        PATH,
        summary="HubSpot's webhooks",
        response_description="Stored, or known to need nothing",
        description="Up to 100 events in a request, signed in version 3. Duplicates and any order do no harm.",
        responses=refusals(400, 401, 403, 404, 408, 413, 503),
    )
    async def deliver(request: Request) -> Delivered:
        if not parts.settings.webhook_secrets():
            raise Problem(HTTPStatus.NOT_FOUND, "No webhooks are set up here.")
        with parts.webhooks_gate.enter():
            payload = parse_json(await _signed_body(request, parts))
            events = read_events(payload, portal=parts.settings.hubspot_portal)
            _refuse_if_of_others(events, parts)
            stored = await parts.of_webhooks.run(partial(_store, events, parts))
        return _delivered(events, stored, parts)

    return routes


async def _signed_body(request: Request, parts: Parts) -> bytes:
    """What can be refused by the headers is, before the body is read."""
    settings = parts.settings
    tolerance = Tolerance(past=settings.webhook_max_age, future=settings.webhook_max_ahead)
    timestamp = request.headers.get("x-hubspot-request-timestamp", "")
    signature = request.headers.get("x-hubspot-signature-v3", "")
    flaw = find_flaw_of_time(timestamp, signature, now=datetime.now(UTC), tolerance=tolerance)
    if flaw is None:
        body = await read_body(request, limit=MAX_BYTES)
        query = request.scope["query_string"].decode("latin-1")
        url = f"{settings.public_url}{PATH}" + (f"?{query}" if query else "")
        signed = Signed("POST", url, body, timestamp, signature)
        flaw = find_flaw(signed, settings.webhook_secrets(), now=datetime.now(UTC), tolerance=tolerance)
    if flaw is not None:
        raise _unbelievable(flaw, parts)
    return body


def _unbelievable(flaw: Flaw, parts: Parts) -> Problem:
    parts.measures.refused.labels(flaw.name.lower()).inc()
    log.warning("webhook.refused", flaw=flaw.name, meaning=flaw.value)
    return Problem(HTTPStatus.UNAUTHORIZED, f"The webhook is not taken: {flaw.value}.")


def _refuse_if_of_others(events: WebhookEvents, parts: Parts) -> None:
    """A batch with nothing for us in it; where there is something, the rest of it is only counted."""
    parts.measures.count("webhook", other_portal=events.of_other_portals)
    if events.of_other_portals:
        log.warning("webhook.of_another_portal", events=events.of_other_portals)
        if not (events.told or events.malformed or events.not_followed):
            raise Problem(HTTPStatus.FORBIDDEN, "These events are of a portal that is not kept in step here.")


def _store(events: WebhookEvents, parts: Parts) -> Stored:
    """An echo is a value an app has written and the ledger knows: by the value, never by the source alone."""
    written = [one.written for one in events.told if one.written]
    known = parts.known_values.find([(one.kind, one.record_id, one.name) for one in written])
    echoes = {one for one in written if known.get((one.kind, one.record_id, one.name)) == one.value}
    news = [one.change for one in events.told if one.written not in echoes]
    return Stored(note_changes(news, events.malformed, inbox=parts.inbox), len(events.told) - len(news))


def _delivered(events: WebhookEvents, stored: Stored, parts: Parts) -> Delivered:
    parts.wake_ups.soon(stored.received.owed)
    told = Delivered(
        new=stored.received.new,
        repeated=stored.received.repeated,
        echoes=stored.echoes,
        not_followed=sum(events.not_followed.values()),
        malformed=len(events.malformed),
    )
    parts.measures.count("webhook", **told.model_dump())
    log.info("webhooks.received", **told.model_dump(), types_not_followed=sorted(events.not_followed)[:10])
    return told
