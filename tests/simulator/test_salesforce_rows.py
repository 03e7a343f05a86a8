"""Single records over the wire: read, create, update, upsert, delete, and conditional requests."""

import pytest
from simple_salesforce.exceptions import SalesforceMoreThanOneRecord

from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator.salesforce_fixtures import KEY_FIELD, Client, refusal

salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce
BY_KEY = f"sobjects/Account/{KEY_FIELD}"
LONG_AGO = "Mon, 01 Jan 2001 00:00:00 GMT"
FAR_AHEAD = "Fri, 01 Jan 2100 00:00:00 GMT"


def test_a_created_account_can_be_read(salesforce):
    answer = salesforce.call("POST", "sobjects/account/", {"Name": "Acme", "website": "acme.example"})
    record_id = answer.json()["id"]
    assert (answer.status_code, answer.json()) == (201, {"id": record_id, "success": True, "errors": []})
    assert answer.headers["Location"] == f"/services/data/v62.0/sobjects/Account/{record_id}"
    record = salesforce.read(record_id)
    assert record["attributes"] == {"type": "Account", "url": answer.headers["Location"]}
    assert (record["Website"], record["IsDeleted"], record["Phone"]) == ("acme.example", False, None)
    assert record["SystemModstamp"].endswith(".000+0000")


def test_fields_are_chosen_by_name(salesforce):
    record_id = salesforce.create(Name="Acme", Phone="1")
    record = salesforce.call("GET", f"sobjects/Account/{record_id[:15]}?fields=name,Phone").json()
    assert record.keys() == {"attributes", "Name", "Phone", "Id"}
    assert refusal(salesforce.call("GET", f"sobjects/Account/{record_id}?fields=Nope")) == (
        400,
        "INVALID_FIELD",
    )


def test_an_update_answers_without_a_body(salesforce):
    record_id = salesforce.create(Name="Acme", Phone="1")
    answer = salesforce.call("PATCH", f"sobjects/Account/{record_id}", {"Phone": "2", "Fax": None})
    assert (answer.status_code, answer.content) == (204, b"")
    assert salesforce.read(record_id)["Phone"] == "2"


def test_null_and_the_empty_string_clear_a_field(salesforce):
    record_id = salesforce.create(Name="Acme", Phone="1", Website="x.example")
    salesforce.call("PATCH", f"sobjects/Account/{record_id}", {"Phone": None, "Website": ""})
    record = salesforce.read(record_id)
    assert (record["Phone"], record["Website"]) == (None, None)


def test_text_loses_the_blanks_around_it(salesforce):
    assert salesforce.read(salesforce.create(Name="  Acme "))["Name"] == "Acme"


def test_a_post_can_stand_in_for_a_patch(salesforce):
    record_id = salesforce.create(Name="Acme")
    answer = salesforce.call("POST", f"sobjects/Account/{record_id}?_HttpMethod=PATCH", {"Name": "Other"})
    assert (answer.status_code, salesforce.read(record_id)["Name"]) == (204, "Other")


def test_a_deleted_record_is_gone_but_remembered(salesforce):
    record_id = salesforce.create(Name="Acme")
    assert salesforce.call("DELETE", f"sobjects/Account/{record_id}").status_code == 204
    for method, body in (("GET", None), ("PATCH", {"Name": "x"}), ("DELETE", None)):
        answer = salesforce.call(method, f"sobjects/Account/{record_id}", body)
        assert refusal(answer) == (404, "ENTITY_IS_DELETED")
    assert salesforce.ids("SELECT Id FROM Account") == []
    everything = salesforce.query("SELECT Id, IsDeleted FROM Account", resource="queryAll").json()
    assert [record["IsDeleted"] for record in everything["records"]] == [True]


def test_deleting_an_account_takes_its_contacts_along(salesforce):
    account = salesforce.create(Name="Acme")
    contact = salesforce.create("Contact", LastName="Doe", AccountId=account)
    salesforce.call("DELETE", f"sobjects/Account/{account}")
    assert refusal(salesforce.call("GET", f"sobjects/Contact/{contact}")) == (404, "ENTITY_IS_DELETED")


