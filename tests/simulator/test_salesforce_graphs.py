"""Graphs, trees and batches: the other ways to put many requests or records into one call."""

from typing import Any

import pytest

from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator.salesforce_fixtures import KEY_FIELD, Client, refusal, step

Row = dict[str, Any]
salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce
GOOD = step("POST", "sobjects/Account", "good", {"Name": "Acme"})
BAD = step("POST", "sobjects/Account", "bad", {})


def graph(name: str, *nodes: Row) -> Row:
    return {"graphId": name, "compositeRequest": list(nodes)}


def draw(salesforce: Client, *graphs: Row) -> list[Row]:
    answer = salesforce.call("POST", "composite/graph", {"graphs": list(graphs)})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["graphs"])


def nodes_of(answered: Row) -> list[Row]:
    return list(answered["graphResponse"]["compositeResponse"])


def account(name: str, **values: Any) -> Row:
    return {"attributes": {"type": "Account", "referenceId": name}, "Name": name, **values}


def contact(name: str, **values: Any) -> Row:
    return {"attributes": {"type": "Contact", "referenceId": name}, "LastName": name, **values}


def plant(salesforce: Client, *records: Row) -> Any:
    return salesforce.call("POST", "composite/tree/Account", {"records": list(records)})


def batch(salesforce: Client, *requests: Row, halt: bool = False) -> Row:
    answer = salesforce.call("POST", "composite/batch", {"haltOnError": halt, "batchRequests": list(requests)})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_graph_writes_what_depends_on_each_other(salesforce):
    person = step("POST", "sobjects/Contact", "person", {"LastName": "Doe", "AccountId": "@{company.id}"})
    company = step("PATCH", f"sobjects/Account/{KEY_FIELD}/1", "company", {"Name": "Acme"})
    (answered,) = draw(salesforce, graph("g", company, person))
    assert (answered["graphId"], answered["isSuccessful"]) == ("g", True)
    assert [node["httpStatusCode"] for node in nodes_of(answered)] == [201, 201]
    contact_id = nodes_of(answered)[1]["body"]["id"]
    assert salesforce.read(contact_id, "Contact")["AccountId"] == nodes_of(answered)[0]["body"]["id"]


def test_each_graph_is_written_as_a_whole_or_not_at_all(salesforce):
    failed, written = draw(salesforce, graph("failed", GOOD, BAD), graph("written", GOOD))
    assert (failed["isSuccessful"], written["isSuccessful"]) == (False, True)
    errors = [(node["httpStatusCode"], node["body"][0]["errorCode"]) for node in nodes_of(failed)]
    assert errors == [(400, "PROCESSING_HALTED"), (400, "REQUIRED_FIELD_MISSING")]
    assert len(salesforce.ids("SELECT Id FROM Account")) == 1
    counters = salesforce.org.counters
    assert (counters["graphs"], counters["graphs.rolled_back"]) == (1, 1)


def test_after_fourteen_failed_graphs_nothing_more_is_tried(salesforce):
    failing = [graph(f"g{number}", BAD) for number in range(14)]
    *_, last = draw(salesforce, *failing, graph("last", GOOD))
    assert last["isSuccessful"] is False
    assert nodes_of(last)[0]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert salesforce.ids("SELECT Id FROM Account") == []
    assert salesforce.org.counters["graphs.halted"] == 1
    salesforce.org.configure({"failed_graphs": 15})
    *_, last = draw(salesforce, *failing, graph("last", GOOD))
    assert last["isSuccessful"] is True


def chain(length: int) -> list[Row]:
    first = step("POST", "sobjects/Account", "n0", {"Name": "0"})
    others = [
        step("POST", "sobjects/Account", f"n{number}", {"Name": "x", "ParentId": f"@{{n{number - 1}.id}}"})
        for number in range(1, length)
    ]
    return [first, *others]


