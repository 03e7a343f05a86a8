"""What goes wrong between a client and a CRM, with which calls, and how often."""

import json
import time
from collections import Counter

import pytest
import urllib3
from hubspot.crm.companies.exceptions import ApiException, ServiceException

from simulator.faults import KINDS
from simulator.hubspot.portal import Portal
from simulator.server import Server

COMPANIES = "/crm/v3/objects/companies"
CONTACTS = "/crm/v3/objects/contacts"
NEW = {"properties": {"name": "Acme"}}


def names(hubspot):
    return [each["properties"]["name"] for each in hubspot.portal.state()["companies"]]


def order(hubspot, kind, **parameters):
    [fault] = hubspot.control("POST", "/faults", {"kind": kind, **parameters})
    return fault


def struck(hubspot):
    return [each["struck"] for each in hubspot.control("GET", "/faults")]


@pytest.mark.parametrize(
    ("fault", "is_written"),
    [({"kind": "refuse"}, False), ({"kind": "hang", "seconds": 0.05}, False), ({"kind": "cut_after_commit"}, True),
     ({"kind": "hang_after_commit", "seconds": 0.05}, True), ({"kind": "truncate"}, True)],
)  # fmt: skip
def test_a_broken_connection_leaves_the_outcome_unknown(hubspot, fault, is_written):
    hubspot.control("POST", "/faults", {**fault, "times": 1, "method": "POST"})
    api = hubspot.client.crm.companies.basic_api
    with pytest.raises(urllib3.exceptions.HTTPError):
        api.create(NEW)
    assert names(hubspot) == ["Acme"] * is_written
    assert hubspot.control("GET", "/counters")["faults"] == {fault["kind"]: 1}
    api.create({"properties": {"name": "Next"}})
    assert names(hubspot)[-1] == "Next"


@pytest.mark.parametrize(
    ("fault", "status", "is_written"),
    [({"kind": "status", "status": 502}, 502, False), ({"kind": "html"}, 503, False),
     ({"kind": "status_after_commit", "status": 524}, 524, True)],
)  # fmt: skip
def test_a_status_may_come_before_or_after_the_write(hubspot, fault, status, is_written):
    hubspot.control("POST", "/faults", fault)
    with pytest.raises(ServiceException) as failed:
        hubspot.client.crm.companies.basic_api.create(NEW)
    assert failed.value.status == status
    assert failed.value.body.startswith("<")
    assert names(hubspot) == ["Acme"] * is_written


def test_a_status_carries_the_body_and_headers_ordered(hubspot):
    fault = {"kind": "status", "status": 477, "body": {"message": "moving"}, "headers": {"Retry-After": "30"}}
    hubspot.control("POST", "/faults", fault)
    with pytest.raises(ApiException) as failed:
        hubspot.client.crm.companies.basic_api.get_page()
    assert (failed.value.status, failed.value.headers["Retry-After"]) == (477, "30")
    assert json.loads(failed.value.body) == {"message": "moving"}


def test_a_slow_answer_is_an_answer(hubspot):
    hubspot.control("POST", "/faults", {"kind": "slow", "seconds": 0.2})
    started = time.monotonic()
    assert hubspot.call("POST", COMPANIES, NEW).status == 201
    assert time.monotonic() - started >= 0.2


def test_faults_strike_where_and_as_often_as_ordered(hubspot):
    fault = {"kind": "status", "method": "POST", "path": "/batch/read$", "skip": 1, "times": 2, "status": 500}
    hubspot.control("POST", "/faults", [fault])
    path = f"{COMPANIES}/batch/read"
    assert hubspot.call("GET", COMPANIES).status == 200
    body = {"inputs": [{"id": "1"}]}
    assert [hubspot.call("POST", path, body).status for _ in range(4)] == [207, 500, 500, 207]
    [seen] = hubspot.control("GET", "/faults")
    assert (seen["seen"], seen["struck"]) == (3, 2)
    hubspot.control("DELETE", "/faults")
    assert hubspot.control("GET", "/faults") == []


@pytest.mark.parametrize(("answer", "place"), [("first", 0), ("second", 1)])
def test_a_duplicate_is_written_twice_and_answered_as_ordered(hubspot, answer, place):
    order(hubspot, "duplicate", answer=answer, times=1, seconds=0.05)
    created = hubspot.call("POST", COMPANIES, NEW)
    wait_until(lambda: len(names(hubspot)) == 2)
    assert created.status == 201
    assert created.body["id"] == hubspot.portal.state()["companies"][place]["id"]
    assert hubspot.control("GET", "/counters")["hubspot"]["calls"] == 2
    assert hubspot.control("GET", "/counters")["faults"] == {"duplicate": 1}


def test_a_late_duplicate_undoes_what_was_written_between(hubspot):
    path = f"{COMPANIES}/{hubspot.company()}"
    order(hubspot, "duplicate", answer="first", times=1, seconds=1)
    assert hubspot.call("PATCH", path, {"properties": {"name": "Former"}}).status == 200
    assert hubspot.call("PATCH", path, {"properties": {"name": "Latter"}}).status == 200
    assert names(hubspot) == ["Latter"]
    wait_until(lambda: names(hubspot) == ["Former"])


