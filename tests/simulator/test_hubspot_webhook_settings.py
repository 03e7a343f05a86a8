"""Webhooks are set up through the API with a developer's key, by both generations of paths."""

import pytest
from hubspot import HubSpot
from hubspot.webhooks.exceptions import ApiException

from tests.simulator.webhook_receiver import receiving
from tests.waiting import until

APP = "1000001"
KEY = "developer-key-simulator"
SETTINGS = {"targetUrl": "http://127.0.0.1:9/", "throttling": {"maxConcurrentRequests": 10}}


@pytest.fixture
def webhooks(hubspot):
    return HubSpot(api_key=KEY, host=hubspot.data, retry=False).webhooks


def test_the_typed_client_sets_up_webhooks_that_are_then_sent(hubspot, webhooks):
    hubspot.set(webhook_delay=0.0, webhook_duplicates=0.0, webhook_reordering=0.0)
    with receiving() as receiver:
        settings = {"targetUrl": receiver.url, "throttling": {"maxConcurrentRequests": 12}}
        assert webhooks.settings_api.configure(APP, settings).throttling.max_concurrent_requests == 12
        api = webhooks.subscriptions_api
        made = api.create(APP, {"eventType": "company.creation"})
        assert made.active is False  # unless asked for
        assert api.update(int(made.id), APP, {"active": True}).active is True
        assert [each.id for each in api.get_all(APP).results] == [made.id]
        hubspot.company()
        until(lambda: receiver.events)
        assert receiver.events[0]["subscriptionId"] == int(made.id)
        off = api.update_batch(APP, {"inputs": [{"id": int(made.id), "active": False}]})
        assert off.results[0].active is False
        api.archive(int(made.id), APP)
        assert api.get_all(APP).results == []
        webhooks.settings_api.clear(APP)
    with pytest.raises(ApiException) as refused:
        webhooks.settings_api.get_all(APP)
    assert refused.value.status == 404


@pytest.mark.parametrize("prefix", [f"/webhooks/v3/{APP}", f"/app-webhooks/2026-09/{APP}"])
@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "settings", SETTINGS, 200),
        ("PUT", "settings", {**SETTINGS, "targetUrl": "http://example.com/"}, 400),
        ("PUT", "settings", {**SETTINGS, "targetUrl": "https://example.com/"}, 200),
        ("PUT", "settings", {**SETTINGS, "targetUrl": "http://[/"}, 400),
        ("PUT", "settings", {**SETTINGS, "throttling": {"maxConcurrentRequests": 5}}, 400),
        ("POST", "subscriptions", {"eventType": "company.creation", "active": True}, 201),
        ("POST", "subscriptions", {"eventType": "deal.creation"}, 201),
        ("POST", "subscriptions", {"eventType": "company.invention"}, 400),
        ("POST", "subscriptions", {"eventType": "company.propertyChange"}, 400),
        ("POST", "subscriptions", {"eventType": "company.creation", "propertyName": "name"}, 400),
        ("POST", "subscriptions", {"eventType": "object.creation"}, 400),
        ("POST", "subscriptions/batch/update", {"inputs": [{"id": 404, "active": True}]}, 207),
        ("GET", "subscriptions/404", None, 404),
        ("GET", "subscriptions/x", None, 404),
        ("GET", "nothing", None, 404),
    ],
)
def test_what_is_accepted(hubspot, prefix, method, path, body, status):
    assert hubspot.call(method, f"{prefix}/{path}?hapikey={KEY}", body).status == status


def test_without_the_developers_key_or_for_an_unknown_app_nothing_is_told(hubspot):
    path = f"/webhooks/v3/{APP}/subscriptions"
    assert hubspot.call("GET", f"{path}?hapikey=wrong", token=None).status == 401
    assert hubspot.call("GET", path).status == 200  # a token of the app itself will do
    assert hubspot.call("GET", f"/webhooks/v3/7/subscriptions?hapikey={KEY}").status == 404


def test_settings_take_effect_later_where_the_switch_says_so(hubspot):
    hubspot.set(webhook_settings_delay=60.0)
    hubspot.call("PUT", f"/webhooks/v3/{APP}/settings", SETTINGS)
    hubspot.call("POST", f"/webhooks/v3/{APP}/subscriptions", {"eventType": "company.creation", "active": True})
    hubspot.company()
    assert hubspot.portal.counters["webhook_events"] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"targetUrl": 7},
        {"targetUrl": "http://127.0.0.1:9/", "subscriptions": [{"eventType": "no"}]},
        {"targetUrl": "http://127.0.0.1:9/", "appId": "x"},
        {},
        [],
    ],
)
def test_a_wrong_setup_by_hand_is_refused_with_a_reason(hubspot, wrong):
    assert hubspot.control("POST", "/hubspot/webhooks", wrong)["error"]


def test_a_record_is_restored_by_hand_with_its_associations_unless_its_key_is_taken(hubspot):
    company, contact = hubspot.company(salesforce_account_id="001A"), hubspot.contact(email="a@x.example")
    hubspot.call("PUT", f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}")
    hubspot.call("DELETE", f"/crm/v3/objects/companies/{company}")
    wanted = {"objectType": "companies", "id": company}
    assert hubspot.portal.state()["associations"] == []
    assert hubspot.control("POST", "/hubspot/restore", wanted) == {"id": company}
    [pair] = hubspot.portal.state()["associations"]
    assert (pair["contact"], pair["company"]) == (contact, company)
    assert hubspot.call("GET", f"/crm/v3/objects/companies/{company}").body["archived"] is False
    assert hubspot.call("POST", "/crm/v3/objects/companies/search", {}).body["total"] == 1
    assert "there is no archived record" in hubspot.control("POST", "/hubspot/restore", wanted)["error"]
    hubspot.call("DELETE", f"/crm/v3/objects/companies/{company}")
    hubspot.company(salesforce_account_id="001A")
    assert "already has that value" in hubspot.control("POST", "/hubspot/restore", wanted)["error"]
