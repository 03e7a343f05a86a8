"""Associations: labels, the primary company, and the two ends of everything."""

import pytest


def labelled(*type_ids):
    return [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": each} for each in type_ids]


def inputs(*pairs, **rest):
    return {"inputs": [{"from": {"id": one}, "to": {"id": other}, **rest} for one, other in pairs]}


@pytest.fixture
def people(hubspot):
    rows = [{"id": each, "properties": {"name": each}} for each in ("1", "2")]
    hubspot.portal.seed({"companies": rows, "contacts": [{"id": "8"}, {"id": "9"}]})
    return hubspot


def types_of(hubspot, path):
    answer = hubspot.call("GET", path)
    assert answer.status == 200
    return {
        str(each["toObjectId"]): [spec["typeId"] for spec in each["associationTypes"]]
        for each in answer.body["results"]
    }


OBJECTS = pytest.mark.parametrize("prefix", ["/crm/v4/objects", "/crm/objects/2026-09"])


@OBJECTS
def test_default_associations_are_seen_from_both_ends_and_may_be_repeated(people, prefix):
    for _ in range(2):
        answer = people.call("PUT", f"{prefix}/contacts/9/associations/default/companies/1")
        assert answer.status == 200
        assert answer.body["results"][0]["associationSpec"]["associationTypeId"] == 279
    assert types_of(people, f"{prefix}/contact/9/associations/0-2") == {"1": [279]}
    assert types_of(people, f"{prefix}/companies/1/associations/contacts") == {"9": [280]}


@OBJECTS
def test_a_primary_company_is_also_an_unlabelled_one_and_displaces_the_former(people, prefix):
    made = people.call("PUT", f"{prefix}/contacts/9/associations/companies/1", labelled(1))
    assert (made.status, made.body["labels"]) == (201, ["Primary"])
    people.call("PUT", f"{prefix}/contacts/9/associations/companies/2", labelled(1))
    assert types_of(people, f"{prefix}/contacts/9/associations/companies") == {"1": [279], "2": [1, 279]}
    assert types_of(people, f"{prefix}/companies/1/associations/contacts") == {"9": [280]}
    assert types_of(people, f"{prefix}/companies/2/associations/contacts") == {"9": [2, 280]}
    people.call("PUT", f"{prefix}/companies/1/associations/contacts/9", labelled(2))
    assert types_of(people, f"{prefix}/contacts/9/associations/companies") == {"1": [1, 279], "2": [279]}
    assert people.properties_of("contacts", "9")["associatedcompanyid"] == "1"
    assert people.properties_of("companies", "2")["num_associated_contacts"] == "1"


def test_labels_replace_labels_and_a_default_association_leaves_them(people):
    path = "/crm/v4/objects/contacts/9/associations"
    people.call("PUT", f"{path}/companies/1", labelled(1))
    people.call("PUT", f"{path}/default/companies/1")
    assert types_of(people, f"{path}/companies") == {"1": [1, 279]}
    people.call("PUT", f"{path}/companies/1", labelled(279))
    assert types_of(people, f"{path}/companies") == {"1": [279]}
    assert "associatedcompanyid" not in people.properties_of("contacts", "9")


def test_the_first_company_becomes_primary_only_where_the_switch_says_so(people):
    path = "/crm/v4/objects/contacts/9/associations"
    people.set(first_company_is_primary=True)
    people.call("PUT", f"{path}/default/companies/1")
    people.call("PUT", f"{path}/default/companies/2")
    assert types_of(people, f"{path}/companies") == {"1": [1, 279], "2": [279]}


def test_the_typed_client_uses_every_route(people):
    basic, batch = people.client.crm.associations.v4.basic_api, people.client.crm.associations.v4.batch_api
    assert basic.create_default("contacts", "9", "companies", "1").status == "COMPLETE"
    assert basic.create("contacts", "9", "companies", "1", labelled(1)).labels == ["Primary"]
    assert basic.get_page("contacts", "9", "companies").results[0].to_object_id == "1"
    made = batch.create("contacts", "companies", inputs(("8", "1"), types=labelled(279, 1)))
    assert (made.results[0].from_object_id, made.results[0].labels) == ("8", ["Primary"])
    default = batch.create_default("contacts", "companies", inputs(("8", "2")))
    assert default.results[0].to.id == "2"
    read = batch.get_page("companies", "contacts", {"inputs": [{"id": "1"}]})
    assert {each.to_object_id for each in read.results[0].to} == {"8", "9"}
    batch.archive_labels("contacts", "companies", inputs(("8", "1"), types=labelled(1)))
    assert basic.get_page("contacts", "8", "companies").results[0].association_types[0].type_id == 279
    batch.archive("contacts", "companies", {"inputs": [{"from": {"id": "8"}, "to": [{"id": "1"}, {"id": "2"}]}]})
    basic.archive("contacts", "9", "companies", "1")
    assert people.portal.state()["associations"] == []
    labels = people.client.crm.associations.v4.schema.definitions_api.get_all("contacts", "companies")
    assert {each.type_id: each.label for each in labels.results} == {279: None, 1: "Primary"}


def test_the_unlabelled_type_takes_all_labels_with_it(people):
    people.call("PUT", "/crm/v4/objects/contacts/9/associations/companies/1", labelled(1))
    body = inputs(("9", "1"), types=labelled(279))
    assert people.call("POST", "/crm/v4/associations/contacts/companies/batch/labels/archive", body).status == 204
    assert people.portal.state()["associations"] == []


@pytest.mark.parametrize(
    ("prefix", "made", "gone"), [("v4/associations", 201, 204), ("associations/2026-09", 200, 200)]
)
def test_statuses_differ_between_the_generations(people, prefix, made, gone):
    path = f"/crm/{prefix}/contacts/companies/batch"
    assert people.call("POST", f"{path}/create", inputs(("9", "1"), types=labelled(279))).status == made
    assert people.call("POST", f"{path}/associate/default", inputs(("9", "1"))).status == 200
    body = {"inputs": [{"from": {"id": "9"}, "to": [{"id": "1"}]}]}
    assert people.call("POST", f"{path}/archive", body).status == gone


def test_a_missing_record_spoils_its_own_row_only(people):
    path = "/crm/v4/associations/contacts/companies/batch"
    mixed = people.call("POST", f"{path}/create", inputs(("9", "1"), ("9", "404"), types=labelled(1)))
    assert (mixed.status, mixed.body["numErrors"]) == (207, 1)
    (error,) = mixed.body["errors"]
    named = {"INVALID_OBJECT_IDS": ["COMPANY=404 is not valid"], "objectId": ["404"], "objectType": ["COMPANY"]}
    assert (error["category"], error["context"]) == ("VALIDATION_ERROR", named)
    mixed = people.call("POST", f"{path}/associate/default", inputs(("8", "1"), ("404", "1")))
    assert (mixed.status, mixed.body["numErrors"], len(mixed.body["results"])) == (200, 1, 1)
    assert people.call("PUT", "/crm/v4/objects/contacts/9/associations/companies/404", labelled(1)).status == 400


@pytest.mark.parametrize(("is_error", "status"), [(True, 207), (False, 200)])
def test_reading_the_associations_of_a_lonely_record(people, is_error, status):
    people.set(no_associations_is_error=is_error)
    answer = people.call("POST", "/crm/v4/associations/companies/contacts/batch/read", {"inputs": [{"id": "1"}]})
    assert answer.status == status
    if is_error:
        assert answer.body["errors"][0]["context"]["fromObjectId"] == ["1"]
    else:
        assert answer.body["results"] == [{"from": {"id": "1"}, "to": []}]


@pytest.mark.parametrize(("operation", "most"), [("read", 1_000), ("create", 2_000)])
def test_batch_sizes(people, operation, most):
    row = {"id": "1", "from": {"id": "1"}, "to": {"id": "9"}, "types": labelled(280)}
    path = f"/crm/v4/associations/companies/contacts/batch/{operation}"
    assert people.call("POST", path, {"inputs": [row] * most}).status in {201, 207}
    assert people.call("POST", path, {"inputs": [row] * (most + 1)}).status == 400


def test_object_ids_may_come_as_numbers_or_texts(people):
    path = "/crm/v4/objects/contacts/9/associations"
    people.call("PUT", f"{path}/default/companies/1")
    assert people.call("GET", f"{path}/companies").body["results"][0]["toObjectId"] == 1
    people.set(object_ids_as_numbers=False)
    assert people.call("GET", f"{path}/companies").body["results"][0]["toObjectId"] == "1"


def test_long_lists_come_in_pages(people):
    rows = [{"id": str(1000 + place)} for place in range(7)]
    links = [{"contact": each["id"], "company": "1"} for each in rows]
    people.portal.seed({"contacts": rows, "associations": links})
    path = "/crm/v4/objects/companies/1/associations/contacts?limit=4"
    first = people.call("GET", path).body
    rest = people.call("GET", f"{path}&after={first['paging']['next']['after']}").body
    assert "paging" not in rest
    seen = [each["toObjectId"] for each in first["results"] + rest["results"]]
    assert seen == list(range(1000, 1007))


@pytest.mark.parametrize("type_ids", [(280,), (2,), (13,), (999,), (), (True,)])
def test_types_of_another_direction_and_of_no_direction_do_not_exist(people, type_ids):
    path = "/crm/v4/objects/contacts/9/associations/companies/1"
    assert people.call("PUT", path, labelled(*type_ids)).status == 400
    assert people.portal.state()["associations"] == []


def test_a_parent_company_sees_its_child(people):
    people.call("PUT", "/crm/v4/objects/companies/1/associations/companies/2", labelled(13))
    assert types_of(people, "/crm/v4/objects/companies/2/associations/companies") == {"1": [14, 450]}


def test_an_archived_record_lets_go(people):
    people.call("PUT", "/crm/v4/objects/contacts/9/associations/companies/1", labelled(1))
    people.call("DELETE", "/crm/v3/objects/companies/1")
    assert people.portal.state()["associations"] == []
    assert "associatedcompanyid" not in people.properties_of("contacts", "9")


def test_associations_move_the_time_of_change_only_where_the_switch_says_so(people):
    before = people.properties_of("contacts", "9")["lastmodifieddate"]
    people.call("PUT", "/crm/v4/objects/contacts/9/associations/companies/1", labelled(1))
    assert people.properties_of("contacts", "9")["lastmodifieddate"] == before
    people.set(associations_touch_records=True)
    people.call("PUT", "/crm/v4/objects/contacts/9/associations/companies/2", labelled(1))
    assert people.properties_of("contacts", "9")["lastmodifieddate"] > before
