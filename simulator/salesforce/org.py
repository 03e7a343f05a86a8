"""The simulated Salesforce org: its routes, its switches and what it holds.

Seed format: {"Account": [{"Id"?, fields...}], "Contact": [...], "Lead": [...], "Opportunity": [...],
"OpportunityContactRole": [...], "users": [...], "oauth": {"consumer_key", "consumer_secret", "username",
"password", "public_key" or "certificate"}}. Fields carry their API names; ids may have 15 or 18 characters
and are made up where missing; any audit field, `IsDeleted` or `IsConverted` may be given; a child may name
its parent by external id (`"Account": {"HubSpot_Company_Id__c": "1"}`). Records are not validated.
Credentials not seeded are those of `credentials.Credentials`; the JWT flow needs a seeded key.
"""

import asyncio
import json
import math
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from simulator.salesforce.call import Answer, Call
from simulator.salesforce.engine import Engine
from simulator.salesforce.errors import SalesforceError, not_found
from simulator.salesforce.oauth_routes import OAuthRoutes
from simulator.salesforce.quotas import find_app, limit_exceeded
from simulator.salesforce.router import dispatch
from simulator.salesforce.seed import seed
from simulator.salesforce.soap.endpoint import SoapEndpoint

OLDEST_VERSION = 46.0
VERSIONS = {
    62.0: "Winter '25", 63.0: "Spring '25", 64.0: "Summer '25", 65.0: "Winter '26",
    66.0: "Spring '26", 67.0: "Summer '26", 68.0: "Winter '27",
}  # fmt: skip
VERSION = re.compile(r"v([1-9][0-9]\.0)")
CONTENT_TYPES = frozenset({"application/json", "application/octet-stream"})
BULK_CONTENT_TYPES = frozenset({"text/csv", "multipart/form-data"})
JSON_TYPE = "application/json;charset=UTF-8"
URI_TOO_LONG = "<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>"
ROWS_PER_CHUNK = 200
BASE64_GROWTH = 4 / 3  # uploads are measured as they are kept
READS = frozenset({"GET", "HEAD"})


