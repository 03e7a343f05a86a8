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
