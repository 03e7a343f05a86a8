"""What a vendor's answer means: the table, row by row."""

from datetime import timedelta

import pytest

from tasks.contracts.errors import (
    Ambiguous,
    Gone,
    Halted,
    Hindered,
    ProblemClass,
    Rejected,
    Throttled,
    Unreachable,
)
from workers.crm.door import (
    HUBSPOT,
    SALESFORCE,
    hubspot_problem,
    hubspot_row_problem,
    login_refused,
    salesforce_problem,
    salesforce_row_problem,
)

TRANSIENT, HALT, DATA = ProblemClass.TRANSIENT, ProblemClass.HALT, ProblemClass.DATA
CONFIG, BUSINESS, CONFLICT, UNKNOWN = (
    ProblemClass.CONFIG, ProblemClass.BUSINESS, ProblemClass.CONFLICT, ProblemClass.UNKNOWN,
)  # fmt: skip
TAKEN = (
    "Cannot set PropertyValueCoordinates{portalId=1, objectTypeId=ObjectTypeId{legacyObjectType=COMPANY}, "
    "propertyName=sf_account_id, value=secret-value} on 100. 891 already has that value."
)


def not_valid(code: str, name: str = "lifecyclestage") -> str:
    return (
        'Property values were not valid: [{"isValid":false,"message":"secret-value was not one of the allowed",'
        f'"error":"{code}","name":"{name}","localizedErrorMessage":"secret-value"}}]'
    )


def hubspot(category: str = "", message: str = "secret-value", **more):
    return {"status": "error", "category": category, "message": message, "correlationId": "x", **more}


@pytest.mark.parametrize(
    ("status", "body", "error", "problem_class", "code"),
    [
        pytest.param(400, hubspot("VALIDATION_ERROR"), Rejected, DATA, "VALIDATION_ERROR", id="validation"),
        pytest.param(
            400, hubspot("VALIDATION_ERROR", not_valid("INVALID_OPTION")), Rejected, DATA, "INVALID_OPTION",
            id="a-value-that-is-not-allowed",
        ),
        pytest.param(
            400, hubspot("VALIDATION_ERROR", not_valid("PROPERTY_DOESNT_EXIST")), Rejected, CONFIG,
            "PROPERTY_DOESNT_EXIST", id="a-property-that-is-not-there",
        ),
        pytest.param(
            400, hubspot("VALIDATION_ERROR", not_valid("READ_ONLY_VALUE")), Rejected, CONFIG, "READ_ONLY_VALUE",
            id="a-property-that-cannot-be-written",
        ),
        pytest.param(400, hubspot("VALIDATION_ERROR", TAKEN), Ambiguous, CONFLICT, "UNIQUE_VALUE", id="unique"),
        pytest.param(401, hubspot("INVALID_AUTHENTICATION"), Halted, HALT, "INVALID_AUTHENTICATION", id="bad-key"),
        pytest.param(403, hubspot("MISSING_SCOPES"), Rejected, CONFIG, "MISSING_SCOPES", id="scope"),
        pytest.param(404, hubspot("OBJECT_NOT_FOUND"), Gone, DATA, "OBJECT_NOT_FOUND", id="not-there"),
        pytest.param(
            400, hubspot("VALIDATION_ERROR", context={"INVALID_OBJECT_IDS": ["COMPANY=secret"]}), Gone, DATA,
            "INVALID_OBJECT_IDS", id="an-association-with-nobody",
        ),
        pytest.param(
            409, hubspot("CONFLICT", "Contact already exists. Existing ID: 3401"), Ambiguous, CONFLICT, "UNIQUE_VALUE",
            id="known-address",
        ),
        pytest.param(409, hubspot("OBJECT_ALREADY_EXISTS"), Ambiguous, CONFLICT, "OBJECT_ALREADY_EXISTS", id="twin"),
        pytest.param(414, None, Rejected, DATA, "414", id="too-many-merges"),
        pytest.param(418, None, Rejected, UNKNOWN, "418", id="an-unknown-answer-is-for-a-human"),
        *(
            pytest.param(status, "<html>", Unreachable, TRANSIENT, str(status), id=f"{status}-says-nothing")
            for status in (408, 425, 500, 502, 503, 504, 521, 523, 524)
        ),
    ],
)  # fmt: skip
def test_what_hubspot_s_refusal_means(status, body, error, problem_class, code):
    problem = hubspot_problem("hubspot.companies.write", status, body)

    assert (type(problem), problem.problem_class, problem.code) == (error, problem_class, code)
    assert problem.remedy
    assert "secret" not in f"{problem} {problem.remedy} {problem.evidence}"


