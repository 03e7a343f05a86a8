"""Search: its operators, its limits, and how late it learns."""

import json
import time
from typing import Any

import pytest

PATH = "/crm/v3/objects/companies/search"


def where(*filters, **rest):
    return {"filterGroups": [{"filters": list(filters)}], **rest}


def that(name, operator, value=None, **rest):
    return {"propertyName": name, "operator": operator, **({} if value is None else {"value": value}), **rest}


@pytest.fixture
def found(hubspot):
    rows: list[dict[str, Any]] = [
        {"id": "1", "properties": {"name": "Acme Rockets", "numberofemployees": "9", "city": "Bonn"}},
        {"id": "2", "properties": {"name": "Beta", "numberofemployees": "10", "industry": "BANKING"}},
        {"id": "30", "properties": {"name": "gamma", "domain": "gamma.example"}},
    ]
    times = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00.000Z", "2026-01-03T00:00:00+00:00")
    for each, moment in zip(rows, times, strict=True):
        each["properties"]["hs_lastmodifieddate"] = moment
    hubspot.portal.seed({"companies": rows})

    def search(*filters, **rest):
        answer = hubspot.call("POST", PATH, where(*filters, **rest))
        assert answer.status == 200, answer.body
        return [each["id"] for each in answer.body["results"]]

    return search


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (that("name", "EQ", "acme rockets"), ["1"]),
        (that("name", "NEQ", "BETA"), ["1", "30"]),
        (that("numberofemployees", "GT", "9"), ["2"]),
        (that("numberofemployees", "GTE", "9"), ["1", "2"]),
        (that("numberofemployees", "LT", "10"), ["1"]),
        (that("numberofemployees", "LTE", "9.0"), ["1"]),
        (that("numberofemployees", "BETWEEN", "1", highValue="9"), ["1"]),
        (that("name", "IN", values=["gamma", "beta"]), ["2", "30"]),
        (that("name", "IN", values=["Beta"]), []),
        (that("name", "NOT_IN", values=["beta"]), ["1", "30"]),
        (that("industry", "EQ", "BANKING"), ["2"]),
        (that("industry", "EQ", "banking"), []),
        (that("domain", "HAS_PROPERTY"), ["30"]),
        (that("domain", "NOT_HAS_PROPERTY"), ["1", "2"]),
        (that("name", "CONTAINS_TOKEN", "rockets"), ["1"]),
        (that("name", "CONTAINS_TOKEN", "rock"), []),
        (that("name", "CONTAINS_TOKEN", "rock*"), ["1"]),
        (that("name", "NOT_CONTAINS_TOKEN", "rockets"), ["2", "30"]),
        (that("hs_object_id", "GT", "2"), ["30"]),
        (that("hs_lastmodifieddate", "GTE", "1767312000000"), ["2", "30"]),
        (that("hs_lastmodifieddate", "GT", "1767312000000"), ["30"]),
        (that("hs_lastmodifieddate", "LT", "1767312000000"), ["1"]),
        (that("hs_lastmodifieddate", "BETWEEN", "1767225600000", highValue="1767312000000"), ["1", "2"]),
        (that("hs_lastmodifieddate", "EQ", "1767312000000"), ["2"]),
    ],
)
def test_operators(found, wanted, ids):
    assert found(wanted) == ids


def test_groups_are_alternatives_and_filters_conditions(hubspot, found):
    assert found(that("numberofemployees", "GT", "1"), that("city", "EQ", "bonn")) == ["1"]
    groups = [{"filters": [that("name", "EQ", each)]} for each in ("beta", "gamma")]
    answer = hubspot.call("POST", PATH, {"filterGroups": groups})
    assert [each["id"] for each in answer.body["results"]] == ["2", "30"]


def test_sorting(found):
    by_time = [{"propertyName": "hs_lastmodifieddate", "direction": "DESCENDING"}]
    since = that("hs_lastmodifieddate", "GTE", "0")
    assert found(since, sorts=by_time) == ["30", "2", "1"]
    assert found(since, sorts=["hs_lastmodifieddate"]) == ["1", "2", "30"]
    by_size = [{"propertyName": "numberofemployees", "direction": "DESCENDING"}]
    assert found(sorts=by_size) == ["2", "1", "30"]


def test_the_typed_client_searches_and_pages(hubspot, found):
    api = hubspot.client.crm.companies.search_api
    first = api.do_search({"limit": 2, "properties": ["city"]})
    assert (first.total, first.paging.next.after) == (3, "2")
    assert first.results[0].properties["city"] == "Bonn"
    rest = api.do_search({"limit": 2, "after": first.paging.next.after})
    assert ([each.id for each in rest.results], rest.paging) == (["30"], None)
    dated = hubspot.call("POST", "/crm/objects/2026-09/0-2/search", {"query": "rockets"})
    assert [each["id"] for each in dated.body["results"]] == ["1"]


