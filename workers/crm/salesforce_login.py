"""A Salesforce access token for the whole fleet: asked for once, kept in Redis, renewed when it is refused."""

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import jwt
import redis
import requests

from tasks.contracts.errors import Halted, Unreachable
from workers.crm.door import login_refused, no_answer
from workers.settings import Settings

TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 -- a path
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_LIVES = timedelta(minutes=3)
KEPT_FOR = timedelta(hours=1)
"""Sessions live for two hours by default; a refused one is replaced earlier anyway."""
REFUSAL_STANDS = timedelta(seconds=30)
"""So that a wrong key does not make every worker knock until Salesforce locks the user out."""
LOCK_LIVES = timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class Session:
    """A token and where it is good for. Its text form never shows the token."""

    token: str = field(repr=False)
    instance_url: str


class SalesforceLogin:
    """JWT bearer flow, or client credentials if there is a secret. Nothing here is ever logged."""

    def __init__(self, settings: Settings, client: redis.Redis) -> None:
        self._settings = settings
        self._redis = client
        secrets = (
            settings.salesforce_consumer_key, settings.salesforce_consumer_secret, settings.salesforce_private_key,
        )  # fmt: skip
        who = [settings.salesforce_url, settings.salesforce_username, *(each.get_secret_value() for each in secrets)]
        # Of the secrets too: a corrected one is tried at once, and a withdrawn one keeps no session.
        whose = hashlib.sha256("\0".join(who).encode()).hexdigest()[:16]
        self._key = f"tandem:salesforce:session:{whose}"

    def read(self) -> Session:
        """The fleet's session. Halted if Salesforce refuses the login."""
        return self._find() or self._log_in_once(refused="")

    def renew(self, refused: Session) -> Session:
        """A session other than this one; whoever asks first logs in for all."""
        current = self._find()
        return current if current and current.token != refused.token else self._log_in_once(refused=refused.token)

    def _log_in_once(self, *, refused: str) -> Session:
        with _needing_redis(), self._lock():
            current = self._find()
            if current and current.token != refused:
                return current
            if code := self._redis.get(f"{self._key}:refused"):
                raise login_refused(_text(code))
            session = self._log_in()
            kept = json.dumps({"token": session.token, "instance_url": session.instance_url})
            self._redis.set(self._key, kept, px=KEPT_FOR)
            return session

    def _find(self) -> Session | None:
        with _needing_redis():
            kept = self._redis.get(self._key)
        return Session(**json.loads(kept)) if kept else None

    def _lock(self) -> Any:
        seconds = LOCK_LIVES.total_seconds()
        return self._redis.lock(f"{self._key}:lock", timeout=seconds, blocking_timeout=seconds)

    def _log_in(self) -> Session:
        settings = self._settings
        timeout = (settings.connect_timeout.total_seconds(), settings.read_timeout.total_seconds())
        url = settings.salesforce_url.rstrip("/") + TOKEN_PATH
        try:
            answer = requests.post(url, data=self._form(), timeout=timeout, allow_redirects=False)
            told = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise no_answer("Salesforce", "salesforce.login", error) from None
        if answer.status_code >= 500 or not isinstance(told, dict):
            raise Unreachable(f"Salesforce: salesforce.login: {answer.status_code}", code="NO_ANSWER")
        if answer.status_code != 200:
            code = str(told.get("error", answer.status_code))
            self._redis.set(f"{self._key}:refused", code, px=REFUSAL_STANDS)
            raise login_refused(code)
        return self._session_of(told)

    def _session_of(self, told: dict[str, Any]) -> Session:
        instance_url = str(told["instance_url"]).rstrip("/")
        if self._settings.salesforce_url.startswith("https://") and not instance_url.startswith("https://"):
            raise Halted("Salesforce: the login names an instance without TLS", code="LOGIN_REFUSED")
        return Session(token=str(told["access_token"]), instance_url=instance_url)

    def _form(self) -> dict[str, str]:
        settings = self._settings
        consumer = settings.salesforce_consumer_key.get_secret_value()
        secret = settings.salesforce_consumer_secret.get_secret_value()
        if secret:
            return {"grant_type": "client_credentials", "client_id": consumer, "client_secret": secret}
        expires_at = int(time.time() + ASSERTION_LIVES.total_seconds())
        claims = {"iss": consumer, "sub": settings.salesforce_username, "exp": expires_at}
        try:
            assertion = jwt.encode(
                {**claims, "aud": settings.salesforce_audience},
                settings.salesforce_private_key.get_secret_value(),
                algorithm="RS256",
            )
        except (jwt.PyJWTError, ValueError, TypeError):
            raise login_refused("UNUSABLE_PRIVATE_KEY") from None
        return {"grant_type": JWT_BEARER, "assertion": assertion}


@contextmanager
def _needing_redis() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as error:
        raise Unreachable(f"Redis did not answer: {type(error).__name__}", code="REDIS_UNREACHABLE") from error


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