def test_five_hundred_nodes_in_seventy_five_graphs_fifteen_deep_are_the_most(salesforce):
    body = {"graphs": [graph("deep", *chain(16))]}
    assert refusal(salesforce.call("POST", "composite/graph", body)) == (400, "LIMIT_EXCEEDED")
    assert draw(salesforce, graph("deep", *chain(15)))[0]["isSuccessful"] is True
    many = [graph(f"g{number}", GOOD) for number in range(76)]
    assert refusal(salesforce.call("POST", "composite/graph", {"graphs": many})) == (400, "LIMIT_EXCEEDED")
    assert all(each["isSuccessful"] for each in draw(salesforce, *many[:75]))
    nodes = [{**GOOD, "referenceId": f"n{number}"} for number in range(501)]
    large = {"graphs": [graph("large", *nodes)]}
    assert refusal(salesforce.call("POST", "composite/graph", large)) == (400, "LIMIT_EXCEEDED")
    assert draw(salesforce, graph("large", *nodes[:500]))[0]["isSuccessful"] is True


@pytest.mark.parametrize(
    "graphs",
    [
        None, [], "x", [1], [{}], [graph("", GOOD)], [graph("a")], [graph("a", GOOD), graph("a", GOOD)],
        [graph("a", GOOD, GOOD)], [graph("a", step("GET", "query?q=x", "q"))], [{"graphId": "a"}],
    ],
)  # fmt: skip
def test_graphs_that_make_no_sense_are_refused(salesforce, graphs):
    assert salesforce.call("POST", "composite/graph", {"graphs": graphs}).status_code == 400


def test_a_tree_is_planted_level_by_level(salesforce):
    people = {"records": [contact("jo"), contact("al")]}
    deals = {
        "records": [
            {
                "attributes": {"type": "Opportunity", "referenceId": "deal"},
                "Name": "d", "StageName": "Prospecting", "CloseDate": "2027-01-01",
            }
        ]
    }  # fmt: skip
    answer = plant(salesforce, account("acme", Contacts=people, Opportunities=deals), account("other"))
    assert answer.status_code == 201
    planted = answer.json()
    assert planted["hasErrors"] is False
    assert [result["referenceId"] for result in planted["results"]] == ["acme", "other", "jo", "al", "deal"]
    ids = {result["referenceId"]: result["id"] for result in planted["results"]}
    assert salesforce.read(ids["al"], "Contact")["AccountId"] == ids["acme"]
    assert salesforce.read(ids["deal"], "Opportunity")["AccountId"] == ids["acme"]


def test_a_tree_with_one_bad_record_is_not_planted(salesforce):
    answer = plant(salesforce, account("acme", Contacts={"records": [contact("jo", Email="nonsense")]}))
    assert answer.status_code == 400
    (result,) = answer.json()["results"]
    assert (answer.json()["hasErrors"], result["referenceId"]) == (True, "jo")
    assert result["errors"][0]["statusCode"] == "INVALID_EMAIL_ADDRESS"
    assert salesforce.ids("SELECT Id FROM Account") == []


def nested(depth: int) -> Row:
    root = account(f"a{depth}")
    for level in reversed(range(1, depth)):
        root = account(f"a{level}", ChildAccounts={"records": [root]})
    return root


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([account("a"), account("a")], "INVALID_INPUT"),
        ([account("a", Nopes={"records": []})], "INVALID_FIELD"),
        ([account("a", Id="001Vr0000000001")], "INVALID_INPUT"),
        ([contact("a")], "INVALID_INPUT"),
        ([{"Name": "x"}], "INVALID_INPUT"),
        ([nested(6)], "LIMIT_EXCEEDED"),
        ([account(f"a{number}") for number in range(201)], "LIMIT_EXCEEDED"),
    ],
)
def test_a_tree_that_makes_no_sense_is_refused(salesforce, records, code):
    answer = plant(salesforce, *records)
    assert (answer.status_code, answer.json()["results"][0]["errors"][0]["statusCode"]) == (400, code)