@pytest.mark.parametrize(
    ("status", "body", "told", "wait", "code"),
    [
        pytest.param(429, {"policyName": "TEN_SECONDLY_ROLLING"}, None, 10, "TEN_SECONDLY_ROLLING", id="burst"),
        pytest.param(429, {"message": "You have reached your secondly limit."}, None, 1, "SECONDLY", id="search"),
        pytest.param(429, {"policyName": "DAILY"}, None, 900, "DAILY", id="the-day"),
        pytest.param(429, {"policyName": "TEN_SECONDLY_ROLLING"}, 3, 3, "TEN_SECONDLY_ROLLING", id="told-to-wait"),
        pytest.param(429, "nonsense", None, 10, "429", id="no-reason-given"),
        pytest.param(423, hubspot(), None, 2, "423", id="a-write-lock-lasts-two-seconds"),
        pytest.param(477, None, 7200, 7200, "477", id="moving-takes-as-long-as-it-says"),
        pytest.param(477, None, 999_999, 86_400, "477", id="but-never-more-than-a-day"),
    ],
)
def test_how_long_hubspot_wants_us_to_wait(status, body, told, wait, code):
    told_to_wait = timedelta(seconds=told) if told else None
    problem = hubspot_problem("hubspot.companies.read", status, body, told_to_wait=told_to_wait)

    assert isinstance(problem, Throttled)
    assert (problem.after, problem.code) == (timedelta(seconds=wait), code)


def test_a_unique_value_names_its_owner_and_its_property():
    problem = hubspot_problem("hubspot.companies.write", 400, hubspot("VALIDATION_ERROR", TAKEN))

    assert problem.evidence == {"owner_id": "891", "properties": ["sf_account_id"]}


def test_a_refused_property_is_named():
    problem = hubspot_problem("hubspot.companies.write", 400, hubspot("VALIDATION_ERROR", not_valid("INVALID_OPTION")))

    assert "lifecyclestage" in str(problem)


def test_a_missing_scope_is_named():
    errors = [{"message": "secret-value", "context": {"requiredGranularScopes": ["crm.lists.read"]}}]
    problem = hubspot_problem("hubspot.segments.read", 403, hubspot("MISSING_SCOPES", errors=errors))

    assert "crm.lists.read" in str(problem)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (hubspot("VALIDATION_ERROR"), Rejected),
        (hubspot("VALIDATION_ERROR", TAKEN), Ambiguous),
        (hubspot("OBJECT_NOT_FOUND"), Gone),
        (hubspot("CONFLICT"), Ambiguous),
        (hubspot("INTERNAL_ERROR"), Hindered),
        ({}, Rejected),
    ],
)
def test_what_one_row_s_error_means(error, kind):
    assert type(hubspot_row_problem("hubspot.companies.write", error)) is kind