class Org:
    name = "salesforce"

    def __init__(self) -> None:
        self._engine = Engine()
        self.settings = self._engine.settings
        self.counters = self._engine.counters
        self._slow_since: dict[int, float] = {}
        self._slow_number = 0
        self._soap = SoapEndpoint(self._engine, newest_version=max(VERSIONS), spend_call=self._spend_call)

    def routes(self) -> list[web.RouteDef]:
        return [
            *OAuthRoutes(self._engine).routes(),
            web.get("/services/data", self._serve_versions),
            web.get("/services/data/", self._serve_versions),
            web.route("*", "/services/data/{path:.*}", self._serve_data),
            *self._soap.routes(),
        ]

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Turn switches of `settings.Settings`: all of these or none; ValueError names the culprit."""
        self._engine.configure(changes)

    def seed(self, data: Mapping[str, Any]) -> None:
        try:
            seed(self._engine, data)
        except (KeyError, TypeError, AttributeError) as malformed:
            raise ValueError(f"malformed seed: {malformed!r}") from malformed

    def state(self) -> dict[str, Any]:
        """Every record by object, deleted ones too; empty fields are left out."""
        return {
            name: [dict(record) for record in table.rows.values()] for name, table in self._engine.store.tables.items()
        }

    def reset(self) -> None:
        self._engine.reset()

    async def _serve_versions(self, _request: web.Request) -> web.Response:
        self.counters["versions"] += 1
        return _json_response(
            [
                {"label": label, "url": f"/services/data/v{version:.1f}", "version": f"{version:.1f}"}
                for version, label in VERSIONS.items()
            ]
        )

    async def _serve_data(self, request: web.Request) -> web.Response:
        """Everything with a session. Once the body is read nothing else runs: a commit is one step."""
        options = request.headers.get("Sforce-Call-Options")
        app = find_app(options) if options else ""
        try:
            body = await self._read_body(request) if request.body_exists else b""
            if len(request.raw_path) > self.settings.longest_url:
                self.counters["error.414"] += 1
                return web.Response(text=URI_TOO_LONG, status=414, content_type="text/html")
            call = self._read_call(request, body)
            self._spend_call(app)
            answer = await self._commit(call)
        except SalesforceError as error:
            return self._refused(error, app)
        headers = {**answer.headers, "Sforce-Limit-Info": self._engine.quotas.describe(app)}
        return _json_response(answer.body, status=answer.status, headers=headers)

    async def _commit(self, call: Call) -> Answer:
        transactions, settings = self._engine.transactions, self.settings
        locks = self._engine.writer.row_locks
        is_late = settings.late_commit_rate or settings.hold_commits
        began = await transactions.stay_open() if is_late and not _only_reads(call) else None
        locks.touched.clear()
        with transactions.committing(began):
            answer = dispatch(self._engine, call)
        if settings.chunk_seconds and answer.rows:
            with locks.holding(locks.touched):
                await self._take_time(math.ceil(answer.rows / ROWS_PER_CHUNK) * settings.chunk_seconds)
        return answer

    async def _read_body(self, request: web.Request) -> bytes:
        """The uploads of the Bulk API are larger than the server lets any other call be."""
        if not (request.method == "PUT" and request.path.endswith("/batches")):
            return await request.read()
        most = self.settings.bulk_upload_bytes
        parts, size = [], 0
        async for part in request.content.iter_any():
            size += len(part)
            parts.append(part if size * BASE64_GROWTH <= most else b"")
        if size * BASE64_GROWTH > most:
            raise SalesforceError("EXCEEDED_MAX_SIZE_REQUEST", f"The upload exceeds {most} bytes in base64", status=413)
        return b"".join(parts)

    def _read_call(self, request: web.Request, body: bytes) -> Call:
        user_id = self._engine.sessions.find_user(request.headers.get("Authorization", ""))
        if user_id is None:
            raise SalesforceError("INVALID_SESSION_ID", "Session expired or invalid", status=401)
        path, _, query = request.raw_path.partition("?")
        version, *parts = [unquote(part) for part in path.split("/")[3:]]
        parameters = dict(parse_qsl(query, keep_blank_values=True))
        method = parameters.pop("_HttpMethod", "") if request.method == "POST" else ""
        content_types = CONTENT_TYPES | BULK_CONTENT_TYPES if parts[:1] == ["jobs"] else CONTENT_TYPES
        if body and request.content_type not in content_types:
            raise SalesforceError(
                "UNSUPPORTED_MEDIA_TYPE", f"Content type '{request.content_type}' not supported", status=415
            )
        return Call(
            method.upper() or request.method,
            tuple(part for part in parts if part),
            parameters,
            request.headers,
            _read_version(version),
            user_id,
            body,
        )

    def _spend_call(self, app: str = "") -> None:
        self._engine.quotas.admit(app)
        if self._slow_since:
            oldest_quick = time.monotonic() - self.settings.long_request_seconds
            long_running = sum(since <= oldest_quick for since in self._slow_since.values())
            if long_running >= self.settings.concurrent_limit:
                raise limit_exceeded("ConcurrentRequests (Concurrent API Requests) Limit exceeded.")
        self._engine.quotas.spend(app=app)

    async def _take_time(self, seconds: float) -> None:
        self.counters["chunks.slow"] += 1
        self._slow_number += 1
        number = self._slow_number
        self._slow_since[number] = time.monotonic()
        try:
            await asyncio.sleep(seconds)
        finally:
            del self._slow_since[number]

    def _refused(self, error: SalesforceError, app: str) -> web.Response:
        self.counters[f"error.{error.code}"] += 1
        headers = {} if error.status == 401 else {"Sforce-Limit-Info": self._engine.quotas.describe(app)}
        return _json_response(error.as_answer(), status=error.status, headers=headers)


def _read_version(text: str) -> float:
    match = VERSION.fullmatch(text)
    version = float(match[1]) if match else 0.0
    if not OLDEST_VERSION <= version <= max(VERSIONS):
        raise not_found()
    return version


def _only_reads(call: Call) -> bool:
    """A composite is sent with POST, also where each of its parts is a read."""
    if call.method in READS:
        return True
    if call.path != ("composite",):
        return False
    parts = call.read_object().get("compositeRequest")
    return isinstance(parts, list) and all(isinstance(part, dict) and part.get("method") in READS for part in parts)


def _json_response(body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    sent = dict(headers or {})
    if body is None:
        return web.Response(status=status, headers=sent)
    if isinstance(body, bytes):
        return web.Response(body=body, status=status, headers=sent)
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    sent["Content-Type"] = JSON_TYPE
    return web.Response(body=text.encode("utf-8", "replace"), status=status, headers=sent)
