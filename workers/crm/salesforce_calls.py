"""One HTTP call to Salesforce: through the budget, with timeouts, one new login, our errors instead of theirs."""

import logging
import re
import threading
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError

from tasks.contracts.errors import SyncError, Throttled
from workers.crm.door import no_answer, salesforce_problem
from workers.crm.salesforce_login import SalesforceLogin, Session
from workers.crm.turnstile import Turnstile
from workers.settings import Settings

DAY, CONCURRENT = "salesforce_day", "salesforce_concurrent"
ALLOWANCES = (DAY, CONCURRENT)
HEADERS = {"Sforce-Call-Options": "client=tandem"}
NOT_MODIFIED = 304
USAGE = re.compile(r"\bapi-usage=(\d+)/(\d+)")


class InstanceAdapter(HTTPAdapter):
    """The library always speaks https; an instance that was announced with http is spoken to in http."""

    def __init__(self, instance_url: str) -> None:
        super().__init__()
        self._is_plain = instance_url.startswith("http://")

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """As the library's session calls it."""
        if self._is_plain and request.url:
            request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, *args, **kwargs)


class SalesforceCalls:
    """The library in direct mode, so that a refused session comes back to us and headers survive the new login.

    Nothing is opened before the first call; each thread has its own connections, as their session is not thread-safe.
    """

    def __init__(self, settings: Settings, turnstile: Turnstile, login: SalesforceLogin) -> None:
        self._version = settings.salesforce_version
        self._connect_timeout = settings.connect_timeout.total_seconds()
        self._read_timeout = settings.read_timeout.total_seconds()
        self._turnstile = turnstile
        self._login = login
        self._local = threading.local()
        # Its DEBUG lines show the URLs of queries, and those hold e-mail addresses.
        logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)

    @property
    def root(self) -> str:
        """What all our paths begin with."""
        return f"/services/data/v{self._version}/"

    def send(
        self,
        call: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        patience: int = 1,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """JSON out, None for what is not modified; raises SyncError.

        `path` is below the root; `patience` multiplies the read timeout.
        """
        timeout = (self._connect_timeout, self._read_timeout * patience)
        content = {"json": body, "timeout": timeout, "headers": dict(headers or {})}
        session = self._login.read()
        try:
            return self._pass(session, call, method, path, **content)
        except _SessionRefusedError:
            session = self._login.renew(session)
        try:
            return self._pass(session, call, method, path, **content)
        except _SessionRefusedError as again:
            raise again.problem from None

    def problem_of(self, call: str, status: int, body: Any) -> SyncError:
        """What a refusal means; a refusal for want of quota closes the budget for everybody."""
        problem = salesforce_problem(call, status, body)
        if isinstance(problem, Throttled) and problem.after:
            self._turnstile.punish(DAY if problem.code == "DAILY_LIMIT" else CONCURRENT, problem.after)
        return problem

    def _pass(self, session: Session, call: str, method: str, path: str, **content: Any) -> Any:
        with self._turnstile.passing(call, ALLOWANCES):
            try:
                return self._client(session).restful(path, method=method, **content)
            except SalesforceError as refusal:
                if refusal.status == NOT_MODIFIED:
                    return None
                problem = self.problem_of(call, refusal.status, refusal.content)
                raise _SessionRefusedError(problem) if refusal.status == 401 else problem from None
            except (requests.RequestException, OSError, ValueError) as error:
                raise no_answer("Salesforce", call, error) from None

    def _client(self, session: Session) -> Salesforce:
        if getattr(self._local, "session", None) != session:
            self._local.client = Salesforce(
                session_id=session.token,
                instance_url=session.instance_url,
                session=self._connections(session.instance_url),
                version=self._version,
                object_pairs_hook=dict,
            )
            self._local.session = session
        client: Salesforce = self._local.client
        return client

    def _connections(self, instance_url: str) -> requests.Session:
        connections = requests.Session()
        connections.mount("https://", InstanceAdapter(instance_url))
        connections.headers.update(HEADERS)
        connections.hooks["response"].append(self._note_usage)
        return connections

    def _note_usage(self, answer: requests.Response, *_args: Any, **_kwargs: Any) -> None:
        if usage := USAGE.search(answer.headers.get("Sforce-Limit-Info", "")):
            self._turnstile.note_usage(DAY, used=int(usage[1]), limit=int(usage[2]))


class _SessionRefusedError(Exception):
    def __init__(self, problem: SyncError) -> None:
        super().__init__()
        self.problem = problem
