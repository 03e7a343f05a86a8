"""The simulator in a thread, and the wire to it: what came over it, and what is to go wrong on it."""

import asyncio
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from simulator.hubspot.portal import Portal
from simulator.salesforce.org import Org
from simulator.server import Server

AS_DEPLOYED = Path(__file__).parents[2] / "deploy" / "simulator-seed.json"
"""What has to exist in both CRMs before the first record."""
WITHOUT_QUOTAS = {"hubspot": {"burst_limit": 0, "association_burst_limit": 0}}


@dataclass(frozen=True)
class Sent:
    """A request as it came in; `peer` is the connection it came through."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    peer: str


@dataclass
class Wire:
    """Both simulated CRMs behind one address. `part` is any part of a path."""

    portal: Portal
    org: Org
    server: Server
    url: str
    control_url: str
    sent: list[Sent] = field(default_factory=list)

    def reset(self) -> None:
        """Fresh CRMs, no faults, nothing heard yet."""
        self.server.reset()
        self.sent.clear()

    async def listen(self, request: web.Request) -> None:
        peer = str(request.transport.get_extra_info("peername") if request.transport else "")
        self.sent.append(Sent(request.method, request.path_qs, request.headers, await request.read(), peer))

    def calls(self, part: str = "") -> list[Sent]:
        return [sent for sent in self.sent if part in sent.path]

    def answer(
        self, part: str, status: int, body: Any = "", headers: Mapping[str, str] | None = None, *, times: int = 1
    ) -> None:
        """The next requests are answered so, without reaching the CRM."""
        self._order(part, kind="status", status=status, body=body, headers=headers or {}, times=times)

    def cut_after_commit(self, part: str) -> None:
        """The next request is served, but its answer is lost."""
        self._order(part, kind="cut_after_commit", times=1)

    def truncate(self, part: str) -> None:
        """The next request is served, but only half of its answer arrives."""
        self._order(part, kind="truncate", times=1)

    def delay(self, part: str, seconds: float) -> None:
        """The next request is kept waiting."""
        self._order(part, kind="slow", seconds=seconds, times=1)

    def _order(self, part: str, **fault: Any) -> None:
        self.server.faults.add({"path": re.escape(part), **fault})


@contextmanager
def simulating() -> Iterator[Wire]:
    """Until the end of the block."""
    portal, org = Portal(), Org()
    server = Server([portal, org], WITHOUT_QUOTAS)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    addresses = asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    wire = Wire(portal, org, server, addresses.data, addresses.control)
    server.listeners.append(wire.listen)
    try:
        yield wire
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
