"""Who may call, and how often."""

import time

import pytest

COMPANIES = "/crm/v3/objects/companies"
SEARCH = f"{COMPANIES}/search"
READ = "/crm/v4/associations/contacts/companies/batch/read"


@pytest.mark.parametrize("token", [None, "", "pat-na1-nobody"])
def test_without_a_known_token_nothing_is_answered(hubspot, token):
    refused = hubspot.call("GET", COMPANIES, token=token)
    assert (refused.status, refused.body["category"]) == (401, "INVALID_AUTHENTICATION")
    assert refused.body["message"].startswith("Authentication credentials not found.")


@pytest.mark.parametrize(
    ("granted", "method", "path", "body", "status"),
    [
        (["crm.objects.companies.read"], "GET", COMPANIES, None, 200),
        (["crm.objects.companies.read"], "POST", COMPANIES, {"properties": {"name": "A"}}, 403),
        (["crm.objects.contacts.read"], "GET", COMPANIES, None, 403),
        (["crm.objects.companies.write"], "POST", "/crm/v3/properties/companies", {}, 403),
        (["crm.schemas.companies.write"], "POST", "/crm/v3/properties/companies", {}, 400),
        ([], "GET", "/crm/v3/lists/1", None, 403),
        ([], "GET", "/crm/v3/owners", None, 403),
        (["crm.objects.contacts.read"], "POST", READ, {"inputs": [{"id": "1"}]}, 403),
    ],
)
def test_scopes(hubspot, granted, method, path, body, status):
    hubspot.portal.seed({"tokens": {"pat-eu1-other": granted}})
    answer = hubspot.call(method, path, body, token="pat-eu1-other")
    assert answer.status == status
    if status == 403:
        assert answer.body["category"] == "MISSING_SCOPES"
        assert answer.body["errors"][0]["context"]["requiredGranularScopes"]
        assert hubspot.portal.counters["missing_scopes"] == 1


def test_the_burst_is_counted_in_headers_and_ends_in_429(hubspot):
    hubspot.set(burst_limit=3)
    answers = [hubspot.call("GET", COMPANIES) for _ in range(4)]
    assert [each.status for each in answers] == [200, 200, 200, 429]
    left = [each.headers["X-HubSpot-RateLimit-Remaining"] for each in answers]
    assert left == ["2", "1", "0", "0"]
    assert answers[0].headers["X-HubSpot-RateLimit-Max"] == "3"
    assert answers[0].headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    refused = answers[3].body
    assert (refused["policyName"], refused["errorType"]) == ("TEN_SECONDLY_ROLLING", "RATE_LIMIT")
    assert refused["message"] == "You have reached your ten_secondly_rolling limit."
    assert "Retry-After" not in answers[3].headers


def test_each_token_has_its_own_burst(hubspot):
    hubspot.portal.seed({"tokens": {"pat-na1-other": {"name": "Other", "scopes": ["crm.objects.companies.read"]}}})
    hubspot.set(burst_limit=1)
    assert hubspot.call("GET", COMPANIES).status == 200
    assert hubspot.call("GET", COMPANIES).status == 429
    assert hubspot.call("GET", COMPANIES, token="pat-na1-other").status == 200


def test_the_day_has_an_end(hubspot):
    hubspot.set(daily_limit=2)
    answers = [hubspot.call("GET", COMPANIES) for _ in range(3)]
    assert [each.status for each in answers] == [200, 200, 429]
    assert answers[1].headers["X-HubSpot-RateLimit-Daily-Remaining"] == "0"
    assert answers[2].body["policyName"] == "DAILY"
    assert answers[2].body["message"] == "You have reached your daily limit."


def test_searches_have_a_limit_per_second_and_no_headers(hubspot):
    hubspot.set(search_limit=2)
    answers = [hubspot.call("POST", path, {}) for path in (SEARCH, SEARCH.replace("companies", "contacts"), SEARCH)]
    assert [each.status for each in answers] == [200, 200, 429]
    assert answers[2].body["message"] == "You have reached your secondly limit."
    assert not [name for each in answers for name in each.headers if "ratelimit" in name.lower()]
    assert hubspot.call("GET", COMPANIES).status == 200


def test_associations_have_a_burst_of_their_own(hubspot):
    hubspot.set(association_burst_limit=1)
    body = {"inputs": [{"id": "1"}]}
    assert [hubspot.call("POST", READ, body).status for _ in range(2)] == [207, 429]
    assert hubspot.call("GET", COMPANIES).status == 200


def test_a_search_window_rolls_on(hubspot):
    hubspot.set(search_limit=1)
    assert [hubspot.call("POST", SEARCH, {}).status for _ in range(2)] == [200, 429]
    time.sleep(1.0)
    assert hubspot.call("POST", SEARCH, {}).status == 200


def test_calls_are_counted_by_family(hubspot):
    hubspot.call("GET", COMPANIES)
    hubspot.call("POST", SEARCH, {})
    hubspot.call("GET", "/crm/v3/nothing/here")
    counters = hubspot.control("GET", "/counters")["hubspot"]
    assert (counters["calls"], counters["calls_objects"], counters["calls_search"]) == (3, 1, 1)


def test_the_write_lock_outlasts_the_second_that_led_to_it(hubspot):
    def upsert(key):
        row = {"id": key, "idProperty": "salesforce_account_id", "properties": {"name": "A"}}
        return hubspot.call("POST", "/crm/v3/objects/companies/batch/upsert", {"inputs": [row]}).status

    hubspot.set(company_upserts_per_second=1, write_lock_time=3_600.0)
    while upsert("1") == 200:  # two within a second
        pass
    time.sleep(1.1)
    assert upsert("2") == 423
