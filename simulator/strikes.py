"""What each kind of fault does to a call: before the write, after it, and on the way back."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Protocol

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
MAINTENANCE = (
    "<!DOCTYPE html><html><head><title>Down for maintenance</title></head>"
    "<body><h1>We will be back shortly</h1></body></html>"
)


class Parameters(Protocol):
    """What a strike needs to know of its fault."""

    @property
    def status(self) -> int: ...

    @property
    def body(self) -> Any: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def seconds(self) -> float: ...

    @property
    def answer(self) -> str: ...


class Background:
    """What goes on after its call was answered."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def cancel_all(self) -> None:
        for task in self._tasks:
            task.cancel()


Strike = Callable[[Parameters, web.Request, Handler, Background], Awaitable[web.StreamResponse]]


async def _status(fault: Parameters, _request: web.Request, _handler: Handler, _: Background) -> web.StreamResponse:
    return _answer(fault)


async def _refuse(_fault: Parameters, request: web.Request, _handler: Handler, _: Background) -> web.StreamResponse:
    return cut(request)


async def _hang(fault: Parameters, request: web.Request, _handler: Handler, _: Background) -> web.StreamResponse:
    await asyncio.sleep(fault.seconds)
    return cut(request)


async def _html(fault: Parameters, _request: web.Request, _handler: Handler, _: Background) -> web.StreamResponse:
    return web.Response(status=fault.status, text=MAINTENANCE, content_type="text/html")


async def _slow(fault: Parameters, request: web.Request, handler: Handler, _: Background) -> web.StreamResponse:
    await asyncio.sleep(fault.seconds)
    return await handler(request)


async def _duplicate(
    fault: Parameters, request: web.Request, handler: Handler, background: Background
) -> web.StreamResponse:
    """As by a proxy that sends again what it holds for lost."""
    await request.read()  # all of it: nothing can be read any more once the call is answered
    first = await handler(request)
    second = _slow(fault, request, handler, background)
    if fault.answer == "second":
        return await second
    background.start(second)
    return first


async def _cut_after_commit(
    _fault: Parameters, request: web.Request, handler: Handler, _: Background
) -> web.StreamResponse:
    await handler(request)
    return cut(request)


async def _hang_after_commit(
    fault: Parameters, request: web.Request, handler: Handler, _: Background
) -> web.StreamResponse:
    await handler(request)
    await asyncio.sleep(fault.seconds)
    return cut(request)


async def _status_after_commit(
    fault: Parameters, request: web.Request, handler: Handler, _: Background
) -> web.StreamResponse:
    await handler(request)
    return _answer(fault)


async def _truncate(_fault: Parameters, request: web.Request, handler: Handler, _: Background) -> web.StreamResponse:
    whole = await handler(request)
    body = whole.body if isinstance(whole, web.Response) and isinstance(whole.body, bytes) else b""
    part = web.StreamResponse(status=whole.status, headers=whole.headers)
    part.content_length = len(body)  # a promise that is not kept
    await part.prepare(request)
    await part.write(body[: len(body) // 2])
    if request.transport:
        request.transport.close()
    return part


def _answer(fault: Parameters) -> web.Response:
    if fault.body is None:
        page = f"<html><head><title>{fault.status}</title></head><body>{fault.status}</body></html>"
        return web.Response(status=fault.status, text=page, content_type="text/html", headers=fault.headers)
    if isinstance(fault.body, str):
        return web.Response(status=fault.status, text=fault.body, headers=fault.headers)
    return web.json_response(fault.body, status=fault.status, headers=fault.headers)


def cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()  # nobody is left to receive it


STRIKES: Mapping[str, Strike] = {
    "status": _status,
    "refuse": _refuse,
    "hang": _hang,
    "html": _html,
    "slow": _slow,
    "slow_start": _slow,
    "duplicate": _duplicate,
    "cut_after_commit": _cut_after_commit,
    "hang_after_commit": _hang_after_commit,
    "status_after_commit": _status_after_commit,
    "truncate": _truncate,
}
