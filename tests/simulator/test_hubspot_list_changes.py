"""Lists that follow a filter, folders they are kept in, and lists that come back."""

import pytest

from tests.simulator.hubspot_operations import CITY
from tests.waiting import until

PREFIXES = pytest.mark.parametrize("prefix", ["/crm/v3/lists", "/crm/lists/2026-09"])


def create(hubspot, prefix="/crm/v3/lists", **fields):
    body = {"name": "Bonn", "objectTypeId": "0-2", "processingType": "DYNAMIC", **fields}
    return hubspot.call("POST", f"{prefix}/", body)


def members(hubspot, list_id):
    answer = hubspot.call("GET", f"/crm/v3/lists/{list_id}/memberships")
    return {each["recordId"] for each in answer.body["results"]}


@PREFIXES
def test_a_dynamic_list_follows_its_filter_after_a_while(hubspot, prefix):
    hubspot.set(dynamic_list_delay=0.1)
    inside, outside = hubspot.company(city="Bonn"), hubspot.company(city="Ulm")
    list_id = create(hubspot, prefix, filterBranch=CITY).body["list"]["listId"]
    assert members(hubspot, list_id) == set()
    until(lambda: members(hubspot, list_id) == {inside})
    hubspot.call("PATCH", f"/crm/v3/objects/companies/{outside}", {"properties": {"city": "Bonn"}})
    hubspot.call("PATCH", f"/crm/v3/objects/companies/{inside}", {"properties": {"city": "Ulm"}})
    assert members(hubspot, list_id) == {inside}
    until(lambda: members(hubspot, list_id) == {outside})
    assert hubspot.portal.counters["list_recalculations"] == 3
    assert hubspot.call("PUT", f"{prefix}/{list_id}/memberships/add", [inside]).status == 400
    shown = hubspot.call("GET", f"{prefix}/{list_id}?includeFilters=true").body["list"]
    assert (shown["filterBranch"], "filtersUpdatedAt" in shown) == (CITY, True)
    assert "filterBranch" not in hubspot.call("GET", f"{prefix}/{list_id}").body["list"]


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        ("IS_EQUAL_TO", ["bonn"], {"Bonn"}),
        ("IS_NOT_EQUAL_TO", ["Bonn"], {"Berlin", ""}),
        ("IS_ANY_OF", ["Bonn", "Berlin"], {"Bonn", "Berlin"}),
        ("IS_NONE_OF", ["Bonn", "Berlin"], {""}),
        ("STARTS_WITH", ["B"], {"Bonn", "Berlin"}),
        ("ENDS_WITH", ["in"], {"Berlin"}),
        ("CONTAINS", ["er"], {"Berlin"}),
        ("DOES_NOT_CONTAIN", ["er"], {"Bonn", ""}),
        ("IS_KNOWN", [], {"Bonn", "Berlin"}),
        ("IS_UNKNOWN", [], {""}),
    ],
)
def test_what_the_operators_mean(hubspot, operator, value, found):
    hubspot.set(dynamic_list_delay=0.0)
    ids = {hubspot.company(city=city): city for city in ("Bonn", "Berlin", "")}
    operation = {"operationType": "MULTISTRING", "operator": operator, "values": value}
    each = {"filterType": "PROPERTY", "property": "city", "operation": operation}
    list_id = create(hubspot, filterBranch={"filterBranchType": "AND", "filters": [each]}).body["list"]["listId"]
    assert {ids[member] for member in members(hubspot, list_id)} == found


@pytest.mark.parametrize(
    "branch",
    [
        {},
        {"filterBranchType": "UNIFIED_EVENTS"},
        {"filterBranchType": "AND", "filters": [{"filterType": "IN_LIST"}]},
        {"filterBranchType": "AND", "filters": [7]},
        {"filterBranchType": "AND", "filterBranches": [7]},
        {"filterBranchType": "AND", "filters": [{"filterType": "PROPERTY", "property": "no", "operation": {}}]},
        {"filterBranchType": "AND", "filters": [{"filterType": "PROPERTY", "property": "city", "operation": {}}]},
    ],
)
def test_filters_that_are_not_understood_are_refused(hubspot, branch):
    assert create(hubspot, filterBranch=branch).status == 400


def test_a_deleted_list_comes_back_with_its_members(hubspot):
    company = hubspot.company()
    list_id = create(hubspot, processingType="MANUAL").body["list"]["listId"]
    hubspot.call("PUT", f"/crm/v3/lists/{list_id}/memberships/add", [company])
    assert hubspot.call("DELETE", f"/crm/v3/lists/{list_id}").status == 204
    assert hubspot.call("GET", f"/crm/v3/lists/{list_id}").status == 404
    assert hubspot.call("PUT", f"/crm/v3/lists/{list_id}/restore").status == 204
    assert members(hubspot, list_id) == {company}
    copy = create(hubspot, name="Copy", processingType="MANUAL").body["list"]["listId"]
    assert hubspot.call("PUT", f"/crm/v3/lists/{copy}/memberships/add-from/{list_id}").status == 204
    assert members(hubspot, copy) == {company}
    assert hubspot.call("PUT", f"/crm/v3/lists/{copy}/update-list-name?listName=Bonn").status == 409


def test_folders_hold_folders_and_lists_but_never_themselves(hubspot):
    folders = "/crm/v3/lists/folders"
    outer = hubspot.call("POST", folders, {"name": "Outer"}).body["folder"]["id"]
    inner = hubspot.call("POST", folders, {"name": "Inner", "parentFolderId": str(outer)}).body["folder"]["id"]
    list_id = create(hubspot, processingType="MANUAL").body["list"]["listId"]
    hubspot.call("PUT", f"{folders}/move-list", {"listId": list_id, "newFolderId": str(inner)})
    [tree] = hubspot.call("GET", folders).body["folder"]["childNodes"]
    assert (tree["name"], tree["childNodes"][0]["childLists"]) == ("Outer", [int(list_id)])
    assert hubspot.call("PUT", f"{folders}/{outer}/move/{inner}").status == 400
    assert hubspot.call("DELETE", f"{folders}/{outer}").status == 400
    assert hubspot.call("PUT", f"{folders}/{inner}/move/0").body["folder"]["parentFolderId"] == 0
    assert hubspot.call("DELETE", f"{folders}/{outer}").status == 204
    assert hubspot.call("GET", f"{folders}?folderId={outer}").status == 404
    assert hubspot.call("GET", f"{folders}?folderId=x").status == 400
