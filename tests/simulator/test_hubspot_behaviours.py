"""What the portal does by itself: merges, stages that only move forward, companies made from e-mail domains."""

import time

import pytest


def merge(hubspot, kind, survivor, loser):
    body = {"primaryObjectId": survivor, "objectIdToMerge": loser}
    return hubspot.call("POST", f"/crm/v3/objects/{kind}/merge", body)


def stage(hubspot, record_id, value, kind="companies"):
    body = {"properties": {"lifecyclestage": value}}
    return hubspot.call("PATCH", f"/crm/v3/objects/{kind}/{record_id}", body)


def test_a_merged_away_id_answers_in_single_calls_but_not_in_batches(hubspot):
    survivor, loser = hubspot.company(name="A"), hubspot.company(name="B", city="Bonn")
    merged = hubspot.client.crm.companies.basic_api.merge({"primaryObjectId": survivor, "objectIdToMerge": loser})
    assert (merged.id, merged.properties["hs_merged_object_ids"]) == (survivor, loser)
    old = f"/crm/v3/objects/companies/{loser}"
    assert hubspot.call("GET", old).body["id"] == survivor
    assert hubspot.call("PATCH", old, {"properties": {"phone": "1"}}).body["id"] == survivor
    held = hubspot.properties_of("companies", survivor)
    assert (held["name"], held["city"], held["phone"]) == ("A", "Bonn", "1")
    batch = "/crm/v3/objects/companies/batch"
    read = hubspot.call("POST", f"{batch}/read", {"inputs": [{"id": loser}]})
    assert (read.status, read.body["results"]) == (207, [])
    update = {"inputs": [{"id": loser, "properties": {"phone": "2"}}]}
    assert hubspot.call("POST", f"{batch}/update", update).status == 404
    assert hubspot.control("GET", "/state?system=hubspot")["merged"]["companies"] == {loser: survivor}
    assert hubspot.call("POST", "/crm/v3/objects/companies/search", {}).body["total"] == 1


def test_chains_of_merges_are_followed(hubspot):
    first, second, third = (hubspot.company() for _ in range(3))
    merge(hubspot, "companies", second, first)
    merge(hubspot, "companies", third, second)
    answer = hubspot.call("GET", f"/crm/v3/objects/companies/{first}?properties=hs_merged_object_ids").body
    assert answer["id"] == third
    assert merge(hubspot, "companies", third, first).status == 400
    assert merge(hubspot, "companies", third, "404").status == 404


@pytest.mark.parametrize("kept", [{"salesforce_account_id": "001A"}, {}])
def test_the_loser_takes_its_key_with_it(hubspot, kept):
    survivor = hubspot.company(**kept)
    loser = hubspot.company(salesforce_account_id="001B")
    merge(hubspot, "companies", survivor, loser)
    inputs = [{"id": "001B", "idProperty": "salesforce_account_id", "properties": {"name": "C"}}]
    answer = hubspot.call("POST", "/crm/v3/objects/companies/batch/upsert", {"inputs": inputs})
    assert answer.body["results"][0]["new"] is True
    assert kept.items() <= hubspot.properties_of("companies", survivor).items()


@pytest.mark.parametrize("is_new", [False, True])
def test_a_merge_brings_along_contacts_lists_and_emails(hubspot, is_new):
    hubspot.set(merge_makes_new_id=is_new)
    hubspot.portal.seed(
        {
            "companies": [{"id": "1", "properties": {"name": "A"}}, {"id": "2", "properties": {"name": "B"}}],
            "contacts": [
                {"id": "8", "properties": {"email": "a@x.example"}},
                {"id": "9", "properties": {"email": "b@x.example"}},
            ],
            "associations": [
                {"contact": "8", "company": "1", "primary": True},
                {"contact": "9", "company": "2", "primary": True},
            ],
            "lists": [{"listId": "5", "name": "L", "objectTypeId": "0-2", "members": ["2"]}],
        }
    )
    company, contact = (merge(hubspot, *each).body["id"] for each in (("companies", "1", "2"), ("contacts", "8", "9")))
    state = hubspot.portal.state()
    assert (company == "1") != is_new
    assert state["associations"] == [{"contact": contact, "company": company, "primary": True}]
    assert state["lists"][0]["members"] == [company]
    assert hubspot.properties_of("contacts", contact)["hs_additional_emails"] == "b@x.example"
    assert hubspot.call("GET", "/crm/v3/objects/contacts/9").body["id"] == contact
    assert hubspot.call("GET", "/crm/v3/objects/contacts/b@x.example?idProperty=email").body["id"] == contact
    if is_new:
        assert hubspot.call("GET", "/crm/v3/objects/companies/1").body["id"] == company


def test_stages_move_forward_only_and_the_status_does_not_tell(hubspot):
    record_id = hubspot.company(lifecyclestage="lead")
    assert stage(hubspot, record_id, "customer").body["properties"]["lifecyclestage"] == "customer"
    ignored = stage(hubspot, record_id, "lead")
    assert (ignored.status, ignored.body["properties"]["lifecyclestage"]) == (200, "customer")
    assert hubspot.portal.counters["lifecycle_backward"] == 1
    hubspot.set(lifecycle_backward="400")
    assert stage(hubspot, record_id, "lead").status == 400
    stage(hubspot, record_id, "")
    assert stage(hubspot, record_id, "lead").body["properties"]["lifecyclestage"] == "lead"


def test_custom_stages_stand_where_their_order_says(hubspot):
    names = ("customer", "9001", "lead")
    hubspot.portal.seed({"stages": [{"value": name, "displayOrder": place} for place, name in enumerate(names)]})
    record_id = hubspot.contact(email="a@x.example", lifecyclestage="customer")
    assert stage(hubspot, record_id, "9001", "contacts").body["properties"]["lifecyclestage"] == "9001"
    assert stage(hubspot, record_id, "customer", "contacts").body["properties"]["lifecyclestage"] == "9001"
    assert stage(hubspot, record_id, "evangelist", "contacts").status == 400


def test_a_contact_gets_a_company_by_its_domain_after_a_while(hubspot):
    hubspot.set(auto_company=True, auto_company_delay=0.1)
    contacts = [hubspot.contact(email=each) for each in ("a@acme.example", "b@acme.example", "c@gmail.com")]
    assert hubspot.portal.state()["companies"] == []
    time.sleep(0.15)
    state = hubspot.portal.state()
    [company] = state["companies"]
    assert company["properties"]["domain"] == "acme.example"
    assert company["properties"]["hs_object_source_detail_1"] == "AUTO_ASSOCIATE_COMPANY"
    assert {(each["contact"], each["company"]) for each in state["associations"]} == {
        (contacts[0], company["id"]),
        (contacts[1], company["id"]),
    }


def test_a_known_domain_is_found_and_a_contact_with_a_company_left_alone(hubspot):
    hubspot.set(auto_company=True, auto_company_delay=0.05)
    known, other = hubspot.company(domain="acme.example"), hubspot.company()
    one, two = hubspot.contact(email="a@acme.example"), hubspot.contact(email="b@acme.example")
    hubspot.call("PUT", f"/crm/v4/objects/contacts/{two}/associations/default/companies/{other}")
    time.sleep(0.1)
    state = hubspot.portal.state()
    assert len(state["companies"]) == 2
    assert {(each["contact"], each["company"]) for each in state["associations"]} == {(one, known), (two, other)}
