"""A page tells where the next one is: the cursor, and a link that asks for the same again."""

import pytest

OBJECTS = "/crm/v3/objects/companies"


@pytest.mark.parametrize("path", [OBJECTS, "/crm/objects/2026-09/0-2"])
def test_a_link_repeats_what_was_asked_for_and_can_be_followed(hubspot, path):
    ids = [hubspot.company(city="Bonn") for _ in range(5)]
    asked = f"{path}?limit=2&properties=name&properties=city&archived=false"
    first = hubspot.call("GET", asked).body
    link = first["paging"]["next"]["link"]
    assert link.startswith(f"{hubspot.data}{asked}&after=")
    seen = first["results"]
    while "paging" in first:
        first = hubspot.call("GET", first["paging"]["next"]["link"].removeprefix(hubspot.data)).body
        seen += first["results"]
        assert {"name", "city"} <= first["results"][0]["properties"].keys()
    assert [each["id"] for each in seen] == ids


def test_the_last_page_has_no_next_one(hubspot):
    hubspot.company()
    assert "paging" not in hubspot.call("GET", OBJECTS).body


@pytest.mark.parametrize("path", ["memberships", "memberships/join-order"])
def test_members_of_a_list_can_be_paged_back_and_forth(hubspot, path):
    ids = [str(each) for each in range(1, 8)]
    companies = [{"id": each, "properties": {"name": each}} for each in ids]
    lists = [{"listId": "11", "name": "L", "objectTypeId": "0-2", "members": ids}]
    hubspot.portal.seed({"companies": companies, "lists": lists})
    page, forth = {"paging": {"next": {"link": f"{hubspot.data}/crm/v3/lists/11/{path}?limit=3"}}}, []
    while "next" in page.get("paging", {}):
        page = hubspot.call("GET", page["paging"]["next"]["link"].removeprefix(hubspot.data)).body
        forth.append([each["recordId"] for each in page["results"]])
    assert forth == [ids[:3], ids[3:6], ids[6:]]
    back = []
    while "prev" in page.get("paging", {}):
        page = hubspot.call("GET", page["paging"]["prev"]["link"].removeprefix(hubspot.data)).body
        back.append([each["recordId"] for each in page["results"]])
    assert back == [ids[3:6], ids[:3]]
    assert hubspot.call("GET", f"/crm/v3/lists/11/{path}?before=x").status == 400


def test_pages_know_of_records_that_came_and_went(hubspot):
    def listed(archived="false"):
        return [each["id"] for each in hubspot.call("GET", f"{OBJECTS}?archived={archived}").body["results"]]

    first, second = hubspot.company(), hubspot.company()
    assert listed() == [first, second]
    hubspot.call("DELETE", f"{OBJECTS}/{first}")
    assert (listed(), listed("true")) == ([second], [first])
    hubspot.control("POST", "/hubspot/restore", {"objectType": "0-2", "id": first})
    third = hubspot.company()
    assert (listed(), listed("true")) == ([first, second, third], [])


def test_an_archived_record_is_found_by_its_key_as_well(hubspot):
    record_id = hubspot.company(salesforce_account_id="001A")
    hubspot.call("DELETE", f"{OBJECTS}/{record_id}")
    by_key = f"{OBJECTS}/001A?idProperty=salesforce_account_id"
    assert hubspot.call("GET", by_key).status == 404
    assert hubspot.call("GET", f"{by_key}&archived=true").body["id"] == record_id
    inputs = {"idProperty": "salesforce_account_id", "inputs": [{"id": "001A"}]}
    assert hubspot.call("POST", f"{OBJECTS}/batch/read?archived=true", inputs).body["results"][0]["id"] == record_id


@pytest.mark.parametrize("name", ["company", "companies", "0-2", "Company", "COMPANIES"])
def test_types_of_object_go_by_any_of_their_names_everywhere(hubspot, name):
    record_id, contact = hubspot.company(), hubspot.contact(email="a@x.example")
    pair = f"/crm/v4/objects/{name}/{record_id}/associations"
    assert hubspot.call("GET", f"/crm/v3/objects/{name}/{record_id}?associations=contact").status == 200
    assert hubspot.call("POST", f"/crm/v3/objects/{name}/search", {}).body["total"] == 1
    assert hubspot.call("POST", f"/crm/v3/objects/{name}/batch/read", {"inputs": [{"id": record_id}]}).status == 200
    assert hubspot.call("PUT", f"{pair}/default/0-1/{contact}").status == 200
    assert hubspot.call("GET", f"{pair}/CONTACT").body["results"]
    assert hubspot.call("GET", f"/crm/v3/properties/{name}/name").status == 200
    assert hubspot.call("GET", f"/crm/v4/associations/{name}/contact/labels").status == 200
    assert hubspot.call("GET", f"/crm/v3/lists/records/{name}/{record_id}/memberships").status == 200
    made = {"name": "L", "objectTypeId": name, "processingType": "MANUAL"}
    assert hubspot.call("POST", "/crm/v3/lists/", made).body["list"]["objectTypeId"] == "0-2"


@pytest.mark.parametrize(
    "path",
    [
        OBJECTS,
        "/crm/v3/owners",
        "/crm/v3/lists/11/memberships",
        "/crm/v3/lists/11/memberships/join-order",
        "/crm/v4/objects/companies/1/associations/contacts",
    ],
)
@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "9" * 5_000, "%D9%A3", "0" * 5_000])
def test_a_bad_cursor_is_refused(hubspot, path, cursor):
    companies = [{"id": "1", "properties": {"name": "A"}}]
    lists = [{"listId": "11", "name": "L", "objectTypeId": "0-2", "members": ["1"]}]
    hubspot.portal.seed({"companies": companies, "lists": lists})
    assert hubspot.call("GET", f"{path}?after={cursor}").status == 400


@pytest.mark.parametrize("cursor", ["x", "-1", "9" * 5_000, "0" * 2_000, {}, 1.5])
def test_a_bad_cursor_of_a_search_is_refused(hubspot, cursor):
    assert hubspot.call("POST", f"{OBJECTS}/search", {"after": cursor}).status == 400
