"""Whatever is sent, the portal answers with a refusal of its own and never falls over."""

import itertools

import pytest

from tests.simulator.hubspot_fixtures import KEY

OBJECTS = "/crm/v3/objects/companies"
BODIES = (
    b"",
    b"{",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b'{"inputs": NaN}',
    b'{"inputs": 1e999}',
    b'{"inputs": [{"id": ' + b"9" * 5_000 + b"}]}",
    b'{"inputs": [{"id": 1.5, "active": "yes"}]}',
    b'{"inputs": [{"id": true, "active": true, "name": 7, "typeId": "x", "category": [], "maxToObjectIds": {}}]}',
    b'{"inputs": [{"typeId": 1, "category": "HUBSPOT_DEFINED", "maxToObjectIds": 0}]}',
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b"7",
    b'{"inputs": null}',
    b'{"inputs": {}}',
    b'{"inputs": []}',
    b'{"inputs": [7]}',
    b'{"inputs": [null]}',
    b'{"inputs": [{}]}',
    b'{"inputs": [{"id": null}]}',
    b'{"inputs": [{"id": {}, "properties": {}}]}',
    b'{"inputs": [{"id": "1", "idProperty": 7, "properties": {}}]}',
    b'{"inputs": [{"id": "1", "idProperty": ["email"], "properties": {}}]}',
    b'{"inputs": [{"id": "1", "properties": []}]}',
    b'{"inputs": [{"id": "1", "properties": {"name": {"a": 1}}}]}',
    b'{"inputs": [{"properties": {"name": "A"}, "associations": [7]}]}',
    b'{"inputs": [{"properties": {"name": "A"}, "associations": [{"to": {"id": "1"}, "types": [7]}]}]}',
    b'{"inputs": [{"from": 7, "to": 8, "types": 9}]}',
    b'{"inputs": [{"from": {"id": "1"}, "to": {"id": "2"}, "types": [{"associationTypeId": "x"}]}]}',
    b'{"properties": 7}',
    b'{"properties": {"name": ["a"]}}',
    b'{"properties": {"nonsense": "a"}}',
    b'{"filterGroups": 7}',
    b'{"filterGroups": [7]}',
    b'{"filterGroups": [{"filters": [7]}]}',
    b'{"filterGroups": [{"filters": [{"propertyName": {}, "operator": []}]}]}',
    b'{"filterGroups": [{"filters": [{"propertyName": "name", "operator": "EQ", "value": {}}]}]}',
    b'{"filterGroups": [{"filters": [{"propertyName": "name", "operator": "IN", "values": [[]]}]}]}',
    b'{"filterGroups": [{"filters": [{"propertyName": "associations.x", "operator": "EQ"}]}]}',
    b'{"sorts": [{}], "limit": 1.5, "after": {}}',
    b'{"limit": 10, "after": {}}',
    b'{"primaryObjectId": [], "objectIdToMerge": {}}',
    b'{"name": 7, "objectTypeId": [], "processingType": {}}',
    b'{"name": "\\ud800", "label": "x", "groupName": "y", "type": "z", "fieldType": "t"}',
    b'{"properties": {"name": "\\ud800"}}',
    b'{"name": "x", "label": {}, "inverseLabel": 7, "displayOrder": "x", "associationTypeId": "x"}',
    b'{"name": "x", "parentFolderId": {}, "listId": [], "newFolderId": "-1", "filterBranch": 7}',
    b'{"name": "x", "objectTypeId": "0-2", "processingType": "DYNAMIC", "filterBranch": {"filters": {}}}',
    b'{"name": "x", "parentFolderId": "' + b"9" * 5_000 + b'"}',
    b'{"targetUrl": 7, "throttling": []}',
    b'{"targetUrl": "https://[", "throttling": {"maxConcurrentRequests": true}}',
    b'{"eventType": {}, "propertyName": 7, "objectTypeId": []}',
    b'{"eventType": "object.creation", "objectTypeId": "9-9", "active": "yes"}',
)
ROUTES = (
    ("POST", OBJECTS),
    ("PATCH", f"{OBJECTS}/1"),
    ("POST", f"{OBJECTS}/merge"),
    ("POST", "/crm/v3/objects/contacts/gdpr-delete"),
    ("POST", f"{OBJECTS}/search"),
    *(("POST", f"{OBJECTS}/batch/{each}") for each in ("read", "create", "update", "upsert", "archive")),
    ("PUT", "/crm/v4/objects/contacts/9/associations/companies/1"),
    ("PUT", "/crm/v4/objects/contacts/9/associations/default/companies/1"),
    *(
        ("POST", f"/crm/v4/associations/contacts/companies/batch/{each}")
        for each in ("read", "create", "archive", "associate/default", "labels/archive")
    ),
    ("POST", "/crm/v3/properties/companies"),
    ("PATCH", "/crm/v3/properties/companies/salesforce_account_id"),
    ("POST", "/crm/v3/properties/companies/batch/read"),
    ("POST", "/crm/v3/properties/companies/batch/create"),
    ("POST", "/crm/v3/properties/companies/groups"),
    ("POST", "/crm/v3/lists/"),
    ("POST", "/crm/v3/lists/search"),
    ("POST", "/crm/v3/lists/records/memberships/batch/read"),
    ("PUT", "/crm/v3/lists/1/memberships/add"),
    ("PUT", "/crm/v3/lists/1/memberships/add-and-remove"),
    ("PUT", "/crm/v3/lists/1/update-list-filters"),
    ("PUT", "/crm/v3/lists/1/update-list-name"),
    ("PUT", "/crm/v3/lists/1/memberships/add-from/1"),
    ("POST", "/crm/v3/lists/idmapping"),
    ("POST", "/crm/v3/lists/folders"),
    ("PUT", "/crm/v3/lists/folders/move-list"),
    ("PATCH", "/crm/v3/properties/companies/groups/companyinformation"),
    ("POST", "/crm/v3/properties/companies/batch/archive"),
    ("POST", "/crm/v4/associations/contacts/companies/labels"),
    ("PUT", "/crm/v4/associations/contacts/companies/labels"),
    *(
        ("POST", f"/crm/v4/associations/definitions/configurations/contacts/companies/batch/{each}")
        for each in ("create", "update", "purge")
    ),
    ("POST", "/crm/v4/associations/usage/high-usage-report/x"),
    ("PUT", "/webhooks/v3/1000001/settings"),
    ("POST", "/webhooks/v3/1000001/subscriptions"),
    ("PATCH", "/webhooks/v3/1000001/subscriptions/1"),
    ("POST", "/webhooks/v3/1000001/subscriptions/batch/update"),
    ("POST", "/oauth/v1/token"),
)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_body_makes_it_fall_over(hubspot, method, path):
    hubspot.portal.seed(
        {
            "companies": [{"id": "1", "properties": {"name": "A"}}],
            "contacts": [{"id": "9"}],
            "lists": [{"listId": "1", "name": "L", "objectTypeId": "0-2", "members": ["1"]}],
        }
    )
    for body in BODIES:
        answer = hubspot.call(method, path, body)
        assert answer.status < 500, (body, answer.body)
        if answer.status >= 400:
            assert {"status", "message", "category", "correlationId"} <= answer.body.keys()
    hubspot.portal.state()


