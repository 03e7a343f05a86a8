"""Settings come as text from an environment: understood as people write them, refused by name."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from workers.settings import Settings


@pytest.mark.parametrize(("text", "length"), [("6", 6), ("0.5", 0.5), ("PT2M", 120)])
def test_a_duration_is_a_number_of_seconds(monkeypatch, text, length):
    monkeypatch.setenv("TANDEM_CLAIM_TTL", text)
    assert Settings().claim_ttl == timedelta(seconds=length)


@pytest.mark.parametrize("text", ["soon", "-1", ""])
def test_what_is_no_duration_is_refused_by_its_name(monkeypatch, text):
    monkeypatch.setenv("TANDEM_CLAIM_TTL", text)
    with pytest.raises(ValidationError, match=r"(?i)claim_ttl"):
        Settings()


def test_defaults_are_what_the_code_says():
    assert Settings().read_timeout == timedelta(seconds=30)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_common_spelling_of_a_postgres_url_does(monkeypatch, scheme):
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://u@h/d")
    assert Settings().database_url.get_secret_value() == "postgresql+psycopg://u@h/d"


def test_missing_settings_are_named_and_secrets_are_not_shown(monkeypatch):
    monkeypatch.setenv("TANDEM_HUBSPOT_TOKEN", "pat-na1-secret")
    problems = " ".join(Settings().missing())
    assert "DATABASE_URL" in problems
    assert "TANDEM_SALESFORCE_CONSUMER_KEY" in problems
    assert "TANDEM_HUBSPOT_TOKEN" not in problems
    shown = repr(Settings()).lower()
    for name in ("secretstr", "consumer_secret", "webhook_secrets"):
        shown = shown.replace(name, "")
    assert "secret" not in shown


PORTAL = {"HUBSPOT_PORTAL": "48105217"}
SECRETS = {"HUBSPOT_WEBHOOK_SECRETS": "old new"}
URL = {"PUBLIC_URL": "https://tandem.example.com/"}


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, []),
        ({**PORTAL, **SECRETS, **URL}, []),
        (SECRETS, ["TANDEM_PUBLIC_URL", "TANDEM_HUBSPOT_PORTAL"]),
        ({**PORTAL, **URL}, ["TANDEM_HUBSPOT_WEBHOOK_SECRETS"]),
        ({**PORTAL, **URL, "HUBSPOT_WEBHOOK_SECRETS": " "}, ["TANDEM_HUBSPOT_WEBHOOK_SECRETS"]),
    ],
)
def test_webhooks_are_set_up_wholly_or_not_at_all(monkeypatch, given, missing):
    for name, value in {**{f"TANDEM_{name}": value for name, value in given.items()}, "REDIS_URL": "redis://r"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", "postgres://u@h/d")
    problems = Settings().missing_for_receiver()
    assert len(problems) == len(missing)
    assert all(name in problem for name, problem in zip(missing, problems, strict=True))


def test_a_receiver_needs_the_ledger_and_redis():
    assert [one.partition(" ")[0] for one in Settings().missing_for_receiver()] == ["DATABASE_URL", "REDIS_URL"]


@pytest.mark.parametrize(
    "url",
    [
        *("tandem.example.com", "http://tandem.example.com", "https://a.example/?x=1", "https://u:p@a.example"),
        *("ftp://a", "https://", "https://a b", "https://ä.example", "http://127.0.0.1:x", "http://127.0.0.1:0"),
    ],
)
def test_a_public_address_that_hubspot_cannot_have_been_given_is_refused(monkeypatch, url):
    monkeypatch.setenv("TANDEM_PUBLIC_URL", url)
    with pytest.raises(ValidationError, match=r"https://tandem\.example\.com"):
        Settings()


@pytest.mark.parametrize("url", ["https://a.example/sync/", "http://127.0.0.1:8080", "http://[::1]:8080"])
def test_a_public_address_may_have_a_path_and_loopback_may_be_plain(monkeypatch, url):
    monkeypatch.setenv("TANDEM_PUBLIC_URL", url)
    assert Settings().public_url == url.rstrip("/")
