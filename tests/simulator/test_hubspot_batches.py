"""Up to a hundred records in one call: what fails together, what fails alone, and in which order answers come."""

import json
from typing import Any

import pytest
from hubspot.crm.companies.exceptions import ApiException

BATCH = "/crm/v3/objects/companies/batch"
PREFIXES = pytest.mark.parametrize("prefix", ["/crm/v3/objects/companies", "/crm/objects/2026-09/0-2"])


def row(key, trace=None, **properties):
    made = {"id": key, "idProperty": "salesforce_account_id", "properties": {"name": f"N{key}", **properties}}
    return made if trace is None else {**made, "objectWriteTraceId": trace}


def test_the_typed_client_reads_all_its_batches(hubspot):
    api = hubspot.client.crm.companies.batch_api
    made = api.create({"inputs": [{"properties": {"name": f"C{place}"}} for place in range(3)]})
    ids = [each.id for each in made.results]
    read = api.read({"inputs": [{"id": each} for each in ids], "properties": ["name"]})
    assert {each.properties["name"] for each in read.results} == {"C0", "C1", "C2"}
    changed = api.update({"inputs": [{"id": each, "properties": {"city": "Bonn"}} for each in ids]})
    assert {each.properties["city"] for each in changed.results} == {"Bonn"}
    api.archive({"inputs": [{"id": each} for each in ids]})
    assert api.read({"inputs": [{"id": ids[0]}]}, archived=True).results[0].archived is True
    partial = api.read({"inputs": [{"id": ids[0]}]})
    assert (partial.num_errors, partial.errors[0].category) == (1, "OBJECT_NOT_FOUND")


@PREFIXES
def test_an_upsert_creates_once_and_updates_ever_after(hubspot, prefix):
    body = {"inputs": [row("001A"), row("001B")]}
    first = hubspot.call("POST", f"{prefix}/batch/upsert", body)
    again = hubspot.call("POST", f"{prefix}/batch/upsert", body)
    assert (first.status, again.status) == (200, 200)
    assert {each["new"] for each in first.body["results"]} == {True}
    assert {each["new"] for each in again.body["results"]} == {False}
    assert {each["id"] for each in first.body["results"]} == {each["id"] for each in again.body["results"]}
    assert {each["properties"]["salesforce_account_id"] for each in first.body["results"]} == {"001A", "001B"}


@pytest.mark.parametrize(("operation", "status"), [("create", 201), ("update", 200), ("upsert", 200), ("read", 200)])
def test_each_batch_has_its_own_status(hubspot, operation, status):
    record_id = hubspot.company(salesforce_account_id="001A")
    rows = {
        "create": {"properties": {"name": "B"}},
        "update": {"id": record_id, "properties": {"name": "B"}},
        "upsert": row("001A"),
        "read": {"id": record_id},
    }
    answer = hubspot.call("POST", f"{BATCH}/{operation}", {"inputs": [rows[operation]]})
    assert answer.status == status
    assert answer.body["status"] == "COMPLETE"


def test_one_bad_row_spoils_even_a_traced_batch_where_the_switch_says_so(hubspot):
    hubspot.set(trace_ids_spare_good_rows=False)
    body = {"inputs": [row("001A", "a"), row("001B", "b", nonsense="x")]}
    assert hubspot.call("POST", f"{BATCH}/upsert", body).status == 400
    assert hubspot.portal.state()["companies"] == []


def test_without_trace_ids_one_bad_row_rejects_all(hubspot):
    body = {"inputs": [row("001A"), row("001B", nonsense="x"), row("001C")]}
    refused = hubspot.call("POST", f"{BATCH}/upsert", body)
    assert refused.status == 400
    assert "PROPERTY_DOESNT_EXIST" in refused.body["message"]
    assert hubspot.portal.state()["companies"] == []


