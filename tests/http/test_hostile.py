"""Whatever is sent, nothing is a fault of ours: never a 500, always a problem or an answer."""

import json
import socket
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.contracts.records import Kind
from tests.http.running import PROBLEM
from tests.http.webhooks import NUMBERS, PATH, PORTAL, signed
from workers.http.webhook_events import WHATS

QUIET = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**15, max_value=10**40),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(["\x00", "\ud800", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "1", "0-2", "0x1"]),
)
ANYTHING = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


def mostly(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object as it should be, of which up to two fields hold anything."""
    spoilt = st.dictionaries(st.sampled_from([*fields, "extra"]), ANYTHING, max_size=2)
    return st.builds(lambda good, bad: {**good, **bad}, st.fixed_dictionaries(fields), spoilt)


CHANGE = mostly(
    version=st.just(1),
    event_id=st.text("abc-:/", min_size=1, max_size=20),
    record=st.sampled_from([kind.value for kind in Kind]),
    id=st.integers(min_value=10**14, max_value=10**15 - 1).map(str),
    what=st.sampled_from(["created", "changed", "deleted", "merged", "associated"]),
    occurred_at=st.datetimes().map(str),
    producer=st.text("abc", max_size=20),
)
TYPES = [f"{subject}.{what}" for subject in ("company", "contact", "object") for what in WHATS]
EVENT = mostly(
    portalId=st.just(PORTAL),
    subscriptionType=st.sampled_from(TYPES),
    changeSource=st.just("INTEGRATION"),
    propertyName=st.just("name"),
    objectTypeId=st.sampled_from(["0-1", "0-2"]),
    associationType=st.just("CONTACT_TO_COMPANY"),
    **{name: st.integers(min_value=1, max_value=10**12) for name in NUMBERS},
)


def assert_civil(answer: requests.Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == PROBLEM
        assert answer.json()["detail"]


def test_any_json_may_be_announced(receiver):
    statuses = set()

    @QUIET
    @given(st.one_of(CHANGE, st.lists(st.one_of(CHANGE, ANYTHING), max_size=4), ANYTHING))
    def announce(payload):
        answer = receiver.post("/changes", payload)
        assert_civil(answer)
        statuses.add(answer.status_code)

    announce()
    assert statuses == {202, 422}
    assert receiver.changes()


@QUIET
@given(st.binary(max_size=200))
def test_any_bytes_may_be_announced(receiver, body):
    assert_civil(receiver.post("/changes", body))


def test_any_json_may_come_with_hubspots_signature(receiver):
    statuses = set()

    @QUIET
    @given(st.one_of(EVENT, st.lists(st.one_of(EVENT, ANYTHING), max_size=4), ANYTHING))
    def deliver(payload):
        answer = receiver.deliver(payload)
        assert_civil(answer)
        statuses.add(answer.status_code)

    deliver()
    assert statuses <= {200, 403}
    assert receiver.changes()


@QUIET
@given(st.binary(max_size=200))
def test_any_bytes_may_come_with_hubspots_signature(receiver, body):
    assert_civil(receiver.deliver(body))


HEADER = st.binary(max_size=60).map(lambda value: bytes(byte for byte in value if byte >= 32 and byte != 127).strip())
NAMES = ("Authorization", "Content-Type", "Content-Encoding", "X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp")


@QUIET
@given(st.dictionaries(st.sampled_from(NAMES), HEADER), st.sampled_from(["/changes", "/companies/1/sync", PATH]))
def test_any_header_may_be_sent(receiver, headers, path):
    with_good_ones = {"X-HubSpot-Request-Timestamp": signed("", b"")[1]["X-HubSpot-Request-Timestamp"], **headers}
    assert_civil(requests.post(receiver.url + path, data=b"[]", headers=with_good_ones, timeout=20))


@QUIET
@given(st.text(max_size=40))
def test_any_path_may_be_asked_for(receiver, text):
    for path in (f"/companies/{quote(text, safe='')}/sync", "/" + quote(text)):
        assert_civil(receiver.post(path))


@pytest.mark.parametrize(
    "request_line",
    [
        b"POST /changes HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /changes HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /changes HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /changes HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 200_000,
        b"\x16\x03\x01\x00\xa5\x01\x00",
        b"POST  HTTP/9\r\n\r\n",
    ],
)
def test_what_is_no_http_ends_the_connection_and_nothing_else(receiver, request_line):
    where = urlsplit(receiver.url)
    answer = b""
    # It may hang up while we are still talking.
    with suppress(OSError), socket.create_connection((where.hostname, where.port), timeout=20) as connection:
        connection.sendall(request_line)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(65_536)
    assert answer[:12] in {b"HTTP/1.1 400", b"HTTP/1.1 401", b""}
    assert receiver.get("/health").status_code == 200


def test_a_caller_who_leaves_in_the_middle_costs_nothing(receiver):
    where = urlsplit(receiver.url)
    for _ in range(30):
        with socket.create_connection((where.hostname, where.port), timeout=20) as connection:
            head = f"POST /changes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {receiver.key}\r\n"
            connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n[".encode())
    change = {"version": 1, "event_id": "e", "record": "hubspot.company", "id": "1"}
    assert receiver.post("/changes", json.dumps([change]).encode()).json()["new"] == 1