@pytest.mark.parametrize(
    "path",
    [
        "sobjects/Nope", "sobjects/Account/nonsense", "sobjects/Account/001Vr0000009999", "nope",
        BY_KEY + "/404", "sobjects/Account/Phone/1", "sobjects/Account/a/b/c", "composite/nope", "query/x/y",
        "composite/sobjects/Nope",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(salesforce, path):
    assert refusal(salesforce.call("GET", path)) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "sobjects/ACCOUNT", None), ("GET", "sobjects/aCCOUNT/describe", None),
        ("GET", "sobjects/account/{id}", None), ("PATCH", f"sobjects/ACCOUNT/{KEY_FIELD.upper()}/1", {"Name": "x"}),
        ("GET", f"sobjects/account/{KEY_FIELD.lower()}/1", None), ("DELETE", "SOBJECTS/account/{id}", None),
        ("POST", "composite/SObjects/ACCOUNT", {"ids": ["{id}"], "fields": ["NAME"]}),
        ("PATCH", f"composite/sobjects/account/{KEY_FIELD.lower()}", {"records": []}),
        ("POST", "composite/sobjects", {"records": [{"attributes": {"type": "aCCount"}, "nAME": "x"}]}),
    ],
)  # fmt: skip
def test_names_of_objects_and_fields_have_no_case(salesforce, method, path, body):
    record_id = salesforce.create(Name="A", **{KEY_FIELD: "1"})
    answer = salesforce.call(method, path.format(id=record_id), body)
    assert answer.ok, answer.text
    if answer.content and isinstance(answer.json(), list):
        assert all(row is None or row.get("success", True) for row in answer.json())


def test_an_upsert_creates_once_and_updates_ever_after(salesforce):
    first = salesforce.call("PATCH", f"{BY_KEY}/512", {"Name": "Acme"})
    second = salesforce.call("PATCH", f"{BY_KEY}/512", {"Phone": "1"})
    record_id = first.json()["id"]
    assert first.status_code == 201
    assert first.json() == {"id": record_id, "success": True, "errors": [], "created": True}
    assert (second.status_code, second.json()["id"], second.json()["created"]) == (200, record_id, False)
    record = salesforce.read(record_id)
    assert (record[KEY_FIELD], record["Name"], record["Phone"]) == ("512", "Acme", "1")


def test_the_library_upserts(salesforce):
    sf = salesforce.library()
    assert sf.Account.upsert(f"{KEY_FIELD}/9", {"Name": "Nine"}) == 201
    assert sf.Account.upsert(f"{KEY_FIELD}/9", {"Name": "Nine!"}) == 200
    assert sf.Account.get_by_custom_id(KEY_FIELD, "9")["Name"] == "Nine!"


def test_a_key_may_hold_any_character_when_it_is_escaped(salesforce):
    salesforce.call("PATCH", f"{BY_KEY}/a%2Fb%20%2B", {"Name": "Acme"})
    assert salesforce.call("GET", f"{BY_KEY}/a%2Fb%20%2B").json()[KEY_FIELD] == "a/b +"


def test_blanks_around_a_key_are_no_part_of_it(salesforce):
    statuses = [
        salesforce.call("PATCH", f"sobjects/Account/{KEY_FIELD}/{key}", {"Name": "Acme"}).status_code
        for key in ("512%20", "%20512", "512%20", "512")
    ]
    assert statuses == [201, 200, 200, 200]
    assert salesforce.call("GET", f"sobjects/Account/{KEY_FIELD}/512%20").status_code == 200


@pytest.mark.parametrize("key", ["%20", "%09%20"])
def test_an_upsert_needs_a_key(salesforce, key):
    for _ in range(2):
        answer = salesforce.call("PATCH", f"sobjects/Account/{KEY_FIELD}/{key}", {"Name": "Acme"})
        assert refusal(answer) == (400, "MISSING_ARGUMENT")
    assert salesforce.ids("SELECT Id FROM Account") == []


def test_update_only_never_creates(salesforce):
    assert salesforce.call("PATCH", f"{BY_KEY}/1?updateOnly=true", {"Name": "x"}).status_code == 404
    salesforce.create(Name="Acme", **{KEY_FIELD: "1"})
    assert salesforce.call("PATCH", f"{BY_KEY}/1?updateOnly=true", {"Name": "x"}).status_code == 200


@pytest.mark.parametrize("name", ["Id", KEY_FIELD, KEY_FIELD.lower()])
def test_the_key_does_not_belong_into_the_body(salesforce, name):
    answer = salesforce.call("PATCH", f"{BY_KEY}/1", {"Name": "x", name: "1"})
    assert refusal(answer) == (400, "INVALID_FIELD")
    assert "should not be specified in the sobject data" in answer.json()[0]["message"]


def test_several_matches_are_listed_and_nothing_is_written(salesforce):
    salesforce.org.configure({"not_unique_fields": [f"Account.{KEY_FIELD}"]})
    ids = [salesforce.create(Name="Acme", **{KEY_FIELD: "1"}) for _ in range(2)]
    answer = salesforce.call("PATCH", f"{BY_KEY}/1", {"Name": "x"})
    assert answer.status_code == 300
    assert answer.json() == [f"/services/data/v62.0/sobjects/Account/{record_id}" for record_id in ids]
    assert {salesforce.read(record_id)["Name"] for record_id in ids} == {"Acme"}
    with pytest.raises(SalesforceMoreThanOneRecord):
        salesforce.library().Account.upsert(f"{KEY_FIELD}/1", {"Name": "x"})


