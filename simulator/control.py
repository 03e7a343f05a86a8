"""The control port: reset, seed, look inside, turn switches, order faults. Nothing here counts as a call."""

import dataclasses
import json
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from aiohttp import web

from simulator.faults import Faults
from simulator.system import Handled, System

Answer = Callable[[web.Request], Awaitable[Any]]


@dataclasses.dataclass
class Line:
    """How long the way to one CRM takes, in seconds."""

    latency: float = 0.0
    latency_jitter: float = 0.0


class Controlled(Protocol):
    """What the control port needs of the server."""

    systems: dict[str, System]
    lines: dict[str, Line]
    faults: Faults

    def seed(self, data: Any) -> None:
        """Records by system; raises ValueError for anything else."""
        ...

    def configure(self, settings: Any) -> None:
        """Switches by system; raises ValueError for anything else."""
        ...

    def reset(self) -> None: ...


def control_routes(server: Controlled) -> list[web.RouteDef]:
    control = _Control(server)
    answers: dict[tuple[str, str], Answer] = {
        ("POST", "/reset"): control.reset,
        ("POST", "/seed"): control.seed,
        ("GET", "/state"): control.state,
        ("GET", "/counters"): control.counters,
        ("POST", "/counters/reset"): control.reset_counters,
        ("GET", "/settings"): control.settings,
        ("POST", "/settings"): control.configure,
        ("GET", "/faults"): control.faults,
        ("POST", "/faults"): control.add_faults,
        ("DELETE", "/faults"): control.clear_faults,
    }
    routes = [web.route(method, path, _as_json(answer)) for (method, path), answer in answers.items()]
    for each in server.systems.values():
        if isinstance(each, Handled):
            routes.extend(each.control_routes())
    return routes


def _as_json(answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            return web.json_response(await answer(request))
        except ValueError as wrong:
            return web.json_response({"error": str(wrong)}, status=400)

    return handle


class _Control:
    def __init__(self, server: Controlled) -> None:
        self._server = server

    async def reset(self, _request: web.Request) -> Any:
        self._server.reset()
        return {}

    async def seed(self, request: web.Request) -> Any:
        self._server.seed(await _json(request))
        return {}

    async def state(self, request: web.Request) -> Any:
        if name := request.query.get("system"):
            return self._system(name).state()
        return {name: each.state() for name, each in self._server.systems.items()}

    async def counters(self, _request: web.Request) -> Any:
        of_systems = {name: dict(each.counters) for name, each in self._server.systems.items()}
        return {**of_systems, "faults": dict(self._server.faults.counters)}

    async def reset_counters(self, _request: web.Request) -> Any:
        for each in self._server.systems.values():
            each.counters.clear()
        self._server.faults.counters.clear()
        return {}

    async def settings(self, _request: web.Request) -> Any:
        return {
            name: {**dataclasses.asdict(each.settings), **dataclasses.asdict(self._server.lines[name])}
            for name, each in self._server.systems.items()
        }

    async def configure(self, request: web.Request) -> Any:
        self._server.configure(await _json(request))
        return await self.settings(request)

    async def faults(self, _request: web.Request) -> Any:
        return [dataclasses.asdict(fault) for fault in self._server.faults.all()]

    async def add_faults(self, request: web.Request) -> Any:
        """One fault or a list of them."""
        ordered = await _json(request)
        ordered = ordered if isinstance(ordered, list) else [ordered]
        if not all(isinstance(each, dict) for each in ordered):
            raise ValueError("a fault is an object")
        return [dataclasses.asdict(self._server.faults.add(each)) for each in ordered]

    async def clear_faults(self, _request: web.Request) -> Any:
        self._server.faults.clear()
        return {}

    def _system(self, name: str) -> System:
        if name not in self._server.systems:
            raise ValueError(f"unknown system {name!r}; known are {', '.join(self._server.systems)}")
        return self._server.systems[name]


async def _json(request: web.Request) -> Any:
    try:
        return json.loads(await request.read())
    except ValueError as wrong:
        raise ValueError(f"the body is not JSON: {wrong}") from None
