"""Lists, properties and owners."""

import time

import pytest

LISTS = pytest.mark.parametrize("prefix", ["/crm/v3/lists", "/crm/lists/2026-09"])
CUSTOM = {"label": "X", "groupName": "companyinformation", "type": "string", "fieldType": "text"}


@pytest.fixture
def members(hubspot):
    lists = [
        {"listId": "11", "name": "Inclusion", "objectTypeId": "0-2", "processingType": "MANUAL", "members": ["1"]},
        {"listId": "12", "name": "Active", "objectTypeId": "0-2", "processingType": "DYNAMIC", "members": ["1", "2"]},
    ]
    rows = [{"id": each, "properties": {"name": each}} for each in ("1", "2", "3")]
    hubspot.portal.seed({"companies": rows, "lists": lists})
    return hubspot


def ids(answer):
    return [each["recordId"] for each in answer.body["results"]]


def added_and_removed(record_ids):
    return {"recordIdsToAdd": record_ids[1:], "recordIdsToRemove": record_ids[:1]}


def companies(record_ids):
    return {"inputs": [{"objectTypeId": "0-2", "recordId": each} for each in record_ids]}


@LISTS
def test_members_are_set_by_hand_and_seen_at_once(members, prefix):
    path = f"{prefix}/11/memberships"
    added = members.call("PUT", f"{path}/add", ["2", "404", "1"])
    assert added.body == {"recordsIdsAdded": ["2"], "recordIdsRemoved": [], "recordIdsMissing": ["404"]}
    assert ids(members.call("GET", path)) == ["1", "2"]
    body = {"recordIdsToAdd": ["3"], "recordIdsToRemove": ["1"]}
    changed = members.call("PUT", f"{path}/add-and-remove", body).body
    assert (changed["recordsIdsAdded"], changed["recordIdsRemoved"]) == (["3"], ["1"])
    assert members.call("PUT", f"{path}/remove", ["2"]).body["recordIdsRemoved"] == ["2"]
    assert ids(members.call("GET", f"{path}/join-order")) == ["3"]


@LISTS
def test_one_call_tells_the_lists_of_many_records(members, prefix):
    inputs = [{"objectTypeId": "0-2", "recordId": each} for each in ("1", "2", "3")]
    answer = members.call("POST", f"{prefix}/records/memberships/batch/read", {"inputs": inputs})
    assert answer.status == 200
    on = {each["recordId"]: {one["listId"] for one in each["recordListMemberships"]} for each in answer.body["results"]}
    assert on == {"1": {"11", "12"}, "2": {"12"}, "3": set()}
    one = members.call("GET", f"{prefix}/records/0-2/1/memberships").body["results"]
    assert {each["listId"] for each in one} == {"11", "12"}


def test_a_list_tells_its_size_and_a_search_tells_it_elsewhere(members):
    assert members.call("GET", "/crm/v3/lists/12").body["list"]["size"] == 2
    (found,) = members.call("POST", "/crm/v3/lists/search", {"listIds": ["12"]}).body["lists"]
    assert "size" not in found
    assert found["additionalProperties"] == {"hs_list_size": "2"}
    members.set(list_tells_size=False)
    assert "size" not in members.call("GET", "/crm/v3/lists/12").body["list"]


def test_the_typed_client_makes_finds_and_fills_lists(members):
    lists, memberships = members.client.crm.lists.lists_api, members.client.crm.lists.memberships_api
    made = lists.create({"name": "New", "objectTypeId": "0-2", "processingType": "SNAPSHOT"}).list
    assert lists.get_by_name("New", "0-2").list.list_id == made.list_id
    assert lists.get_by_id(made.list_id).list.processing_type == "SNAPSHOT"
    assert memberships.add(made.list_id, ["1", "2"]).records_ids_added == ["1", "2"]
    page = memberships.get_page(made.list_id, limit=1)
    assert (page.results[0].record_id, page.total) == ("1", 2)
    rest = memberships.get_page(made.list_id, limit=1, after=page.paging.next.after)
    assert (rest.results[0].record_id, rest.paging.next, rest.paging.prev.before) == ("2", None, "2")
    assert memberships.get_lists("0-2", "1").results[0].list_id == "11"
    found = lists.do_search({"query": "new"})
    assert ([each.name for each in found.lists], found.total) == (["New"], 1)
    lists.remove(made.list_id)
    assert members.call("GET", f"/crm/v3/lists/{made.list_id}").status == 404


