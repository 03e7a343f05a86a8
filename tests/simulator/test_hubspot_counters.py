"""Every behaviour of docs/simulator.md happens when it is asked for, and is counted by the names given there."""

import threading
import time

import pytest
import urllib3

from tests.architecture.simulator_behaviours import HUBSPOT, behaviours
from tests.simulator.hubspot_operations import CITY
from tests.simulator.webhook_receiver import receiving
from tests.waiting import until

COMPANIES = "/crm/v3/objects/companies"
BATCH = f"{COMPANIES}/batch"
SEARCH = f"{COMPANIES}/search"
BEHAVIOURS = [behaviours()[number] for number in HUBSPOT]


def patch(hubspot, record_id, **properties):
    return hubspot.call("PATCH", f"{COMPANIES}/{record_id}", {"properties": properties})


def create(hubspot, *rows):
    return hubspot.call("POST", f"{BATCH}/create", {"inputs": [{"properties": {"name": "A"}, **row} for row in rows]})


def upsert(hubspot, *rows):
    inputs = [{"idProperty": "salesforce_account_id", "properties": {"name": "A"}, **row} for row in rows]
    return hubspot.call("POST", f"{BATCH}/upsert", {"inputs": inputs})


def generations(hubspot):
    assert hubspot.call("GET", "/crm/objects/2026-09/0-2").status == 200
    assert hubspot.call("GET", "/crm/v3/objects/company").status == 200
    hubspot.set(path_generations="dated")
    assert hubspot.call("GET", COMPANIES).status == 404
    assert hubspot.call("GET", "/crm/objects/2026-09/0-2").status == 200


def statuses(hubspot):
    record_id = hubspot.company()
    assert hubspot.call("POST", f"{BATCH}/read", {"inputs": [{"id": "404"}]}).status == 207
    assert hubspot.call("DELETE", f"{COMPANIES}/{record_id}").status == 204
    hubspot.depart_from_the_contract()
    hubspot.set(exact_statuses=False)
    assert hubspot.client.crm.companies.basic_api.create({"properties": {"name": "A"}}) is None


def unique_values(hubspot):
    hubspot.company(salesforce_account_id="001A")
    twin = {"properties": {"name": "B", "salesforce_account_id": "001A"}}
    assert hubspot.call("POST", COMPANIES, twin).status == 400
    hubspot.set(unique_values=False)
    assert hubspot.call("POST", COMPANIES, twin).status == 201


def trace_ids(hubspot):
    bad = {"properties": {"no": "x"}}
    assert create(hubspot, {}, bad).status == 400
    assert create(hubspot, {"objectWriteTraceId": "a"}, {**bad, "objectWriteTraceId": "b"}).status == 207


def limits_of_batches(hubspot):
    assert create(hubspot, *[{}] * 101).status == 400
    assert upsert(hubspot, {"id": "1"}, {"id": "1"}).status == 400
    hubspot.set(batch_limit=1)
    assert create(hubspot, {}, {}).status == 400


def order_of_results(hubspot):
    rows = [{"id": str(place)} for place in range(50)]
    keys = [each["properties"]["salesforce_account_id"] for each in upsert(hubspot, *rows).body["results"]]
    assert keys != [each["id"] for each in rows]
    hubspot.set(shuffle_results=False)
    keys = [each["properties"]["salesforce_account_id"] for each in upsert(hubspot, *rows).body["results"]]
    assert keys == [each["id"] for each in rows]


def search(hubspot):
    hubspot.set(search_lag=60.0, search_limit=3)
    hubspot.company()
    assert hubspot.call("POST", SEARCH, {}).body["total"] == 0
    assert hubspot.call("POST", SEARCH, {"after": "9999"}).status == 400
    hubspot.set(search_result_cap=5)
    assert hubspot.call("POST", SEARCH, {"limit": 6}).status == 400
    assert hubspot.call("POST", SEARCH, {}).status == 429


def quotas(hubspot):
    hubspot.set(burst_limit=1)
    assert [hubspot.call("GET", COMPANIES).status for _ in range(2)] == [200, 429]
    hubspot.set(burst_limit=0, daily_limit=1)
    refused = hubspot.call("GET", COMPANIES).body
    assert (refused["policyName"], "requestId" in refused, "category" in refused) == ("DAILY", True, False)
    hubspot.set(rate_limits_category=True)
    assert hubspot.call("GET", COMPANIES).body["category"] == "RATE_LIMITS"


def write_lock(hubspot):
    hubspot.set(company_upserts_per_second=2, write_lock_time=60.0)
    assert upsert(hubspot, {"id": "1"}, {"id": "2"}).status == 200
    assert upsert(hubspot, {"id": "3"}).status == 423


