"""What an app is told of changes: which events, signed how, in which requests, and again if it did not take them."""

import threading
import time
from functools import partial

import pytest
from hubspot.utils.signature import Signature

from tests.simulator.webhook_receiver import receiving
from tests.waiting import until

SECRET = "a-client-secret"
COMMON = {
    "eventId",
    "subscriptionId",
    "portalId",
    "appId",
    "occurredAt",
    "subscriptionType",
    "attemptNumber",
    "changeSource",
    "sourceId",
}
PROMPT = {"webhook_delay": 0.0, "webhook_duplicates": 0.0, "webhook_reordering": 0.0, "webhook_retry_time": 0.5}
LABELLED = "/crm/v4/objects/contacts/{}/associations/companies/{}"
PRIMARY = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]


@pytest.fixture
def receiver(hubspot):
    hubspot.set(**PROMPT)
    with receiving() as started:
        yield started
        hubspot.server.reset()


def subscribe(hubspot, receiver, *subscriptions, **more):
    wanted = [each if isinstance(each, dict) else {"eventType": each} for each in subscriptions]
    body = {"targetUrl": receiver.url, "secret": SECRET, "subscriptions": wanted, **more}
    return hubspot.control("POST", "/hubspot/webhooks", body)


def has_received(receiver, requests):
    return len(receiver.received) >= requests


def merge(hubspot, survivor, loser):
    body = {"primaryObjectId": survivor, "objectIdToMerge": loser}
    hubspot.call("POST", "/crm/v3/objects/companies/merge", body)


def test_nothing_is_counted_or_sent_while_nobody_has_subscribed(hubspot, receiver):
    hubspot.company()
    subscribe(hubspot, receiver, {"eventType": "company.creation", "active": False})
    hubspot.company()
    assert hubspot.portal.counters["webhook_events"] == 0
    assert hubspot.control("GET", "/hubspot/webhooks")["sent"] == []


def test_the_clients_own_check_accepts_the_signatures(hubspot, receiver):
    receiver.url += "?to=a%2Fb"
    subscribe(hubspot, receiver, "company.creation")
    hubspot.company()
    until(lambda: receiver.received)
    [request] = receiver.received
    timestamp = request.headers["X-HubSpot-Request-Timestamp"]
    decoded = receiver.url.replace("%2F", "/")
    v3, v1 = request.headers["X-HubSpot-Signature-v3"], request.headers["X-HubSpot-Signature"]
    assert Signature.is_valid(v3, SECRET, request.body, decoded, "POST", "v3", timestamp)
    assert request.headers["X-HubSpot-Signature-Version"] == "v1"
    assert Signature.is_valid(v1, SECRET, request.body, signature_version="v1")
    assert not Signature.is_valid(v3, "another", request.body, decoded, "POST", "v3", timestamp)
    assert request.path == "/hook?to=a%2Fb"
    assert request.headers["Content-Type"] == "application/json"


def test_a_v2_signature_is_sent_where_the_switch_says_so(hubspot, receiver):
    hubspot.set(webhook_signature="v2")
    subscribe(hubspot, receiver, "company.creation")
    hubspot.company()
    until(lambda: receiver.received)
    [request] = receiver.received
    assert request.headers["X-HubSpot-Signature-Version"] == "v2"
    assert Signature.is_valid(request.headers["X-HubSpot-Signature"], SECRET, request.body, receiver.url, "POST")


def test_creations_changes_and_deletions_are_told_with_what_is_documented(hubspot, receiver):
    changes = {"eventType": "company.propertyChange", "propertyName": "city"}
    subscribe(hubspot, receiver, "company.creation", "company.deletion", changes)
    record_id = hubspot.company(city="Bonn", phone="1")
    path = f"/crm/v3/objects/companies/{record_id}"
    hubspot.call("PATCH", path, {"properties": {"city": "Ulm", "phone": "2"}})
    hubspot.call("PATCH", path, {"properties": {"city": "Ulm"}})
    hubspot.call("DELETE", path)
    until(lambda: len(receiver.events) == 4)
    events = sorted(receiver.events, key=lambda each: each["occurredAt"])
    assert {each["objectId"] for each in events} == {int(record_id)}
    assert {each["changeSource"] for each in events} == {"INTEGRATION"}
    assert {each["sourceId"] for each in events} == {"1000001"}
    values = [each["propertyValue"] for each in events if each["subscriptionType"] == "company.propertyChange"]
    assert values == ["Bonn", "Ulm"]
    by_type = {each["subscriptionType"]: each for each in events}
    assert set(by_type["company.creation"]) == COMMON | {"objectId", "changeFlag"}
    assert by_type["company.creation"]["changeFlag"] == "CREATED"
    assert set(by_type["company.propertyChange"]) == COMMON | {"objectId", "propertyName", "propertyValue"}
    assert hubspot.portal.counters["webhook_echoes"] == 4