def test_search_by_association(hubspot, found):
    hubspot.portal.seed({"contacts": [{"id": "7"}], "associations": [{"contact": "7", "company": "2"}]})
    assert found(that("associations.contact", "EQ", "7")) == ["2"]


@pytest.mark.parametrize(
    "body",
    [
        {"filterGroups": [{"filters": []}] * 6},
        {"filterGroups": [{"filters": [that("name", "EQ", "a")] * 7}]},
        {"filterGroups": [{"filters": [that("name", "EQ", "a")] * 5}] * 4},
        {"limit": 201},
        {"limit": 0},
        {"limit": "ten"},
        {"limit": True},
        {"limit": 100, "after": "9901"},
        {"after": "soon"},
        {"sorts": ["name", "city"]},
        {"sorts": ["nonsense"]},
        {"query": "x" * 3_000},
        where(that("nonsense", "EQ", "a")),
        where(that("name", "LIKE", "a")),
        where(that("name", "EQ")),
        where(that("name", "IN")),
        where(that("numberofemployees", "GT", "many")),
        where(that("numberofemployees", "LT", "inf")),
        where(that("numberofemployees", "NEQ", "nan")),
        where(that("hs_lastmodifieddate", "GTE", "yesterday")),
    ],
)
def test_the_limits_and_rules_of_a_search(hubspot, body):
    refused = hubspot.call("POST", PATH, body)
    assert (refused.status, refused.body["category"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(("size", "status"), [(3_000, 200), (3_001, 400)])
def test_three_thousand_characters_are_the_most(hubspot, size, status):
    empty = len(json.dumps({"query": ""}))
    assert hubspot.call("POST", PATH, {"query": "x" * (size - empty)}).status == status


@pytest.mark.parametrize(
    ("groups", "status"),
    [([6, 6, 6], 200), ([6, 6, 6, 1], 400), ([1] * 5, 200), ([5, 5, 5, 3], 200), ([5, 5, 5, 4], 400)],
)
def test_eighteen_filters_in_all_are_the_most(hubspot, groups, status):
    body = {"filterGroups": [{"filters": [that("name", "EQ", "a")] * size} for size in groups]}
    assert hubspot.call("POST", PATH, body).status == status


def test_ten_thousand_results_can_be_reached_and_no_more(hubspot):
    hubspot.portal.seed({"companies": [{"properties": {"name": f"C{place}"}} for place in range(10_050)]})
    last = hubspot.call("POST", PATH, {"limit": 200, "after": "9800"})
    assert (last.body["total"], len(last.body["results"])) == (10_050, 200)
    assert hubspot.call("POST", PATH, {"limit": 200, "after": last.body["paging"]["next"]["after"]}).status == 400


def test_search_learns_late_of_new_and_of_changed_records(hubspot):
    old = hubspot.company(city="Bonn")
    hubspot.set(search_lag=0.15, search_lag_tail=1.0)
    new = hubspot.company()
    hubspot.call("PATCH", f"/crm/v3/objects/companies/{old}", {"properties": {"city": "Berlin"}})

    def cities():
        answer = hubspot.call("POST", PATH, {"properties": ["city"]}).body
        return {each["id"]: each["properties"]["city"] for each in answer["results"]}

    assert cities() == {old: "Bonn"}
    time.sleep(0.2)
    assert cities() == {old: "Berlin", new: None}


def test_a_late_word_never_overtakes_a_newer_one(hubspot):
    hubspot.set(search_lag=0.3, search_lag_tail=1.0)
    record_id = hubspot.company(city="Bonn")
    hubspot.set(search_lag=0.0)
    hubspot.call("PATCH", f"/crm/v3/objects/companies/{record_id}", {"properties": {"city": "Berlin"}})
    time.sleep(0.35)
    answer = hubspot.call("POST", PATH, {"properties": ["city"]}).body
    assert [each["properties"]["city"] for each in answer["results"]] == ["Berlin"]


def test_archived_records_never_appear(hubspot):
    hubspot.set(search_lag=0.05, search_lag_tail=1.0)
    record_id = hubspot.company()
    hubspot.call("DELETE", f"/crm/v3/objects/companies/{record_id}")
    time.sleep(0.1)
    assert hubspot.call("POST", PATH, {}).body["total"] == 0
