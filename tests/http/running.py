"""A receiver on a local port, spoken to as producers and HubSpot do."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests
from sqlalchemy import Engine, select

from tasks.contracts.machinery import Messenger
from tasks.contracts.records import Owed
from tests.http.webhooks import PATH, PORTAL, SECRET, signed
from tests.waiting import until
from workers.embedded import free_port
from workers.http.parts import Parts
from workers.http.server import server_of
from workers.ledger.models import ChangeRow, MalformedRow, OwedRow
from workers.settings import Settings

PROBLEM = "application/problem+json"


@dataclass
class Woken:
    """A messenger that remembers; `before` is what it does first."""

    owed: list[Owed] = field(default_factory=list)
    pause: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.pause.set()

    def wake(self, owed: Sequence[Owed], *, after: timedelta = timedelta()) -> None:
        self.pause.wait(20)
        self.owed += owed


@dataclass
class Receiver:
    """`key` is a producer's; without one nothing is sent along."""

    url: str
    parts: Parts
    engine: Engine
    woken: Woken
    key: str = ""

    def post(self, path: str, body: Any = None, **headers: str) -> requests.Response:
        """JSON, unless it is bytes already."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with_key = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        sent = {"Content-Type": "application/json", **with_key, **named}
        return requests.post(self.url + path, data=raw, headers=sent, timeout=20)

    def get(self, path: str) -> requests.Response:
        return requests.get(self.url + path, timeout=20)

    def deliver(self, payload: Any, *, secret: str = SECRET, ago: timedelta = timedelta()) -> requests.Response:
        """As HubSpot does."""
        body, headers = signed(self.url + PATH, payload, secret=secret, ago=ago)
        return requests.post(self.url + PATH, data=body, headers=headers, timeout=20)

    def changes(self) -> list[tuple[str, str, str, str]]:
        """Producer, kind, id and what, of all that are noted."""
        columns = (ChangeRow.producer, ChangeRow.kind, ChangeRow.record_id, ChangeRow.what)
        return self._rows(select(*columns).order_by(ChangeRow.record_id, ChangeRow.what))

    def owed(self) -> list[tuple[str, str, int, int]]:
        """Task, record, how often requested, and up to which request forced."""
        columns = (OwedRow.task, OwedRow.record_id, OwedRow.requested, OwedRow.forced_upto)
        return self._rows(select(*columns).order_by(OwedRow.task, OwedRow.record_id))

    def malformed(self) -> list[tuple[str, str]]:
        """Payload and problem."""
        return self._rows(select(MalformedRow.payload, MalformedRow.problem))

    def _rows(self, query: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query)]


@contextmanager
def receiving(engine: Engine, database_url: str, *, port: int | None = None, **settings: Any) -> Iterator[Receiver]:
    """With webhooks set up, unless told otherwise. The messenger is a double; the rest is what runs in earnest."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    webhooks = {"public_url": url, "hubspot_portal": str(PORTAL), "hubspot_webhook_secrets": SECRET}
    woken = Woken()
    messenger: Messenger = woken
    parts = Parts.build(Settings(DATABASE_URL=database_url, **{**webhooks, **settings}), messenger)
    server = server_of(parts)
    server.config.host, server.config.port = "127.0.0.1", port
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        yield Receiver(url, parts, engine, woken)
    finally:
        server.should_exit = True
        thread.join(20)
