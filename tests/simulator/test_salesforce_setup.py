"""The switches of the org, what it tells about itself, its quotas, and what a checker can see."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from simulator.salesforce.org import Org
from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator.salesforce_fixtures import KEY_FIELD, Client, refusal

salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce
KEY = f"Account.{KEY_FIELD}"


def described(salesforce: Client, name: str, sobject: str = "Account") -> dict | None:  # type: ignore[type-arg]
    fields = salesforce.call("GET", f"sobjects/{sobject}/describe").json()["fields"]
    return next((field for field in fields if field["name"] == name), None)


@pytest.mark.parametrize(
    ("sobject", "name", "facts"),
    [
        ("Account", "Name", {"type": "string", "length": 255, "nillable": False, "createable": True}),
        ("Account", KEY_FIELD, {"length": 20, "externalId": True, "unique": True, "custom": True}),
        ("Account", "CreatedDate", {"type": "datetime", "createable": False, "updateable": False}),
        ("Contact", "AccountId", {"referenceTo": ["Account"], "relationshipName": "Account"}),
        ("Contact", "Email", {"type": "email", "length": 80, "idLookup": True}),
        ("Lead", "Status", {"defaultedOnCreate": True, "nillable": False, "restrictedPicklist": False}),
        ("Account", "AnnualRevenue", {"precision": 18, "scale": 0}),
    ],
)
def test_fields_are_described(salesforce, sobject, name, facts):
    field = described(salesforce, name, sobject)
    assert field is not None
    assert {key: field[key] for key in facts} == facts


def test_the_library_describes(salesforce):
    lead = salesforce.library().restful("sobjects/Lead/describe") or {}
    picklist = next(field for field in lead["fields"] if field["name"] == "Status")
    assert {"value": "Open - Not Contacted", "active": True}.items() <= picklist["picklistValues"][0].items()
    names = {sobject["name"] for sobject in salesforce.library().describe()["sobjects"]}
    assert {"Account", "Contact", "Lead", "Opportunity", "OpportunityContactRole", "User"} <= names


def test_a_description_is_only_sent_when_it_changed(salesforce):
    path = "sobjects/Account/describe"
    since = {"If-Modified-Since": salesforce.call("GET", path).headers["Last-Modified"]}
    assert salesforce.call("GET", path, headers=since).status_code == 304


def test_a_missing_field_is_missing_everywhere(salesforce):
    salesforce.org.configure({"missing_fields": [KEY]})
    assert described(salesforce, KEY_FIELD) is None
    assert refusal(salesforce.query(f"SELECT {KEY_FIELD} FROM Account")) == (400, "INVALID_FIELD")
    assert refusal(salesforce.call("PATCH", f"sobjects/Account/{KEY_FIELD}/1", {"Name": "x"})) == (
        404,
        "NOT_FOUND",
    )
    assert refusal(salesforce.upsert_rows([{KEY_FIELD: "1", "Name": "x"}])) == (404, "NOT_FOUND")
    salesforce.org.configure({"missing_fields": []})
    assert salesforce.upsert_rows([{KEY_FIELD: "1", "Name": "x"}]).json()[0]["success"]


def test_a_field_that_is_no_external_id_takes_no_upsert(salesforce):
    salesforce.org.configure({"not_external_id_fields": [KEY]})
    field = described(salesforce, KEY_FIELD)
    assert field is not None
    assert (field["externalId"], field["unique"]) == (False, True)
    answer = salesforce.call("PATCH", f"sobjects/Account/{KEY_FIELD}/1", {"Name": "x"})
    expected = f"Provided external ID field does not exist or is not accessible: {KEY_FIELD}"
    assert (answer.status_code, answer.json()[0]["message"]) == (404, expected)


def test_a_read_only_field_takes_no_value(salesforce):
    salesforce.org.configure({"read_only_fields": [KEY, "Account.Phone"]})
    outcome = salesforce.upsert_rows([{KEY_FIELD: "1", "Name": "x", "Phone": "1"}]).json()[0]
    error = outcome["errors"][0]
    assert (error["statusCode"], error["fields"]) == ("INVALID_FIELD_FOR_INSERT_UPDATE", ["Phone", KEY_FIELD])


def test_fields_can_be_added_and_demanded(salesforce):
    region = {"name": "Region__c", "type": "string", "length": 3, "unique": True}
    salesforce.org.configure({"extra_fields": {"Account": [region]}, "required_fields": ["Account.Region__c"]})
    assert salesforce.call("POST", "sobjects/Account", {"Name": "x"}).status_code == 400
    salesforce.create(Name="x", Region__c="EU")
    answer = salesforce.call("POST", "sobjects/Account", {"Name": "x", "Region__c": "eu"})
    assert refusal(answer) == (400, "DUPLICATE_VALUE")


def test_permissions_limit_what_can_be_done(salesforce):
    salesforce.org.configure({"object_permissions": {"Account": ["read"], "Lead": []}})
    answer = salesforce.call("POST", "sobjects/Account", {"Name": "x"})
    assert refusal(answer) == (403, "INSUFFICIENT_ACCESS_OR_READONLY")
    assert salesforce.call("GET", "sobjects/Account").json()["objectDescribe"]["createable"] is False
    assert refusal(salesforce.query("SELECT Id FROM Lead")) == (400, "INVALID_TYPE")
    salesforce.org.configure({"missing_objects": ["Contact"]})
    assert refusal(salesforce.call("GET", "sobjects/Contact/describe")) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    "changes",
    [
        {"daily_limit": -1}, {"page_size": 0}, {"lock_error_rate": float("nan")}, {"token_lifetime": -0.5},
        {"nope": 1}, {"daily_limit": "many"}, {"daily_limit": True}, {"missing_fields": "Account.Name"},
        {"missing_fields": ["Account.Nope"]}, {"missing_objects": ["Nope"]}, {"lock_error_rate": None},
        {"object_permissions": {"Account": ["fly"]}}, {"extra_fields": {"Account": [{"type": "string"}]}},
        {"duplicate_rules": [{"object": "Account", "fields": ["Nope"]}]},
        {"validation_rules": [{"object": "Account"}]}, {"token_lifetime": "1"},
        {"duplicate_rules": [{"object": "Account", "fields": ["Name"], "mode": "shout"}]},
        {"extra_fields": {"Account": [{"name": "X__c", "type": "blob"}]}},
    ],
)  # fmt: skip
def test_a_switch_that_makes_no_sense_changes_nothing(changes):
    org = Org()
    with pytest.raises(ValueError, match=r"."):
        org.configure({"chunk_seconds": 5, **changes})
    assert org.settings.chunk_seconds == 0


def test_children_are_deleted_without_a_permission_of_their_own(salesforce):
    account = salesforce.create(Name="Acme")
    contact = salesforce.create("Contact", LastName="Doe", AccountId=account)
    salesforce.org.configure({"object_permissions": {"Contact": ["read"]}})
    assert salesforce.call("DELETE", f"sobjects/Contact/{contact}").status_code == 403
    assert salesforce.call("DELETE", f"sobjects/Account/{account}").status_code == 204
    assert salesforce.ids("SELECT Id FROM Contact") == []


def test_every_answer_tells_what_was_spent(salesforce):
    salesforce.org.configure({"daily_limit": 15_000})
    assert salesforce.call("GET", "limits").headers["Sforce-Limit-Info"] == "api-usage=1/15000"
    refused = salesforce.call("GET", "sobjects/Nope")
    assert refused.headers["Sforce-Limit-Info"] == "api-usage=2/15000"
    answer = salesforce.call("GET", "limits").json()
    assert answer["DailyApiRequests"] == {"Max": 15_000, "Remaining": 14_997}


def test_a_client_with_a_name_is_told_its_own_usage(salesforce):
    salesforce.org.configure({"daily_limit": 100, "app_limits": {"loader": 2}})
    salesforce.call("GET", "limits")
    named = {"Sforce-Call-Options": "client=loader, defaultNamespace=x"}
    info = salesforce.call("GET", "limits", headers=named).headers["Sforce-Limit-Info"]
    assert info == "api-usage=2/100; per-app-api-usage=1/2(appName=loader)"
    sf = salesforce.library()
    sf.headers.update({"Sforce-Call-Options": "client=loader"})
    sf.limits()
    assert sf.api_usage["per-app-api-usage"] == (2, 2, "loader")
    assert refusal(salesforce.call("GET", "limits", headers=named)) == (403, "REQUEST_LIMIT_EXCEEDED")
    other = salesforce.call("GET", "limits", headers={"Sforce-Call-Options": "client=other"})
    assert other.headers["Sforce-Limit-Info"] == "api-usage=4/100; per-app-api-usage=1/100(appName=other)"


def test_a_client_with_an_odd_name_breaks_nothing(salesforce):
    headers = {"Sforce-Call-Options": "client=\xe9\xe8"}
    assert salesforce.call("GET", "limits", headers=headers).headers["Sforce-Limit-Info"] == "api-usage=1/100000"


def test_the_allocations_are_those_of_an_org(salesforce):
    limits = salesforce.call("GET", "limits").json()
    assert {"DailyBulkApiBatches", "DailyBulkV2QueryJobs", "DataStorageMB", "SingleEmail"} <= limits.keys()
    assert all(set(limit) == {"Max", "Remaining"} for limit in limits.values())


def test_rows_take_the_time_of_their_chunks(salesforce):
    salesforce.org.configure({"chunk_seconds": 0.1})
    began = time.monotonic()
    salesforce.create(Name="Acme")
    assert time.monotonic() - began >= 0.1
    assert salesforce.org.counters["chunks.slow"] == 1


def refused_while_another_runs_long(salesforce: Client, headers: dict[str, str]) -> requests.Response:
    """Tried again if the machine was so busy that the long call was over first."""
    url = f"{salesforce.url}/services/data/v62.0/limits"
    while True:
        with ThreadPoolExecutor(1) as other:
            slow = other.submit(salesforce.create, Name="Slow")
            while not salesforce.org.counters["records.created"]:
                time.sleep(0.001)
            answer = requests.get(url, headers=headers, timeout=10)
            assert slow.result()
        salesforce.org.counters.clear()
        if answer.status_code != 200:
            return answer


def test_long_calls_keep_others_out(salesforce):
    salesforce.org.configure({"chunk_seconds": 0.3, "long_request_seconds": 0, "concurrent_limit": 1})
    headers = {"Authorization": str(salesforce.http.headers["Authorization"])}
    answer = refused_while_another_runs_long(salesforce, headers)
    assert refusal(answer) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert "ConcurrentRequests" in answer.json()[0]["message"]
    assert salesforce.call("GET", "limits").status_code == 200


def test_after_the_last_call_of_the_day_comes_none(salesforce):
    salesforce.org.configure({"daily_limit": 1})
    assert salesforce.call("GET", "limits").status_code == 200
    answer = salesforce.call("GET", "limits")
    assert refusal(answer) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert answer.json()[0]["message"] == "TotalRequests Limit exceeded."
    assert "Retry-After" not in answer.headers
    assert salesforce.org.counters["calls"] == 1


def test_the_api_can_be_off(salesforce):
    salesforce.org.configure({"api_disabled": True})
    assert refusal(salesforce.call("GET", "limits")) == (403, "API_DISABLED_FOR_ORG")


def test_versions_are_listed_without_a_session(salesforce):
    versions = requests.get(f"{salesforce.url}/services/data/", timeout=10).json()
    assert versions[0] == {"label": "Winter '25", "url": "/services/data/v62.0", "version": "62.0"}


@pytest.mark.parametrize(("version", "status"), [("45.0", 404), ("46.0", 200), ("68.0", 200), ("99.0", 404)])
def test_some_versions_are_served(salesforce, version, status):
    assert salesforce.call("GET", "limits", version=version).status_code == status


def test_the_root_names_the_resources_and_the_user(salesforce):
    root = salesforce.call("GET", "").json()
    assert root["sobjects"] == "/services/data/v62.0/sobjects"
    assert {"jobs", "composite", "limits", "query"} <= root.keys()
    assert salesforce.http.get(root["identity"], timeout=10).json()["username"] == "integration@example.com"
    assert refusal(salesforce.call("GET", "tooling")) == (404, "NOT_FOUND")


def test_the_state_shows_everything_and_reset_clears_it(salesforce):
    salesforce.org.seed(
        {
            "Contact": [{"LastName": "Doe", "Account": {KEY_FIELD: "7"}}],
            "Account": [
                {"Id": "001Vr0000000500", "Name": "Acme", KEY_FIELD: "7"}, {"Name": "Gone", "IsDeleted": True}
            ],
            "users": [{"Username": "jo@acme.example", "LastName": "Jo"}],
        }
    )  # fmt: skip
    state = json.loads(json.dumps(salesforce.org.state()))
    acme, gone = state["Account"]
    assert state["Contact"][0]["AccountId"] == acme["Id"]
    assert (acme["Id"][:15], gone["IsDeleted"], acme["IsDeleted"]) == ("001Vr0000000500", True, False)
    assert len(state["User"]) == 2
    salesforce.org.configure({"daily_limit": 5})
    salesforce.org.reset()
    assert salesforce.org.state()["Account"] == []
    assert (salesforce.org.settings.daily_limit, sum(salesforce.org.counters.values())) == (100_000, 0)


@pytest.mark.parametrize(
    "data",
    [
        {"Nope": []}, {"Account": [{"Nope": 1}]}, {"Account": [{"Id": "003Vr0000000001"}]},
        {"oauth": {"nope": "x"}},
        {"Contact": [{"LastName": "x", "Account": {KEY_FIELD: "404"}}]}, {"oauth": {"public_key": "no PEM"}},
    ],
)  # fmt: skip
def test_a_seed_that_makes_no_sense_is_refused(data):
    with pytest.raises(ValueError, match=r"."):
        Org().seed(data)


def test_a_made_up_id_never_meets_a_seeded_one(salesforce):
    salesforce.org.seed({"Account": [{"Id": "001Vr0000000001", "Name": "Seeded"}]})
    assert salesforce.create(Name="New")[:15] == "001Vr0000000002"


def test_calls_are_counted_by_family(salesforce):
    salesforce.create(Name="Acme")
    salesforce.upsert_rows([{KEY_FIELD: "1", "Name": "x"}])
    salesforce.query("SELECT Id FROM Account")
    counters = salesforce.org.counters
    families = ("calls", "rows.create", "collections.upsert", "query", "oauth.token", "records.created")
    assert [counters[name] for name in families] == [3, 1, 1, 1, 1, 2]
