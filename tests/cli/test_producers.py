"""Keys for producers at the command line."""

import json
from typing import Any

from typer.testing import Result

from workers.ledger.producers import PostgresProducers


def printed(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_producers_key_is_printed_once_and_revoked(tandem, empty_ledger):
    producers = PostgresProducers(empty_ledger[1])
    key = tandem("producer", "add", "crm-bridge").stdout.strip()
    assert producers.find_name(key) == "crm-bridge"
    second = tandem("producer", "add", "crm-bridge").stdout
    assert "crm-bridge has 2 keys now" in second
    listed = tandem("producer", "list").stdout
    assert key.split("_")[1] in listed
    assert key.split("_")[2] not in listed + tandem("producer", "list", "--json").stdout
    assert tandem("producer", "revoke", "crm-bridge", "--key", key.split("_")[1]).exit_code == 0
    assert producers.find_name(key) is None
    assert producers.find_name(second.split()[0]) == "crm-bridge"
    assert "1 of crm-bridge's keys revoked" in tandem("producer", "revoke", "crm-bridge").stdout
    assert tandem("producer", "revoke", "crm-bridge").exit_code == 1


def test_a_producers_key_is_an_object_for_programs(tandem, empty_ledger):
    told_once = printed(tandem("producer", "add", "billing", "--json"))
    assert PostgresProducers(empty_ledger[1]).find_name(told_once["key"]) == told_once["name"] == "billing"
    assert [one["name"] for one in printed(tandem("producer", "list", "--json"))] == ["billing"]
    assert printed(tandem("producer", "revoke", "billing", "--json")) == {"revoked": 1}


def test_a_producer_cannot_be_called_anything(tandem):
    assert tandem("producer", "add", "Jane Doe").exit_code == 1
    assert "Nobody may announce" in tandem("producer", "list").stdout
