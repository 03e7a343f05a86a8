"""The portal's answers are what the client's generated methods expect: status, fields, types and enumerations."""

import json
from operator import attrgetter
from typing import Any

import pytest
from hubspot.crm.associations.v4 import AssociationSpecWithLabel
from hubspot.crm.companies import BatchResponseSimplePublicObject, Error, SimplePublicObject
from hubspot.crm.lists import RecordListMembership

from tests.simulator.hubspot_models import check_answer
from tests.simulator.hubspot_operations import (
    ANSWERED,
    BETWEEN,
    CITY,
    LIMIT,
    LOGIN,
    REFUSED,
    WITH_REFUSED_ROWS,
    WITHOUT_A_BODY,
    Asked,
    operations_of_the_client,
)


@pytest.fixture
def client(hubspot):
    # The documentation shows these ids as numbers, the client's models call them text.
    hubspot.set(object_ids_as_numbers=False)
    webhook = {"targetUrl": "https://x.example/", "subscriptions": [{"eventType": "company.creation", "active": False}]}
    hubspot.portal.seed(
        {
            "companies": [
                *({"id": each, "properties": {"name": each}} for each in ("1", "2")),
                {"id": "3", "properties": {"name": "Gone"}, "archived": True},
            ],
            "contacts": [
                {"id": "9", "properties": {"email": "a@x.example"}},
                {"id": "8", "properties": {"email": "z@x.example"}},
            ],
            "associations": [{"contact": "9", "company": "1", "primary": True}, {"contact": "9", "company": "2"}],
            "lists": [
                {"listId": "11", "name": "L", "objectTypeId": "0-2", "members": ["1", "2"]},
                {"listId": "12", "name": "D", "objectTypeId": "0-2", "processingType": "DYNAMIC", "members": ["2"]},
                {"listId": "13", "name": "Gone", "objectTypeId": "0-2", "members": []},
            ],
            "owners": [
                {"id": "5", "email": "ann@x.example", "firstName": "Ann", "lastName": "Lee", "userId": 50},
                {"id": "6", "email": "bob@x.example", "userId": 60, "archived": True},
            ],
            "webhooks": [webhook],
        }
    )
    crm = hubspot.client.crm
    crm.lists.lists_api.remove("13")
    crm.lists.lists_api.update_list_filters("12", {"filterBranch": CITY})
    for name in ("A", "B"):
        crm.lists.folders_api.create({"name": name})
    crm.properties.groups_api.create("companies", {"name": "theirs", "label": "Theirs"})
    crm.associations.v4.schema.definitions_api.create(*BETWEEN, {"name": "helper", "label": "Helps"})
    crm.associations.v4.schema.definition_configurations_api.batch_create(*BETWEEN, {"inputs": [LIMIT]})
    return hubspot.client


def ask(client: Any, asked: Asked) -> tuple[Any, Any]:
    """What the client made of the answer, None if it expects none of that status, and the answer as it came."""
    filled = [_filled(client, each) for each in asked.arguments]
    options = {name: _filled(client, each) for name, each in asked.options.items()}
    api = attrgetter(asked.api)(client)
    understood = getattr(api, asked.method)(*filled, **options)
    return understood, api.api_client.last_response


def _filled(client: Any, argument: Any) -> Any:
    """Tokens are not known before they are given."""
    if argument not in ("{access}", "{refresh}"):
        return argument
    made = client.oauth.tokens_api.create(**LOGIN)
    return made.access_token if argument == "{access}" else made.refresh_token


def test_every_operation_of_the_client_is_exercised():
    asked = {str(each) for each in (*ANSWERED, *WITHOUT_A_BODY)}
    assert asked == operations_of_the_client()


@pytest.mark.parametrize("asked", ANSWERED, ids=str)
def test_an_answer_is_what_the_client_expects(client, asked):
    understood, response = ask(client, asked)
    assert understood is not None, f"nothing is expected to be answered {response.status}"
    answer = json.loads(response.data)
    check_answer(type(understood), answer)
    assert "errors" not in answer


@pytest.mark.parametrize("asked", WITH_REFUSED_ROWS, ids=str)
def test_a_batch_with_refused_rows_is_what_the_client_expects(client, asked):
    understood, response = ask(client, asked)
    check_answer(type(understood), json.loads(response.data))
    assert understood.errors


@pytest.mark.parametrize("asked", WITHOUT_A_BODY, ids=str)
def test_what_answers_nothing_says_so(client, asked):
    understood, response = ask(client, asked)
    assert (understood, response.status, response.data) == (None, 204, "")


@pytest.mark.parametrize(("status", "asked"), REFUSED, ids=str)
def test_a_refusal_is_the_error_the_client_knows(client, status, asked):
    with pytest.raises(Exception, match=str(status)) as refused:  # every package of the client has a class of its own
        ask(client, asked)
    problem: Any = refused.value
    assert problem.status == status
    answer = json.loads(problem.body)
    assert answer.pop("status") == "error"  # documented, though the client's model lacks it
    check_answer(Error, answer)


MOMENT = "2026-01-01T00:00:00.000Z"
RECORD = {"id": "1", "properties": {"name": None}, "createdAt": MOMENT, "updatedAt": MOMENT}
MEMBERSHIP = {"listId": "1", "listVersion": 1, "firstAddedTimestamp": MOMENT, "lastAddedTimestamp": MOMENT}
BATCH = {"status": "COMPLETE", "results": [RECORD], "startedAt": MOMENT, "completedAt": MOMENT}
LABEL = {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": None}


@pytest.mark.parametrize(
    ("model", "right", "wrong", "complaint"),
    [
        (SimplePublicObject, RECORD, {"id": None}, "`id`, must not be `None`"),
        (SimplePublicObject, RECORD, {"id": 1}, "id: 1 is no str"),
        (SimplePublicObject, RECORD, {"properties": {"name": 1}}, "properties.name: 1 is no str"),
        (SimplePublicObject, RECORD, {"properties": []}, r"\[\] is no dict"),
        (SimplePublicObject, RECORD, {"createdAt": "yesterday"}, "createdAt: 'yesterday' is no datetime"),
        (SimplePublicObject, RECORD, {"createdAt": "2026-01-01T00:00:00"}, "is no datetime"),
        (SimplePublicObject, RECORD, {"archived": "false"}, "archived: 'false' is no bool"),
        (SimplePublicObject, RECORD, {"archvied": False}, "does not know .'archvied'."),
        (BatchResponseSimplePublicObject, BATCH, {"status": "DONE"}, "must be one of"),
        (BatchResponseSimplePublicObject, BATCH, {"results": RECORD}, "is no list"),
        (BatchResponseSimplePublicObject, BATCH, {"results": [RECORD, None]}, r"results\[1\]: None is no"),
        (BatchResponseSimplePublicObject, BATCH, {"results": [RECORD, {"id": "2"}]}, r"results\[1\]: Simple"),
        (RecordListMembership, MEMBERSHIP, {"listVersion": True}, "listVersion: True is no int"),
        (AssociationSpecWithLabel, LABEL, {"category": "OURS"}, "must be one of"),
    ],
)
def test_the_check_itself_can_fail(model, right, wrong, complaint):
    check_answer(model, right)
    with pytest.raises(AssertionError, match=complaint):
        check_answer(model, {**right, **wrong})