SALESFORCE_MEANINGS = {
    Hindered: ["UNABLE_TO_LOCK_ROW", "PROCESSING_HALTED", "UNKNOWN_EXCEPTION", "APEX_ERROR", "SERVER_UNAVAILABLE"],
    Halted: ["INVALID_SESSION_ID", "API_DISABLED_FOR_ORG"],
    Ambiguous: ["DUPLICATE_VALUE", "DUPLICATES_DETECTED"],
    Gone: ["ENTITY_IS_DELETED", "CANNOT_UPDATE_CONVERTED_LEAD", "NOT_FOUND"],
}
REJECTED = {
    CONFIG: ["INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY", "INVALID_CROSS_REFERENCE_KEY",
             "INVALID_FIELD_FOR_INSERT_UPDATE", "INVALID_FIELD"],
    BUSINESS: ["FIELD_CUSTOM_VALIDATION_EXCEPTION", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"],
    DATA: ["STRING_TOO_LONG", "REQUIRED_FIELD_MISSING", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
           "INACTIVE_OWNER_OR_USER", "MALFORMED_ID"],
    UNKNOWN: ["SOMETHING_NEW"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "error", "problem_class"),
    [(code, error, None) for error, codes in SALESFORCE_MEANINGS.items() for code in codes]
    + [(code, Rejected, problem_class) for problem_class, codes in REJECTED.items() for code in codes],
)
def test_what_salesforce_s_refusal_of_a_row_means(code, error, problem_class):
    told = {"statusCode": code, "message": "secret-value", "fields": ["Name", "secret value"]}
    problem = salesforce_row_problem("salesforce.write", [told])

    assert (type(problem), problem.code) == (error, code)
    assert problem_class in {None, problem.problem_class}
    assert problem.remedy
    assert "Name" in str(problem)
    assert "secret" not in f"{problem} {problem.evidence}"


@pytest.mark.parametrize(
    ("status", "body", "error", "problem_class"),
    [
        pytest.param(300, ["/services/data/v62.0/sobjects/Account/x"], Ambiguous, CONFLICT, id="key-not-unique"),
        pytest.param(401, {"error": "x"}, Halted, HALT, id="401-without-a-code"),
        pytest.param(403, "<html>", Rejected, CONFIG, id="403-without-a-code"),
        pytest.param(404, [{"errorCode": "NOT_FOUND"}], Rejected, CONFIG, id="a-whole-call-not-found-is-set-up"),
        pytest.param(412, "", Hindered, TRANSIENT, id="somebody-was-quicker"),
        pytest.param(
            400,
            [{"errorCode": "INVALID_QUERY_LOCATOR"}],
            Hindered,
            TRANSIENT,
            id="a-cursor-that-expired-is-this-query-s",
        ),
        pytest.param(
            500, [{"errorCode": "UNKNOWN_EXCEPTION"}], Unreachable, TRANSIENT, id="a-whole-call-that-failed-is-nobody-s"
        ),
        pytest.param(500, [{"errorCode": "APEX_ERROR"}], Unreachable, TRANSIENT, id="also-where-it-names-a-code"),
        pytest.param(400, [{"errorCode": "QUERY_TIMEOUT"}], Unreachable, TRANSIENT, id="an-org-that-is-too-slow"),
        pytest.param(500, "<html>secret", Unreachable, TRANSIENT, id="500-in-html"),
        pytest.param(503, "<html>secret", Unreachable, TRANSIENT, id="503-in-html"),
        pytest.param(400, [], Rejected, UNKNOWN, id="400-without-a-reason"),
    ],
)
def test_what_salesforce_s_refusal_of_a_call_means(status, body, error, problem_class):
    problem = salesforce_problem("salesforce.query", status, body)

    assert (type(problem), problem.problem_class) == (error, problem_class)
    assert "secret" not in str(problem)


@pytest.mark.parametrize(
    ("text", "wait"),
    [("TotalRequests Limit exceeded.", timedelta(minutes=15)), ("ConcurrentRequests Limit", timedelta(seconds=5))],
)
def test_how_long_salesforce_s_limits_last(text, wait):
    problem = salesforce_problem("x", 403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": text}])

    assert isinstance(problem, Throttled)
    assert problem.after == wait


@pytest.mark.parametrize("spelling", ["duplicateResult", "duplicateResut"])
def test_a_duplicate_rule_s_matches_are_kept_in_either_spelling(spelling):
    matches = {"matchResults": [{"matchRecords": [{"record": {"Id": "001000000000001AAA"}}]}]}
    problem = salesforce_problem("x", 400, [{"errorCode": "DUPLICATES_DETECTED", spelling: matches}])

    assert problem.evidence == {"ids": ["001000000000001AAA"]}


def test_a_duplicate_value_names_the_record_in_its_text():
    text = "duplicate value found: HubSpot_Company_Id__c duplicates value on record with id: 001Vr00000m4eGC"
    problem = salesforce_row_problem("x", [{"statusCode": "DUPLICATE_VALUE", "message": text}])

    assert problem.evidence == {"ids": ["001Vr00000m4eGC"]}


def test_a_refused_login_says_which_code():
    assert "INVALID_GRANT" in str(login_refused("invalid_grant"))


def test_every_row_of_the_table_has_a_remedy_that_is_a_sentence():
    for meaning in [*SALESFORCE.values(), *HUBSPOT.values()]:
        assert meaning.remedy.endswith(".")
