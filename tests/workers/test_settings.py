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
    assert "secret" not in repr(Settings()).lower().replace("secretstr", "").replace("consumer_secret", "")
