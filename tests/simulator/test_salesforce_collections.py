"""Many records in one call, and many calls in one."""

from typing import Any

import pytest

from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator.salesforce_fixtures import KEY_FIELD, Client, refusal, step

Row = dict[str, Any]
salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce


def codes(outcomes: list[Row]) -> list[str | None]:
    return [None if outcome["success"] else outcome["errors"][0]["statusCode"] for outcome in outcomes]


def rows_of(sobject: str, *rows: Row) -> Row:
    return {"records": [{"attributes": {"type": sobject}, **row} for row in rows]}


def numbered(start: int, size: int) -> list[Row]:
    return [{KEY_FIELD: str(number), "Name": "x"} for number in range(start, start + size)]


def compose(salesforce: Client, *steps: Row, all_or_none: bool = False) -> list[Row]:
    answer = salesforce.call("POST", "composite", {"allOrNone": all_or_none, "compositeRequest": list(steps)})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["compositeResponse"])


def test_upserted_rows_answer_in_the_order_they_came(salesforce):
    old = salesforce.create(Name="Old", **{KEY_FIELD: "2"})
    rows = [{KEY_FIELD: "1", "Name": "New"}, {KEY_FIELD: "2", "Phone": "1"}, {KEY_FIELD: "3"}]
    answer = salesforce.upsert_rows(rows)
    new, updated, bad = answer.json()
    assert answer.status_code == 200
    assert (new["created"], updated["created"], updated["id"]) == (True, False, old)
    expected = {"statusCode": "REQUIRED_FIELD_MISSING", "message": "Required fields are missing: [Name]"}
    assert bad == {"success": False, "errors": [{**expected, "fields": ["Name"]}]}


def test_all_or_none_writes_nothing_if_one_row_is_bad(salesforce):
    old = salesforce.create(Name="Old", **{KEY_FIELD: "2"})
    rows = [{KEY_FIELD: "1", "Name": "New"}, {KEY_FIELD: "2", "Name": "Changed"}, {KEY_FIELD: "3"}]
    outcomes = salesforce.upsert_rows(rows, all_or_none=True).json()
    rolled_back = "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert codes(outcomes) == [rolled_back, rolled_back, "REQUIRED_FIELD_MISSING"]
    assert salesforce.ids("SELECT Id FROM Account") == [old]
    assert salesforce.read(old)["Name"] == "Old"
    assert salesforce.upsert_rows([rows[0]]).json()[0]["created"] is True


def test_a_key_given_twice_fails_in_every_row(salesforce):
    rows = [{KEY_FIELD: "a", "Name": "1"}, {KEY_FIELD: "b", "Name": "2"}, {KEY_FIELD: "A", "Name": "3"}]
    outcomes = salesforce.upsert_rows(rows).json()
    assert codes(outcomes) == ["DUPLICATE_VALUE", None, "DUPLICATE_VALUE"]
    assert outcomes[0]["errors"][0]["message"] == "Duplicate external id specified: a"
    blank = [{KEY_FIELD: key, "Name": "4"} for key in ("c ", " c", "", " ")]
    outcomes = salesforce.upsert_rows(blank).json()
    assert codes(outcomes) == ["DUPLICATE_VALUE", "DUPLICATE_VALUE", "MISSING_ARGUMENT", "MISSING_ARGUMENT"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"Name": "x"}, "MISSING_ARGUMENT"),
        ({KEY_FIELD: "", "Name": "x"}, "MISSING_ARGUMENT"),
        ({KEY_FIELD: "1", "Name": "x", "Id": "001Vr0000000001"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({KEY_FIELD: "1", "Name": "x", "attributes": {"type": "Contact"}}, "INVALID_TYPE"),
        ({KEY_FIELD: "1" * 21, "Name": "x"}, "STRING_TOO_LONG"),
    ],
)
def test_a_bad_row_fails_alone(salesforce, row, code):
    outcomes = salesforce.upsert_rows([row, {KEY_FIELD: "2", "Name": "good"}]).json()
    assert codes(outcomes) == [code, None]


def test_an_unknown_field_fails_the_call_or_the_row(salesforce):
    rows = [{KEY_FIELD: "1", "Name": "good"}, {KEY_FIELD: "2", "Name": "x", "Nope": 1}]
    assert refusal(salesforce.upsert_rows(rows)) == (400, "INVALID_FIELD")
    assert salesforce.ids("SELECT Id FROM Account") == []
    salesforce.org.configure({"unknown_field_fails_call": False})
    assert codes(salesforce.upsert_rows(rows).json()) == [None, "INVALID_FIELD"]