LARGE = 10_000_000


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (OBJECTS, b'{"properties": {"name": "' + b"x" * LARGE + b'"}}'),
        (OBJECTS, b'{"properties": {' + b'"a": "b", ' * (LARGE // 10) + b'"a": "b"}}'),
        (f"{OBJECTS}/batch/create", b'{"inputs": [' + b"{}, " * (LARGE // 4) + b"{}]}"),
        (f"{OBJECTS}/batch/read", b'{"inputs": [{"id": "' + b"9" * LARGE + b'"}, {}]}'),
        (f"{OBJECTS}/search", b'{"query": "' + b"x" * LARGE + b'"}'),
        (OBJECTS, b"[" * LARGE),
        (OBJECTS, b"\0" * LARGE),
    ],
    ids=["a-long-value", "many-values", "many-rows", "a-long-id", "a-long-query", "a-deep-list", "nothing-but-zeros"],
)
def test_ten_megabytes_are_refused_like_anything_wrong(hubspot, path, body):
    assert hubspot.call("POST", path, body).status == 400
    assert hubspot.call("GET", OBJECTS).body["results"] == []


def test_a_search_with_many_wildcards_is_answered(hubspot):
    hubspot.company(name="a" * 200)
    wanted = {"propertyName": "name", "operator": "CONTAINS_TOKEN", "value": "a*" * 60 + "b"}
    body = {"filterGroups": [{"filters": [wanted]}]}
    assert hubspot.call("POST", f"{OBJECTS}/search", body).body["total"] == 0
    wanted["value"] = "*a*" * 20 + "a"
    assert hubspot.call("POST", f"{OBJECTS}/search", body).body["total"] == 1


@pytest.mark.parametrize(
    "path",
    [
        "/crm/v3/objects/companies/" + "9" * 5_000,
        "/crm/v3/lists/" + "9" * 5_000,
        "/crm/v3/lists/1/memberships?limit=" + "9" * 5_000,
        "/crm/v3/owners/" + "9" * 5_000,
        "/crm/v3/properties/companies/" + "x" * 5_000,
        "/webhooks/v3/1000001/subscriptions/" + "9" * 5_000,
        "/webhooks/v3/" + "9" * 5_000 + "/settings",
        "/oauth/v1/access-tokens/" + "x" * 5_000,
    ],
)
def test_long_ids_lead_nowhere(hubspot, path):
    assert hubspot.call("GET", path).status in {400, 404}


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b"7", b"{}"])
def test_a_create_without_an_object_of_properties_is_a_bad_request(hubspot, body):
    refused = hubspot.call("POST", OBJECTS, body)
    assert (refused.status, refused.body["category"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "query",
    ["limit=x", "limit=0", "limit=101", "limit=-1", "limit=%D9%A3", "after=x", "archived=maybe", "associations=deals"],
)
def test_parameters_are_checked(hubspot, query):
    hubspot.company()
    assert hubspot.call("GET", f"{OBJECTS}?{query}").status == 400


def test_paths_nobody_knows_are_not_found(hubspot):
    strange = (
        "/crm/v3/objects",
        f"{OBJECTS}/1/2/3/4",
        "/crm/v9/objects/companies",
        "/crm/v3/owners/x",
        f"{OBJECTS}/%00",
    )
    for path in strange:
        assert hubspot.call("GET", path).status == 404, path
    assert hubspot.call("GET", "/crm/v3/objects/deals").status == 400
    assert hubspot.call("DELETE", f"{OBJECTS}/search").status == 204


@pytest.mark.parametrize("places", list(itertools.combinations(range(3), 2)))
def test_a_refused_batch_leaves_the_unique_values_as_they_were(hubspot, places):
    def upsert(*wrong):
        rows = [
            {
                "id": f"k{place}",
                "idProperty": KEY["name"],
                "properties": {"nonsense" if place in wrong else "name": "A"},
            }
            for place in range(3)
        ]
        return hubspot.call("POST", f"{OBJECTS}/batch/upsert", {"inputs": rows})

    assert upsert(*places).status == 400
    assert {each["new"] for each in upsert().body["results"]} == {True}
