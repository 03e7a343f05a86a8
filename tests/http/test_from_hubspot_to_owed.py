"""From an edit in the simulated HubSpot over its webhooks to what is owed, with all that goes wrong on the way."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.http.running import Receiver, receiving
from tests.http.webhooks import PATH, SECRET
from tests.ledger.samples import empty
from tests.simulator.hubspot_fixtures import Simulation
from tests.waiting import until
from workers.embedded import free_port
from workers.ledger.postgres_ledger import PostgresLedger

KEY = "salesforce_account_id"
PROMPT = {"webhook_delay": 0.0, "webhook_duplicates": 0.0, "webhook_reordering": 0.0, "webhook_retry_time": 1.0}
COMPANY_TYPES = ("company.creation", "company.deletion", "company.merge", "company.restore")
TYPES = (*COMPANY_TYPES, "contact.associationChange", "company.associationChange", "contact.privacyDeletion")
SUBSCRIPTIONS = [
    *({"eventType": each} for each in TYPES),
    {"eventType": "object.propertyChange", "objectTypeId": "0-2", "propertyName": "city"},
    {"eventType": "company.propertyChange", "propertyName": KEY},
]


@pytest.fixture
def connect(hubspot: Simulation, engine, database_url):
    """The portal's webhooks lead to this address from now on."""
    empty(engine)

    def subscribe(url: str, *, secret: str = SECRET, **switches: Any) -> None:
        hubspot.set(**{**PROMPT, **switches})
        body = {"targetUrl": url + PATH, "secret": secret, "subscriptions": SUBSCRIPTIONS}
        assert "errors" not in hubspot.control("POST", "/hubspot/webhooks", body)

    yield subscribe
    hubspot.server.reset()


@pytest.fixture
def receiver(engine, database_url):
    with receiving(engine, database_url, hubspot_account_property=KEY) as started:
        yield started


def edit(hubspot: Simulation, company: str, **properties: str) -> None:
    hubspot.call("PATCH", f"/crm/v3/objects/companies/{company}", {"properties": properties})


def sendings(hubspot: Simulation) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = hubspot.control("GET", "/hubspot/webhooks")["sent"]
    return sent


def is_noted(receiver: Receiver, record_id: str, what: str, kind: str = "hubspot.company") -> Callable[[], bool]:
    return lambda: ("hubspot", kind, record_id, what) in receiver.changes()


def test_an_edit_becomes_owed(hubspot, connect, receiver):
    company = hubspot.company()
    connect(receiver.url)
    edit(hubspot, company, city="Ulm")
    until(is_noted(receiver, company, "changed"))
    assert receiver.owed() == [("create_account", company, 1, 0)]
    until(lambda: [one.record_id for one in receiver.woken.owed] == [company])
    until(lambda: [each["outcome"] for each in sendings(hubspot)] == [200])


