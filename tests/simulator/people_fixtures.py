"""Both CRMs on one local port with a few records in them, and people who work there."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
import pytest
import requests

from simulator.hubspot.portal import Portal
from simulator.people import hubspot_acts, salesforce_acts
from simulator.people.actor import Actor, Pace, Workplace
from simulator.people.calls import Line
from simulator.people.hubspot_records import HubSpot
from simulator.people.journal import Act, Journal
from simulator.people.salesforce_records import Application, Salesforce
from simulator.salesforce.ids import make_id
from simulator.salesforce.org import Org
from simulator.server import Server

TOKEN = "pat-na1-simulator"
APPLICATION = Application("tandem-consumer-key", "tandem-consumer-secret")
KINDS = {f"hubspot.{kind.name}": kind.weight for kind in hubspot_acts.KINDS} | {
    f"salesforce.{kind.name}": kind.weight for kind in salesforce_acts.KINDS
}
BY_HAND = {f"hubspot.{kind.name}": kind.weight for kind in hubspot_acts.BY_HAND}
AT_ONCE = 10_000.0  # acts per second


class Office:
    """The CRMs, as people and as the reader of their journal see them."""

    def __init__(self, server: Server, url: str, control: str) -> None:
        self.server = server
        self.url = url
        self.control = control
        self.lines: list[Line] = []
        self.begin_again()

    def begin_again(self) -> None:
        self.server.reset()
        self.server.systems["hubspot"].seed(HUBSPOT)
        self.server.systems["salesforce"].seed(SALESFORCE)

    def work(self, *, acts: int, seed: int = 7, weights: dict[str, float] | None = None) -> list[Act]:
        """With weights, nothing but what they name."""
        chosen = KINDS if weights is None else {**dict.fromkeys(KINDS | BY_HAND, 0.0), **weights}
        return asyncio.run(self._work(Pace(AT_ONCE, acts), seed, chosen))

    async def _work(self, pace: Pace, seed: int, weights: dict[str, float]) -> list[Act]:
        journal = Journal()
        async with aiohttp.ClientSession() as http:
            self.lines = [Line(http, self.url), Line(http, self.url)]
            hubspot, salesforce = (
                HubSpot(self.lines[0], TOKEN, Line(http, self.control)),
                Salesforce(self.lines[1], APPLICATION),
            )
            await hubspot.look_around(100)
            await salesforce.look_around(100)
            workplaces = [
                Workplace(hubspot, (*hubspot_acts.KINDS, *hubspot_acts.BY_HAND)),
                Workplace(salesforce, salesforce_acts.KINDS),
            ]
            await Actor(workplaces, journal, seed=seed, weights=weights).work(pace)
        return journal.acts

    def hubspot(self, path: str) -> Any:
        """What the portal answers; None for a record that is not there."""
        answer = requests.get(self.url + path, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)
        return None if answer.status_code == 404 else answer.json()

    def salesforce(self, object_name: str, record: str, fields: str) -> dict[str, Any]:
        """Fields of a record, whether it is deleted or not."""
        soql = f"SELECT {fields} FROM {object_name} WHERE Id = '{record}'"
        headers = {"Authorization": f"Bearer {self._session()}"}
        url = f"{self.url}/services/data/v62.0/queryAll"
        [found] = requests.get(url, params={"q": soql}, headers=headers, timeout=30).json()["records"]
        return dict(found)

    def _session(self) -> str:
        form = {"grant_type": "client_credentials", "client_id": APPLICATION.consumer_key}
        form["client_secret"] = APPLICATION.consumer_secret
        url = f"{self.url}/services/oauth2/token"
        return str(requests.post(url, data=form, timeout=30).json()["access_token"])

    def state(self) -> dict[str, Any]:
        return {name: system.state() for name, system in self.server.systems.items()}


@contextmanager
def open_office() -> Iterator[Office]:
    server = Server([Portal(), Org()], {"hubspot": {"search_lag": 0.0, "burst_limit": 0}})
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    addresses = asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    try:
        yield Office(server, addresses.data, addresses.control)
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


@pytest.fixture(scope="module")
def started_office() -> Iterator[Office]:
    with open_office() as opened:
        yield opened


@pytest.fixture
def office(started_office: Office) -> Office:
    """Every test begins with the same few records."""
    started_office.begin_again()
    return started_office


HUBSPOT = {
    "owners": [{"id": "71", "email": "one@example.com"}, {"id": "72", "email": "two@example.com"}],
    "companies": [
        {"id": f"1{n}", "properties": {"name": f"Company {n}", "lifecyclestage": "subscriber"}} for n in range(5)
    ],
    "contacts": [{"id": f"2{n}", "properties": {"email": f"contact{n}@seeded.example.com"}} for n in range(6)],
    "associations": [
        *({"contact": f"2{n}", "company": f"1{n}", "primary": True} for n in range(5)),
        {"contact": "20", "company": "14"},
    ],
}
ACCOUNT_IDS = [make_id("001", number) for number in range(1, 5)]
SALESFORCE = {
    "users": [
        {
            "Id": "005Vr0000000009",
            "Username": "two@example.com",
            "Email": "Two@example.com",
            "LastName": "Two",
            "IsActive": True,
        },
    ],
    "Account": [{"Id": each, "Name": f"Account {n}"} for n, each in enumerate(ACCOUNT_IDS)],
    "Contact": [{"LastName": f"Contact {n}", "AccountId": each} for n, each in enumerate(ACCOUNT_IDS)],
    "Lead": [{"LastName": f"Lead {n}", "Company": f"Prospect {n}"} for n in range(4)],
    "Opportunity": [
        {"Name": f"Deal {n}", "AccountId": each, "StageName": "Prospecting", "CloseDate": "2030-01-01"}
        for n, each in enumerate(ACCOUNT_IDS)
    ],
}
