"""A simulated org on a local port, and the clients that talk to it."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import jwt
import pytest
import requests
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce

from simulator.salesforce.org import Org

VERSION = "62.0"
KEY_FIELD = "HubSpot_Company_Id__c"


class LocalAdapter(HTTPAdapter):
    """Sends what is meant for https://*.salesforce.com to the simulator."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def send(self, request, *args, **kwargs):
        parts = urlsplit(request.url)
        request.url = urlunsplit(("http", f"127.0.0.1:{self._port}", parts.path, parts.query, ""))
        return super().send(request, *args, **kwargs)


class Client:
    """Plain requests with a session of the integration user; answers are not interpreted."""

    def __init__(self, org: Org, port: int) -> None:
        self.org = org
        self.port = port
        self.http = requests.Session()
        self.log_in()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def token(self, **form: str) -> requests.Response:
        return self.http.post(f"{self.url}/services/oauth2/token", data=form, timeout=10)

    def log_in(self) -> str:
        known = {"client_id": "tandem-consumer-key", "client_secret": "tandem-consumer-secret"}
        token = self.token(grant_type="client_credentials", **known).json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"
        return str(token)

    def call(self, method: str, path: str, body: Any = None, **kwargs: Any) -> requests.Response:
        version = kwargs.pop("version", VERSION)
        url = f"{self.url}/services/data/v{version}/{path}"
        return self.http.request(method, url, json=body, timeout=10, **kwargs)

    def query(self, soql: str, resource: str = "query", **kwargs: Any) -> requests.Response:
        return self.call("GET", resource, params={"q": soql}, **kwargs)

    def ids(self, soql: str) -> list[str]:
        answer = self.query(soql)
        assert answer.status_code == 200, answer.text
        return [record["Id"] for record in answer.json()["records"]]

    def create(self, sobject: str = "Account", **values: Any) -> str:
        answer = self.call("POST", f"sobjects/{sobject}", values)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def read(self, record_id: str, sobject: str = "Account") -> dict[str, Any]:
        answer = self.call("GET", f"sobjects/{sobject}/{record_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def upsert_rows(self, rows: list[dict[str, Any]], *, all_or_none: bool = False) -> requests.Response:
        records = [{"attributes": {"type": "Account"}, **row} for row in rows]
        body = {"allOrNone": all_or_none, "records": records}
        return self.call("PATCH", f"composite/sobjects/Account/{KEY_FIELD}", body)

    def library(self) -> Salesforce:
        return Salesforce(
            session_id=str(self.http.headers["Authorization"]).removeprefix("Bearer "),
            instance_url="https://acme.my.salesforce.com",
            session=self.library_session(),
            version=VERSION,
        )

    def library_session(self) -> requests.Session:
        session = requests.Session()
        session.mount("https://", LocalAdapter(self.port))
        return session


@contextmanager
def serving(org: Org) -> Iterator[int]:
    """The port on which the org answers."""
    loop = asyncio.new_event_loop()
    app = web.Application(client_max_size=64 * 1024**2)
    app.add_routes(org.routes())
    runner = web.AppRunner(app, max_line_size=262_144, access_log=None)
    loop.run_until_complete(runner.setup())
    site = web.TCPSite(runner, "127.0.0.1", 0)
    loop.run_until_complete(site.start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield runner.addresses[0][1]
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture(scope="module")
def salesforce_server() -> Iterator[tuple[Org, int]]:
    org = Org()
    with serving(org) as port:
        yield org, port


@pytest.fixture
def salesforce(salesforce_server: tuple[Org, int]) -> Client:
    org, port = salesforce_server
    org.reset()
    return Client(org, port)


@lru_cache(maxsize=1)
def key_pair() -> tuple[str, str]:
    """A private key and its public key, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def step(method: str, url: str, name: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """A request of a composite or a graph."""
    return {"method": method, "url": f"/services/data/v{VERSION}/{url}", "referenceId": name, "body": body}


def signed_assertion(client: Client, **changes: Any) -> str:
    """What the JWT flow takes, once the org has been told the key."""
    private, public = key_pair()
    client.org.seed({"oauth": {"public_key": public}})
    claims = {
        "iss": "tandem-consumer-key",
        "sub": "integration@example.com",
        "aud": "https://login.salesforce.com",
        "exp": int(time.time()) + 180,
    }
    return jwt.encode({**claims, **changes}, private, algorithm="RS256")


def refusal(answer: requests.Response) -> tuple[int, str]:
    """Status and error code of a refused call."""
    problems = answer.json()
    assert isinstance(problems, list)
    return answer.status_code, problems[0]["errorCode"]
