"""`POST /changes` and `POST /companies/{id}/sync`: what producers announce, each under its own name."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel

from tasks.contracts.changes import HUBSPOT_ID, MAX_EVENTS, Change, Malformed, What, parse_change
from tasks.contracts.machinery import Received
from tasks.contracts.records import Kind
from tasks.receive_changes import note_changes
from workers.http.bodies import parse_json, read_body, refuse_unless_json
from workers.http.parts import Parts
from workers.http.problems import Problem, RefusedEvent, refusals
from workers.telemetry.logs import get_logger

log = get_logger(__name__)
MAX_BYTES = 1_048_576
"""A thousand events have about 300,000."""
SCHEME = "Bearer "


class Taken(BaseModel):
    """What became of a message. All that is counted here is stored."""

    new: int
    """Changes that were not known before."""
    repeated: int
    """Changes whose `event_id` this producer had announced before."""
    owed: int
    """Tasks that are to be done because of the new ones."""
    refused: list[RefusedEvent]
    """Events nobody can act on; the others were taken."""


class SyncRequested(BaseModel):
    """The company is brought into step, whatever the rules would say."""

    company: str
    event_id: str


def change_routes(parts: Parts) -> APIRouter:
    """Both need a producer's key."""
    routes = APIRouter()
    body = {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Announcement"}}},
    }

    @routes.post(
        "/changes",
        status_code=HTTPStatus.ACCEPTED,
        summary="Announce that records have changed",
        response_description="Stored, all that is counted",
        description=f"One event, or a list of up to {MAX_EVENTS:,}. Sending the same again does no harm.",
        responses=refusals(400, 401, 408, 413, 415, 422, 429, 503),
        openapi_extra={"requestBody": body, "security": [{"producerKey": []}]},
    )
    async def announce(request: Request) -> Taken:
        async with _producer(request, parts) as name:
            refuse_unless_json(request)
            events = _events(parse_json(await read_body(request, limit=MAX_BYTES)))
            return await _take(name, events, parts)

    @routes.post(
        "/companies/{company_id}/sync",
        status_code=HTTPStatus.ACCEPTED,
        summary="Sync one company now, as if a person had pressed Sync",
        response_description="Owed, and stored",
        responses=refusals(401, 422, 429, 503),
        openapi_extra={"security": [{"producerKey": []}]},
    )
    async def sync(
        request: Request,
        company_id: Annotated[str, Path(pattern=f"^(?:{HUBSPOT_ID.pattern})$", description="HubSpot's id of it.")],
    ) -> SyncRequested:
        async with _producer(request, parts) as name:
            change = Change(
                version=1,
                event_id=f"sync-{uuid4()}",
                record=Kind.COMPANY,
                id=company_id,
                what=What.SYNC_REQUESTED,
            )
            mine = _as_announced_by(name, change)
            await _note(name, [mine], [], parts, source="sync")
            return SyncRequested(company=company_id, event_id=mine.event_id)

    return routes


@asynccontextmanager
async def _producer(request: Request, parts: Parts) -> AsyncIterator[str]:
    """The name of whoever asks, while there is room for the request."""
    with parts.producers_gate.enter():
        header = request.headers.get("authorization", "")
        is_bearer = header[: len(SCHEME)].lower() == SCHEME.lower()
        key = header[len(SCHEME) :].strip()
        name = await parts.of_producers.run(lambda: parts.producers.find_name(key)) if is_bearer else None
        if name is None:
            # One sentence for every case: whoever tries keys learns nothing from it.
            told = "A producer's key is needed, as `Authorization: Bearer …`; `tandem producer add` gives one out."
            raise Problem(HTTPStatus.UNAUTHORIZED, told, headers={"WWW-Authenticate": 'Bearer realm="tandem"'})
        with parts.producers_gate.enter_as(name):
            yield name


def _events(payload: Any) -> Sequence[Any]:
    events = payload if isinstance(payload, list) else [payload]
    if len(events) > MAX_EVENTS:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"{len(events):,} events; a message may have {MAX_EVENTS:,}."
        )
    return events


async def _take(name: str, events: Sequence[Any], parts: Parts) -> Taken:
    changes: list[Change] = []
    malformed: list[Malformed] = []
    refused: list[RefusedEvent] = []
    for index, event in enumerate(events):
        parsed = parse_change(event)
        if isinstance(parsed, Change):
            changes.append(_as_announced_by(name, parsed))
        else:
            malformed.append(parsed)
            refused += [RefusedEvent(index=index, field=one.field, problem=one.problem) for one in parsed.complaints]
    received = await _note(name, changes, malformed, parts, source="api")
    if malformed and not changes:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "Nobody can act on any of the events.", errors=refused)
    return Taken(new=received.new, repeated=received.repeated, owed=len(received.owed), refused=refused)


def _as_announced_by(name: str, change: Change) -> Change:
    """Event ids are a producer's own: one must not be able to use up another's."""
    return change.model_copy(update={"producer": name, "event_id": f"{name}:{change.event_id}"})


async def _note(
    name: str, changes: Sequence[Change], malformed: Sequence[Malformed], parts: Parts, *, source: str
) -> Received:
    """Stored when this returns; workers are woken later."""
    received = await parts.of_producers.run(lambda: note_changes(changes, malformed, inbox=parts.inbox))
    parts.wake_ups.soon(received.owed)
    parts.measures.count(source, new=received.new, repeated=received.repeated, malformed=len(malformed))
    log.info("changes.received", producer=name, new=received.new, repeated=received.repeated, malformed=len(malformed))
    return received