def test_the_most_rows_of_a_call_can_be_set(salesforce):
    salesforce.org.configure({"collection_records": 2, "retrieved_ids": 1, "composite_requests": 1})
    assert refusal(salesforce.upsert_rows(numbered(1, 3))) == (400, "EXCEEDED_ID_LIMIT")
    first, second = (outcome["id"] for outcome in salesforce.upsert_rows(numbered(1, 2)).json())
    body = {"ids": [first, second], "fields": ["Name"]}
    assert refusal(salesforce.call("POST", "composite/sobjects/Account", body)) == (400, "EXCEEDED_ID_LIMIT")
    steps = [step("GET", "limits", name) for name in "ab"]
    assert refusal(salesforce.call("POST", "composite", {"compositeRequest": steps})) == (400, "LIMIT_EXCEEDED")


def test_two_hundred_rows_are_the_most(salesforce):
    rows = [{KEY_FIELD: str(number), "Name": "x"} for number in range(201)]
    assert refusal(salesforce.upsert_rows(rows)) == (400, "EXCEEDED_ID_LIMIT")
    assert codes(salesforce.upsert_rows(rows[:200]).json()) == [None] * 200


def test_records_of_several_objects_are_created_in_one_call(salesforce):
    body = rows_of("Account", {"Name": "Acme"})
    body["records"] += rows_of("Contact", {"LastName": "Doe"})["records"] + rows_of("Nope", {})["records"]
    outcomes = salesforce.call("POST", "composite/sobjects", body).json()
    assert codes(outcomes) == [None, None, "INVALID_TYPE"]
    assert salesforce.read(outcomes[1]["id"], "Contact")["LastName"] == "Doe"


def test_records_are_updated_by_id(salesforce):
    first, second, gone = (salesforce.create(Name=name) for name in "abc")
    salesforce.call("DELETE", f"sobjects/Account/{gone}")
    body = rows_of(
        "Account", {"id": first, "Name": "A"}, {"Id": second[:15], "Name": None}, {"id": gone, "Name": "C"},
        {"id": "001Vr0000009999", "Name": "D"}, {"id": "nonsense"}, {"Name": "no id"},
    )  # fmt: skip
    outcomes = salesforce.call("PATCH", "composite/sobjects", body).json()
    assert codes(outcomes) == [
        None, "REQUIRED_FIELD_MISSING", "ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID",
        "MISSING_ARGUMENT",
    ]  # fmt: skip
    assert salesforce.read(first)["Name"] == "A"


def test_an_id_given_twice_is_not_updated(salesforce):
    record_id = salesforce.create(Name="a")
    body = rows_of("Account", {"id": record_id, "Name": "b"}, {"id": record_id[:15], "Name": "c"})
    outcomes = salesforce.call("PATCH", "composite/sobjects", body).json()
    assert codes(outcomes) == ["DUPLICATE_VALUE", "DUPLICATE_VALUE"]


def test_records_are_retrieved_in_order_with_gaps(salesforce):
    first, second = salesforce.create(Name="a"), salesforce.create(Name="b")
    salesforce.call("DELETE", f"sobjects/Account/{second}")
    body = {"ids": ["001Vr0000009999", first[:15], second], "fields": ["Name"]}
    missing, found, deleted = salesforce.call("POST", "composite/sobjects/Account", body).json()
    assert (missing, deleted, found["Id"], found["Name"]) == (None, None, first, "a")
    too_many = {"ids": ["001Vr0000009999"] * 2001, "fields": ["Name"]}
    answer = salesforce.call("POST", "composite/sobjects/Account", too_many)
    assert refusal(answer) == (400, "EXCEEDED_ID_LIMIT")


def test_records_are_deleted_together(salesforce):
    ids = [salesforce.create(Name="a"), salesforce.create(Name="b")]
    path = f"composite/sobjects?allOrNone=true&ids={','.join(ids)},001Vr0000009999"
    assert "ALL_OR_NONE_OPERATION_ROLLED_BACK" in codes(salesforce.call("DELETE", path).json())
    assert salesforce.ids("SELECT Id FROM Account") == ids
    outcomes = salesforce.call("DELETE", path.replace("true", "false")).json()
    assert codes(outcomes) == [None, None, "INVALID_CROSS_REFERENCE_KEY"]
    assert salesforce.ids("SELECT Id FROM Account") == []


