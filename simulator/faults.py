"""What is to go wrong between a client and a CRM, with which calls, and how often."""

import itertools
import random
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args, get_type_hints

from aiohttp import web

from simulator.strikes import STRIKES, Background, Handler
from simulator.system import as_type

Kind = Literal[
    "status",
    "refuse",
    "hang",
    "html",
    "slow",
    "slow_start",
    "duplicate",
    "cut_after_commit",
    "hang_after_commit",
    "status_after_commit",
    "truncate",
]
KINDS = get_args(Kind)
PATTERNS = ("path", "method", "header", "content")
KEPT_BY_THE_FAULT = frozenset({"id", "seen", "struck"})


@dataclass
class Fault:
    """Strikes calls that fit, after skipping `skip` of them, at most `times` times.

    Chance is its own: which of its calls are struck depends on nothing but their order.
    """

    kind: Kind
    path: str = ".*"
    method: str = ".*"
    header: str = ""
    content: str = ""
    probability: float = 1.0
    seed: int = 1
    times: int | None = None
    skip: int = 0
    status: int = 503
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 1.0
    answer: Literal["first", "second"] = "second"
    first: int = 5
    idle: float | None = None
    id: int = 0
    seen: int = 0
    struck: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known are {', '.join(KINDS)}")
        hints = get_type_hints(Fault)
        for each in fields(self):
            if each.name not in {"kind", "body", "headers"}:
                setattr(self, each.name, as_type(each.name, getattr(self, each.name), hints[each.name]))
        self._demand_an_answer()
        for name in PATTERNS:
            try:
                re.compile(getattr(self, name))
            except re.error as wrong:
                raise ValueError(f"{getattr(self, name)!r} is not a pattern: {wrong}") from None
        fitting = " ".join((self.kind, *(getattr(self, name) for name in PATTERNS)))
        self._chance = random.Random(f"{self.seed} {fitting}")
        self._since_start = 0
        self._last_call = time.monotonic()

    def _demand_an_answer(self) -> None:
        if not 200 <= self.status <= 599:
            raise ValueError(f"status must be one that ends a call, from 200 to 599, not {self.status}")
        if self.probability > 1:
            raise ValueError(f"probability must be from 0 to 1, not {self.probability}")
        if not isinstance(self.headers, dict) or not all(map(_is_line, itertools.chain(*self.headers.items()))):
            raise ValueError(f"headers must be texts of one line by name, not {self.headers!r}")

    async def strikes(self, request: web.Request) -> bool:
        if self.times is not None and self.struck >= self.times:
            return False
        if not await self._fits(request):
            return False
        self.seen += 1
        if self.seen <= self.skip or self._chance.random() >= self.probability or self._is_warm():
            return False
        self.struck += 1
        return True

    async def _fits(self, request: web.Request) -> bool:
        if not re.fullmatch(self.method, request.method, re.IGNORECASE) or not re.search(self.path, request.path):
            return False
        if self.header:
            lines = (f"{name}: {value}" for name, value in request.headers.items())
            if not any(re.search(self.header, line, re.IGNORECASE) for line in lines):
                return False
        if not self.content:
            return True
        body = (await request.read()).decode("utf-8", "replace")
        return bool(re.search(self.content, request.query_string) or re.search(self.content, body))

    def _is_warm(self) -> bool:
        """Of the slow start alone: were there enough calls since the CRM started, or last stood idle?"""
        if self.kind != "slow_start":
            return False
        now = time.monotonic()
        if self.idle is not None and now - self._last_call > self.idle:
            self._since_start = 0
        self._last_call = now
        self._since_start += 1
        return self._since_start > self.first


def _is_line(text: Any) -> bool:
    return isinstance(text, str) and text.isprintable()


class Faults:
    def __init__(self) -> None:
        self.counters: Counter[str] = Counter()
        self._background = Background()
        self._faults: list[Fault] = []
        self._last_id = 0

    def add(self, raw: Mapping[str, Any]) -> Fault:
        try:
            fault = Fault(**{name: value for name, value in raw.items() if name not in KEPT_BY_THE_FAULT})
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
        """What was still to be delivered late is not delivered any more."""
        self.clear()
        self.counters.clear()
        self._background.cancel_all()

    async def pass_through(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        for fault in self.all():
            if await fault.strikes(request):
                self.counters[fault.kind] += 1
                return await STRIKES[fault.kind](fault, request, handler, self._background)
        return await handler(request)
