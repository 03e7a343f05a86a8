"""Calls to a CRM as a patient client makes them: told to wait, it waits; refused, it says why."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

MOST_WAITS = 15
SHORT_WAIT, LOCK_WAIT = 1.0, 2.0  # seconds, where the CRM names no time
PATIENCE = aiohttp.ClientTimeout(total=30)


@dataclass(frozen=True, slots=True)
class Request:
    """A body that is a text is sent as it is, any other as JSON."""

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ByHand:
    """What a CRM offers in its own screens only."""

    request: Request


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        """None if it is not JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None


class RefusedError(Exception):
    """The CRM said no."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message


class UnansweredError(Exception):
    """Nobody knows what became of it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Line:
    """To one CRM; counts how often it had to wait."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self.waits = 0

    async def send(self, request: Request) -> Reply:
        """Whatever the answer, unless it is to try again later. Raises UnansweredError."""
        reply = await self._send_once(request)
        for _ in range(MOST_WAITS):
            pause = told_to_wait(reply)
            if pause is None:
                break
            self.waits += 1
            await asyncio.sleep(pause)
            reply = await self._send_once(request)
        return reply

    async def _send_once(self, request: Request) -> Reply:
        headers = dict(request.headers)
        body = request.body
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        try:
            async with self._http.request(
                request.method, self._url + request.path, data=body, headers=headers, timeout=PATIENCE
            ) as answer:
                text = (await answer.read()).decode("utf-8", "replace")
                return Reply(answer.status, answer.headers, text)
        except (aiohttp.ClientError, TimeoutError, OSError) as lost:
            raise UnansweredError(type(lost).__name__) from lost


def told_to_wait(reply: Reply) -> float | None:
    """Seconds. A quota of the day is not worth waiting for."""
    if reply.status not in {423, 429}:
        return None
    body = reply.body
    if isinstance(body, dict) and body.get("policyName") == "DAILY":
        return None
    try:
        return float(reply.headers["Retry-After"])
    except (KeyError, ValueError):
        return LOCK_WAIT if reply.status == 423 else SHORT_WAIT


def body_of(reply: Reply) -> Any:
    """Raises RefusedError for anything but success, UnansweredError for a success nobody can read."""
    if reply.status >= 300:
        raise _refusal(reply)
    if reply.text and reply.body is None:
        raise UnansweredError(f"{reply.status} with a body that is not JSON")
    return reply.body


def _refusal(reply: Reply) -> RefusedError:
    """In the words of either CRM, or of whoever answered in its place."""
    body = reply.body
    problem = body[0] if isinstance(body, list) and body else body
    if not isinstance(problem, dict):
        return RefusedError(reply.status, "NOT_JSON", reply.text[:80])
    code = problem.get("category") or problem.get("errorCode") or problem.get("error") or "UNKNOWN"
    return RefusedError(reply.status, str(code), str(problem.get("message", ""))[:300])