def test_a_deleted_holder_frees_its_key(salesforce):
    old = salesforce.create(Name="Acme", **{KEY_FIELD: "1"})
    salesforce.call("DELETE", f"{BY_KEY}/1")
    answer = salesforce.call("PATCH", f"{BY_KEY}/1", {"Name": "Acme"})
    assert (answer.status_code, answer.json()["id"] != old) == (201, True)


def test_a_parent_may_be_named_by_its_key(salesforce):
    account = salesforce.create(Name="Acme", **{KEY_FIELD: "123"})
    contact = salesforce.create("Contact", LastName="Doe", Account={KEY_FIELD: "123"})
    assert salesforce.read(contact, "Contact")["AccountId"] == account
    answer = salesforce.call("POST", "sobjects/Contact", {"LastName": "Doe", "Account": {KEY_FIELD: "9"}})
    assert refusal(answer) == (400, "INVALID_FIELD")
    expected = f"Foreign key external ID: 9 not found for field {KEY_FIELD} in entity Account"
    assert answer.json()[0]["message"] == expected


def conditional(salesforce: Client, method: str, record_id: str, sobject: str = "Account", **headers: str) -> int:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"Phone": "2"} if method == "PATCH" else None
    return salesforce.call(method, f"sobjects/{sobject}/{record_id}", body, headers=names).status_code


def test_an_account_is_only_overwritten_as_it_was_read(salesforce):
    record_id = salesforce.create(Name="Acme", Phone="1")
    tag = salesforce.call("GET", f"sobjects/Account/{record_id}").headers["ETag"]
    assert conditional(salesforce, "GET", record_id, If_None_Match=tag) == 304
    assert conditional(salesforce, "PATCH", record_id, If_Match=tag) == 204
    assert conditional(salesforce, "PATCH", record_id, If_Match=tag) == 412
    assert conditional(salesforce, "PATCH", record_id, If_Match="*") == 204
    assert conditional(salesforce, "PATCH", record_id, If_Match="bare words") == 400
    assert conditional(salesforce, "GET", record_id, If_None_Match=tag) == 200


def test_only_accounts_have_entity_tags(salesforce):
    record_id = salesforce.create("Contact", LastName="Doe")
    assert "ETag" not in salesforce.call("GET", f"sobjects/Contact/{record_id}").headers
    assert conditional(salesforce, "PATCH", record_id, "Contact", If_Match='"other"') == 204


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("PATCH", {"If_Unmodified_Since": LONG_AGO}, 412),
        ("PATCH", {"If_Unmodified_Since": FAR_AHEAD}, 204),
        ("PATCH", {"If_Unmodified_Since": "yesterday"}, 400),
        ("GET", {"If_Modified_Since": FAR_AHEAD}, 304),
        ("GET", {"If_Modified_Since": LONG_AGO}, 200),
        ("GET", {"If_Unmodified_Since": LONG_AGO}, 412),
    ],
)
def test_every_row_knows_its_date(salesforce, method, headers, status):
    record_id = salesforce.create("Contact", LastName="Doe")
    assert conditional(salesforce, method, record_id, "Contact", **headers) == status


def test_preconditions_hold_for_an_upsert_too(salesforce):
    salesforce.create(Name="Acme", **{KEY_FIELD: "1"})
    answer = salesforce.call("PATCH", f"{BY_KEY}/1", {"Name": "x"}, headers={"If-Unmodified-Since": LONG_AGO})
    assert refusal(answer) == (412, "PRECONDITION_FAILED")


def test_a_converted_lead_is_closed_to_writers(salesforce):
    salesforce.org.seed({"Lead": [{"Id": "00QVr0000000077", "LastName": "D", "Company": "C", "IsConverted": True}]})
    answer = salesforce.call("PATCH", "sobjects/Lead/00QVr0000000077", {"Title": "x"})
    assert refusal(answer) == (400, "CANNOT_UPDATE_CONVERTED_LEAD")


def test_computed_fields_follow_what_they_are_computed_from(salesforce):
    contact = salesforce.create("Contact", FirstName="Jo", LastName="Doe")
    deal = salesforce.create("Opportunity", Name="Deal", StageName="Closed Won", CloseDate="2026-01-01")
    salesforce.call("PATCH", f"sobjects/Contact/{contact}", {"FirstName": None})
    opportunity = salesforce.read(deal, "Opportunity")
    assert salesforce.read(contact, "Contact")["Name"] == "Doe"
    assert (opportunity["IsWon"], opportunity["IsClosed"]) == (True, True)
