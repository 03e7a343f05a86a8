"""A server in a thread with a wire that can be listened to, answered for, and cut after the work is done."""

import asyncio
import threading
import time
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Sent:
    """A request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Wire:
    """What happened on the wire, and what is to happen to the next matching requests."""

    url: str = ""
    sent: list[Sent] = field(default_factory=list)
    cuts: list[str] = field(default_factory=list)
    answers: list[tuple[str, web.Response]] = field(default_factory=list)
    delays: dict[str, float] = field(default_factory=dict)
    burst: int | None = None
    """So many requests in any ten seconds; more are answered with 429."""
    arrivals: deque[float] = field(default_factory=deque)
    refused: int = 0

    def reset(self) -> None:
        self.sent.clear()
        self.cuts.clear()
        self.answers.clear()
        self.delays.clear()
        self.arrivals.clear()
        self.burst, self.refused = None, 0

    def delay(self, part: str, seconds: float) -> None:
        """The next request with this in its path is kept waiting."""
        self.delays[part] = seconds

    def cut_after_commit(self, part: str) -> None:
        """The next request with this in its path is served, but its answer is lost."""
        self.cuts.append(part)

    def answer(
        self, part: str, status: int, body: str = "", headers: dict[str, str] | None = None, *, times: int = 1
    ) -> None:
        """The next requests with this in their path are answered so, without being served."""
        self.answers += [(part, web.Response(status=status, text=body, headers=headers)) for _ in range(times)]

    def calls(self, part: str = "") -> list[Sent]:
        return [sent for sent in self.sent if part in sent.path]

    async def watch(self, request: web.Request, handler: Any) -> web.StreamResponse:
        body = await request.read()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # there is no other way to let the handler read it again
            request.content.unread_data(body)
        peer = str(request.transport.get_extra_info("peername") if request.transport else "")
        self.sent.append(Sent(request.method, request.path_qs, {**request.headers, "peer": peer}, body))
        for part in [part for part in self.delays if part in request.path_qs]:
            await asyncio.sleep(self.delays.pop(part))
        if self.burst and not self._is_in_time(self.burst):
            self.refused += 1
            return web.json_response({"policyName": "TEN_SECONDLY_ROLLING"}, status=429)
        for number, (part, answer) in enumerate(self.answers):
            if part in request.path_qs:
                del self.answers[number]
                return web.Response(status=answer.status, text=answer.text, headers=answer.headers)
        served: web.StreamResponse = await handler(request)
        for number, part in enumerate(self.cuts):
            if part in request.path_qs:
                del self.cuts[number]
                assert request.transport is not None
                request.transport.abort()
        return served

    def _is_in_time(self, burst: int) -> bool:
        now = time.monotonic()
        while self.arrivals and self.arrivals[0] <= now - 10:
            self.arrivals.popleft()
        if len(self.arrivals) >= burst:
            return False
        self.arrivals.append(now)
        return True


@contextmanager
def serving(routes: Iterable[web.AbstractRouteDef]) -> Iterator[Wire]:
    wire = Wire()
    loop = asyncio.new_event_loop()

    async def watch(request: web.Request, handler: Any) -> web.StreamResponse:
        return await wire.watch(request, handler)

    app = web.Application(client_max_size=64 * 1024**2, middlewares=[web.middleware(watch)])
    app.add_routes(routes)
    runner = web.AppRunner(app, max_line_size=32_768, access_log=None)
    loop.run_until_complete(runner.setup())
    loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", 0).start())
    wire.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
