"""Two ports in one process: one for the clients of the CRMs, one for whoever runs the experiment."""

import asyncio
import json
import random
import signal
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from simulator import system
from simulator.control import Line, control_routes
from simulator.faults import Faults
from simulator.strikes import Handler
from simulator.system import System

MAX_BODY = 64 * 1024 * 1024
LONGEST_LINE = 256 * 1024  # so that it is the CRM, not the server, that finds a URL too long
Listener = Callable[[web.Request], Awaitable[None]]


class CannotBeginError(Exception):
    """What there is to begin with makes no sense, or an address cannot be had."""


@dataclass(frozen=True)
class Addresses:
    data: str
    control: str


class Server:
    """`settings` are switches by CRM, `faults` are orders as the control port takes them; a reset returns to both.

    `listeners` are told of every call before anything happens to it, and may read its body.
    """

    def __init__(
        self,
        systems: Iterable[System],
        settings: Mapping[str, Mapping[str, Any]] | None = None,
        faults: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.systems = {each.name: each for each in systems}
        self.lines = {name: Line() for name in self.systems}
        self.faults = Faults()
        self.listeners: list[Listener] = []
        self._at_start = settings or {}
        self._faults_at_start = faults
        self._system_of: dict[web.AbstractRoute, str] = {}
        self._random = random.Random(1)
        self._runners: list[web.AppRunner] = []
        self._begin()

    def seed(self, data: Any) -> None:
        for name, records in self._by_system(data):
            self.systems[name].seed(records)

    def configure(self, settings: Any) -> None:
        for name, changes in self._by_system(settings):
            of_line = {each: value for each, value in changes.items() if each in Line.__dataclass_fields__}
            self.systems[name].configure({each: changes[each] for each in changes if each not in of_line})
            system.configure(self.lines[name], of_line)

    def reset(self) -> None:
        for each in self.systems.values():
            each.reset()
        self.lines = {name: Line() for name in self.systems}
        self.faults.reset()
        self._begin()

    def _by_system(self, body: Any) -> list[tuple[str, dict[str, Any]]]:
        if not isinstance(body, dict) or not all(isinstance(each, dict) for each in body.values()):
            raise ValueError('an object by system is expected, such as {"hubspot": {...}}')
        if unknown := sorted(set(body) - set(self.systems)):
            raise ValueError(f"unknown system {unknown[0]!r}; known are {', '.join(self.systems)}")
        return list(body.items())

    def _begin(self) -> None:
        self.configure(self._at_start)
        for each in self._faults_at_start:
            self.faults.add(each)

    async def start(self, *, host: str = "127.0.0.1", port: int = 0, control_port: int = 0) -> Addresses:
        data = web.Application(middlewares=[self._on_the_way], client_max_size=MAX_BODY)
        for name, each in self.systems.items():
            self._system_of.update(dict.fromkeys(data.add_routes(each.routes()), name))
        control = web.Application(client_max_size=1024 * MAX_BODY)
        control.add_routes(control_routes(self))
        return Addresses(
            data=await self._listen(data, host, port), control=await self._listen(control, host, control_port)
        )

    async def stop(self) -> None:
        for runner in self._runners:
            await runner.cleanup()

    @web.middleware
    async def _on_the_way(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.body_exists and not request.content.is_eof():
            _acknowledge_at_once(request)
        try:
            return await self._pass_on(request, handler)
        except web.RequestPayloadError:
            refused = web.Response(status=400, text="The body is not what its content encoding says")
            refused.force_close()  # nobody can tell where the next call begins
            return refused

    async def _pass_on(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        for listener in self.listeners:
            await listener(request)
        line = self.lines.get(self._system_of.get(request.match_info.route, ""))
        if line and (line.latency or line.latency_jitter):
            await asyncio.sleep(line.latency + self._random.random() * line.latency_jitter)
        return await self.faults.pass_through(request, handler)

    async def _listen(self, app: web.Application, host: str, port: int) -> str:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, max_line_size=LONGEST_LINE)
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, host, port, backlog=1024).start()
        return f"http://{host}:{runner.addresses[0][1]}"


def _acknowledge_at_once(request: web.Request) -> None:
    """A client may hold the body back until the head is acknowledged; the kernel would take 40 ms for that."""
    connection = request.transport.get_extra_info("socket") if request.transport else None
    if connection and hasattr(socket, "TCP_QUICKACK"):
        with suppress(OSError):  # the client has gone
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


async def serve(
    systems: Sequence[System],
    *,
    host: str,
    port: int,
    control_port: int,
    seed: Any,
    settings: Mapping[str, Mapping[str, Any]],
    faults: Sequence[Mapping[str, Any]],
) -> None:
    """Run until told to stop by SIGTERM or SIGINT; raises CannotBeginError instead if it cannot."""
    try:
        server = Server(systems, settings, faults)
        server.seed(seed)
        addresses = await server.start(host=host, port=port, control_port=control_port)
    except ValueError as wrong:
        raise CannotBeginError(str(wrong)) from wrong
    except OSError as wrong:
        raise CannotBeginError(wrong.strerror) from wrong
    stopped = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)
    ready = {"event": "ready", "data": addresses.data, "control": addresses.control}
    print(json.dumps(ready), flush=True)
    await stopped.wait()
    await server.stop()
