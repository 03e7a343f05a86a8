"""What reaches the log: facts, but no people, no secrets and no forged lines."""

import io
import json
import logging
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from workers.settings import LogFormat
from workers.telemetry.logs import configure_logging, get_logger, masked, without_private_data

Configure = Callable[..., io.StringIO]


@pytest.fixture
def configure() -> Iterator[Configure]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def configured(log_format: LogFormat = LogFormat.JSON, level: str = "INFO") -> io.StringIO:
        written = io.StringIO()
        configure_logging(level=level, log_format=log_format, stream=written)
        return written

    yield configured
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_an_event_is_one_line_with_when_where_and_how_bad(configure: Configure) -> None:
    written = configure()
    structlog.contextvars.bind_contextvars(pid=7)
    get_logger("workers.slices").warning("record.parked", record_id="12", failures=3)
    (line,) = lines(written)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "record.parked",
        "failures": 3,
        "level": "warning",
        "logger": "workers.slices",
        "pid": 7,
        "record_id": "12",
    }


def test_libraries_speak_through_the_same_door(configure: Configure) -> None:
    written = configure()
    logging.getLogger("celery.worker").error("lost %s for %s", "redis://tandem:hunter2@cache:6379/0", "a.b@acme.test")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("mind jane@acme.test", stacklevel=1)
    first, second = lines(written)
    assert first["event"] == "lost redis://[credentials]@cache:6379/0 for [email]"
    assert first["logger"] == "celery.worker"
    assert "[email]" in second["event"]
    assert "jane" not in second["event"]


@pytest.mark.parametrize(
    "key",
    ["email", "Email", "hs_additional_emails", "contact_e-mail", "access_token", "password", "Authorization", "name",
     "first_name", "firstname", "LastName", "account_name", "phone", "MobilePhone", "client_secret", "private_key",
     "BillingStreet", "set-cookie", "names"],
)  # fmt: skip
def test_a_private_key_loses_its_value(key: str) -> None:
    assert without_private_data(None, "info", {"event": "x", key: "Jane Doe"})[key] == "[redacted]"
    nested = without_private_data(None, "info", {"event": "x", "rows": [{"values": {key: ["Jane Doe"]}}]})
    assert "Jane" not in str(nested)


@pytest.mark.parametrize("key", ["hostname", "task", "queue_name", "record_id", "code", "domain", "lane"])
def test_a_technical_key_keeps_it(key: str) -> None:
    assert without_private_data(None, "info", {"event": "x", key: "worker-1"})[key] == "worker-1"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("jane.doe+x@mail.acme.co.uk is taken", "jane"),
        ("GET /query?q=Email+IN+('jane%40acme.test')", "jane"),
        ("Üwe.Müller@bücher.example", "Müller"),
        ("Authorization: Bearer abc.DEF-123_456", "DEF"),
        ("authorization=bearer%20abcdefgh", "abcdefgh"),
        ("Basic dGFuZGVtOmh1bnRlcjI=", "dGFuZGVt"),
        ("the token pat-na1-0a1b2c3d-4e5f-6789 was refused", "0a1b2c3d"),
        ("tandem_0123456789ab_c0ffee00c0ffee00 was refused", "c0ffee"),
        ("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl", "eyJhbGci"),
        ("sid 00D5g000004XyZAEA0!AQcAQH0dMHZfz972Szmpkb58urFRkgeBGsxL_QJWwYMfAbUeeG7c", "AQcAQH0"),
        ("postgresql+psycopg://tandem:hunter2@db:5432/tandem", "hunter2"),
        ('{"client_secret": "hunter2", "grant_type": "x"}', "hunter2"),
        ("grant_type=x&assertion=ey.x.y&client_secret=hunter2&z=1", "hunter2"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "MIIE"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE cut off", "MIIE"),
        ("The full contents of the message body was:\n['Jane Doe', 'Main Street']", "Jane"),
    ],
)
def test_a_secret_is_masked_wherever_it_stands(text: str, secret: str) -> None:
    assert secret not in masked(f"before {text}")
    assert masked(f"before {text}").startswith("before ")


@pytest.mark.parametrize(
    "text",
    ["company 512 has account 001Dn00000ABCDEIA4", "acme.com", "queue tandem.live: 3 owed", "celery@w-1: ready."],
)
def test_what_is_not_private_stays(text: str) -> None:
    assert masked(text) == text


def test_the_text_of_an_exception_is_masked_as_well(configure: Configure) -> None:
    written = configure()
    try:
        try:
            raise ValueError("jane@acme.test sent Bearer abcdefgh")
        except ValueError as error:
            raise RuntimeError("while reading john@acme.test") from error
    except RuntimeError as error:
        get_logger("x").exception("record.failed", problem=error)
        logging.getLogger("y").exception("failed too")
    for line in lines(written):
        assert "ValueError: [email] sent Bearer [token]" in line["exception"]
        assert "RuntimeError: while reading [email]" in line["exception"]
    assert "acme" not in written.getvalue()


@pytest.mark.parametrize("log_format", list(LogFormat))
def test_a_value_cannot_forge_a_line(configure: Configure, log_format: LogFormat) -> None:
    written = configure(log_format)
    forged = "x\n2026-01-01 [info] admin.granted\r\x1b[2J\u2028\u202etxt\x00"
    get_logger("x").info(forged, domain=forged, rows=[{forged: forged}])
    logging.getLogger("y").info("%s", forged)
    try:
        raise ValueError(forged)
    except ValueError:
        get_logger("x").exception("record.failed")
    text = written.getvalue()
    assert not any(bad in text for bad in ("\r", "\x1b", "\u2028", "\u202e", "\x00"))
    assert not any(line.startswith("2026-01-01 [info] admin") for line in text.splitlines())


def test_below_the_level_nothing_is_written(configure: Configure) -> None:
    written = configure(level="warning")
    get_logger("x").info("record.done")
    logging.getLogger("y").info("chatter")
    assert not written.getvalue()


def test_a_query_is_not_logged_even_at_debug(configure: Configure) -> None:
    written = configure(level="DEBUG")
    logging.getLogger("urllib3.connectionpool").debug("GET /query?q=Name+LIKE+'Jane'")
    assert not written.getvalue()


def test_an_unknown_level_says_which_variable_is_wrong() -> None:
    with pytest.raises(ValueError, match="TANDEM_LOG_LEVEL is 'LOUD'"):
        configure_logging(level="LOUD", log_format=LogFormat.JSON)


def test_configuring_twice_does_not_write_twice(configure: Configure) -> None:
    configure()
    written = configure()
    get_logger("x").info("once")
    assert len(lines(written)) == 1


def test_odd_values_become_text(configure: Configure) -> None:
    written = configure()
    deep: dict[str, Any] = {}
    deep["deeper"] = deep
    get_logger("x").info("odd", raw=b"jane@acme.test", hidden=SecretStr("hunter2"), deep=deep, ids={3}, gone=None)
    (line,) = lines(written)
    assert (line["raw"], line["hidden"], line["ids"], line["gone"]) == ("[email]", "**********", [3], None)


@pytest.mark.parametrize("unit", ["a", "a.", "%40", "://", "pat-", "eyJ", "token=", "-----BEGIN A", "00D"])
def test_a_long_hostile_text_is_masked_in_no_time(unit: str) -> None:
    began = time.process_time()
    masked(unit * 100_000)
    assert time.process_time() - began < 1
