"""A loop of writes is stopped: its record is parked and told once, the others go on, and a person starts it again."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from structlog.testing import capture_logs
from typer.testing import CliRunner

from simulator.hubspot.seeding import DEFAULT_TOKEN
from tasks.contracts.records import AccountId, CompanyId, Lane, Link, Owed
from tasks.link_company import link_company
from tests.crm.wire import Wire
from tests.ledger.samples import execute, link_request
from tests.workers.test_slices import Woken
from workers.cli.deployment import open_ledger
from workers.cli.main import app
from workers.ledger.review_desk import ParkedFilter, ParkedWork, ReviewDesk
from workers.settings import read_settings
from workers.slices import run_slice
from workers.toolbox.fuses import WRITE_FUSE
from workers.toolbox.hands import Hands

LOOPED, QUIET = "1", "2"
ROUNDS = 30
WRITES = {"hubspot": "companies/batch/update", "salesforce": "composite/sobjects"}


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with capture_logs() as captured:
        yield captured


@pytest.fixture
def linked(hands: Hands, crms: Wire) -> Hands:
    """Two pairs that are in step."""
    hands.ledger.write_switch("company_sync", True, "test")
    for one in (LOOPED, QUIET):
        account_id = f"00100000000000{one}AAA"
        crms.portal.seed({"companies": [{"id": one, "properties": {"name": "x", "sf_account_id": account_id}}]})
        crms.org.seed({"Account": [{"Id": account_id, "Name": "x", "HubSpot_Company_Id__c": one}]})
        hands.ledger.record_links([link_request(Link(CompanyId(one), AccountId(account_id)))])
    return hands


def workflow(crms: Wire, crm: str, company_id: str) -> None:
    """Clears our id whenever somebody has set it."""
    if crm == "hubspot":
        body = {"properties": {"sf_account_id": ""}}
        headers = {"Authorization": f"Bearer {DEFAULT_TOKEN}"}
        url = f"{crms.url}/crm/v3/objects/companies/{company_id}"
        requests.patch(url, json=body, headers=headers, timeout=20).raise_for_status()
    else:
        account_id = f"00100000000000{company_id}AAA"
        crms.org.seed({"Account": [{"Id": account_id, "Name": "x", "HubSpot_Company_Id__c": None}]})


def announced(hands: Hands, *company_ids: str) -> None:
    """And worked off."""
    hands.book.owe([Owed("link_company", one) for one in company_ids])
    execute(hands.engine, "UPDATE owed SET not_before = now() - interval '1 second'")
    run_slice(link_company, [], Lane.LIVE, hands, Woken())


def parked(hands: Hands) -> list[ParkedWork]:
    return ReviewDesk(hands.engine).find_parked(ParkedFilter())


@pytest.mark.parametrize("crm", WRITES)
def test_a_workflow_that_changes_a_record_back_each_time_is_not_played_with(linked, crms, logs, crm):
    crms.sent.clear()
    for _ in range(ROUNDS):
        workflow(crms, crm, LOOPED)
        announced(linked, LOOPED)
    assert len(crms.calls(WRITES[crm])) == linked.settings.write_fuse
    (stopped,) = parked(linked)
    assert (stopped.code, stopped.problem_class, stopped.record_id) == (WRITE_FUSE, "CONFLICT", LOOPED)
    assert "workflow" in stopped.remedy
    assert stopped.evidence["crm"] == crm
    assert [one["event"] for one in logs].count("fuse.blown") == 1

    crms.sent.clear()
    workflow(crms, crm, QUIET)
    announced(linked, LOOPED, QUIET)
    assert len(crms.calls(WRITES[crm])) == 1, "the other record of the batch is written"
    assert [one.record_id for one in parked(linked)] == [LOOPED]


def test_whoever_replays_it_mends_the_fuse(linked, crms, monkeypatch, database_url, redis_url):
    for _ in range(ROUNDS):
        workflow(crms, "hubspot", LOOPED)
        announced(linked, LOOPED)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    read_settings.cache_clear()
    open_ledger.cache_clear()
    assert CliRunner().invoke(app, ["parked", "replay", LOOPED]).exit_code == 0
    open_ledger().dispose()
    open_ledger.cache_clear()
    read_settings.cache_clear()

    run_slice(link_company, [], Lane.LIVE, linked, Woken())
    assert parked(linked) == []
    assert crms.portal.state()["companies"][0]["properties"]["sf_account_id"]