def test_a_merge_a_restore_and_a_privacy_request_are_told(hubspot, receiver):
    types = ("company.merge", "company.restore", "company.deletion", "contact.privacyDeletion", "contact.deletion")
    subscribe(hubspot, receiver, *types)
    survivor, loser, gone = (hubspot.company(name=name) for name in "ABC")
    contact = hubspot.contact(email="a@x.example")
    merge(hubspot, survivor, loser)
    hubspot.call("DELETE", f"/crm/v3/objects/companies/{gone}")
    hubspot.control("POST", "/hubspot/restore", {"objectType": "companies", "id": gone})
    hubspot.call("POST", "/crm/v3/objects/contacts/gdpr-delete", {"objectId": contact})
    until(lambda: len(receiver.events) == 5)
    assert receiver.types() == sorted(types)
    by_type = {each["subscriptionType"]: each for each in receiver.events}
    merged = by_type["company.merge"]
    assert (merged["primaryObjectId"], merged["mergedObjectIds"]) == (int(survivor), [int(loser)])
    assert {"newObjectId", "numberOfPropertiesMoved"} <= merged.keys()
    assert (by_type["company.restore"]["objectId"], by_type["company.restore"]["changeSource"]) == (int(gone), "CRM_UI")


def test_both_ends_of_an_association_are_told_and_of_the_one_displaced(hubspot, receiver):
    contact, old, new = hubspot.contact(email="a@x.example"), hubspot.company(), hubspot.company()
    hubspot.call("PUT", LABELLED.format(contact, old), PRIMARY)
    subscribe(hubspot, receiver, "contact.associationChange", "company.associationChange")
    hubspot.call("PUT", LABELLED.format(contact, new), PRIMARY)
    until(lambda: len(receiver.events) == 6)
    told = {
        (each["associationType"], each["toObjectId"], each["isPrimaryAssociation"], each["associationRemoved"])
        for each in receiver.events
        if each["subscriptionType"] == "contact.associationChange"
    }
    assert told == {
        ("CONTACT_TO_COMPANY", int(new), False, False),
        ("CONTACT_TO_COMPANY", int(new), True, False),
        ("CONTACT_TO_COMPANY", int(old), True, True),
    }
    assert "objectId" not in receiver.events[0]
    hubspot.call("DELETE", LABELLED.format(contact, new))
    until(lambda: len(receiver.events) == 10)
    assert sum(each["associationRemoved"] for each in receiver.events) == 6


def test_generic_subscriptions_name_the_type_of_object(hubspot, receiver):
    subscribe(
        hubspot,
        receiver,
        {"eventType": "object.creation", "objectTypeId": "0-1"},
        {"eventType": "object.associationChange", "objectTypeId": "0-1"},
    )
    company, contact = hubspot.company(), hubspot.contact(email="a@x.example")
    hubspot.call("PUT", f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}")
    until(lambda: len(receiver.events) == 2)
    created, associated = sorted(receiver.events, key=lambda each: each["subscriptionId"])
    assert (created["objectTypeId"], created["objectId"]) == ("0-1", int(contact))
    assert (associated["fromObjectTypeId"], associated["associationTypeId"]) == ("0-1", 279)


def test_people_and_other_apps_are_no_echo_and_echoes_can_be_kept_back(hubspot, receiver):
    hubspot.portal.seed({"tokens": {"pat-na1-other": {"appId": "7", "scopes": ["crm.objects.companies.write"]}}})
    hubspot.set(webhook_echo=False)
    subscribe(hubspot, receiver, "company.creation")
    hubspot.company()
    hubspot.call("POST", "/crm/v3/objects/companies", {"properties": {"name": "B"}}, token="pat-na1-other")
    until(lambda: receiver.events)
    assert [each["sourceId"] for each in receiver.events] == ["7"]
    assert hubspot.portal.counters["webhook_echoes"] == 0


def test_a_request_holds_at_most_a_hundred_events(hubspot, receiver):
    gate = threading.Event()
    receiver.answer = lambda _number: gate.wait(30) and 200
    subscribe(hubspot, receiver, "company.creation", maxConcurrentRequests=6)
    for busy in range(1, 7):  # requests that keep the app busy, while the others gather
        hubspot.company()
        until(partial(has_received, receiver, busy))
    rows = {"inputs": [{"properties": {"name": f"C{place}"}} for place in range(100)]}
    for _ in range(3):
        hubspot.call("POST", "/crm/v3/objects/companies/batch/create", rows)
    assert hubspot.control("GET", "/hubspot/webhooks")["apps"][0]["waiting"] == 300
    gate.set()
    until(lambda: len(receiver.events) == 306)
    assert [len(each.events) for each in receiver.received] == [1] * 6 + [100] * 3
    assert len({each["objectId"] for each in receiver.events}) == 306


