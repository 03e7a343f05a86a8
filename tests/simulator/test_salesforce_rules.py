"""What the org refuses to save, and in which words."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator.salesforce_fixtures import KEY_FIELD, Client, refusal

salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce
DUPLICATE_RULE = {"object": "Contact", "fields": ["Email"]}
CHECK_SECURITY = (
    "Please check the security settings of this field and verify that it is read/write for your profile or "
    "permission set."
)
MAY_BE_MISSING = "or request may be missing a required field at [line:1, column:2]"
ALLOW = {"Sforce-Duplicate-Rule-Header": "allowSave=true; includeRecordDetails=false"}


@pytest.mark.parametrize(
    ("sobject", "values", "code", "message"),
    [
        ("Account", {}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]"),
        ("Account", {"Name": "  "}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]"),
        ("Lead", {}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName, Company]"),
        (
            "Account", {"Name": "x" * 256}, "STRING_TOO_LONG",
            f"Account Name: data value too large: {'x' * 256} (max length=255)",
        ),
        (
            "Account", {"Name": "x", "Nope": 1}, "INVALID_FIELD",
            "No such column 'Nope' on sobject of type Account",
        ),
        (
            "Account", {"Name": "x", "CreatedDate": "2026-01-01"}, "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: CreatedDate. {CHECK_SECURITY}",
        ),
        (
            "Contact", {"LastName": "x", "Email": "no"}, "INVALID_EMAIL_ADDRESS",
            "Email: invalid email address: no",
        ),
        (
            "Contact", {"LastName": "x", "AccountId": "003Vr0000000001"}, "MALFORMED_ID",
            "Account ID: id value of incorrect type: 003Vr0000000001",
        ),
        (
            "Contact", {"LastName": "x", "AccountId": "001Vr0000009999"}, "INVALID_CROSS_REFERENCE_KEY",
            "invalid cross reference id",
        ),
        (
            "Account", {"Name": 5}, "JSON_PARSER_ERROR",
            f"Cannot deserialize instance of string from VALUE_NUMBER_INT value 5 {MAY_BE_MISSING}",
        ),
        ("Account", {"Name": "x", "AnnualRevenue": "much"}, "JSON_PARSER_ERROR", None),
        ("Account", {"Name": "x", "AnnualRevenue": True}, "JSON_PARSER_ERROR", None),
        ("Account", {"Name": "x", "AnnualRevenue": 1e300}, "NUMBER_OUTSIDE_VALID_RANGE", None),
        ("Account", {"Name": "x", "NumberOfEmployees": 1.5}, "JSON_PARSER_ERROR", None),
        ("Account", {"Name": "x", "NumberOfEmployees": 10**8}, "NUMBER_OUTSIDE_VALID_RANGE", None),
        ("Contact", {"LastName": "x", "Birthdate": "soon"}, "JSON_PARSER_ERROR", None),
        ("Contact", {"LastName": "x", "HasOptedOutOfEmail": "yes"}, "JSON_PARSER_ERROR", None),
        ("Contact", {"LastName": "x", "HasOptedOutOfEmail": None}, "INVALID_TYPE_ON_FIELD_IN_RECORD", None),
        ("Account", {"Name": "x", "Id": "001Vr0000000001"}, "INVALID_FIELD", None),
    ],
)  # fmt: skip
def test_a_value_the_field_cannot_hold_is_refused(salesforce, sobject, values, code, message):
    answer = salesforce.call("POST", f"sobjects/{sobject}", values)
    assert refusal(answer) == (400, code)
    assert message in {None, answer.json()[0]["message"]}
    assert salesforce.ids(f"SELECT Id FROM {sobject}") == []


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("AnnualRevenue", "1000.5", 1001), ("AnnualRevenue", 2, 2), ("NumberOfEmployees", 5, 5),
        ("Rating", "made up", "made up"),
        ("Description", "x" * 32_000, "x" * 32_000),
    ],
)  # fmt: skip
def test_a_value_is_kept_in_the_form_of_its_field(salesforce, field, given, kept):
    record_id = salesforce.create(Name="Acme")
    salesforce.call("PATCH", f"sobjects/Account/{record_id}", {field: given})
    assert salesforce.read(record_id)[field] == kept


def test_money_is_rounded_to_cents(salesforce):
    deal = {"Name": "Deal", "StageName": "Qualification", "CloseDate": "2026-01-01", "Amount": "1000.555"}
    assert salesforce.read(salesforce.create("Opportunity", **deal), "Opportunity")["Amount"] == 1000.56


def test_a_deleted_parent_is_no_parent(salesforce):
    account = salesforce.create(Name="Acme")
    salesforce.call("DELETE", f"sobjects/Account/{account}")
    answer = salesforce.call("POST", "sobjects/Contact", {"LastName": "Doe", "AccountId": account})
    assert refusal(answer) == (400, "ENTITY_IS_DELETED")


@pytest.mark.parametrize(("length", "tail"), [(15, slice(15)), (18, slice(18)), (0, None)])
def test_a_taken_key_names_its_holder(salesforce, length, tail):
    salesforce.org.configure({"duplicate_value_id_length": length})
    holder = salesforce.create(Name="Acme", **{KEY_FIELD: "abc"})
    other = salesforce.create(Name="Other")
    answer = salesforce.call("PATCH", f"sobjects/Account/{other}", {KEY_FIELD: "ABC"})
    assert refusal(answer) == (400, "DUPLICATE_VALUE")
    named = holder[tail] if tail else "<unknown>"
    expected = f"duplicate value found: {KEY_FIELD} duplicates value on record with id: {named}"
    assert answer.json()[0]["message"] == expected


def test_case_counts_only_where_the_field_says_so(salesforce):
    salesforce.org.configure({"case_sensitive_fields": [f"Account.{KEY_FIELD}"]})
    salesforce.create(Name="Acme", **{KEY_FIELD: "abc"})
    salesforce.create(Name="Acme", **{KEY_FIELD: "ABC"})
    assert len(salesforce.ids(f"SELECT Id FROM Account WHERE {KEY_FIELD} = 'abc'")) == 1


def test_a_lost_race_names_the_winner(salesforce):
    winner = salesforce.create(Name="Acme", **{KEY_FIELD: "1"})
    salesforce.org.configure({"lost_upsert_races": 1})
    lost = salesforce.upsert_rows([{KEY_FIELD: "1", "Name": "x"}]).json()[0]
    assert winner[:15] in lost["errors"][0]["message"]
    assert salesforce.upsert_rows([{KEY_FIELD: "1", "Name": "x"}]).json()[0]["id"] == winner


def test_rows_are_locked_as_often_as_ordered(salesforce):
    account = salesforce.create(Name="Acme")
    salesforce.org.configure({"lock_errors": 1})
    body = {"LastName": "Doe", "AccountId": account}
    answer = salesforce.call("POST", "sobjects/Contact", body)
    assert refusal(answer) == (400, "UNABLE_TO_LOCK_ROW")
    expected = f"unable to obtain exclusive access to this record or 1 records: {account}"
    assert answer.json()[0]["message"] == expected
    assert salesforce.call("POST", "sobjects/Contact", body).status_code == 201


def test_only_rows_that_share_a_parent_contend(salesforce):
    account = salesforce.create(Name="Acme")
    salesforce.org.configure({"lock_error_rate": 1.0})
    answer = salesforce.call("POST", "sobjects/Contact", {"LastName": "Doe", "AccountId": account})
    assert refusal(answer) == (400, "UNABLE_TO_LOCK_ROW")
    assert salesforce.call("POST", "sobjects/Contact", {"LastName": "Doe"}).status_code == 201


def beside_a_call_of(salesforce, seconds, shared, other):
    """The answers to a sibling, a stranger and their parent, and whether the call was running all the while."""
    known = salesforce.org.counters["records.created"]
    salesforce.org.configure({"chunk_seconds": seconds})
    with ThreadPoolExecutor(1) as threads:
        own = Client(salesforce.org, salesforce.port)
        slow = threads.submit(own.create, "Contact", LastName="Slow", AccountId=shared)
        while salesforce.org.counters["records.created"] == known:
            time.sleep(0.005)
        salesforce.org.configure({"chunk_seconds": 0.0})
        bodies = [{"LastName": "Doe", "AccountId": parent} for parent in (shared, other)]
        sibling, stranger = (salesforce.call("POST", "sobjects/Contact", body) for body in bodies)
        parent = salesforce.call("PATCH", f"sobjects/Account/{shared}", {"Phone": "1"})
        return sibling, stranger, parent, not slow.done()


def test_what_a_running_call_has_written_is_locked_with_its_parents(salesforce):
    shared, other = salesforce.create(Name="A"), salesforce.create(Name="B")
    salesforce.org.configure({"row_locks": True})
    for seconds in (0.5, 2.0, 8.0, 32.0):  # until three calls fit into the time of one
        sibling, stranger, parent, in_time = beside_a_call_of(salesforce, seconds, shared, other)
        if in_time:
            break
    assert in_time
    assert refusal(sibling) == refusal(parent) == (400, "UNABLE_TO_LOCK_ROW")
    assert stranger.status_code == 201
    assert salesforce.call("PATCH", f"sobjects/Account/{shared}", {"Phone": "1"}).status_code == 204


@pytest.mark.parametrize(
    ("mode", "headers", "status"),
    [("alert", {}, 400), ("alert", ALLOW, 201), ("block", {}, 400), ("block", ALLOW, 400)],
)
def test_a_duplicate_rule_alerts_or_blocks(salesforce, mode, headers, status):
    salesforce.org.configure({"duplicate_rules": [{**DUPLICATE_RULE, "mode": mode}]})
    known = salesforce.create("Contact", LastName="Doe", Email="jo@acme.example")
    body = {"LastName": "Dough", "Email": "JO@acme.example"}
    answer = salesforce.call("POST", "sobjects/Contact", body, headers=headers)
    assert answer.status_code == status
    if status == 400:
        result = answer.json()[0]["duplicateResult"]
        assert result["allowSave"] is (mode == "alert")
        assert result["matchResults"][0]["matchRecords"][0]["record"]["Id"] == known


@pytest.mark.parametrize(("version", "key"), [("54.0", "duplicateResut"), ("55.0", "duplicateResult")])
def test_old_versions_misspell_the_duplicate(salesforce, version, key):
    salesforce.org.configure({"duplicate_rules": [DUPLICATE_RULE]})
    salesforce.create("Contact", LastName="Doe", Email="jo@acme.example")
    body = {"LastName": "Doe", "Email": "jo@acme.example"}
    problem = salesforce.call("POST", "sobjects/Contact", body, version=version).json()[0]
    assert problem[key]["duplicateRule"] == "Standard_Contact_Duplicate_Rule"
    assert problem["errorCode"] == "DUPLICATES_DETECTED"


def test_a_duplicate_rule_looks_at_every_field_and_only_at_changes(salesforce):
    salesforce.create(Name="Acme", Website="a.example")
    other = salesforce.create(Name="Acme", Website="a.example")
    rule = {"object": "Account", "fields": ["Name", "Website"], "message": "Look twice"}
    salesforce.org.configure({"duplicate_rules": [rule]})
    assert salesforce.call("PATCH", f"sobjects/Account/{other}", {"Phone": "1"}).status_code == 204
    assert salesforce.call("POST", "sobjects/Account", {"Name": "Acme", "Website": "b.example"}).status_code == 201
    answer = salesforce.call("POST", "sobjects/Account", {"Name": "ACME", "Website": "a.example"})
    assert (refusal(answer), answer.json()[0]["message"]) == ((400, "DUPLICATES_DETECTED"), "Look twice")


def test_a_record_is_no_duplicate_of_itself(salesforce):
    salesforce.org.configure({"duplicate_rules": [{"object": "Account", "fields": ["Name"], "mode": "block"}]})
    record_id = salesforce.create(Name="Acme")
    assert salesforce.call("PATCH", f"sobjects/Account/{record_id}", {"Name": "ACME"}).status_code == 204


def test_a_validation_rule_refuses_in_the_words_of_the_admin(salesforce):
    rule = {
        "object": "Account",
        "where": "Website = null AND Rating = 'Hot'",
        "message": "Hot needs a website",
    }
    salesforce.org.configure({"validation_rules": [{**rule, "field": "Website"}]})
    answer = salesforce.call("POST", "sobjects/Account", {"Name": "Acme", "Rating": "Hot"})
    expected = {"errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "Hot needs a website"}
    assert answer.json() == [{**expected, "fields": ["Website"]}]
    body = {"Name": "Acme", "Rating": "Hot", "Website": "a.example"}
    assert salesforce.call("POST", "sobjects/Account", body).status_code == 201


def test_a_restricted_picklist_takes_only_its_values(salesforce):
    salesforce.org.configure(
        {"restricted_picklists": ["Account.Rating"], "picklist_values": {"Account.Rating": ["A", "B"]}}
    )
    answer = salesforce.call("POST", "sobjects/Account", {"Name": "Acme", "Rating": "Hot"})
    assert refusal(answer) == (400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    assert salesforce.call("POST", "sobjects/Account", {"Name": "Acme", "Rating": "A"}).status_code == 201
