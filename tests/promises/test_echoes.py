"""What we write comes back to us as an announcement, from both CRMs: it ends there, and writes nothing again.

T3 row 7 and "echoes of our own writes". Everything that Tandem can write is written here once, and then announced.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tasks.contracts.records import Lane, Owed
from tests.crm.wire import Sent, Wire
from tests.http.running import Receiver, receiving
from tests.http.webhooks import event
from tests.ledger.samples import execute
from tests.workers.test_slices import Woken
from workers.celery_app import SYNC_TASKS
from workers.ledger.producers import PostgresProducers
from workers.ledger.review_desk import ParkedFilter, ReviewDesk
from workers.slices import run_slice
from workers.toolbox.hands import Hands

ROUNDS = 12
OF_WRITES = ("batch/update", "batch/associate", "batch/create", "composite/sobjects", "/composite")
ACCOUNT = "001000000000007AAA"
OURS = {"changeSource": "INTEGRATION"}
CRMS: dict[str, Any] = {
    "companies": [
        {"id": "1", "properties": {"name": "Acme", "domain": "acme.example", "lifecyclestage": "lead"}},
        {"id": "2", "properties": {"name": "Zeta", "domain": "zeta.example"}},
        {"id": "3", "properties": {"name": "Back", "lifecyclestage": "customer"}},
    ],
    "contacts": [
        {"id": "11", "properties": {"email": "a@acme.example", "lifecyclestage": "customer"}},
        {"id": "12", "properties": {"email": "b@acme.example", "lifecyclestage": "subscriber"}},
        {"id": "21", "properties": {"email": "a@zeta.example", "lifecyclestage": "lead"}},
        {"id": "22", "properties": {"email": "b@zeta.example"}},
        {"id": "31", "properties": {"email": "a@back.example", "lifecyclestage": "lead"}},
    ],
    "associations": [
        {"contact": contact, "company": contact[0], "primary": True} for contact in ("11", "12", "21", "31")
    ],
}
PEOPLE = {"11": None, "12": None, "21": ACCOUNT, "22": ACCOUNT, "31": None}


@pytest.fixture
def receiver(hands: Hands, crms: Wire, engine, database_url) -> Iterator[Receiver]:
    """Both CRMs are in step, and everything that was written for it is still in `crms.sent`."""
    crms.portal.seed(CRMS)
    crms.org.seed({"Account": [{"Id": ACCOUNT, "Name": "Zeta"}]})
    for one, account in PEOPLE.items():
        email = next(each["properties"]["email"] for each in CRMS["contacts"] if each["id"] == one)
        person = {"Id": f"0030000000000{one}AAA", "LastName": "Doe", "Email": email, "AccountId": account}
        crms.org.seed({"Contact": [person]})
    hands.ledger.write_switch("company_sync", True, "test")
    hands.book.owe([Owed("link_contact", one) for one in PEOPLE])
    work_off(hands)
    hands.book.owe([Owed("propagate_lifecycle_stage", "3", forced=True)])
    work_off(hands)
    assert hands.ledger.write_switch("stage_to_contacts", True, "test")
    work_off(hands)
    with receiving(engine, database_url) as started:
        started.key = PostgresProducers(engine).add("crm-bridge")
        yield started


def work_off(hands: Hands) -> None:
    """Until nothing is owed."""
    for _ in range(ROUNDS):
        execute(hands.engine, "UPDATE owed SET not_before = now() - interval '1 second'")
        if not sum(run_slice(task, [], lane, hands, Woken()) for task in SYNC_TASKS for lane in Lane):
            return
    raise AssertionError(f"still owed after {ROUNDS} rounds")


def inputs(crms: Wire, part: str) -> list[dict[str, Any]]:
    return [one for sent in crms.calls(part) for one in json.loads(sent.body)["inputs"]]


def property_events(crms: Wire) -> list[dict[str, Any]]:
    """What HubSpot tells of each property that we have written, with the value as it was written last."""
    last: dict[tuple[str, str, str], str] = {}
    for kind, part in (("company", "companies/batch/update"), ("contact", "contacts/batch/update")):
        for one in inputs(crms, part):
            last |= {(kind, one["id"], name): value for name, value in one["properties"].items()}
    return [
        event(f"{kind}.propertyChange", objectId=int(id_), eventId=n, propertyName=name, propertyValue=value, **OURS)
        for n, ((kind, id_, name), value) in enumerate(last.items())
    ]


def association_events(crms: Wire) -> list[dict[str, Any]]:
    pairs = [(one["from"]["id"], one["to"]["id"]) for one in inputs(crms, "contacts/companies/batch/associate")]
    return [
        event(
            "contact.associationChange", eventId=n, fromObjectId=int(contact), toObjectId=int(company),
            associationType="CONTACT_TO_COMPANY", **OURS,
        )
        for n, (contact, company) in enumerate(pairs)
    ]  # fmt: skip


def is_write(sent: Sent) -> bool:
    if not any(part in sent.path for part in OF_WRITES):
        return False
    # A composite call of queries alone reads.
    return "compositeRequest" not in (text := sent.body.decode()) or '"PATCH"' in text


def expect_no_writes(hands: Hands, crms: Wire) -> None:
    work_off(hands)
    assert [(sent.path, sent.body) for sent in crms.sent if is_write(sent)] == []
    assert ReviewDesk(hands.engine).find_parked(ParkedFilter()) == []


def test_everything_that_can_be_written_was_written(receiver, crms):
    """Or the others would prove less than they say."""
    properties = {(one["subscriptionType"], one["propertyName"]) for one in property_events(crms)}
    assert properties == {
        ("company.propertyChange", "sf_account_id"),
        ("company.propertyChange", "lifecyclestage"),
        ("contact.propertyChange", "lifecyclestage"),
    }
    assert association_events(crms)
    accounts = {one["Id"]: one["HubSpot_Company_Id__c"] for one in crms.org.state()["Account"]}
    assert sorted(accounts.values()) == ["1", "2", "3"], "two created, one adopted"
    assert accounts[ACCOUNT] == "2"
    assert all(one["AccountId"] for one in crms.org.state()["Contact"])
    stages = {one["id"]: one["properties"]["lifecyclestage"] for one in crms.portal.state()["companies"]}
    assert stages == {"1": "customer", "2": "lead", "3": "lead"}


def test_the_properties_that_we_wrote_come_back_from_hubspot_and_cost_no_call_at_all(receiver, crms):
    told = property_events(crms)
    crms.sent.clear()
    owed = receiver.owed()
    answer = receiver.deliver(told).json()
    assert (answer["echoes"], answer["new"]) == (len(told), 0)
    assert receiver.owed() == owed
    assert receiver.woken.owed == []
    assert crms.sent == []


def test_the_associations_that_we_made_come_back_from_hubspot_and_nothing_is_written(receiver, hands, crms):
    told = association_events(crms)
    crms.sent.clear()
    assert receiver.deliver(told).json()["new"] == 2 * len(told), "both ends"
    expect_no_writes(hands, crms)


def test_a_stage_that_we_cleared_on_the_way_comes_back_and_nothing_is_written(receiver, hands, crms):
    """Not an echo by its value: it is not the stage that the company has."""
    crms.sent.clear()
    cleared = event("company.propertyChange", objectId=3, propertyName="lifecyclestage", propertyValue="", **OURS)
    assert receiver.deliver([cleared]).json()["new"] == 1
    expect_no_writes(hands, crms)


def test_the_records_that_we_wrote_come_back_from_salesforce_and_nothing_is_written(receiver, hands, crms):
    kinds = {"Account": "salesforce.account", "Contact": "salesforce.contact"}
    told = [
        {"version": 1, "event_id": f"{record['Id']}", "record": kind, "id": record["Id"]}
        for sobject, kind in kinds.items()
        for record in crms.org.state()[sobject]
    ]
    crms.sent.clear()
    answer = receiver.post("/changes", told).json()
    assert (answer["new"], answer["owed"] > 0) == (len(told), True)
    expect_no_writes(hands, crms)


def test_everything_comes_back_at_once_late_and_twice_and_nothing_is_written(receiver, hands, crms):
    told = [*association_events(crms), *property_events(crms)][::-1]
    crms.sent.clear()
    for _ in range(2):
        receiver.deliver(told)
        expect_no_writes(hands, crms)
