"""How the door to Salesforce behaves on the wire: sessions, quota, silence, and what it never says."""

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import unquote

import pytest
from pydantic import SecretStr

from tasks.contracts.errors import (
    Halted,
    SyncError,
    Throttled,
    TryAgain,
    Unreachable,
)
from tasks.contracts.finding import Upserted
from tasks.contracts.records import (
    AccountId,
    Lane,
    PersonId,
)
from tests.crm.asking import KEY, only, upsert
from tests.simulator.salesforce_fixtures import key_pair
from workers.crm.salesforce_requests import (
    FindPeople,
)
from workers.crm.salesforce_soql import Term, columns_of, queries_for

ACME, GLOBEX = AccountId("001000000000001AAA"), AccountId("001000000000002AAA")
ANNA, BERT, LEA = PersonId("003000000000001AAA"), PersonId("003000000000002AAA"), PersonId("00Q000000000001EAA")
CREATED = "2026-01-02T03:04:05.000+0000"
SECRET_ADDRESS = "anna@acme.example"


@pytest.mark.parametrize("size", [1, 3])
def test_a_session_that_ends_midway_is_renewed_once_and_the_headers_stay(salesforce, size):
    door = salesforce.door()
    door.run([upsert(1)])
    salesforce.org.configure({"expire_tokens": True})
    salesforce.wire.reset()

    results = door.run([upsert(n) for n in range(2, 2 + size)])

    assert {type(result) for result in results} == {Upserted}
    assert len(salesforce.wire.calls("oauth2/token")) == 1
    refused, repeated = salesforce.wire.calls("/services/data")
    assert refused.body == repeated.body
    assert {call.headers["Sforce-Call-Options"] for call in (refused, repeated)} == {"client=tandem"}
    assert refused.headers["Authorization"] != repeated.headers["Authorization"]


def test_a_session_that_is_refused_again_halts_without_knocking_on(salesforce):
    salesforce.wire.answer("/services/data", 401, '[{"errorCode":"INVALID_SESSION_ID","message":"no"}]', times=9)

    problem = only(salesforce.door().run([upsert(1)]))

    assert isinstance(problem, Halted)
    assert len(salesforce.wire.calls("/services/data")) == 2
    assert len(salesforce.wire.calls("oauth2/token")) == 2


def test_all_workers_share_one_login(salesforce):
    barrier = threading.Barrier(6)

    def run(number: int):
        door = salesforce.door()
        barrier.wait()
        return only(door.run([upsert(number)]))

    with ThreadPoolExecutor(6) as threads:
        assert {type(result) for result in threads.map(run, range(6))} == {Upserted}
    assert len(salesforce.wire.calls("oauth2/token")) == 1


def test_all_workers_share_one_new_login(salesforce):
    doors = [salesforce.door() for _ in range(4)]
    for number, door in enumerate(doors):
        door.run([upsert(number)])
    salesforce.org.configure({"expire_tokens": True})
    salesforce.wire.reset()

    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(lambda door: only(door.run([upsert(1)])), doors))

    assert {type(result) for result in results} <= {Upserted, TryAgain}
    assert len(salesforce.wire.calls("oauth2/token")) == 1


def test_the_jwt_flow_logs_in(salesforce):
    private, public = key_pair()
    salesforce.org.seed({"oauth": {"public_key": public}})
    salesforce.changes.update(
        salesforce_consumer_secret=SecretStr(""),
        salesforce_username="integration@example.com",
        salesforce_private_key=SecretStr(private),
    )

    assert isinstance(only(salesforce.door().run([upsert(1)])), Upserted)
    assert "jwt-bearer" in unquote(salesforce.wire.calls("token")[0].body.decode())


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"salesforce_consumer_secret": SecretStr("wrong")}, id="a-wrong-secret"),
        pytest.param(
            {"salesforce_consumer_secret": SecretStr(""), "salesforce_private_key": SecretStr("junk")}, id="no-key"
        ),
    ],
)
def test_a_refused_login_halts_and_is_not_repeated_by_everybody(salesforce, changes):
    salesforce.changes.update(changes)

    for _ in range(3):
        assert isinstance(only(salesforce.door().run([upsert(1)])), Halted)
    assert len(salesforce.wire.calls("oauth2/token")) <= 1
    assert salesforce.wire.calls("/services/data") == []


def test_a_corrected_secret_is_tried_at_once(salesforce):
    salesforce.changes["salesforce_consumer_secret"] = SecretStr("wrong")
    assert isinstance(only(salesforce.door().run([upsert(1)])), Halted)

    del salesforce.changes["salesforce_consumer_secret"]

    assert isinstance(only(salesforce.door().run([upsert(1)])), Upserted)