def test_two_hundred_records_five_deep_of_five_kinds_are_the_most(salesforce):
    assert plant(salesforce, nested(5)).status_code == 201
    assert plant(salesforce, *[account(f"a{number}") for number in range(200)]).status_code == 201
    salesforce.org.configure({"tree_objects": 1})
    answer = plant(salesforce, account("acme", Contacts={"records": [contact("jo")]}))
    assert answer.json()["results"][0]["errors"][0]["statusCode"] == "LIMIT_EXCEEDED"


@pytest.mark.parametrize("records", [None, [], "x", [1], [account("a", Contacts={"records": 1})]])
def test_a_tree_without_records_is_refused(salesforce, records):
    answer = salesforce.call("POST", "composite/tree/Account", {"records": records})
    assert refusal(answer) == (400, "JSON_PARSER_ERROR")


def test_the_children_of_an_object_are_described(salesforce):
    links = salesforce.call("GET", "sobjects/Account/describe").json()["childRelationships"]
    found = {(link["childSObject"], link["field"]): link["relationshipName"] for link in links}
    assert found == {
        ("Account", "ParentId"): "ChildAccounts",
        ("Contact", "AccountId"): "Contacts",
        ("Opportunity", "AccountId"): "Opportunities",
    }


def test_requests_of_a_batch_do_not_know_of_each_other(salesforce):
    done = batch(
        salesforce,
        {"method": "POST", "url": "v62.0/sobjects/Account", "richInput": {"Name": "Acme"}},
        {"method": "GET", "url": "v62.0/sobjects/Nope"},
        {"method": "GET", "url": "/services/data/v62.0/query?q=SELECT+Name+FROM+Account"},
    )
    assert [result["statusCode"] for result in done["results"]] == [201, 404, 200]
    assert done["hasErrors"] is True
    assert done["results"][1]["result"][0]["errorCode"] == "NOT_FOUND"
    assert done["results"][2]["result"]["records"][0]["Name"] == "Acme"


def test_a_batch_can_end_at_its_first_error_without_taking_anything_back(salesforce):
    write = {"method": "POST", "url": "v62.0/sobjects/Account", "richInput": {"Name": "Acme"}}
    done = batch(salesforce, write, {"method": "GET", "url": "v62.0/sobjects/Nope"}, write, halt=True)
    assert [result["statusCode"] for result in done["results"]] == [201, 404, 412]
    assert done["results"][2]["result"][0]["errorCode"] == "BATCH_PROCESSING_HALTED"
    assert len(salesforce.ids("SELECT Id FROM Account")) == 1


def test_each_request_of_a_batch_counts_as_a_call(salesforce):
    before = salesforce.org.settings.api_usage
    assert batch(salesforce, *[{"method": "GET", "url": "v62.0/limits"}] * 25)["hasErrors"] is False
    assert salesforce.org.settings.api_usage == before + 25
    more = {"batchRequests": [{"method": "GET", "url": "v62.0/limits"}] * 26}
    assert refusal(salesforce.call("POST", "composite/batch", more)) == (400, "LIMIT_EXCEEDED")


@pytest.mark.parametrize(
    "url", ["v62.0/composite/batch", "v62.0/jobs/ingest", "limits", "http://x.example/", "//[", ""]
)
def test_a_batch_holds_no_batch_and_leads_nowhere_else(salesforce, url):
    (result,) = batch(salesforce, {"method": "POST", "url": url})["results"]
    assert result["statusCode"] in {400, 404}


@pytest.mark.parametrize("requests", [None, [], "x", [1], [{}], [{"method": "FLY", "url": "x"}], [{"method": "GET"}]])
def test_a_batch_that_makes_no_sense_is_refused(salesforce, requests):
    assert salesforce.call("POST", "composite/batch", {"batchRequests": requests}).status_code == 400
