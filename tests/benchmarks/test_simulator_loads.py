"""What the simulator's speed is measured with has to be answered as meant, or the figures mean nothing."""

import json

import pytest
import requests

from benchmarks.simulator_loads import HUBSPOT_KEY, HUBSPOT_TOKEN, loads, records
from benchmarks.simulator_speed import simulator

COUNT = 4_000


@pytest.fixture(scope="module")
def server():
    with simulator() as started:
        started.seed({"hubspot": {"properties": {"companies": [HUBSPOT_KEY]}}})
        started.seed(records(0, COUNT))
        yield started


@pytest.mark.parametrize("load", list(loads(COUNT)), ids=lambda load: load.name)
def test_every_call_reads_or_writes_as_many_records_as_it_says(server, load):
    headers = {"Authorization": server.authorization(load.system), "Content-Type": "application/json"}
    for each in (load.requests[0], load.requests[-1]):
        answer = requests.request(each.method, server.data + each.path, data=each.body, headers=headers, timeout=30)
        assert answer.status_code == 200
        assert len(rows(answer.json())) == load.rows


def rows(body):
    found = body if isinstance(body, list) else body.get("results", [body])
    assert not [row for row in found if row.get("errors")]
    return found


def test_every_write_changes_its_record(server):
    [load] = [each for each in loads(COUNT) if each.name == "HubSpot PATCH"]
    half = len(load.requests) // 2
    one, other = (json.loads(each.body)["properties"] for each in (load.requests[0], load.requests[half]))
    assert load.requests[0].path == load.requests[half].path
    assert {name for name in one if one[name] != other[name]} == {"phone"}


def test_the_token_is_the_one_the_simulator_knows(server):
    assert server.authorization("hubspot") == f"Bearer {HUBSPOT_TOKEN}"