def labels(hubspot):
    contact, first, second = hubspot.contact(email="a@x.example"), hubspot.company(), hubspot.company()
    primary = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    plain = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
    between = f"/crm/v4/objects/contacts/{contact}/associations/companies/"
    for company, types in ((first, primary), (second, primary), (second, plain)):
        hubspot.call("PUT", between + company, types)
    assert [each["primary"] for each in hubspot.portal.state()["associations"]] == [False, False]
    hubspot.set(labels_replace=False)
    hubspot.call("PUT", between + first, primary)
    hubspot.call("PUT", between + first, plain)
    assert sorted(each["primary"] for each in hubspot.portal.state()["associations"]) == [False, True]
    limit = {"category": "HUBSPOT_DEFINED", "typeId": 279, "maxToObjectIds": 1}
    limits = "/crm/v4/associations/definitions/configurations/contacts/companies/batch/create"
    hubspot.call("POST", limits, {"inputs": [limit]})
    assert hubspot.call("PUT", between + hubspot.company(), plain).status == 400


def auto_companies(hubspot):
    hubspot.company(domain="acme.example")
    hubspot.company(domain="acme.example")  # nobody minds
    hubspot.set(auto_company=True, auto_company_delay=0.0)
    hubspot.contact(email="a@new.example")
    until(lambda: len(hubspot.portal.state()["companies"]) == 3)


def lifecycle(hubspot):
    record_id = hubspot.company(lifecyclestage="customer")
    assert patch(hubspot, record_id, lifecyclestage="lead").body["properties"]["lifecyclestage"] == "customer"
    hubspot.set(lifecycle_backward="400")
    assert patch(hubspot, record_id, lifecyclestage="lead").status == 400


def webhooks(hubspot):
    hubspot.set(webhook_delay=0.0, webhook_duplicates=1.0, webhook_reordering=1.0, webhook_lateness=0.01)
    hubspot.set(webhook_timeout=0.1, webhook_retries=1, webhook_retry_time=0.01)
    gate = threading.Event()
    with receiving() as receiver:
        receiver.answer = lambda number: (gate.wait(10) and 200) if number == 0 else 200
        setup = {"targetUrl": receiver.url, "subscriptions": [{"eventType": "company.creation"}]}
        hubspot.control("POST", "/hubspot/webhooks", setup)
        hubspot.company()
        until(lambda: hubspot.portal.counters["webhook_delivered_events"] == 2)
        receiver.answer = lambda _number: 500
        hubspot.company()
        until(lambda: hubspot.portal.counters["webhook_lost_events"] == 2)
        gate.set()
    assert hubspot.control("GET", "/hubspot/webhooks")["apps"][0]["waiting"] == 0


def merges(hubspot):
    survivor, loser = hubspot.company(), hubspot.company()
    body = {"primaryObjectId": survivor, "objectIdToMerge": loser}
    hubspot.call("POST", f"{COMPANIES}/merge", body)
    assert hubspot.call("GET", f"{COMPANIES}/{loser}").body["id"] == survivor
    assert hubspot.call("POST", f"{BATCH}/read", {"inputs": [{"id": loser}]}).status == 207
    hubspot.set(merged_ids_answer=False, merge_limit=1)
    assert hubspot.call("GET", f"{COMPANIES}/{loser}").status == 404
    body = {"primaryObjectId": survivor, "objectIdToMerge": hubspot.company()}
    assert hubspot.call("POST", f"{COMPANIES}/merge", body).status == 414


def archived_values(hubspot):
    keyed = {"properties": {"name": "A", "salesforce_account_id": "001A"}}
    for is_held, status in ((False, 201), (True, 400)):
        hubspot.set(archived_holds_unique=False)
        record_id = hubspot.company(salesforce_account_id="001A")
        hubspot.call("DELETE", f"{COMPANIES}/{record_id}")
        hubspot.set(archived_holds_unique=is_held)
        answer = hubspot.call("POST", COMPANIES, keyed)
        assert answer.status == status
        if status == 201:
            hubspot.call("DELETE", f"{COMPANIES}/{answer.body['id']}")


def broken_answers(hubspot):
    kinds = ("cut_after_commit", "hang_after_commit", "status_after_commit", "hang")
    for kind in kinds:
        hubspot.server.faults.clear()
        hubspot.control("POST", "/faults", {"kind": kind, "seconds": 0.01, "times": 1})
        if kind == "status_after_commit":
            assert hubspot.call("POST", COMPANIES, {"properties": {"name": kind}}).status == 503
            continue
        with pytest.raises(urllib3.exceptions.ProtocolError):
            hubspot.call("POST", COMPANIES, {"properties": {"name": kind}})
    written = {each["properties"]["name"] for each in hubspot.portal.state()["companies"]}
    assert written == set(kinds) - {"hang"}


