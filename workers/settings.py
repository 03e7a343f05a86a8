"""Everything that differs between deployments, typed, read once per process from `TANDEM_…` and `.env`."""

import logging
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError


def _seconds(value: object) -> object:
    """A plain number of seconds, as people write it into environments."""
    try:
        return timedelta(seconds=float(str(value)))
    except ValueError:
        return value


Seconds = Annotated[timedelta, BeforeValidator(_seconds), Field(ge=timedelta())]
Limit = Annotated[int, Field(ge=1)]
"""Nothing at all would ever be called under a limit of zero."""


class HubSpotPaths(StrEnum):
    """Which generation of HubSpot's paths to speak; v3/v4 lose support in 2027."""

    DATED = "2026-09"
    CLASSIC = "v3"


class LogFormat(StrEnum):
    """How log lines look."""

    JSON = "json"
    CONSOLE = "console"


class Settings(BaseSettings):
    """One deployment: one HubSpot portal and one Salesforce org."""

    model_config = SettingsConfigDict(env_prefix="TANDEM_", env_file=".env", extra="ignore", frozen=True)

    # Where we remember. The unprefixed names are what hosting platforms set.
    database_url: Annotated[SecretStr, Field(validation_alias="DATABASE_URL")] = SecretStr("")
    redis_url: Annotated[SecretStr, Field(validation_alias="REDIS_URL")] = SecretStr("")
    statement_timeout: Seconds = timedelta(seconds=30)
    lock_timeout: Seconds = timedelta(seconds=5)

    # HubSpot
    hubspot_token: SecretStr = SecretStr("")
    hubspot_url: str = "https://api.hubapi.com"
    hubspot_paths: HubSpotPaths = HubSpotPaths.DATED
    hubspot_account_property: str = "sf_account_id"
    """Our own unique company property that carries the Salesforce account id."""
    hubspot_burst: Limit = 190
    """Calls per 10 s of the portal's plan: 100, 190 or 250."""
    hubspot_association_burst: Limit = 150
    hubspot_search_rate: Limit = 5
    hubspot_daily: Limit = 625_000

    # Salesforce
    salesforce_url: str = "https://login.salesforce.com"
    """Where a token is asked for; client credentials need the My Domain host."""
    salesforce_version: str = "62.0"
    salesforce_consumer_key: SecretStr = SecretStr("")
    salesforce_consumer_secret: SecretStr = SecretStr("")
    """Set: client credentials flow. Empty: JWT bearer flow with the private key."""
    salesforce_username: str = ""
    salesforce_private_key: SecretStr = SecretStr("")
    """PEM, for the JWT bearer flow."""
    salesforce_audience: str = "https://login.salesforce.com"
    salesforce_account_key: str = "HubSpot_Company_Id__c"
    """External Id + Unique text field on Account that carries the HubSpot company id."""
    salesforce_daily: Limit = 100_000
    """Assumed until the first answer tells the org's real limit."""

    # Fields
    mapping: str = ""
    """Path of the mapping file; empty: the one that comes with Tandem."""
    descriptions_ttl: Seconds = timedelta(minutes=10)
    """How long what the CRMs say about their fields, owners and users is taken for true."""

    # What we leave for the customer's other tools, as a share of each day's calls.
    daily_reserve: Annotated[float, Field(ge=0, lt=1)] = 0.2
    backfill_share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """The part of every short window, and of the day without its reserve, that backfill may use."""

    connect_timeout: Seconds = timedelta(seconds=3.05)
    read_timeout: Seconds = timedelta(seconds=30)
    slice_size: Annotated[int, Field(ge=1, le=1000)] = 1000
    """Records per slice; docs/decisions says why it is not 100."""
    claim_ttl: Seconds = timedelta(seconds=30)
    """How long a silent worker keeps its rows and leases; renewed at a third of it."""
    resend_every: Seconds = timedelta(seconds=10)
    resend_after: Seconds = timedelta(seconds=20)
    """A row that is owed, due, and that nobody took for this long is sent again."""

    # The receiver: changes and webhooks over HTTP
    receiver_address: str = "127.0.0.1"
    receiver_port: Annotated[int, Field(ge=1, le=65_535)] = 8080
    public_url: str = ""
    """Under which HubSpot reaches the receiver: what its signatures are about, whatever a proxy makes of it."""
    hubspot_portal: Annotated[str, Field(pattern=r"^([1-9][0-9]{0,19})?$")] = ""
    hubspot_webhook_secrets: SecretStr = SecretStr("")
    """The app's client secret; several, with blanks between, while it is exchanged."""
    webhook_max_age: Seconds = timedelta(minutes=5)
    webhook_max_ahead: Seconds = timedelta(minutes=1)

    # What polls find by themselves; docs/operations.md says what each choice costs.
    poll_wake_every: Seconds = timedelta(seconds=5)
    """How often beat asks whether a poll is due."""
    poll_fastest: Seconds = timedelta(seconds=10)
    poll_slowest: Seconds = timedelta(minutes=3)
    poll_hubspot_overlap: Seconds = timedelta(minutes=5)
    """Search learns of a change late: seconds as a rule, more than a minute at times."""
    poll_salesforce_overlap: Seconds = timedelta(minutes=11)
    """A transaction may take ten minutes until its rows, stamped at its beginning, are seen."""
    poll_lists_every: Seconds = timedelta(minutes=5)
    poll_deletions_every: Seconds = timedelta(minutes=5)
    poll_keys_every: Seconds = timedelta(days=1)
    poll_pages: Limit = 20
    """Read of each kind in one run; the next run goes on from there at once."""

    log_format: LogFormat = LogFormat.JSON
    log_level: str = "INFO"
    flower_user: str = "tandem"
    flower_password: SecretStr = SecretStr("")
    flower_port: Annotated[int, Field(ge=1, le=65_535)] = 5555

    @field_validator("database_url")
    @classmethod
    def _speak_psycopg(cls, url: SecretStr) -> SecretStr:
        plain = url.get_secret_value()
        for scheme in ("postgres://", "postgresql://"):
            if plain.startswith(scheme):
                plain = "postgresql+psycopg://" + plain.removeprefix(scheme)
        if plain and _backend(plain) != "postgresql":
            raise ValueError("it has to look like postgresql://user:password@host:5432/database")
        return SecretStr(plain)

    @field_validator("redis_url")
    @classmethod
    def _is_of_redis(cls, url: SecretStr) -> SecretStr:
        if url.get_secret_value() and not _is_redis(url.get_secret_value()):
            raise ValueError("it has to look like redis://:password@host:6379/0")
        return url

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        if url and not _is_public(url):
            raise ValueError("it has to look like https://tandem.example.com, with a path or not; http is for loopback")
        return url.rstrip("/")

    @field_validator("log_level")
    @classmethod
    def _is_a_level(cls, level: str) -> str:
        known = logging.getLevelNamesMapping()
        if level.upper() not in known:
            raise ValueError(f"one of {', '.join(known)} is needed")
        return level

    def missing(self) -> list[str]:
        """What has to be set before anything can be synced, in words for the operator."""
        secrets = {
            "DATABASE_URL": (self.database_url, "where the ledger is"),
            "REDIS_URL": (self.redis_url, "where Celery's messages, leases and the call budget are"),
            "TANDEM_HUBSPOT_TOKEN": (self.hubspot_token, "the service key or private app token of the portal"),
            "TANDEM_SALESFORCE_CONSUMER_KEY": (
                self.salesforce_consumer_key,
                "the client id of the external client app",
            ),
        }
        problems = [
            f"{name} is not set ({what})" for name, (value, what) in secrets.items() if not value.get_secret_value()
        ]
        if not (self.salesforce_consumer_secret.get_secret_value() or self.salesforce_private_key.get_secret_value()):
            problems.append(
                "neither TANDEM_SALESFORCE_CONSUMER_SECRET (client credentials) nor TANDEM_SALESFORCE_PRIVATE_KEY"
                " (JWT bearer) is set"
            )
        return problems

    def missing_for_receiver(self) -> list[str]:
        """What has to be set before anything can be received; webhooks are all set up, or not at all."""
        of_webhooks = {
            "TANDEM_HUBSPOT_WEBHOOK_SECRETS (the app's client secret)": self.webhook_secrets(),
            "TANDEM_PUBLIC_URL (under which HubSpot reaches the receiver)": self.public_url,
            "TANDEM_HUBSPOT_PORTAL (the number of the portal)": self.hubspot_portal,
        }
        missing = [name for name, value in of_webhooks.items() if not value]
        services = {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}
        return [f"{name} is not set" for name, value in services.items() if not value.get_secret_value()] + [
            f"webhooks are set up by half: {name} is not set" for name in missing if len(missing) < len(of_webhooks)
        ]

    def webhook_secrets(self) -> list[str]:
        """None: no webhooks."""
        return self.hubspot_webhook_secrets.get_secret_value().split()


def _is_public(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in {"127.0.0.1", "::1", "localhost"})
    is_plain = url.isascii() and url.isprintable() and " " not in url and not (parts.query or parts.fragment)
    return is_safe and is_plain and bool(host) and port != 0 and "@" not in parts.netloc


def _backend(url: str) -> str:
    """Which database it is for; empty if it is no address. What SQLAlchemy says of it is not passed on: it quotes."""
    try:
        return make_url(url).get_backend_name()
    except (ArgumentError, ValueError):
        return ""


def _is_redis(url: str) -> bool:
    try:
        port = urlsplit(url).port
    except ValueError:  # no number
        return False
    return url.startswith(("redis://", "rediss://")) and port != 0


@lru_cache(maxsize=1)
def read_settings() -> Settings:
    """The settings of this process. Raises pydantic's ValidationError naming the variable that is wrong."""
    return Settings()
