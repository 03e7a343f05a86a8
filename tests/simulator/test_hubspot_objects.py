"""One record at a time, in both generations of paths."""

import pytest
from hubspot.crm.companies.exceptions import ApiException, NotFoundException
from hubspot.crm.contacts.exceptions import ApiException as ContactApiException

from tests.simulator.hubspot_fixtures import KEY

PREFIXES = pytest.mark.parametrize("prefix", ["/crm/v3/objects", "/crm/objects/2026-09"])
NAMES = pytest.mark.parametrize("name", ["companies", "company", "0-2"])


def test_the_typed_client_creates_reads_updates_and_archives(hubspot):
    api = hubspot.client.crm.companies.basic_api
    made = api.create({"properties": {"name": "Acme", "domain": "acme.example"}})
    assert made.properties["hs_object_id"] == made.id
    assert len(made.id) == 11
    changed = api.update(made.id, {"properties": {"city": "Berlin"}})
    assert changed.properties["city"] == "Berlin"
    read = api.get_by_id(made.id, properties=["city", "name"], properties_with_history=["city"])
    assert (read.properties["city"], read.properties["name"], read.archived) == ("Berlin", "Acme", False)
    assert read.properties_with_history["city"][0].value == "Berlin"
    api.archive(made.id)
    with pytest.raises(NotFoundException):
        api.get_by_id(made.id)
    assert api.get_by_id(made.id, archived=True).archived_at is not None


@PREFIXES
@NAMES
def test_both_generations_and_all_names_lead_to_the_same_record(hubspot, prefix, name):
    made = hubspot.call("POST", f"{prefix}/{name}", {"properties": {"name": "Acme"}})
    assert made.status == 201
    record_id = made.body["id"]
    assert hubspot.call("GET", f"{prefix}/{name}/{record_id}").body["properties"]["name"] == "Acme"
    changed = hubspot.call("PATCH", f"{prefix}/{name}/{record_id}", {"properties": {"name": "Beta"}})
    assert (changed.status, changed.body["properties"]["name"]) == (200, "Beta")
    assert hubspot.call("GET", f"{prefix}/{name}").body["results"][0]["id"] == record_id
    assert hubspot.call("DELETE", f"{prefix}/{name}/{record_id}").status == 204
    assert hubspot.call("GET", f"{prefix}/{name}/{record_id}").status == 404


def test_pages_end_and_repeat_nobody(hubspot):
    ids = {hubspot.company(name=f"Company {place}") for place in range(7)}
    api = hubspot.client.crm.companies.basic_api
    seen, after = [], None
    for _ in range(4):
        page = api.get_page(limit=3, after=after)
        seen += [each.id for each in page.results]
        after = page.paging.next.after if page.paging else None
        if after is None:
            break
    assert len(seen) == 7
    assert set(seen) == ids


def test_an_unknown_property_is_left_out_and_an_empty_one_is_null(hubspot):
    record_id = hubspot.company()
    seen = hubspot.call("GET", f"/crm/v3/objects/companies/{record_id}?properties=city,nonsense").body
    assert seen["properties"]["city"] is None
    assert "nonsense" not in seen["properties"]
    assert "name" not in seen["properties"]


def test_values_are_texts_and_the_empty_text_clears(hubspot):
    record_id = hubspot.company(city="Berlin")
    changes = {"numberofemployees": 12, "is_public": True, "city": "", "phone": None}
    hubspot.call("PATCH", f"/crm/v3/objects/companies/{record_id}", {"properties": changes})
    held = hubspot.properties_of("companies", record_id)
    assert (held["numberofemployees"], held["is_public"]) == ("12", "true")
    assert "city" not in held


def test_the_time_of_the_last_change_has_two_names(hubspot):
    company, contact = hubspot.company(), hubspot.contact(email="a@acme.example")
    assert "hs_lastmodifieddate" in hubspot.properties_of("companies", company)
    assert "lastmodifieddate" in hubspot.properties_of("contacts", contact)
    assert "hs_lastmodifieddate" not in hubspot.properties_of("contacts", contact)
    answer = hubspot.call("GET", f"/crm/v3/objects/contacts/{contact}?properties=hs_lastmodifieddate").body
    assert "hs_lastmodifieddate" not in answer["properties"]


