"""The contract as data: it is that of the installed client, and an answer that does not fit is found."""

import json
from typing import Any

import pytest

from tests.simulator.hubspot_operations import operations_of_the_client
from tests.simulator.hubspot_spec import ABSENT, Recorded, find_spec

MOMENT = "2026-01-01T00:00:00.000Z"
RECORD = {"id": "1", "properties": {"name": None}, "createdAt": MOMENT, "updatedAt": MOMENT, "archived": False}
ERROR = {"status": "error", "message": "m", "category": "VALIDATION_ERROR", "correlationId": "c"}
COMPANY = "/crm/v3/objects/companies/1"
BATCH = {"status": "COMPLETE", "results": [], "startedAt": MOMENT, "completedAt": MOMENT}
DATED_BATCH = "/crm/associations/2026-09/contacts/companies/batch/archive"
SPEC: Any = find_spec()
pytestmark = pytest.mark.skipif(SPEC is None, reason=ABSENT)


def answered(body, *, method="GET", path=COMPANY, status=200):
    return Recorded(method, path, status, b"" if body is None else json.dumps(body).encode())


def test_it_lists_the_operations_the_installed_client_has():
    served = {f"{each.package}.{each.name}" for each in SPEC.operations}
    assert {name for name in served if not name.startswith("hubspot.crm.schemas.")} == operations_of_the_client()


@pytest.mark.parametrize(
    "fits",
    [
        answered(RECORD),
        answered(RECORD, path="/crm/objects/2026-09/0-2/1"),
        answered(ERROR, status=404),
        answered(None, method="DELETE", status=204),
        answered(BATCH, method="POST", path=DATED_BATCH),
    ],
)
def test_what_fits_passes(fits):
    assert SPEC.check(fits)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (answered({**RECORD, "id": 1}), "1 is no str"),
        (answered({**RECORD, "extra": 1}), "does not know"),
        (answered({name: value for name, value in RECORD.items() if name != "createdAt"}), "needs createdAt"),
        (answered(RECORD, status=201), "the client expects"),
        (answered(RECORD, method="DELETE"), "the client expects nothing"),
        (answered({**ERROR, "category": None}, status=400), "needs category"),
        (answered({**ERROR, "extra": 1}, status=400), "does not know"),
        (answered("text", status=400), "is no error"),
        (answered({**ERROR, "category": "RATE"}, status=429), "429"),
    ],
)
def test_what_does_not_fit_is_found(wrong, complaint):
    with pytest.raises(AssertionError, match=complaint):
        SPEC.check(wrong)


def test_calls_beyond_the_contract_are_not_judged():
    assert not SPEC.check(answered({}, path="/crm/v3/lists/records/memberships/batch/read", method="POST"))


def test_every_answer_of_a_test_is_looked_at(hubspot):
    hubspot.company()
    hubspot.call("GET", "/crm/v3/objects/companies/404")
    assert [SPEC.check(each) for each in hubspot.portal.answers] == [True, True]
    assert [each.status for each in hubspot.portal.answers] == [201, 404]
