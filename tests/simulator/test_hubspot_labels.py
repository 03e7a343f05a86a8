"""Labels an admin makes for associations, and limits an admin sets on them."""

import pytest

LABELS = "/crm/v4/associations/contacts/companies/labels"
LIMITS = "/crm/v4/associations/definitions/configurations/contacts/companies/batch"
PREFIXES = pytest.mark.parametrize("prefix", ["/crm/v4/associations", "/crm/associations/2026-09"])


def spec(type_id, category="USER_DEFINED"):
    return {"associationCategory": category, "associationTypeId": type_id}


@PREFIXES
def test_a_label_is_known_from_both_ends_by_an_id_of_its_own(hubspot, prefix):
    path = f"{prefix}/0-1/company/labels"
    made = hubspot.call("POST", path, {"name": "adviser", "label": "Adviser", "inverseLabel": "Advised"})
    there, back = made.body["results"]
    assert (made.status, there["label"], back["label"]) == (200, "Adviser", "Advised")
    assert {there["category"], back["category"]} == {"USER_DEFINED"}
    assert there in hubspot.call("GET", path).body["results"]
    assert back in hubspot.call("GET", f"{prefix}/companies/contacts/labels").body["results"]
    assert hubspot.call("POST", path, {"name": "x", "label": "Adviser"}).status == 409
    company, contact = hubspot.company(), hubspot.contact(email="a@x.example")
    pair = f"/crm/v4/objects/contacts/{contact}/associations/companies/{company}"
    assert hubspot.call("PUT", pair, [spec(there["typeId"])]).body["labels"] == ["Adviser"]
    seen = hubspot.call("GET", f"/crm/v4/objects/companies/{company}/associations/contacts").body["results"][0]
    assert back in seen["associationTypes"]
    assert hubspot.call("PUT", path, {"associationTypeId": there["typeId"], "label": "Counsel"}).status == 204
    assert hubspot.call("DELETE", f"{path}/{there['typeId']}").status == 204
    [left] = hubspot.call("GET", f"/crm/v4/objects/contacts/{contact}/associations/companies").body["results"]
    assert [each["typeId"] for each in left["associationTypes"]] == [279]


def test_what_hubspot_defines_stays(hubspot):
    assert hubspot.call("DELETE", f"{LABELS}/1").status == 400
    assert hubspot.call("DELETE", f"{LABELS}/4711").status == 404
    assert hubspot.call("PUT", LABELS, {"associationTypeId": 279, "label": "Mine"}).status == 400


def test_two_types_have_ten_labels_between_them(hubspot):
    answers = [hubspot.call("POST", LABELS, {"name": f"n{each}", "label": f"L{each}"}) for each in range(11)]
    assert [each.status for each in answers] == [200] * 10 + [400]


def test_the_category_of_a_label_has_to_be_right(hubspot):
    company, contact = hubspot.company(), hubspot.contact(email="a@x.example")
    pair = f"/crm/v4/objects/contacts/{contact}/associations/companies/{company}"
    assert hubspot.call("PUT", pair, [spec(1)]).status == 400
    assert hubspot.call("PUT", pair, [spec(1, "HUBSPOT_DEFINED")]).status == 201


def test_a_limit_holds_for_every_way_to_associate(hubspot):
    limit = {"category": "HUBSPOT_DEFINED", "typeId": 279, "maxToObjectIds": 1}
    assert hubspot.call("POST", f"{LIMITS}/update", {"inputs": [limit]}).status == 404
    assert hubspot.call("POST", f"{LIMITS}/create", {"inputs": [limit]}).status == 201
    first, second, contact = hubspot.company(), hubspot.company(), hubspot.contact(email="a@x.example")
    default = f"/crm/v4/objects/contacts/{contact}/associations/default/companies/"
    assert hubspot.call("PUT", default + first).status == 200
    assert hubspot.call("PUT", default + first).status == 200  # it is there already
    assert hubspot.call("PUT", default + second).status == 400
    back = f"/crm/v4/objects/companies/{second}/associations/contacts/{contact}"
    assert hubspot.call("PUT", back, [spec(280, "HUBSPOT_DEFINED")]).status == 400
    inputs = {"inputs": [{"from": {"id": contact}, "to": {"id": second}}]}
    refused = hubspot.call("POST", "/crm/v4/associations/contacts/companies/batch/associate/default", inputs).body
    assert (refused["results"], refused["numErrors"]) == ([], 1)
    assert hubspot.portal.counters["association_limit_reached"] == 3
    assert hubspot.call("POST", f"{LIMITS}/purge", {"inputs": [limit]}).status == 204
    assert hubspot.call("PUT", default + second).status == 200
