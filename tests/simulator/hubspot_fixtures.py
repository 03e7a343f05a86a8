"""A simulated portal on local ports, the real client for it, and plain calls without one."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
import urllib3
from aiohttp import web
from hubspot import HubSpot

from simulator.hubspot.gate import DEVELOPER_KEY
from simulator.hubspot.portal import Portal
from simulator.server import Server
from tests.simulator.hubspot_spec import Recorded, find_spec

TOKEN = "pat-na1-simulator"
KEY = {
    "name": "salesforce_account_id",
    "label": "Salesforce account",
    "groupName": "companyinformation",
    "type": "string",
    "fieldType": "text",
    "hasUniqueValue": True,
}
CONTACT_KEY = {**KEY, "name": "salesforce_contact_id", "groupName": "contactinformation"}
GENERATIONS = ("v3", "2026-09")


class Answer(NamedTuple):
    status: int
    body: Any
    headers: Any


class RecordedPortal(Portal):
    """Remembers what it answered."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[Recorded] = []

    def routes(self) -> list[web.RouteDef]:
        return [web.route(each.method, each.path, self._recorded(each.handler)) for each in super().routes()]

    def _recorded(self, handler: Any) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            answer: web.Response = await handler(request)
            body = answer.body if isinstance(answer.body, bytes) else b""
            self.answers.append(Recorded(request.method, request.path, answer.status, body))
            return answer

        return handle


class Simulation:
    """The portal, as its clients and as the experimenter see it."""

    def __init__(self, portal: "RecordedPortal", server: Server, data: str, control: str) -> None:
        self.portal = portal
        self.server = server
        self.data = data
        self.control_url = control
        self.http = urllib3.PoolManager(retries=False, timeout=10)
        self.client = HubSpot(access_token=TOKEN, api_key=DEVELOPER_KEY, host=data, retry=False)
        self.is_unlike_the_contract = False

    def call(self, method: str, path: str, body: Any = None, token: str | None = TOKEN) -> Answer:
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        answer = self.http.request(method, self.data + path, body=raw, headers=headers)
        text = answer.data
        is_json = "json" in answer.headers.get("Content-Type", "") and text
        return Answer(answer.status, json.loads(text) if is_json else text, answer.headers)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        raw = None if body is None else json.dumps(body).encode()
        answer = self.http.request(method, self.control_url + path, body=raw)
        return json.loads(answer.data)

    def set(self, **switches: Any) -> None:
        self.server.configure({"hubspot": switches})

    def depart_from_the_contract(self) -> None:
        """This test turns a switch that makes the portal answer what no client expects."""
        self.is_unlike_the_contract = True

    def company(self, **properties: str) -> str:
        """A new company's id."""
        body = {"properties": {"name": "Acme", **properties}}
        return self._created(self.call("POST", "/crm/v3/objects/companies", body))

    def contact(self, **properties: str) -> str:
        return self._created(self.call("POST", "/crm/v3/objects/contacts", {"properties": properties}))

    def properties_of(self, kind: str, record_id: str) -> dict[str, str]:
        held = {each["id"]: each["properties"] for each in self.portal.state()[kind]}
        found: dict[str, str] = held[record_id]
        return found

    @staticmethod
    def _created(answer: Answer) -> str:
        assert answer.status == 201, answer.body
        return str(answer.body["id"])


@contextmanager
def running() -> Iterator[Simulation]:
    portal = RecordedPortal()
    server = Server([portal], {"hubspot": {"search_lag": 0.0, "burst_limit": 0, "search_limit": 0}})
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    addresses = asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    try:
        yield Simulation(portal, server, addresses.data, addresses.control)
    finally:
        server.reset()  # ends the webhooks
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


@pytest.fixture(scope="session")
def simulation() -> Iterator[Simulation]:
    with running() as started:
        yield started


@pytest.fixture
def hubspot(simulation: Simulation) -> Iterator[Simulation]:
    """Fresh for every test: no records but the two unique properties, no lag, no quotas.

    Afterwards everything it answered is held against the contract, where there is one.
    """
    simulation.server.reset()
    keys = {"companies": [KEY], "contacts": [CONTACT_KEY]}
    simulation.portal.seed({"properties": keys})
    simulation.portal.counters.clear()
    simulation.portal.answers.clear()
    simulation.is_unlike_the_contract = False
    yield simulation
    spec = find_spec()
    if spec and not simulation.is_unlike_the_contract:
        for each in simulation.portal.answers:
            spec.check(each)