def test_an_instance_without_tls_is_refused_where_the_login_has_it(salesforce):
    login = salesforce.login()
    login._settings = salesforce.settings.model_copy(update={"salesforce_url": "https://login.salesforce.com"})

    with pytest.raises(Halted):
        login._session_of({"instance_url": "http://acme.my.salesforce.com", "access_token": "x"})


def test_a_session_never_shows_its_token(salesforce):
    session = salesforce.login().read()

    assert session.token not in repr(session)


# The budget


def test_the_org_s_own_count_reaches_the_budget(salesforce):
    salesforce.org.configure({"api_usage": 79_998, "daily_limit": 100_000})
    door = salesforce.door()
    assert isinstance(only(door.run([upsert(1)])), Upserted)
    assert isinstance(only(door.run([upsert(2)])), Upserted)

    problem = only(door.run([upsert(3)]))

    assert isinstance(problem, Throttled)
    assert problem.after
    assert problem.after > timedelta(minutes=10)
    assert len(salesforce.wire.calls("/services/data")) == 2


@pytest.mark.parametrize(
    ("text", "at_least"),
    [
        pytest.param("TotalRequests Limit exceeded.", timedelta(minutes=14), id="the-day-is-over"),
        pytest.param("ConcurrentRequests Limit exceeded.", timedelta(seconds=4), id="too-many-at-once"),
    ],
)
def test_a_refusal_for_want_of_quota_stops_every_worker(salesforce, text, at_least):
    salesforce.wire.answer(
        "/services/data", 403, json.dumps([{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": text}])
    )
    assert isinstance(only(salesforce.door().run([upsert(1)])), Throttled)

    another = only(salesforce.door().run([upsert(2)]))

    assert isinstance(another, Throttled)
    assert another.after
    assert another.after >= at_least
    assert len(salesforce.wire.calls("/services/data")) == 1


def test_backfill_leaves_slots_for_live_work(salesforce):
    budget = salesforce.budget()
    for number in range(10):
        budget.take(["salesforce_concurrent"], Lane.BACKFILL, family="salesforce.query", call=f"b{number}")

    assert isinstance(only(salesforce.door(Lane.BACKFILL).run([upsert(1)])), Throttled)
    assert isinstance(only(salesforce.door().run([upsert(1)])), Upserted)


def test_an_org_that_hangs_is_given_up(salesforce):
    salesforce.changes["read_timeout"] = timedelta(seconds=0.3)
    salesforce.wire.delay("/services/data", 1)

    assert isinstance(only(salesforce.door().run([upsert(1)])), Unreachable)


def test_many_rows_in_one_call_are_given_the_time_they_take(salesforce):
    salesforce.org.configure({"chunk_seconds": 0.2})
    salesforce.changes["read_timeout"] = timedelta(seconds=0.7)

    results = salesforce.door().run([upsert(n) for n in range(1_000)])

    assert {type(result) for result in results} == {Upserted}


# What is said


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
def test_no_address_and_no_token_is_ever_said(salesforce, status, caplog):
    caplog.set_level(logging.DEBUG)
    text = f"unexpected token near {SECRET_ADDRESS}"
    body = json.dumps([{"errorCode": "MALFORMED_QUERY", "message": text, "fields": [SECRET_ADDRESS]}])
    salesforce.wire.answer("/services/data", status, body if status < 500 else f"<html>{text}")

    problem = only(salesforce.door().run([FindPeople((SECRET_ADDRESS,))]))

    assert isinstance(problem, SyncError)
    said = " ".join(map(str, (problem, problem.remedy, problem.code, problem.evidence, problem.__cause__)))
    assert "anna" not in said
    assert "acme" not in said
    assert problem.__context__ is None or problem.__suppress_context__
    assert salesforce.login().read().token not in caplog.text
    assert "anna" not in caplog.text


def test_no_log_line_shows_the_address_a_query_asks_for(salesforce, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="urllib3")  # the HubSpot library quietens it
    (query,) = queries_for([Term("Lead", "Email", SECRET_ADDRESS)], columns_of(KEY))

    salesforce.door().calls.send("salesforce.query", "GET", query.path)

    assert any("anna" in call.path for call in salesforce.wire.sent)
    assert "anna" not in caplog.text


def test_a_door_opens_no_connection_when_it_is_built(salesforce):
    salesforce.door()

    assert salesforce.wire.sent == []


def test_an_org_that_hangs_up_is_a_reason_to_try_again(salesforce):
    salesforce.changes["salesforce_url"] = "http://127.0.0.1:9"

    assert isinstance(only(salesforce.door().run([upsert(1)])), Unreachable)
