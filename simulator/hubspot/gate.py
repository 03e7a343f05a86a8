"""What every call passes: counting, the token, the quotas, the scopes, and a body that is JSON."""

import json
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiMapping

from simulator.hubspot.crm import Crm, Token
from simulator.hubspot.errors import RefusalError, invalid, malformed, not_found, refusal
from simulator.hubspot.object_types import ObjectType, find_object_type

DEVELOPER_KEY = "developer-key-simulator"
NOBODY = Token("Nobody", "0", frozenset())
DEVELOPER = Token("Developer", "0", frozenset())
JSON_TYPE = "application/json;charset=utf-8"
NO_CREDENTIALS = (
    "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find "
    "more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
)
EXPIRED = "The OAuth token used to make this call has expired. Refresh it and try again."


class Reply(NamedTuple):
    status: int
    body: Any = None


@dataclass(slots=True)
class Call:
    """One admitted request."""

    request: web.Request
    raw: bytes
    body: Any
    token: Token
    is_dated: bool  # asked for through a path of the 2026-09 generation

    @property
    def path(self) -> Mapping[str, str]:
        return self.request.match_info

    @property
    def query(self) -> MultiMapping[str]:
        return self.request.query

    @property
    def form(self) -> dict[str, str]:
        """A body that is no JSON but what a form sends."""
        return dict(parse_qsl(self.raw.decode("utf-8", "replace")))

    def kind(self, name: str = "object_type") -> ObjectType:
        kind = find_object_type(self.path[name])
        if kind is None:
            raise invalid(f"Unable to infer object type from: {self.path[name]}")
        return kind

    def names(self, parameter: str) -> list[str]:
        """A list parameter, whether repeated or joined by commas."""
        found: list[str] = []
        for text in self.query.getall(parameter, []):
            found.extend(name for name in text.split(",") if name)
        return found

    def number(self, parameter: str, *, default: int, most: int) -> int:
        text = self.query.get(parameter)
        if text is None:
            return default
        if not is_number(text) or not 0 < int(text) <= most:
            raise invalid(f"{parameter} must be a number from 1 to {most}, not {text[:50]}")
        return int(text)

    def cursor(self, parameter: str = "after") -> int:
        """Where a page begins: a number, whatever it stands for; 0 if none is given."""
        text = self.query.get(parameter) or "0"
        if not is_number(text):
            raise invalid(f"{parameter} is not a cursor: {text[:50]}")
        return int(text)

    def flag(self, parameter: str) -> bool:
        text = self.query.get(parameter, "false").lower()
        if text not in {"true", "false"}:
            raise invalid(f"{parameter} must be true or false, not {text}")
        return bool(text == "true")

    def fields(self) -> dict[str, Any]:
        if not isinstance(self.body, dict):
            raise malformed("an object is expected")
        return self.body

    def texts(self) -> list[str]:
        if not isinstance(self.body, list):
            raise malformed("a list of ids is expected")
        return [text_of_id(each) for each in self.body]

    def inputs(self, *, most: int) -> list[dict[str, Any]]:
        rows = required(self.fields(), "inputs", list)
        if not rows:
            raise invalid("inputs must not be empty")
        if len(rows) > most:
            raise invalid(f"A batch takes at most {most} inputs, not {len(rows)}")
        if not all(isinstance(row, dict) for row in rows):
            raise malformed("every input must be an object")
        return list(rows)


