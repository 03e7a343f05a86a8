"""What goes wrong between a client and a CRM, on request: before the write, after it, and on the way back."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from aiohttp import web

Kind = Literal[
    "status",
    "refuse",
    "hang",
    "html",
    "slow",
    "cut_after_commit",
    "hang_after_commit",
    "status_after_commit",
    "truncate",
]
KINDS = get_args(Kind)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
MAINTENANCE = (
    "<!DOCTYPE html><html><head><title>Down for maintenance</title></head>"
    "<body><h1>We will be back shortly</h1></body></html>"
)


@dataclass
class Fault:
    """Strikes calls whose method and path fit, after skipping `skip` of them, at most `times` times."""

    kind: str
    path: str = ".*"
    method: str = ".*"
    probability: float = 1.0
    times: int | None = None
    skip: int = 0
    status: int = 503
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 1.0
    id: int = 0
    seen: int = 0
    struck: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known are {', '.join(KINDS)}")
        for pattern in (self.path, self.method):
            try:
                re.compile(pattern)
            except re.error as wrong:
                raise ValueError(f"{pattern!r} is not a pattern: {wrong}") from None

    def strikes(self, request: web.Request, chance: random.Random) -> bool:
        if self.times is not None and self.struck >= self.times:
            return False
        if not re.fullmatch(self.method, request.method, re.IGNORECASE) or not re.search(self.path, request.path):
            return False
        self.seen += 1
        if self.seen <= self.skip or chance.random() >= self.probability:
            return False
        self.struck += 1
        return True


class Faults:
    def __init__(self, seed: int = 1) -> None:
        self.counters: Counter[str] = Counter()
        self._seed = seed
        self._random = random.Random(seed)
        self._faults: list[Fault] = []
        self._last_id = 0

    def add(self, raw: Mapping[str, Any]) -> Fault:
        try:
            fault = Fault(**{name: value for name, value in raw.items() if name not in {"id", "seen", "struck"}})
        except TypeError as wrong:
            raise ValueError(f"not a fault: {wrong}") from None
        self._last_id += 1
        fault.id = self._last_id
        self._faults.append(fault)
        return fault

    def all(self) -> list[Fault]:
        return list(self._faults)

    def clear(self) -> None:
        self._faults.clear()

    def reset(self) -> None:
        self.clear()
        self.counters.clear()
        self._random = random.Random(self._seed)

    def find(self, request: web.Request) -> Fault | None:
        return next((fault for fault in self._faults if fault.strikes(request, self._random)), None)

    async def pass_through(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        fault = self.find(request) if self._faults else None
        if fault is None:
            return await handler(request)
        self.counters[fault.kind] += 1
        return await _STRIKES[fault.kind](fault, request, handler)


async def _status(fault: Fault, _request: web.Request, _handler: Handler) -> web.StreamResponse:
    return _answer(fault)


async def _refuse(_fault: Fault, request: web.Request, _handler: Handler) -> web.StreamResponse:
    return _cut(request)


async def _hang(fault: Fault, request: web.Request, _handler: Handler) -> web.StreamResponse:
    await asyncio.sleep(fault.seconds)
    return _cut(request)


async def _html(fault: Fault, _request: web.Request, _handler: Handler) -> web.StreamResponse:
    return web.Response(status=fault.status, text=MAINTENANCE, content_type="text/html")


async def _slow(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    await asyncio.sleep(fault.seconds)
    return await handler(request)


async def _cut_after_commit(_fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    await handler(request)
    return _cut(request)


async def _hang_after_commit(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    await handler(request)
    await asyncio.sleep(fault.seconds)
    return _cut(request)


async def _status_after_commit(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    await handler(request)
    return _answer(fault)


async def _truncate(_fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    whole = await handler(request)
    body = whole.body if isinstance(whole, web.Response) and isinstance(whole.body, bytes) else b""
    part = web.StreamResponse(status=whole.status, headers=whole.headers)
    part.content_length = len(body)  # a promise that is not kept
    await part.prepare(request)
    await part.write(body[: len(body) // 2])
    if request.transport:
        request.transport.close()
    return part


def _answer(fault: Fault) -> web.Response:
    if fault.body is None:
        page = f"<html><head><title>{fault.status}</title></head><body>{fault.status}</body></html>"
        return web.Response(status=fault.status, text=page, content_type="text/html", headers=fault.headers)
    if isinstance(fault.body, str):
        return web.Response(status=fault.status, text=fault.body, headers=fault.headers)
    return web.json_response(fault.body, status=fault.status, headers=fault.headers)


def _cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()  # nobody is left to receive it


_STRIKES: dict[str, Callable[[Fault, web.Request, Handler], Awaitable[web.StreamResponse]]] = {
    "status": _status,
    "refuse": _refuse,
    "hang": _hang,
    "html": _html,
    "slow": _slow,
    "cut_after_commit": _cut_after_commit,
    "hang_after_commit": _hang_after_commit,
    "status_after_commit": _status_after_commit,
    "truncate": _truncate,
}