def test_a_write_that_changes_nothing_moves_the_time_unless_switched_off(hubspot):
    record_id = hubspot.company()
    hubspot.set(unchanged_write_touches=False)
    before = hubspot.properties_of("companies", record_id)
    hubspot.call("PATCH", f"/crm/v3/objects/companies/{record_id}", {"properties": {"name": "Acme"}})
    assert hubspot.properties_of("companies", record_id) is before
    hubspot.set(unchanged_write_touches=True)
    hubspot.call("PATCH", f"/crm/v3/objects/companies/{record_id}", {"properties": {"name": "Acme"}})
    assert hubspot.properties_of("companies", record_id) is not before


def test_a_company_needs_a_name_or_a_domain_and_domains_are_not_unique(hubspot):
    assert hubspot.call("POST", "/crm/v3/objects/companies", {"properties": {"city": "Berlin"}}).status == 400
    twins = [hubspot.company(domain="acme.example") for _ in range(2)]
    assert len(set(twins)) == 2


def test_a_key_addresses_a_record_but_an_ordinary_property_does_not(hubspot):
    record_id = hubspot.company(salesforce_account_id="001A")
    path = "/crm/v3/objects/companies"
    found = hubspot.call("GET", f"{path}/001A?idProperty=salesforce_account_id")
    assert found.body["id"] == record_id
    assert hubspot.call("GET", f"{path}/001B?idProperty=salesforce_account_id").status == 404
    for name in ("domain", "name", "hs_object_id"):
        refused = hubspot.call("GET", f"{path}/x?idProperty={name}")
        assert refused.status == 400
        assert f"non-unique 0-2 property {name}" in refused.body["message"]


def test_a_taken_unique_value_is_refused_naming_its_owner(hubspot):
    owner = hubspot.company(salesforce_account_id="001A")
    other = hubspot.company()
    api = hubspot.client.crm.companies.basic_api
    with pytest.raises(ApiException) as refused:
        api.update(other, {"properties": {"salesforce_account_id": "001A"}})
    assert refused.value.status == 400
    expected = (
        "Cannot set PropertyValueCoordinates{portalId=48105217, objectTypeId=ObjectTypeId{"
        f"legacyObjectType=COMPANY}}, propertyName=salesforce_account_id, value=001A}} on {other}. "
        f"{owner} already has that value."
    )
    assert expected in refused.value.body
    with pytest.raises(ApiException) as refused:
        api.create({"properties": {"name": "B", "salesforce_account_id": "001A"}})
    assert f"{owner} already has that value" in refused.value.body
    api.update(owner, {"properties": {"salesforce_account_id": ""}})
    api.update(other, {"properties": {"salesforce_account_id": "001A"}})


def test_a_known_email_is_a_conflict_on_create_and_a_bad_value_on_update(hubspot):
    owner = hubspot.contact(email="Ann@Acme.example")
    assert hubspot.properties_of("contacts", owner)["email"] == "ann@acme.example"
    api = hubspot.client.crm.contacts.basic_api
    with pytest.raises(ContactApiException) as refused:
        api.create({"properties": {"email": "ANN@acme.example"}})
    assert refused.value.status == 409
    assert f"Contact already exists. Existing ID: {owner}" in refused.value.body
    hubspot.set(email_conflict_shape="identity_profile")
    profiled = hubspot.call("POST", "/crm/v3/objects/contacts", {"properties": {"email": "ann@acme.example"}})
    assert (profiled.body["category"], profiled.body["error"]) == ("OBJECT_ALREADY_EXISTS", "CONTACT_EXISTS")
    other = hubspot.contact(email="bob@acme.example")
    path = f"/crm/v3/objects/contacts/{other}"
    changed = hubspot.call("PATCH", path, {"properties": {"email": "ann@acme.example"}})
    assert changed.status == 400
    assert "propertyName=email" in changed.body["message"]


def test_additional_emails_are_taken_too(hubspot):
    owner = hubspot.contact(email="ann@acme.example", hs_additional_emails="old@acme.example;x@acme.example")
    taken = hubspot.call("POST", "/crm/v3/objects/contacts", {"properties": {"email": "x@acme.example"}})
    assert taken.status == 409
    found = hubspot.call("GET", "/crm/v3/objects/contacts/old@acme.example?idProperty=email")
    assert found.body["id"] == owner


