"""Eight clients at once: no key is given twice, no change is lost, no contact has two primary companies."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hubspot import HubSpot
from hubspot.crm.companies.exceptions import ApiException as CompaniesError
from hubspot.crm.contacts.exceptions import ApiException as ContactsError

from tests.simulator.hubspot_fixtures import TOKEN

CLIENTS = 8
KEYS = [f"k{number}" for number in range(24)]
FIELDS = ("phone", "city", "zip", "state", "country", "address", "address2", "website")
PRIMARY = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]


@pytest.fixture
def at_once(hubspot):
    """Run a function in eight threads that start together, each with a client of its own and its number."""

    def run(work):
        barrier = threading.Barrier(CLIENTS)

        def one(number):
            client = HubSpot(access_token=TOKEN, host=hubspot.data, retry=False).crm
            barrier.wait()
            return work(client, number)

        with ThreadPoolExecutor(CLIENTS) as threads:
            return list(threads.map(one, range(CLIENTS)))

    return run


def rotated(items, number):
    """Each client in an order of its own, so that they meet at different places."""
    start = number * len(items) // CLIENTS
    return [*items[start:], *items[:start]]


def test_of_eight_upserts_of_a_key_one_creates(hubspot, at_once):
    def work(crm, number):
        made = []
        for start in range(0, len(KEYS), 6):
            rows = [
                {"id": key, "idProperty": "salesforce_account_id", "properties": {"name": f"C{number}"}}
                for key in rotated(KEYS, number)[start : start + 6]
            ]
            made += crm.companies.batch_api.upsert({"inputs": rows}).results
        return made

    results = [each for made in at_once(work) for each in made]
    created = Counter(each.properties["salesforce_account_id"] for each in results if each.new)
    assert created == Counter(KEYS)
    assert len({each.id for each in results}) == len(KEYS)
    held = [each["properties"]["salesforce_account_id"] for each in hubspot.portal.state()["companies"]]
    assert sorted(held) == sorted(KEYS)


def test_of_eight_creates_with_a_key_one_succeeds_and_the_others_learn_of_it(hubspot, at_once):
    def work(crm, number):
        basic, won, lost = crm.companies.basic_api, {}, {}
        for key in rotated(KEYS, number):
            try:
                won[key] = basic.create({"properties": {"name": "A", "salesforce_account_id": key}}).id
            except CompaniesError as refused:
                lost[key] = (refused.status, refused.body)
        return won, lost

    outcomes = at_once(work)
    winners = Counter(key for won, _ in outcomes for key in won)
    assert winners == Counter(KEYS)
    owner = {key: record_id for won, _ in outcomes for key, record_id in won.items()}
    refusals = [(key, *refused) for _, lost in outcomes for key, refused in lost.items()]
    assert {status for _, status, _ in refusals} == {400}
    assert all(f"{owner[key]} already has that value" in body for key, _, body in refusals)
    assert len(hubspot.portal.state()["companies"]) == len(KEYS)


def test_no_change_of_eight_writers_of_the_same_records_is_lost(hubspot, at_once):
    ids = [hubspot.company() for _ in range(3)]
    writes = 15

    def work(crm, number):
        for count in range(writes):
            for record_id in rotated(ids, number):
                crm.companies.basic_api.update(record_id, {"properties": {FIELDS[number]: f"{number}-{count}"}})

    at_once(work)
    for record_id in ids:
        held = hubspot.properties_of("companies", record_id)
        assert {field: held.get(field) for field in FIELDS} == {
            field: f"{number}-{writes - 1}" for number, field in enumerate(FIELDS)
        }
        seen = hubspot.client.crm.companies.basic_api.get_by_id(record_id, properties_with_history=list(FIELDS))
        for number, field in enumerate(FIELDS):
            values = [each.value for each in seen.properties_with_history[field]]
            assert values == [f"{number}-{count}" for count in reversed(range(writes))]


def test_a_contact_has_one_primary_company_whoever_set_it_last(hubspot, at_once):
    hubspot.set(association_burst_limit=0)
    contact = hubspot.contact(email="a@x.example")
    companies = [hubspot.company() for _ in range(CLIENTS)]

    def work(crm, number):
        for _ in range(5):
            for company in rotated(companies, number):
                crm.associations.v4.basic_api.create("contacts", contact, "companies", company, PRIMARY)

    at_once(work)
    pairs = hubspot.portal.state()["associations"]
    assert sum(each["primary"] for each in pairs) == 1
    assert len(pairs) == CLIENTS
    [primary] = [each["company"] for each in pairs if each["primary"]]
    assert hubspot.properties_of("contacts", contact)["associatedcompanyid"] == primary


def test_an_address_is_one_contacts_whoever_writes_it_how(hubspot, at_once):
    def work(crm, number):
        statuses = []
        for count in range(12):
            try:
                crm.contacts.basic_api.create({"properties": {"email": f"P{count}@X.Example"}})
                statuses.append(201)
            except ContactsError as refused:
                statuses.append(refused.status)
        return statuses

    assert Counter(each for statuses in at_once(work) for each in statuses) == {201: 12, 409: 7 * 12}
    emails = [each["properties"]["email"] for each in hubspot.portal.state()["contacts"]]
    assert sorted(emails) == sorted(f"p{count}@x.example" for count in range(12))