Answer = Callable[[Crm, Call], Reply]
ScopesOf = Callable[[Call], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str  # of the v3/v4 generation
    answer: Answer
    family: str
    scopes: ScopesOf
    key: Literal["token", "developer", "none"] = "token"


def required(fields: Mapping[str, Any], name: str, kind: type) -> Any:
    value = fields.get(name)
    if value is None:
        raise invalid(f"Some required fields were not set: [{name}]")
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise malformed(f"{name} has the wrong type")
    return value


def optional(fields: Mapping[str, Any], name: str, kind: type) -> Any:
    return None if fields.get(name) is None else required(fields, name, kind)


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def text_of_id(value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise malformed("an id is expected")


def text_list(fields: Mapping[str, Any], name: str) -> list[str]:
    values = optional(fields, name, list) or []
    if not all(isinstance(value, str) for value in values):
        raise malformed(f"{name} must be a list of texts")
    return list(values)


class Gate:
    def __init__(self, crm: Callable[[], Crm], counters: Counter[str]) -> None:
        self._crm = crm
        self._counters = counters

    def guard(self, route: Route, *, is_dated: bool) -> Callable[[web.Request], Awaitable[web.Response]]:
        family, generation = f"calls_{route.family}", "dated" if is_dated else "numbered"
        of_generation = f"calls_{generation}"

        async def handle(request: web.Request) -> web.Response:
            self._counters["calls"] += 1
            self._counters[of_generation] += 1
            self._counters[family] += 1
            raw = await request.read() if request.body_exists else b""
            crm = self._crm()
            crm.agenda.catch_up()
            headers: dict[str, str] = {}
            try:
                _check_generation(crm, generation)
                token_text, token = self._authenticate(crm, request, route)
                headers = crm.limits.admit(token_text, route.family, by_oauth=token.by_oauth)
                call = Call(
                    request=request,
                    raw=raw,
                    body=_parsed(raw) if route.key != "none" and request.method not in {"GET", "DELETE"} else None,
                    token=token,
                    is_dated=is_dated,
                )
                self._check_scopes(crm, route, call)
                reply = route.answer(crm, call)
            except RefusalError as refused:
                self._counters[f"answers_{refused.status}"] += 1
                return self._respond(refused.status, refused.body, {**headers, **refused.headers})
            status = reply.status if crm.switches.exact_statuses else self._inexact(reply.status)
            self._counters[f"answers_{status}"] += 1
            return self._respond(status, reply.body, headers)

        return handle

    async def unknown_path(self, _request: web.Request) -> web.Response:
        self._counters["calls"] += 1
        self._counters["calls_unknown"] += 1
        return self._respond(404, not_found().body, {})

    def _respond(self, status: int, body: Any, headers: dict[str, str]) -> web.Response:
        if self._crm().switches.correlation_ids:
            self._counters["correlation_ids"] += 1
            correlation = headers["X-HubSpot-Correlation-Id"] = str(uuid.uuid4())
            if status >= 400:
                body = {**body, "correlationId": correlation}
        if body is None:
            return web.Response(status=status, headers=headers)
        headers["Content-Type"] = JSON_TYPE
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        return web.Response(status=status, body=text.encode("utf-8", "replace"), headers=headers)

    def _inexact(self, status: int) -> int:
        self._counters["inexact_statuses"] += status != 200
        return 200

    def _authenticate(self, crm: Crm, request: web.Request, route: Route) -> tuple[str, Token]:
        if route.key == "none":
            return "", NOBODY
        if route.key == "developer" and request.query.get("hapikey") == DEVELOPER_KEY:
            return DEVELOPER_KEY, DEVELOPER
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        token = crm.tokens.get(text) if scheme.lower() == "bearer" else None
        if token is None:
            self._counters["unauthenticated"] += 1
            raise refusal(401, "INVALID_AUTHENTICATION", NO_CREDENTIALS)
        if token.by_oauth and (crm.grants.seconds_left(text) or 0) <= 0:
            self._counters["expired_tokens"] += 1
            raise refusal(401, "EXPIRED_AUTHENTICATION", EXPIRED)
        return text, token

    def _check_scopes(self, crm: Crm, route: Route, call: Call) -> None:
        if not crm.switches.enforce_scopes:
            return
        missing = [scope for scope in route.scopes(call) if scope not in call.token.scopes]
        if not missing:
            return
        self._counters["missing_scopes"] += 1
        message = "This app hasn't been granted all required scopes to make this call."
        detail = {"message": "One or more of the following scopes are required.", "context": {}}
        detail["context"] = {"requiredGranularScopes": missing}
        links = {"scopes": "https://developers.hubspot.com/scopes"}
        raise refusal(403, "MISSING_SCOPES", message, errors=[detail], links=links)


def _check_generation(crm: Crm, generation: str) -> None:
    if crm.switches.path_generations not in {"both", generation}:
        crm.counters["refused_generations"] += 1
        raise not_found()


def _parsed(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise malformed("the body cannot be read") from None


def _no_constant(text: str) -> None:
    raise ValueError(text)