@pytest.mark.parametrize(("is_held", "status"), [(False, 201), (True, 400)])
def test_an_archived_record_may_or_may_not_hold_its_key(hubspot, is_held, status):
    hubspot.set(archived_holds_unique=is_held)
    gone = hubspot.company(salesforce_account_id="001A")
    hubspot.call("DELETE", f"/crm/v3/objects/companies/{gone}")
    body = {"properties": {"name": "B", "salesforce_account_id": "001A"}}
    assert hubspot.call("POST", "/crm/v3/objects/companies", body).status == status


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("nonsense", "x", "PROPERTY_DOESNT_EXIST"),
        ("industry", "Technology", "INVALID_OPTION"),
        ("industry", "computer_software", "INVALID_OPTION"),
        ("lifecyclestage", "Lead", "INVALID_OPTION"),
        ("hs_object_id", "1", "READ_ONLY_VALUE"),
        ("createdate", "2026-01-01", "READ_ONLY_VALUE"),
        ("numberofemployees", "many", "INVALID_INTEGER"),
        ("numberofemployees", "1e999", "INVALID_INTEGER"),
        ("numberofemployees", "\uff11\uff12", "INVALID_INTEGER"),
        ("is_public", "yes", "INVALID_OPTION"),
        ("hubspot_owner_id", "99", "INVALID_OPTION"),
        ("name", "x" * 65_537, "VALUE_TOO_LONG"),
    ],
)
def test_a_wrong_value_is_refused_with_its_reason(hubspot, name, value, code):
    body = {"properties": {"name": "Acme", "city": "Berlin", name: value}}
    refused = hubspot.call("POST", "/crm/v3/objects/companies", body)
    assert refused.status == 400
    assert refused.body["category"] == "VALIDATION_ERROR"
    assert refused.body["message"].startswith("Property values were not valid: [{")
    assert refused.body["errors"][0]["code"] == code
    assert refused.body["errors"][0]["context"] == {"propertyName": [name]}
    assert refused.body["correlationId"] == refused.headers["X-HubSpot-Correlation-Id"]
    assert hubspot.portal.state()["companies"] == []


def test_a_wrong_email_is_refused(hubspot):
    refused = hubspot.call("POST", "/crm/v3/objects/contacts", {"properties": {"email": "no address"}})
    assert refused.body["errors"][0]["code"] == "INVALID_EMAIL"


def test_a_record_may_be_born_with_its_associations(hubspot):
    company = hubspot.company()
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}
    made = hubspot.client.crm.contacts.basic_api.create(
        {"properties": {"email": "a@acme.example"}, "associations": [{"to": {"id": company}, "types": [spec]}]}
    )
    read = hubspot.client.crm.contacts.basic_api.get_by_id(made.id, associations=["companies"])
    linked = read.associations["companies"].results
    assert {(each.id, each.type) for each in linked} == {
        (company, "contact_to_company"),
        (company, "contact_to_company_primary"),
    }
    missing = {"to": {"id": "999"}, "types": [spec]}
    body = {"properties": {"email": "b@acme.example"}, "associations": [missing]}
    assert hubspot.call("POST", "/crm/v3/objects/contacts", body).status == 400
    assert len(hubspot.portal.state()["contacts"]) == 1


def test_a_privacy_delete_leaves_nothing(hubspot):
    hubspot.contact(email="a@acme.example")
    body = {"objectId": "a@acme.example", "idProperty": "email"}
    hubspot.client.crm.contacts.basic_api.purge(body)
    assert hubspot.portal.state()["contacts"] == []
    hubspot.contact(email="a@acme.example")


def test_records_tell_who_made_them(hubspot):
    hubspot.portal.seed({"companies": [{"id": "77", "properties": {"name": "By hand"}}]})
    made = hubspot.company()
    ours, theirs = hubspot.properties_of("companies", made), hubspot.properties_of("companies", "77")
    assert (ours["hs_object_source"], ours["hs_object_source_detail_1"]) == ("INTEGRATION", "Simulated app")
    assert theirs["hs_object_source"] == "CRM_UI"


def test_choices_after_a_semicolon_are_added_to_those_there_were(hubspot):
    options = [{"label": each, "value": each} for each in ("a", "b", "c")]
    definition = {**KEY, "name": "tags", "type": "enumeration", "fieldType": "checkbox", "options": options}
    del definition["hasUniqueValue"]
    assert hubspot.call("POST", "/crm/v3/properties/companies", definition).status == 201
    record_id = hubspot.company(tags=";a")

    def tags(value):
        answer = hubspot.call("PATCH", f"/crm/v3/objects/companies/{record_id}", {"properties": {"tags": value}})
        return answer.body.get("properties", {}).get("tags")

    assert hubspot.properties_of("companies", record_id)["tags"] == "a"
    assert [tags(value) for value in (";b", ";c;a", "c", "", ";a")] == ["a;b", "a;b;c", "c", None, "a"]
    assert tags(";d") is None
