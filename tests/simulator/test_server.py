"""The two ports, the switches, the seed, and the program."""

import json
import signal
import socket
import subprocess
import sys
import time

import pytest
import urllib3

from simulator.__main__ import main
from simulator.hubspot.portal import Portal
from tests.simulator.hubspot_fixtures import TOKEN

COMPANIES = "/crm/v3/objects/companies"
NEW = {"properties": {"name": "Acme"}}


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
     {"lifecycle_backward": "perhaps"}, {"search_lag": None}, {"search_lag": -1}, {"batch_limit": -1},
     {"search_lag": float("inf")}, {"search_lag": float("nan")}],
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
    command += ["--fault", '{"kind": "slow_start", "seconds": 0.01, "times": 3}']
    command += ["--set", "hubspot.search_lag=7", "--set", "hubspot.lifecycle_backward=400"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        ready = json.loads(program.stdout.readline())
        http = urllib3.PoolManager()
        settings = http.request("GET", f"{ready['control']}/settings").json()
        [fault] = http.request("GET", f"{ready['control']}/faults").json()
        state = http.request("GET", f"{ready['control']}/state").json()
        assert http.request("GET", f"{ready['data']}/services/data").status == 200
        program.send_signal(signal.SIGTERM)
        assert program.wait(5) == 0
    assert ready["event"] == "ready"
    assert (fault["kind"], fault["times"]) == ("slow_start", 3)
    assert (settings["hubspot"]["search_lag"], settings["hubspot"]["lifecycle_backward"]) == (7.0, "400")
    assert [each["id"] for each in state["hubspot"]["companies"]] == ["1"]
    assert state.keys() == {"hubspot", "salesforce"}


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield str(taken.getsockname()[1])


def test_the_program_says_that_its_port_is_taken(taken_port):
    for name, other in (("--port", "--control-port"), ("--control-port", "--port")):
        command = [sys.executable, "-m", "simulator", name, taken_port, other, "0"]
        failed = subprocess.run(command, capture_output=True, text=True, check=False)
        [said] = failed.stderr.splitlines()
        assert (failed.returncode, failed.stdout, said.startswith("Cannot begin: ")) == (1, "", True)
        assert taken_port in said
        assert "address already in use" in said


def why_it_cannot_begin(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(["--port", "0", "--control-port", "0", *arguments])
    assert str(ended.value.code).startswith("Cannot begin: ")
    return str(ended.value.code)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "99999"], "'99999' is not a port; those go from 0 to 65535"),
        (["--port", "-1"], "'-1' is not a port"),
        (["--control-port", "65536"], "'65536' is not a port"),
        (["--control-port", "x"], "'x' is not a port"),
        (["--fault", "{"], "'{' is not an object in JSON"),
        (["--fault", "7"], "'7' is not an object in JSON"),
        (["--set", "hubspot"], "'hubspot' is not of the form SYSTEM.SWITCH=VALUE"),
        (["--set", "hubspot=1"], "'hubspot=1' is not of the form SYSTEM.SWITCH=VALUE"),
    ],
)
def test_the_program_says_which_argument_makes_no_sense(arguments, said, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fault", '{"kind": "nonsense"}'], "unknown fault 'nonsense'"),
        (["--set", "hubspot.nonsense=1"], "unknown switch 'nonsense'"),
        (["--set", "nonsense.search_lag=1"], "unknown system 'nonsense'"),
        (["--set", "hubspot.search_lag=long"], "search_lag must be float"),
        (["--set", "salesforce.validation_rules=[{}]"], "not a validation rule"),
        (["--host", "256.0.0.1"], "Name or service not known"),
    ],
)
def test_the_program_says_why_it_cannot_begin(arguments, said):
    assert said in why_it_cannot_begin(*arguments)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON: "),
        ("[" * 100_000, "is not JSON: "),
        ("[1]", "an object by system is expected"),
        ('{"hubspot": 5}', "an object by system is expected"),
        ('{"nonsense": {}}', "unknown system 'nonsense'"),
        ('{"hubspot": {"companies": [{"properties": 5}]}}', "malformed seed"),
        ('{"salesforce": {"Account": 5}}', "malformed seed"),
        ('{"salesforce": {"Account": [5]}}', "malformed seed"),
        ('{"salesforce": {"Account": [{"Nonsense": 5}]}}', "no such field: Account.Nonsense"),
    ],
    ids=range(9),
)
def test_the_program_says_what_is_wrong_with_its_seed(tmp_path, text, said):
    seed = tmp_path / "seed.json"
    seed.write_text(text)
    assert said in why_it_cannot_begin("--seed", str(seed))


def test_the_program_says_that_its_seed_cannot_be_read(tmp_path):
    for path, why in ((tmp_path / "missing", "No such file or directory"), (tmp_path, "Is a directory")):
        assert why_it_cannot_begin("--seed", str(path)) == f"Cannot begin: the seed {path} cannot be read: {why}"


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


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_body_that_cannot_be_unpacked_is_refused(hubspot, encoding):
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Encoding": encoding}
    answer = hubspot.http.request("POST", hubspot.data + COMPANIES, body=b"not packed", headers=headers)
    assert answer.status == 400
    assert hubspot.call("GET", COMPANIES).body["results"] == []


def test_a_long_url_reaches_the_crm(hubspot):
    assert hubspot.call("GET", f"{COMPANIES}?properties={'x' * 20_000}").status == 200