def test_a_dynamic_list_cannot_be_set_and_learns_late(members):
    assert members.call("PUT", "/crm/v3/lists/12/memberships/add", ["3"]).status == 400
    members.set(dynamic_list_delay=0.1)
    again = {"listId": "12", "name": "Active", "objectTypeId": "0-2", "processingType": "DYNAMIC", "members": ["3"]}
    members.control("POST", "/seed", {"hubspot": {"lists": [again]}})
    assert ids(members.call("GET", "/crm/v3/lists/12/memberships")) == ["1", "2"]
    time.sleep(0.15)
    assert ids(members.call("GET", "/crm/v3/lists/12/memberships")) == ["3"]


def test_an_archived_record_leaves_its_lists(members):
    members.call("DELETE", "/crm/v3/objects/companies/1")
    assert ids(members.call("GET", "/crm/v3/lists/11/memberships")) == []


def test_a_page_of_members_has_a_limit(members):
    assert members.call("GET", "/crm/v3/lists/11/memberships?limit=250").status == 200
    assert members.call("GET", "/crm/v3/lists/11/memberships?limit=251").status == 400


@pytest.mark.parametrize(
    ("method", "path", "most", "body"),
    [
        ("PUT", "11/memberships/add", 100_000, list),
        ("PUT", "11/memberships/add-and-remove", 100_000, added_and_removed),
        ("POST", "records/memberships/batch/read", 100, companies),
        ("POST", "idmapping", 10_000, list),
    ],
    ids=["add", "add-and-remove", "memberships", "translate"],
)
def test_a_call_takes_so_many_ids_and_no_more(members, method, path, most, body):
    for size, status in ((most, 200), (most + 1, 400)):
        record_ids = [str(each) for each in range(size)]
        assert members.call(method, f"/crm/v3/lists/{path}", body(record_ids)).status == status


def test_the_typed_client_defines_properties(hubspot):
    api = hubspot.client.crm.properties.core_api
    made = api.create("companies", {**CUSTOM, "name": "billing_id", "hasUniqueValue": True})
    assert (made.has_unique_value, made.hubspot_defined) == (True, False)
    assert api.get_by_name("companies", "billing_id").has_unique_value is True
    assert "billing_id" in {each.name for each in api.get_all("companies").results}
    assert api.update("companies", "billing_id", {"label": "Billing"}).label == "Billing"
    batch = hubspot.client.crm.properties.batch_api
    read = batch.read("companies", {"archived": False, "inputs": [{"name": "name"}, {"name": "nonsense"}]})
    assert ([each.name for each in read.results], read.num_errors) == (["name"], 1)
    assert hubspot.client.crm.properties.groups_api.get_all("companies").results[0].name == "companyinformation"
    api.archive("companies", "billing_id")
    assert hubspot.call("GET", "/crm/properties/2026-09/companies/billing_id").status == 404
    assert hubspot.call("GET", "/crm/v3/properties/companies/billing_id?archived=true").body["archived"] is True


def test_property_names_are_unique_and_unique_properties_few(hubspot):
    path = "/crm/v3/properties/companies"
    known = {**CUSTOM, "name": "salesforce_account_id"}
    assert hubspot.call("POST", path, known).status == 409
    statuses = [
        hubspot.call("POST", path, {**CUSTOM, "name": f"key_{place}", "hasUniqueValue": True}).status
        for place in range(10)
    ]
    assert statuses == [201] * 9 + [400]


def test_stages_come_with_their_order(hubspot):
    stages = [{"value": "9001", "label": "Trial", "displayOrder": 1}, {"value": "lead", "displayOrder": 0}]
    hubspot.portal.seed({"stages": stages})
    options = hubspot.client.crm.properties.core_api.get_by_name("contacts", "lifecyclestage").options
    assert {each.value: each.display_order for each in options} == {"9001": 1, "lead": 0}


def test_the_typed_client_reads_owners(hubspot):
    owners = [
        {"id": "5", "email": "Ann@acme.example", "firstName": "Ann", "userId": 50},
        {"id": "6", "email": "gone@acme.example", "userId": 60, "archived": True},
        {"id": "7", "email": "cy@acme.example", "userId": 70},
    ]
    hubspot.portal.seed({"owners": owners})
    api = hubspot.client.crm.owners.owners_api
    page = api.get_page(limit=1)
    assert (page.results[0].id, page.paging.next.after) == ("5", "7")
    assert [each.id for each in api.get_page(email="ann@acme.example").results] == ["5"]
    [gone] = api.get_page(archived=True).results
    assert (gone.user_id, gone.user_id_including_inactive) == (None, 60)
    assert api.get_by_id(70, id_property="userId").id == "7"
    assert hubspot.call("GET", "/crm/owners/2026-09/5").body["firstName"] == "Ann"
    company = hubspot.company(hubspot_owner_id="5")
    assert hubspot.properties_of("companies", company)["hubspot_owner_id"] == "5"
