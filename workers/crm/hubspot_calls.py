"""One HTTP call to HubSpot: through the budget, with timeouts, raw JSON out, our errors instead of theirs."""

import json
import threading
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

import hubspot
from hubspot.crm.objects.exceptions import ApiException
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

from tasks.contracts.errors import SyncError, Throttled
from workers.crm.door import hubspot_problem, no_answer
from workers.crm.turnstile import Turnstile
from workers.settings import Settings

BURST, ASSOCIATIONS, WRITES, DAY = "hubspot_burst", "hubspot_associations", "hubspot_writes", "hubspot_day"
SEARCHES = "hubspot_search"
NO_CONTENT = 204
JSON_HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}


class Call(StrEnum):
    """The families calls are counted under."""

    READ_COMPANIES = "hubspot.companies.read"
    READ_CONTACTS = "hubspot.contacts.read"
    WRITE_COMPANIES = "hubspot.companies.write"
    WRITE_CONTACTS = "hubspot.contacts.write"
    READ_ASSOCIATIONS = "hubspot.associations.read"
    WRITE_ASSOCIATIONS = "hubspot.associations.write"
    READ_SEGMENT = "hubspot.segments.read"
    READ_PROPERTY = "hubspot.properties.read"
    READ_OWNERS = "hubspot.owners.read"
    SEARCH = "hubspot.search"

    @property
    def allowances(self) -> tuple[str, ...]:
        """What one such call uses up."""
        if "associations" in self:
            return (BURST, ASSOCIATIONS, DAY)
        if self is Call.SEARCH:
            return (BURST, SEARCHES, DAY)
        return (BURST, WRITES, DAY) if self.endswith(".write") else (BURST, DAY)


class HubSpotCalls:
    """HubSpot's own client, used for its connection pool only: its models cost more CPU than the call.

    Nothing is opened before the first call, so that every process has its own connections.
    """

    def __init__(self, settings: Settings, turnstile: Turnstile) -> None:
        self._token = settings.hubspot_token
        self._host = settings.hubspot_url.rstrip("/")
        self._timeout = (settings.connect_timeout.total_seconds(), settings.read_timeout.total_seconds())
        self._turnstile = turnstile
        self._building = threading.Lock()
        self._client: Any = None

    def get(self, call: Call, path: str, query: Mapping[str, str | int] | None = None) -> Any:
        """Raises SyncError."""
        return self._pass(call, "GET", path, query=query)

    def post(self, call: Call, path: str, body: Mapping[str, Any]) -> Any:
        """Raises SyncError; after Unreachable a write may have happened."""
        return self._pass(call, "POST", path, body=body)

    def _pass(self, call: Call, method: str, path: str, **content: Any) -> Any:
        with self._turnstile.passing(call, call.allowances):
            try:
                answer = self._send(method, path, **content)
                self._note_usage(call, answer.headers)
                return {} if answer.status == NO_CONTENT else json.loads(answer.data)
            except ApiException as refusal:
                raise self._problem_of(call, refusal) from None  # its text repeats the values we sent
            except (HTTPError, OSError, ValueError) as error:
                raise no_answer("HubSpot", call, error) from None

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, query: Mapping[str, Any] | None = None
    ) -> Any:
        return self._api().call_api(
            path,
            method,
            query_params=list((query or {}).items()),
            header_params=dict(JSON_HEADERS),
            body=body,
            auth_settings=["oauth2"],
            _preload_content=False,
            _request_timeout=self._timeout,
        )

    def _api(self) -> Any:
        with self._building:
            if self._client is None:
                no_retries = Retry(0, raise_on_redirect=False, raise_on_status=False)
                access = {"access_token": self._token.get_secret_value(), "host": self._host}
                self._client = hubspot.Client.create(**access, retry=no_retries).crm.objects.batch_api.api_client
            return self._client

    def _problem_of(self, call: Call, refusal: ApiException) -> SyncError:
        headers = refusal.headers or {}
        self._note_usage(call, headers)
        try:
            body = json.loads(refusal.body or "")
        except ValueError:
            body = None
        problem = hubspot_problem(call, refusal.status, body, told_to_wait=_told_to_wait(headers))
        if isinstance(problem, Throttled) and problem.after:
            for allowance in _closed_by(call, refusal.status, problem.code):
                self._turnstile.punish(allowance, problem.after)
        return problem

    def _note_usage(self, call: Call, headers: Mapping[str, str]) -> None:
        """Association calls have a window of their own, and their headers may speak of that one."""
        if ASSOCIATIONS not in call.allowances:
            self._note(BURST, headers.get("X-HubSpot-RateLimit-Max"), headers.get("X-HubSpot-RateLimit-Remaining"))
        daily, remaining = "X-HubSpot-RateLimit-Daily", "X-HubSpot-RateLimit-Daily-Remaining"
        self._note(DAY, headers.get(daily), headers.get(remaining))

    def _note(self, allowance: str, limit: str | None, remaining: str | None) -> None:
        if limit and remaining and limit.isdecimal() and remaining.isdecimal() and int(limit):
            self._turnstile.note_usage(allowance, used=max(0, int(limit) - int(remaining)), limit=int(limit))


def _closed_by(call: Call, status: int, code: str) -> tuple[str, ...]:
    """Which allowances everybody has to leave alone: a write lock does not stop reads."""
    if status == 423:
        return (WRITES,)
    if code == "DAILY":
        return (DAY,)
    if call is Call.SEARCH and code == "SECONDLY":
        return (SEARCHES,)
    return (BURST, ASSOCIATIONS) if ASSOCIATIONS in call.allowances else (BURST,)


def _told_to_wait(headers: Mapping[str, str]) -> timedelta | None:
    seconds = headers.get("Retry-After") or ""
    return timedelta(seconds=int(seconds)) if seconds.isdecimal() and int(seconds) else None