def test_with_trace_ids_the_good_rows_are_written(hubspot):
    body = {"inputs": [row("001A", "t1"), row("001B", "t2", nonsense="x"), row("001C", "t3")]}
    mixed = hubspot.call("POST", f"{BATCH}/upsert", body)
    assert mixed.status == 207
    assert {each["objectWriteTraceId"] for each in mixed.body["results"]} == {"t1", "t3"}
    [error] = mixed.body["errors"]
    assert (mixed.body["numErrors"], error["context"], error["category"]) == (
        1,
        {"objectWriteTraceId": ["t2"]},
        "VALIDATION_ERROR",
    )
    typed = hubspot.client.crm.companies.batch_api.upsert(body)
    assert (typed.num_errors, len(typed.results)) == (1, 2)
    assert len(hubspot.portal.state()["companies"]) == 2


@pytest.mark.parametrize("traces", [("t", "t"), ("t", None), ("t", "")])
def test_trace_ids_that_are_not_distinct_on_every_row_do_not_count(hubspot, traces):
    rows = [row("001A", traces[0]), row("001B", traces[1], nonsense="x")]
    assert hubspot.call("POST", f"{BATCH}/upsert", {"inputs": rows}).status == 400
    assert hubspot.portal.state()["companies"] == []


def test_a_lost_race_for_a_key_names_the_owner_in_its_row(hubspot):
    owner = hubspot.company(salesforce_account_id="001A")
    other = hubspot.company()
    rows = [
        {"id": other, "properties": {"salesforce_account_id": "001A"}, "objectWriteTraceId": "t1"},
        {"id": owner, "properties": {"city": "Bonn"}, "objectWriteTraceId": "t2"},
    ]
    mixed = hubspot.call("POST", f"{BATCH}/update", {"inputs": rows})
    assert mixed.status == 207
    assert f"on {other}. {owner} already has that value." in mixed.body["errors"][0]["message"]


def test_two_rows_of_one_batch_cannot_share_a_key(hubspot):
    rows = [{"properties": {"name": "A", "salesforce_account_id": "001A"}} for _ in range(2)]
    assert hubspot.call("POST", f"{BATCH}/create", {"inputs": rows}).status == 400
    assert hubspot.portal.state()["companies"] == []


def test_a_key_may_change_hands_inside_one_batch(hubspot):
    first, second = hubspot.company(salesforce_account_id="001A"), hubspot.company()
    rows = [
        {"id": first, "properties": {"salesforce_account_id": ""}},
        {"id": second, "properties": {"salesforce_account_id": "001A"}},
    ]
    assert hubspot.call("POST", f"{BATCH}/update", {"inputs": rows}).status == 200
    found = hubspot.call("GET", "/crm/v3/objects/companies/001A?idProperty=salesforce_account_id")
    assert found.body["id"] == second


@pytest.mark.parametrize("trace", [None, "t"])
@pytest.mark.parametrize("operation", ["update", "upsert", "read", "archive"])
def test_an_id_given_twice_rejects_the_whole_batch(hubspot, operation, trace):
    record_id = hubspot.company(salesforce_account_id="001A")
    inputs = [{"id": record_id, "properties": {"city": "Bonn"}} for _ in range(2)]
    if trace:
        inputs = [{**each, "objectWriteTraceId": f"{trace}{place}"} for place, each in enumerate(inputs)]
    refused = hubspot.call("POST", f"{BATCH}/{operation}", {"inputs": inputs})
    assert refused.status == 400
    expected = f"Duplicate IDs found in batch input: [{record_id}]. IDs must be unique"
    assert (refused.body["message"], refused.body["context"]) == (expected, {"ids": [record_id]})
    assert "city" not in hubspot.properties_of("companies", record_id)


def test_an_email_given_twice_is_found_out_whatever_its_case(hubspot):
    rows: list[dict[str, Any]] = [
        {"id": each, "idProperty": "email", "properties": {}} for each in ("a@x.example", "A@X.example")
    ]
    assert hubspot.call("POST", "/crm/v3/objects/contacts/batch/upsert", {"inputs": rows}).status == 400


@pytest.mark.parametrize("operation", ["create", "update", "upsert", "read", "archive"])
def test_more_than_a_hundred_inputs_are_too_many(hubspot, operation):
    hundred = [{"id": str(place), "properties": {"name": "A"}} for place in range(100)]
    one_more = hubspot.call("POST", f"{BATCH}/{operation}", {"inputs": [*hundred, {"id": "100", "properties": {}}]})
    assert (one_more.status, one_more.body["category"]) == (400, "VALIDATION_ERROR")
    assert hubspot.call("POST", f"{BATCH}/{operation}", {"inputs": hundred}).status != 400


