"""The two ports, the switches, and the faults between a client and a CRM."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
import urllib3
from hubspot.crm.companies.exceptions import ApiException, ServiceException

from simulator.faults import KINDS
from simulator.hubspot.portal import Portal

COMPANIES = "/crm/v3/objects/companies"
NEW = {"properties": {"name": "Acme"}}


def names(hubspot):
    return [each["properties"]["name"] for each in hubspot.portal.state()["companies"]]


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


def test_chance_is_seeded(hubspot):
    def run():
        hubspot.server.reset()
        hubspot.control("POST", "/faults", {"kind": "status", "probability": 0.5, "status": 500})
        return [hubspot.call("GET", COMPANIES).status for _ in range(30)]

    first = run()
    assert Counter(first).keys() == {200, 500}
    assert run() == first


@pytest.mark.parametrize(
    "fault", [{}, {"kind": "nonsense"}, {"kind": "slow", "path": "("}, {"kind": "slow", "sconds": 1}, 7]
)
def test_an_order_that_makes_no_sense_is_refused(hubspot, fault):
    assert "error" in hubspot.control("POST", "/faults", fault)
    assert hubspot.control("GET", "/faults") == []


def test_every_kind_of_fault_is_tried_above():
    tried = {"refuse", "hang", "cut_after_commit", "hang_after_commit", "truncate", "status", "html", "slow"}
    assert set(KINDS) == {*tried, "status_after_commit"}


def test_latency_delays_every_call(hubspot):
    hubspot.control("POST", "/settings", {"hubspot": {"latency": 0.1, "latency_jitter": 0.01}})
    started = time.monotonic()
    hubspot.call("GET", COMPANIES)
    assert time.monotonic() - started >= 0.1


def test_a_reset_forgets_records_counters_faults_and_returns_to_the_first_switches(hubspot):
    hubspot.company()
    hubspot.control("POST", "/faults", {"kind": "slow"})
    hubspot.control("POST", "/settings", {"hubspot": {"burst_limit": 7, "search_limit": 9}})
    hubspot.control("POST", "/reset")
    settings = hubspot.control("GET", "/settings")["hubspot"]
    assert (settings["burst_limit"], settings["association_burst_limit"]) == (0, 150)
    assert hubspot.control("GET", "/counters") == {"hubspot": {}, "faults": {}}
    assert hubspot.control("GET", "/faults") == []
    assert hubspot.control("GET", "/state")["hubspot"]["companies"] == []


def test_control_calls_are_not_counted(hubspot):
    seed = {"hubspot": {"companies": [{"id": "1", "properties": {"name": "A"}}]}}
    hubspot.control("POST", "/seed", seed)
    [seen] = hubspot.control("GET", "/state?system=hubspot")["companies"]
    assert (seen["id"], seen["archived"]) == ("1", False)
    assert hubspot.control("GET", "/counters")["hubspot"] == {}
    hubspot.call("GET", COMPANIES)
    assert hubspot.control("GET", "/counters")["hubspot"]["calls"] == 1
    hubspot.control("POST", "/counters/reset")
    assert hubspot.control("GET", "/counters")["hubspot"] == {}


@pytest.mark.parametrize(
    "changes",
    [{"nonsense": 1}, {"burst_limit": "many"}, {"burst_limit": True}, {"auto_company": 1},
     {"lifecycle_backward": "perhaps"}, {"search_lag": None}],
)  # fmt: skip
def test_wrong_switches_change_nothing(hubspot, changes):
    before = hubspot.control("GET", "/settings")
    refused = hubspot.control("POST", "/settings", {"hubspot": {"search_limit": 77, **changes}})
    assert next(iter(changes)) in refused["error"]
    assert hubspot.control("GET", "/settings") == before
    assert "error" in hubspot.control("POST", "/settings", {"elsewhere": {}})


@pytest.mark.parametrize(
    "data",
    [{"nonsense": []}, {"companies": [{"properties": {"nonsense": "x"}}]}, {"companies": [{"id": "x"}]},
     {"companies": 7}, {"associations": [{"contact": "1", "company": "2"}]}, {"lists": [{"listId": "1"}]}],
)  # fmt: skip
def test_a_wrong_seed_is_refused(data):
    with pytest.raises(ValueError, match=r"."):
        Portal().seed(data)


def test_the_program_announces_itself_takes_switches_and_ends_quickly(tmp_path):
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"hubspot": {"companies": [{"id": "1", "properties": {"name": "A"}}]}}))
    command = [sys.executable, "-m", "simulator", "--port", "0", "--control-port", "0", "--seed", str(seed)]
    command += ["--set", "hubspot.search_lag=7", "--set", "hubspot.lifecycle_backward=400"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        ready = json.loads(program.stdout.readline())
        http = urllib3.PoolManager()
        settings = http.request("GET", f"{ready['control']}/settings").json()
        state = http.request("GET", f"{ready['control']}/state").json()
        assert http.request("GET", f"{ready['data']}/services/data").status == 200
        program.send_signal(signal.SIGTERM)
        assert program.wait(5) == 0
    assert ready["event"] == "ready"
    assert (settings["hubspot"]["search_lag"], settings["hubspot"]["lifecycle_backward"]) == (7.0, "400")
    assert [each["id"] for each in state["hubspot"]["companies"]] == ["1"]
    assert state.keys() == {"hubspot", "salesforce"}


def test_a_listener_hears_a_call_whatever_becomes_of_it(hubspot):
    heard: list[tuple[str, bytes]] = []

    async def listen(request):
        heard.append((request.path, await request.read()))

    hubspot.server.listeners.append(listen)
    hubspot.control("POST", "/faults", {"kind": "status", "times": 1})
    try:
        assert [hubspot.call("POST", COMPANIES, NEW).status for _ in range(2)] == [503, 201]
    finally:
        hubspot.server.listeners.clear()
    assert heard == [(COMPANIES, json.dumps(NEW).encode())] * 2


def test_a_long_url_reaches_the_crm(hubspot):
    assert hubspot.call("GET", f"{COMPANIES}?properties={'x' * 20_000}").status == 200