def test_what_is_refused_the_second_time_is_answered_as_refused(hubspot):
    order(hubspot, "duplicate", times=1, seconds=0)
    taken = hubspot.call("POST", CONTACTS, {"properties": {"email": "a@example.com"}})
    assert (taken.status, len(hubspot.portal.state()["contacts"])) == (409, 1)


def test_a_reset_forgets_a_late_duplicate(hubspot):
    order(hubspot, "duplicate", answer="first", seconds=0.1)
    hubspot.call("POST", COMPANIES, NEW)
    hubspot.control("POST", "/reset")
    time.sleep(0.2)
    assert names(hubspot) == []


def test_the_first_calls_are_slow_and_again_those_after_a_while_without_any(hubspot):
    order(hubspot, "slow_start", first=2, idle=60, seconds=0.01)
    for _ in range(5):
        assert hubspot.call("GET", COMPANIES).status == 200
    assert struck(hubspot) == [2]
    hubspot.server.faults.all()[0]._last_call -= 61
    for _ in range(5):
        hubspot.call("GET", COMPANIES)
    assert struck(hubspot) == [4]


def test_a_slow_start_takes_its_time(hubspot):
    order(hubspot, "slow_start", seconds=0.2)
    started = time.monotonic()
    hubspot.call("GET", COMPANIES)
    assert time.monotonic() - started >= 0.2


def test_faults_of_the_start_are_back_after_a_reset():
    server = Server([Portal()], faults=[{"kind": "slow_start", "first": 3}])
    server.faults.clear()
    server.reset()
    assert [(each.kind, each.first) for each in server.faults.all()] == [("slow_start", 3)]


@pytest.mark.parametrize(
    ("pattern", "fitting", "other"),
    [({"header": "content-type: text/"}, {}, {"content_type": "application/json"}),
     ({"content": "Ac+me"}, {}, {"name": "Other"}),
     ({"content": "limit=7"}, {"query": "?limit=7"}, {"query": "?limit=8"})],
    ids=["a header", "the body", "the query"],
)  # fmt: skip
def test_a_fault_may_look_for_calls_with(hubspot, pattern, fitting, other):
    order(hubspot, "status", status=500, **pattern)
    assert create(hubspot, **fitting) == 500
    assert create(hubspot, **other) == 201


def create(hubspot, *, content_type="text/json", name="Acme", query=""):
    headers = {"Content-Type": content_type, "Authorization": "Bearer pat-na1-simulator"}
    body = json.dumps({"properties": {"name": name}})
    return hubspot.http.request("POST", f"{hubspot.data}{COMPANIES}{query}", body=body, headers=headers).status


def run(hubspot, *, seed=1, unrelated=0, others=()):
    """What becomes of thirty calls of which half are refused."""
    hubspot.server.reset()
    for each in (*others, {"kind": "status", "path": "companies", "probability": 0.5, "status": 500, "seed": seed}):
        hubspot.control("POST", "/faults", each)
    seen = []
    for _ in range(30):
        seen.append(hubspot.call("GET", COMPANIES).status)
        for _ in range(unrelated):
            hubspot.call("GET", CONTACTS)
    return seen


def test_a_run_with_the_same_calls_repeats(hubspot):
    first = run(hubspot)
    assert Counter(first).keys() == {200, 500}
    assert run(hubspot) == first


def test_chance_knows_nothing_of_other_calls_and_other_faults(hubspot):
    others = [{"kind": "status", "path": "contacts", "probability": 0.5}]
    assert run(hubspot, unrelated=3, others=others) == run(hubspot)


def test_another_seed_is_another_run(hubspot):
    assert run(hubspot, seed=2) != run(hubspot)


def test_two_faults_do_not_strike_in_step(hubspot):
    halves = {"probability": 0.5, "status": 500}
    for path in ("companies", "contacts"):
        order(hubspot, "status", path=path, **halves)
    seen = [(hubspot.call("GET", COMPANIES).status, hubspot.call("GET", CONTACTS).status) for _ in range(30)]
    assert {(200, 500), (500, 200)} <= set(seen)


@pytest.mark.parametrize(
    "fault",
    [{}, {"kind": "nonsense"}, {"kind": "slow", "path": "("}, {"kind": "slow", "sconds": 1}, 7,
     {"kind": "slow", "header": "("}, {"kind": "slow", "times": "3"}, {"kind": "slow", "probability": None},
     {"kind": "duplicate", "answer": "third"}, {"kind": "status", "status": 99_999}, {"kind": "status", "status": 100},
     {"kind": "status", "headers": 7}, {"kind": "status", "headers": {"A": 1}}, {"kind": "slow", "probability": 1.5},
     {"kind": "status", "headers": {"A\r\nB": "x"}}, {"kind": "hang", "seconds": -1}],
)  # fmt: skip
def test_an_order_that_makes_no_sense_is_refused(hubspot, fault):
    assert "error" in hubspot.control("POST", "/faults", fault)
    assert hubspot.control("GET", "/faults") == []


def test_every_kind_of_fault_is_tried_above():
    tried = {"refuse", "hang", "cut_after_commit", "hang_after_commit", "truncate", "status", "html", "slow"}
    assert set(KINDS) == {*tried, "status_after_commit", "duplicate", "slow_start"}


def wait_until(holds):
    while not holds():  # the time limit of the suite ends it
        time.sleep(0.01)
