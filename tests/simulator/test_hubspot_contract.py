"""Answers hold what the client's models require: compared with its contract as data."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

CONTRACT = "shared/specs/hubspot/hubspot-api-client-12.0.0.contract.json"
PLAIN: dict[str, Any] = {"str": str, "int": int, "bool": bool, "datetime": str, "object": object, "float": (int, float)}
SPEC = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}
PAIR = {"from": {"id": "9"}, "to": {"id": "1"}}


@cache
def packages():
    for folder in Path(__file__).parents[3:]:  # kept beside the project, not in it
        if (folder / CONTRACT).exists():
            return json.loads((folder / CONTRACT).read_text(encoding="utf-8"))["packages"]
    pytest.skip("the contract of the client is not at hand")


def check(models, kind, value, where):
    """Every field the client knows has the type it expects, and none it requires is absent."""
    if kind.startswith("list["):
        assert isinstance(value, list), where
        for place, each in enumerate(value):
            check(models, kind[5:-1], each, f"{where}[{place}]")
    elif kind.startswith("dict["):
        assert isinstance(value, dict), where
        for name, each in value.items():
            if each is not None:
                check(models, kind[5:-1].partition(", ")[2], each, f"{where}.{name}")
    elif kind in PLAIN:
        assert isinstance(value, PLAIN[kind]), f"{where}: {value!r} is no {kind}"
    else:
        check_model(models, kind, value, where)


def check_model(models, kind, value, where):
    for field in models[kind]:
        name = field["json"]
        if value.get(name) is None:
            # The client lets required fields be absent from row errors, and so does the portal.
            is_needed = field["required"] and kind != "StandardError"
            assert not is_needed, f"{where}: {kind} requires {name}"
            continue
        check(models, field["type"], value[name], f"{where}.{name}")
        if "enum" in field:
            assert value[name] in field["enum"], f"{where}.{name}"


CALLS = [
    ("companies", "create", {}, {"properties": {"name": "B"}}),
    ("companies", "get_by_id", {"companyId": "1"}, None),
    ("companies", "get_page", {}, None),
    ("companies", "update", {"companyId": "1"}, {"properties": {"city": "Bonn"}}),
    ("companies", "merge", {}, {"primaryObjectId": "1", "objectIdToMerge": "2"}),
    ("companies", "do_search", {}, {}),
    ("contacts", "get_by_id", {"contactId": "9"}, None),
    ("contacts", "do_search", {}, {}),
    ("associations.v4", "create", {"objectType": "contacts", "objectId": "9"}, [SPEC]),
    ("associations.v4", "get_page", {"objectType": "contacts", "objectId": "9"}, None),
    ("associations.v4", "create_default", {"fromObjectType": "contacts", "fromObjectId": "9"}, None),
    ("associations.v4.schema", "get_all", {"fromObjectType": "contacts"}, None),
    ("properties", "get_all", {}, None),
    ("properties", "get_by_name", {"propertyName": "name"}, None),
    ("lists", "get_by_id", {}, None),
    ("lists", "get_by_name", {"objectTypeId": "0-2", "listName": "L"}, None),
    ("lists", "do_search", {}, {}),
    ("lists", "get_page", {}, None),
    ("lists", "add", {}, ["2"]),
    ("lists", "get_lists", {"objectTypeId": "0-2", "recordId": "1"}, None),
    ("owners", "get_page", {}, None),
    ("owners", "get_by_id", {"ownerId": "5"}, None),
]
BATCHES = [
    ("companies", "read", {"inputs": [{"id": "1"}]}),
    ("companies", "read", {"inputs": [{"id": "404"}]}),
    ("companies", "create", {"inputs": [{"properties": {"name": "B"}}]}),
    ("companies", "update", {"inputs": [{"id": "1", "properties": {"name": "B"}}]}),
    (
        "companies",
        "upsert",
        {"inputs": [{"id": "k", "idProperty": "salesforce_account_id", "properties": {"name": "B"}}]},
    ),
    ("associations.v4", "create", {"inputs": [{**PAIR, "types": [SPEC]}]}),
    ("associations.v4", "create_default", {"inputs": [PAIR]}),
    ("associations.v4", "get_page", {"inputs": [{"id": "9"}]}),
    ("properties", "read", {"inputs": [{"name": "name"}], "archived": False}),
]


@pytest.fixture
def seeded(hubspot):
    hubspot.set(object_ids_as_numbers=False)
    hubspot.portal.seed(
        {
            "companies": [{"id": each, "properties": {"name": each}} for each in ("1", "2")],
            "contacts": [{"id": "9", "properties": {"email": "a@x.example"}}],
            "associations": [{"contact": "9", "company": "1", "primary": True}],
            "lists": [{"listId": "11", "name": "L", "objectTypeId": "0-2", "members": ["1"]}],
            "owners": [{"id": "5", "email": "ann@x.example", "userId": 50}],
        }
    )
    return hubspot


def fits(hubspot, package, operation, filled, body):
    found = packages()[f"hubspot.crm.{package}"]
    path = operation["path"]
    defaults = {"objectType": "companies", "toObjectType": "companies", "fromObjectType": "contacts"}
    for name, value in {**defaults, "toObjectId": "1", "listId": "11", **filled}.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, path
    answer = hubspot.call(operation["method"], path, body)
    model = operation["responses"].get(str(answer.status))
    assert model, f"{path} answered {answer.status}, the client knows {operation['responses']}: {answer.body}"
    check(found["models"], model, answer.body, path)


@pytest.mark.parametrize(("package", "name", "filled", "body"), CALLS)
def test_single_calls_fit_the_client(seeded, package, name, filled, body):
    operations = packages()[f"hubspot.crm.{package}"]["operations"]
    elsewhere = {"batch_api", "groups_api", "folders_api", "definition_configurations_api"}
    operation = next(each for each in operations if each["operation"] == name and each["api"] not in elsewhere)
    fits(seeded, package, operation, filled, body)


@pytest.mark.parametrize(("package", "name", "body"), BATCHES)
def test_batches_fit_the_client(seeded, package, name, body):
    operations = packages()[f"hubspot.crm.{package}"]["operations"]
    operation = next(each for each in operations if (each["api"], each["operation"]) == ("batch_api", name))
    filled = {"fromObjectType": "contacts", "toObjectType": "companies"} if "associations" in package else {}
    fits(seeded, package, operation, filled, body)


def test_the_check_itself_can_fail():
    models = {"A": [{"json": "id", "type": "str", "required": True}]}
    check(models, "list[A]", [{"id": "1"}], "x")
    wrongs: list[Any] = [[{}], [{"id": 1}], {}]
    for wrong in wrongs:
        with pytest.raises(AssertionError):
            check(models, "list[A]", wrong, "x")