def test_a_composite_is_one_call_whose_steps_refer_to_each_other(salesforce):
    before = salesforce.org.counters["calls"]
    account, contact, query = compose(
        salesforce,
        step("PATCH", f"sobjects/Account/{KEY_FIELD}/1", "company", {"Name": "Acme"}),
        step("POST", "sobjects/Contact", "person", {"LastName": "Doe", "AccountId": "@{company.id}"}),
        step("GET", "query?q=SELECT+Account.Name+FROM+Contact+WHERE+Id='@{person.id}'", "check"),
    )
    assert (account["httpStatusCode"], account["referenceId"], account["body"]["created"]) == (
        201,
        "company",
        True,
    )
    assert contact["httpStatusCode"] == 201
    assert query["body"]["records"][0]["Account"]["Name"] == "Acme"
    assert salesforce.org.counters["calls"] == before + 1


def test_a_step_that_depends_on_a_failed_one_is_halted(salesforce):
    first, second, third = compose(
        salesforce,
        step("POST", "sobjects/Account", "company", {}),
        step("POST", "sobjects/Contact", "person", {"LastName": "Doe", "AccountId": "@{company.id}"}),
        step("POST", "sobjects/Account", "other", {"Name": "Other"}),
    )
    assert (first["httpStatusCode"], first["body"][0]["errorCode"]) == (400, "REQUIRED_FIELD_MISSING")
    assert (second["httpStatusCode"], second["body"][0]["errorCode"]) == (400, "PROCESSING_HALTED")
    assert third["httpStatusCode"] == 201


def test_an_all_or_none_composite_is_taken_back(salesforce):
    answers = compose(
        salesforce,
        step("POST", "sobjects/Account", "good", {"Name": "Acme", KEY_FIELD: "1"}),
        step("POST", "sobjects/Account", "bad", {}),
        step("POST", "sobjects/Account", "late", {"Name": "Late"}),
        all_or_none=True,
    )
    errors = [answer["body"][0]["errorCode"] for answer in answers]
    assert errors == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"]
    assert salesforce.ids("SELECT Id FROM Account") == []
    assert salesforce.upsert_rows([{KEY_FIELD: "1", "Name": "x"}]).json()[0]["created"] is True


def test_a_composite_carries_a_thousand_rows(salesforce):
    path = f"composite/sobjects/Account/{KEY_FIELD}"
    steps = [
        step("PATCH", path, f"s{start}", rows_of("Account", *numbered(start, 200))) for start in range(0, 1000, 200)
    ]
    assert [len(answer["body"]) for answer in compose(salesforce, *steps)] == [200] * 5
    sixth = [*steps, step("GET", "query?q=x", "more")]
    assert refusal(salesforce.call("POST", "composite", {"compositeRequest": sixth})) == (
        400,
        "LIMIT_EXCEEDED",
    )


@pytest.mark.parametrize(
    "requests",
    [
        None, [], "x", [1], [{}], [step("GET", "limits", "a-b")], [step("MAKE", "limits", "a")],
        [step("GET", "limits", "a"), step("GET", "limits", "a")],
        [step("GET", "limits", f"s{number}") for number in range(26)],
    ],
)  # fmt: skip
def test_a_composite_that_makes_no_sense_is_refused(salesforce, requests):
    assert salesforce.call("POST", "composite", {"compositeRequest": requests}).status_code == 400


@pytest.mark.parametrize("name", ["Authorization", "accept", "Content-Type"])
def test_a_step_has_no_say_in_headers_of_the_whole_call(salesforce, name):
    request = {**step("POST", "sobjects/Account", "a", {"Name": "Acme"}), "httpHeaders": {name: "x"}}
    answer = salesforce.call("POST", "composite", {"compositeRequest": [request]})
    assert refusal(answer) == (400, "INVALID_INPUT")
    assert salesforce.ids("SELECT Id FROM Account") == []


def test_a_step_may_not_leave_the_data_api(salesforce):
    outside = {"method": "GET", "url": "/services/oauth2/userinfo", "referenceId": "a"}
    inside = step("POST", "composite", "b", {"compositeRequest": []})
    assert [answer["httpStatusCode"] for answer in compose(salesforce, outside, inside)] == [404, 400]
    for host in ("http://elsewhere.example", "//elsewhere.example", "http://[", "//["):
        away = {**outside, "url": f"{host}/services/data/v62.0/limits"}
        assert [answer["httpStatusCode"] for answer in compose(salesforce, away)] == [404], host