def dynamic_lists(hubspot):
    hubspot.set(dynamic_list_delay=0.2)
    fields = {"name": "L", "objectTypeId": "0-2", "processingType": "DYNAMIC", "filterBranch": CITY}
    path = f"/crm/v3/lists/{hubspot.call('POST', '/crm/v3/lists/', fields).body['list']['listId']}/memberships"
    hubspot.company(city="Bonn")
    assert hubspot.call("GET", path).body["total"] == 0
    until(lambda: hubspot.call("GET", path).body["total"] == 1)


def validation(hubspot):
    wrong = {"name": "A", "no": "x", "createdate": "2026-01-01", "lifecyclestage": "guru", "numberofemployees": "x"}
    refused = hubspot.call("POST", COMPANIES, {"properties": wrong}).body
    codes = ["PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE", "INVALID_OPTION", "INVALID_INTEGER"]
    assert [each["code"] for each in refused["errors"]] == codes
    hubspot.set(validate_properties=False)
    assert hubspot.call("POST", COMPANIES, {"properties": wrong}).status == 201


def correlation_ids(hubspot):
    answer = hubspot.call("GET", f"{COMPANIES}/404")
    assert answer.headers["X-HubSpot-Correlation-Id"] == answer.body["correlationId"]
    hubspot.depart_from_the_contract()
    hubspot.set(correlation_ids=False)
    bare = hubspot.call("GET", f"{COMPANIES}/404")
    assert "correlationId" not in bare.body
    assert "X-HubSpot-Correlation-Id" not in bare.headers


def last_modified(hubspot):
    company, contact = hubspot.company(), hubspot.contact(email="a@x.example")
    for kind, record_id, name in (
        ("companies", company, "hs_lastmodifieddate"),
        ("contacts", contact, "lastmodifieddate"),
    ):
        before = hubspot.properties_of(kind, record_id)
        time.sleep(0.002)
        hubspot.call("PATCH", f"/crm/v3/objects/{kind}/{record_id}", {"properties": {}})
        after = hubspot.properties_of(kind, record_id)
        assert {each for each in after if after[each] != before.get(each)} == {name}
    hubspot.set(unchanged_write_touches=False)
    before = hubspot.properties_of("companies", company)
    patch(hubspot, company, name="Acme")
    assert hubspot.properties_of("companies", company) == before


SCENARIOS = {
    1: generations,
    2: statuses,
    3: unique_values,
    4: trace_ids,
    5: limits_of_batches,
    6: order_of_results,
    7: search,
    8: quotas,
    9: write_lock,
    10: labels,
    11: auto_companies,
    12: lifecycle,
    13: webhooks,
    14: merges,
    15: archived_values,
    16: broken_answers,
    17: dynamic_lists,
    18: validation,
    19: correlation_ids,
    20: last_modified,
}


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda each: f"{each.number}-{SCENARIOS[each.number].__name__}")
def test_a_behaviour_can_be_switched_and_is_counted(hubspot, behaviour):
    SCENARIOS[behaviour.number](hubspot)
    counted = hubspot.control("GET", "/counters")["faults" if behaviour.are_faults else "hubspot"]
    assert [name for name in behaviour.counters if not counted.get(name)] == []


def test_nothing_is_counted_that_did_not_happen(hubspot):
    hubspot.call("GET", COMPANIES)
    counted = hubspot.control("GET", "/counters")["hubspot"]
    assert set(counted) == {"calls", "calls_objects", "calls_numbered", "answers_200", "correlation_ids"}


def test_what_each_app_writes_is_counted_apart(hubspot):
    scopes = ["crm.objects.companies.read", "crm.objects.companies.write", "crm.objects.contacts.write"]
    hubspot.portal.seed({"tokens": {"pat-na1-other": {"name": "Other", "appId": "1000002", "scopes": scopes}}})
    first, second, contact = hubspot.company(), hubspot.company(), hubspot.contact(email="a@acme.com")
    hubspot.call("GET", f"{COMPANIES}/{first}")

    def as_other(method, path, body=None):
        assert hubspot.call(method, path, body, token="pat-na1-other").status < 300

    as_other("PATCH", f"{COMPANIES}/{first}", {"properties": {"name": "Other"}})
    as_other("PATCH", f"{COMPANIES}/{first}", {"properties": {"name": "Other"}})
    as_other("PUT", f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{first}")
    as_other("DELETE", f"/crm/v4/objects/contacts/{contact}/associations/companies/{first}")
    as_other("POST", f"{COMPANIES}/merge", {"primaryObjectId": first, "objectIdToMerge": second})
    as_other("DELETE", f"{COMPANIES}/{first}")

    counted = hubspot.control("GET", "/counters")["hubspot"]
    assert (counted["writes_by_app_1000001"], counted["writes_by_app_1000002"]) == (3, 6)