def test_no_more_requests_are_under_way_than_the_app_allows(hubspot, receiver):
    open_, most, gate = set(), [], threading.Event()

    def answer(number):
        with receiver.lock:
            open_.add(number)
            most.append(len(open_))
        gate.wait(10)
        with receiver.lock:
            open_.discard(number)
        return 200

    receiver.answer = answer
    subscribe(hubspot, receiver, "company.creation", maxConcurrentRequests=6)
    for _ in range(12):
        hubspot.company()
        time.sleep(0.02)  # so that each is a request of its own
    until(lambda: len(most) == 6)
    time.sleep(0.1)
    assert (len(most), max(most)) == (6, 6)
    assert hubspot.control("GET", "/hubspot/webhooks")["apps"][0]["waiting"] > 0
    gate.set()
    until(lambda: len(receiver.events) == 12)
    assert max(most) == 6


def test_what_was_not_taken_comes_again_with_its_attempt_number(hubspot, receiver):
    receiver.answer = lambda number: (500, 404, 200)[min(number, 2)]
    subscribe(hubspot, receiver, "company.creation")
    hubspot.company()
    until(lambda: hubspot.portal.counters["webhook_delivered_events"])
    assert [each["attemptNumber"] for each in receiver.events] == [0, 1, 2]
    assert len({each["eventId"] for each in receiver.events}) == 1
    sent = hubspot.control("GET", "/hubspot/webhooks")["sent"]
    assert [each["outcome"] for each in sent] == [500, 404, 200]
    later = hubspot.control("GET", f"/hubspot/webhooks?after={sent[1]['number']}")["sent"]
    assert [each["attempt"] for each in later] == [2]


def test_after_the_last_retry_an_event_is_gone(hubspot, receiver):
    receiver.answer = lambda _number: 503
    hubspot.set(webhook_retries=2, webhook_retry_time=0.1)
    subscribe(hubspot, receiver, "company.creation")
    hubspot.company()
    until(lambda: hubspot.portal.counters["webhook_lost_events"])
    time.sleep(0.1)
    assert [each["attemptNumber"] for each in receiver.events] == [0, 1, 2]
    assert hubspot.portal.counters["webhook_retries"] == 2


def test_an_app_that_is_slow_or_away_is_tried_again(hubspot, receiver):
    gate = threading.Event()
    receiver.answer = lambda number: (200 if number else gate.wait(10) and 200) or 500
    hubspot.set(webhook_timeout=0.2)
    subscribe(hubspot, receiver, "company.creation")
    hubspot.company()
    until(lambda: hubspot.portal.counters["webhook_delivered_events"])
    gate.set()
    outcomes = [each["outcome"] for each in hubspot.control("GET", "/hubspot/webhooks")["sent"]]
    assert outcomes == ["no answer in time", 200]
    assert hubspot.portal.counters["webhook_timeouts"] == 1
    receiver.url = "http://127.0.0.1:9/nobody"
    subscribe(hubspot, receiver, "company.creation")
    hubspot.company()
    until(lambda: hubspot.portal.counters["webhook_failures"] > 1)


def test_events_come_twice_and_out_of_order_where_the_switches_say_so(hubspot, receiver):
    hubspot.set(webhook_duplicates=1.0, webhook_reordering=0.5, webhook_lateness=0.3)
    subscribe(hubspot, receiver, "company.creation")
    ids = [int(hubspot.company()) for _ in range(20)]
    until(lambda: len(receiver.events) == 40)
    told = [each["objectId"] for each in receiver.events]
    assert sorted(told) == sorted(ids * 2)
    assert list(dict.fromkeys(told)) != ids
    assert hubspot.portal.counters["webhook_duplicates"] == 20
    assert hubspot.portal.counters["webhook_late_events"] > 0


def test_what_the_portal_does_by_itself_is_told_though_nobody_calls(hubspot, receiver):
    hubspot.set(auto_company=True, auto_company_delay=0.1)
    subscribe(hubspot, receiver, "company.creation")
    hubspot.contact(email="a@acme.example")
    until(lambda: receiver.events)
    assert receiver.events[0]["changeSource"] == "CONTACTS"


def test_calls_are_answered_while_an_app_hangs(hubspot, receiver):
    gate = threading.Event()
    receiver.answer = lambda _number: gate.wait(10) and 200
    subscribe(hubspot, receiver, "company.creation")
    hubspot.company()
    until(lambda: receiver.received)
    started = time.monotonic()
    for _ in range(20):
        hubspot.company()
    assert not gate.is_set()
    assert time.monotonic() - started < 5
    gate.set()
