"""A breaker per CRM, shared by all workers: refused or away, it is asked by one probe at a time until it answers.

"Circuit breaker". The state is in Redis; `budget_take` looks at it in the exchange that every call makes anyway.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import redis

from workers.coordination.scripts import Script, needing_redis, text_of
from workers.granting import Noted, Outcome
from workers.settings import Settings

CRMS = ("hubspot", "salesforce")
FORGOTTEN_AFTER = timedelta(minutes=10)
"""Calls that stayed unanswered longer ago say nothing about now."""
SLOW_START = timedelta(minutes=1)
SLOW_START_DOUBLES = timedelta(seconds=5)
"""After closing: two calls at once, and twice as many with every so many seconds."""


@dataclass(frozen=True, slots=True)
class OpenBreaker:
    """A CRM that nobody calls at the moment, but for one probe at a time."""

    crm: str
    code: str
    opened_at: datetime
    next_probe: timedelta
    """Zero: it is out, or its time has come."""


class Breakers:
    """Every method raises Unreachable when Redis is away."""

    def __init__(self, client: redis.Redis, settings: Settings) -> None:
        self._redis = client
        self._settings = settings
        self._note = Script(client, "breaker_note")

    def note(self, crm: str, call: str, outcome: Outcome, code: str = "") -> Noted:
        """Unanswered calls are always to be noted; others if their grant says that they are watched."""
        settings = self._settings
        waits = [settings.breaker_first_wait, settings.breaker_longest_wait, FORGOTTEN_AFTER, SLOW_START]
        arguments: list[str | int | float] = [call, outcome.value, code, settings.breaker_failures]
        arguments += [max(1, int(one.total_seconds() * 1000)) for one in waits]
        happened, next_probe = self._note.run([breaker_key(crm, settings)], arguments)
        word = text_of(happened)
        return Noted(word == "opened", word == "closed", timedelta(milliseconds=int(next_probe)))

    def find_open(self) -> list[OpenBreaker]:
        """Those of both CRMs."""
        with needing_redis():
            known: list[Any] = [(crm, self._redis.hgetall(breaker_key(crm, self._settings))) for crm in CRMS]
            clock: Any = self._redis.time()
        now_ms = clock[0] * 1000 + clock[1] // 1000
        return [_open(crm, fields, now_ms) for crm, fields in known if b"opened_at" in fields]

    def probe_now(self) -> None:
        """Somebody has mended something, or wants to know: the next call is the probe."""
        for one in self.find_open():
            with needing_redis():
                self._redis.hset(breaker_key(one.crm, self._settings), "probe_at", 0)


def breaker_key(crm: str, settings: Settings) -> str:
    """Of these credentials: corrected ones are tried at once."""
    secrets = {
        "hubspot": (settings.hubspot_url, settings.hubspot_token.get_secret_value()),
        "salesforce": (
            *(settings.salesforce_url, settings.salesforce_username),
            settings.salesforce_consumer_key.get_secret_value(),
            settings.salesforce_consumer_secret.get_secret_value(),
            settings.salesforce_private_key.get_secret_value(),
        ),
    }
    whose = hashlib.sha256("\0".join(secrets.get(crm, ())).encode()).hexdigest()[:16]
    return f"tandem:breaker:{crm}:{whose}"


def _open(crm: str, fields: dict[Any, Any], now_ms: int) -> OpenBreaker:
    return OpenBreaker(
        crm=crm,
        code=text_of(fields.get(b"code", b"")),
        opened_at=datetime.fromtimestamp(int(fields[b"opened_at"]) / 1000, UTC),
        next_probe=timedelta(milliseconds=max(0, int(fields[b"probe_at"]) - now_ms)),
    )