@pytest.mark.parametrize("name", ["domain", "name", "hs_object_id"])
def test_a_batch_by_a_property_that_is_not_unique_is_refused(hubspot, name):
    body = {"inputs": [{"id": "x", "idProperty": name, "properties": {"name": "A"}}]}
    refused = hubspot.call("POST", f"{BATCH}/upsert", body)
    expected = f"Unable to perform update/upsert by non-unique 0-2 property {name} in portal ID 48105217"
    assert (refused.status, refused.body["message"]) == (400, expected)


def test_answers_come_in_another_order(hubspot):
    keys = [f"{place:03}" for place in range(100)]
    answer = hubspot.call("POST", f"{BATCH}/upsert", {"inputs": [row(key) for key in keys]})
    answered = [each["properties"]["salesforce_account_id"] for each in answer.body["results"]]
    assert sorted(answered) == keys
    assert answered != keys


def test_emails_come_back_in_lower_case(hubspot):
    rows = [{"id": "Ann@Acme.Example", "idProperty": "email", "properties": {"firstname": "Ann"}}]
    answer = hubspot.call("POST", "/crm/v3/objects/contacts/batch/upsert", {"inputs": rows})
    assert answer.body["results"][0]["properties"]["email"] == "ann@acme.example"


def test_missing_ids_are_named(hubspot):
    record_id = hubspot.company()
    inputs = [{"id": record_id}, {"id": "404"}, {"id": "405"}]
    mixed = hubspot.call("POST", f"{BATCH}/read", {"inputs": inputs, "properties": ["name"]})
    [error] = mixed.body["errors"]
    assert (mixed.status, error["category"]) == (207, "OBJECT_NOT_FOUND")
    assert sorted(error["context"]["ids"]) == ["404", "405"]
    assert [each["id"] for each in mixed.body["results"]] == [record_id]
    missing = {"inputs": [{"id": "404", "properties": {"name": "A"}}]}
    assert hubspot.call("POST", f"{BATCH}/update", missing).status == 404


def test_known_emails_reject_a_batch_of_creates_naming_one(hubspot):
    owners = {hubspot.contact(email=f"{name}@acme.example") for name in "ab"}
    rows = [{"properties": {"email": f"{name}@acme.example"}} for name in "cab"]
    refused = hubspot.call("POST", "/crm/v3/objects/contacts/batch/create", {"inputs": rows})
    assert refused.status == 409
    assert refused.body["message"].removeprefix("Contact already exists. Existing ID: ") in owners
    assert len(hubspot.portal.state()["contacts"]) == 2


def test_raw_calls_through_the_client_reach_the_dated_paths(hubspot):
    api = hubspot.client.crm.companies.batch_api.api_client

    def upsert(rows):
        return api.call_api(
            "/crm/objects/2026-09/{objectType}/batch/upsert",
            "POST",
            {"objectType": "companies"},
            [],
            {"Accept": "application/json", "Content-Type": "application/json"},
            body={"inputs": rows},
            auth_settings=["oauth2"],
            _preload_content=False,
            _request_timeout=(3, 30),
        )

    answer = upsert([row("001A")])
    response = answer[0] if isinstance(answer, tuple) else answer
    assert json.loads(response.data)["results"][0]["new"] is True
    with pytest.raises(ApiException) as refused:
        upsert([row("001A"), row("001A")])
    assert refused.value.status == 400


def test_a_company_write_lock_follows_mass_upserts(hubspot):
    hubspot.set(company_upserts_per_second=150, write_lock_time=0.2)
    rows = [[row(f"{batch}-{place}") for place in range(100)] for batch in range(3)]
    assert hubspot.call("POST", f"{BATCH}/upsert", {"inputs": rows[0]}).status == 200
    assert hubspot.call("POST", f"{BATCH}/upsert", {"inputs": rows[1]}).status == 423
    assert len(hubspot.portal.state()["companies"]) == 100
    assert hubspot.portal.counters["write_locked"] == 1