def test_all_that_can_happen_to_records_becomes_owed(hubspot, connect, receiver):
    contact = hubspot.contact(email="a@x.example")
    survivor, loser, gone = (hubspot.company(name=name) for name in "ABC")
    connect(receiver.url, merge_makes_new_id=True)
    hubspot.call("PUT", f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{gone}")
    hubspot.call("POST", "/crm/v3/objects/companies/merge", {"primaryObjectId": survivor, "objectIdToMerge": loser})
    hubspot.call("DELETE", f"/crm/v3/objects/companies/{gone}")
    hubspot.control("POST", "/hubspot/restore", {"objectType": "companies", "id": gone})
    hubspot.call("POST", "/crm/v3/objects/contacts/gdpr-delete", {"objectId": contact})
    until(is_noted(receiver, contact, "associated", "hubspot.contact"))
    for record_id, what in ((gone, "associated"), (gone, "deleted"), (gone, "restored"), (survivor, "merged")):
        until(is_noted(receiver, record_id, what))
    until(is_noted(receiver, loser, "merged"))
    until(is_noted(receiver, contact, "deleted", "hubspot.contact"))
    merged = {record_id for _, _, record_id, what in receiver.changes() if what == "merged"}
    assert len(merged) == 3, "the one that came of it has a number of its own"
    assert receiver.malformed() == []
    assert {record_id for _, record_id, *_ in receiver.owed()} >= {contact, survivor, loser, gone, *merged}


def test_twice_and_in_any_order_is_as_good_as_once(hubspot, connect, receiver):
    companies = [hubspot.company() for _ in range(20)]
    connect(receiver.url, webhook_duplicates=1.0, webhook_reordering=0.5, webhook_lateness=0.3)
    for company in companies:
        edit(hubspot, company, city="Ulm")
        edit(hubspot, company, city="Bonn")
    until(lambda: hubspot.portal.counters["webhook_delivered_events"] == 80)
    assert hubspot.portal.counters["webhook_duplicates"] == 40
    assert len(receiver.changes()) == 40
    # Two edits in one batch are one request.
    assert {record_id: 1 <= requested <= 2 for _, record_id, requested, _ in receiver.owed()} == dict.fromkeys(
        companies, True
    )


def test_what_was_told_while_the_receiver_was_away_arrives_later(hubspot, connect, engine, database_url):
    port = free_port()
    company = hubspot.company()
    connect(f"http://127.0.0.1:{port}", webhook_retry_time=20.0)
    edit(hubspot, company, city="Ulm")
    until(lambda: hubspot.portal.counters["webhook_failures"] >= 1)
    with receiving(engine, database_url, port=port) as receiver:
        until(is_noted(receiver, company, "changed"))
        assert receiver.owed() == [("create_account", company, 1, 0)]
    assert hubspot.portal.counters["webhook_retries"] >= 1


def test_what_was_told_while_the_ledger_was_away_arrives_later(hubspot, connect, engine, database_url):
    port = free_port()
    company = hubspot.company()
    with receiving(engine, f"postgresql://u@127.0.0.1:{free_port()}/x", port=port) as receiver:
        connect(receiver.url, webhook_retry_time=20.0)
        edit(hubspot, company, city="Ulm")
        until(lambda: [each["outcome"] for each in sendings(hubspot)][:1] == [503])
    with receiving(engine, database_url, port=port) as receiver:
        until(is_noted(receiver, company, "changed"))


def test_another_apps_webhooks_are_refused(hubspot, connect, receiver):
    company = hubspot.company()
    connect(receiver.url, secret="of-another-app", webhook_retries=1, webhook_retry_time=0.1)
    edit(hubspot, company, city="Ulm")
    until(lambda: [each["outcome"] for each in sendings(hubspot)] == [401, 401])
    assert (receiver.changes(), receiver.owed()) == ([], [])


def test_another_portals_webhooks_are_refused(hubspot, connect, receiver):
    company = hubspot.company()
    connect(receiver.url, portal_id=7, webhook_retries=0)
    edit(hubspot, company, city="Ulm")
    until(lambda: [each["outcome"] for each in sendings(hubspot)] == [403])
    assert receiver.changes() == []


def test_the_echo_of_our_own_write_ends_and_the_next_edit_does_not(hubspot, connect, receiver, engine):
    company, ledger = hubspot.company(), PostgresLedger(engine)
    ledger.record_snapshots("company", {company: {"id": company, "account_id": None}}, read_at=ledger.now())
    connect(receiver.url, webhook_delay=0.2)
    edit(hubspot, company, **{KEY: "001000000000042AAA"})
    ledger.patch_snapshots("company", {company: {"account_id": "001000000000042AAA"}})
    until(lambda: hubspot.portal.counters["webhook_delivered_events"] == 1)
    assert (receiver.changes(), receiver.owed()) == ([], [])
    edit(hubspot, company, **{KEY: "001000000000007AAA"})
    until(is_noted(receiver, company, "changed"))
