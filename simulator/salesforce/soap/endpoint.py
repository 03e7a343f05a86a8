"""The SOAP endpoint: partner and enterprise calls at the addresses their WSDLs name."""

import re
from collections.abc import Callable

from aiohttp import web

from simulator.salesforce.engine import INTEGRATION_USER_ID, Engine
from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.soap.envelopes import (
    DIALECTS,
    Request,
    SoapClientError,
    Tree,
    read_request,
    unknown_operation,
    write_answer,
    write_client_fault,
    write_fault,
)
from simulator.salesforce.soap.login import log_in
from simulator.salesforce.soap.operations import OPERATIONS, Session
from simulator.salesforce.writes import WriteOptions

VERSION = re.compile(r"([1-9][0-9])(?:\.0)?")
OLDEST_VERSION = 46.0


class SoapEndpoint:
    """`spend_call` counts a call against the org's quota and raises if there is none left."""

    def __init__(self, engine: Engine, *, newest_version: float, spend_call: Callable[[], None]) -> None:
        self._engine = engine
        self._newest_version = newest_version
        self._spend_call = spend_call

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", f"/services/Soap/{letter}/{{version}}{tail}", self._serve)
            for letter in DIALECTS
            for tail in ("", "/{org}")
        ]

    async def _serve(self, request: web.Request) -> web.Response:
        body = await request.read() if request.body_exists else b""
        dialect = DIALECTS[request.path.split("/")[3]]
        if request.method != "POST":
            return web.Response(text=f"HTTP Method '{request.method}' not supported. Expected 'POST'", status=405)
        transactions, settings = self._engine.transactions, self._engine.settings
        is_late = settings.late_commit_rate or settings.hold_commits
        began = await transactions.stay_open() if is_late else None
        try:
            with transactions.committing(began):
                return _xml(self._answer(request, body, dialect), status=200)
        except SoapClientError as error:
            self._engine.counters["error.soap"] += 1
            return _xml(write_client_fault(error, dialect=dialect), status=500)
        except SalesforceError as error:
            self._engine.counters[f"error.{error.code}"] += 1
            return _xml(write_fault(error, dialect=dialect), status=500)

    def _answer(self, request: web.Request, body: bytes, dialect: str) -> str:
        if "SOAPAction" not in request.headers:
            raise SoapClientError("SOAPAction HTTP header missing")
        version = self._read_version(request.match_info["version"])
        call = read_request(body, dialect=dialect)
        rows = self._log_in(request, call, version) if call.operation == "login" else self._perform(call, version)
        settings = self._engine.settings
        return write_answer(call.operation, rows, dialect=dialect, usage=(settings.api_usage, settings.daily_limit))

    def _read_version(self, text: str) -> float:
        match = VERSION.fullmatch(text)
        version = float(match[1]) if match else 0.0
        if not OLDEST_VERSION <= version <= self._newest_version:
            raise SalesforceError("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL")
        return version

    def _log_in(self, request: web.Request, call: Request, version: float) -> Tree:
        self._engine.counters["soap.login"] += 1
        origin = f"{request.scheme}://{request.host}"
        return log_in(
            self._engine, call, version=version, user_id=INTEGRATION_USER_ID, origin=origin, path=request.path
        )

    def _perform(self, call: Request, version: float) -> Tree:
        operation = OPERATIONS.get(call.operation)
        if operation is None or call.operation not in self._engine.settings.soap_operations:
            raise unknown_operation(call.operation, call.arguments.namespace)
        user_id = self._engine.sessions.find_user(f"Bearer {call.session_id}")
        if user_id is None:
            raise SalesforceError(
                "INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session. Session not found"
            )
        self._spend_call()
        self._engine.counters[f"soap.{call.operation}"] += 1
        may_duplicate = call.is_set("DuplicateRuleHeader", "allowSave")
        options = WriteOptions(user_id, version, allow_duplicates=may_duplicate)
        return operation(Session(self._engine, options), call)


def _xml(text: str, *, status: int) -> web.Response:
    return web.Response(body=text.encode("utf-8"), status=status, headers={"Content-Type": "text/xml; charset=UTF-8"})
