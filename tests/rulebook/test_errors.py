"""What kind of problem a refusal is: section 11, row by row."""

from datetime import timedelta

import pytest

from tasks.contracts.errors import Ambiguous, Dependent, Halted, NeedsHuman, ProblemClass, SyncError, TryAgain
from tasks.contracts.mapping import SyncRule, ValueType
from tasks.contracts.reasons import Reason
from tasks.contracts.records import AccountId, Owed, PersonKind
from tasks.rules.field_plan import Pair, plan_fields
from tasks.rules.owners import OwnerDirectory
from tasks.rules.retry_policy import Attempt, next_wait
from tests.doubles.world import LATELY, World
from tests.rulebook.scenes import decide_about_account, do_what_is_owed, look_at_contact
from tests.rules.mapped import mapped
from tests.rules.test_mapping_check import NAME, check, entry
from workers.crm.door import hubspot_problem, no_answer, salesforce_problem, salesforce_row_problem

ACCOUNT = "001000000000001AAA"


def salesforce(code: str, **more: object) -> SyncError:
    """What one row's refusal means."""
    return salesforce_row_problem("write", [{"statusCode": code, "message": "secret", **more}])


def hubspot(status: int, message: str = "secret", **more: object) -> SyncError:
    return hubspot_problem("write", status, {"message": message, **more})


async def test_rule_11_waiting_for_account_is_no_failure_and_ends_when_the_account_is_linked():
    world = World()
    contact = world.contact(None)
    world.person(contact, PersonKind.CONTACT, account=ACCOUNT)
    with pytest.raises(Dependent) as waits:
        await look_at_contact(world, contact)
    assert (waits.value.problem_class, waits.value.code) == (ProblemClass.DEPENDENCY, "WAITING_FOR_ACCOUNT")
    world.ledger.waiting[Owed("link_contact", contact)] = AccountId(waits.value.waits_for)
    world.account(ACCOUNT, created_at=LATELY)
    await decide_about_account(world)
    await do_what_is_owed(world)
    assert world.codes(contact)[-1] == "CONTACT_LINKED"
    assert (world.hubspot.created[0], contact) in world.hubspot.associations


def test_rule_11_association_limit_is_parked_until_the_record_changes():
    problem = hubspot(400, category="VALIDATION_ERROR", subCategory="crm.associations.LIMIT_EXCEEDED")
    assert (isinstance(problem, NeedsHuman), problem.problem_class) == (True, ProblemClass.DATA)


@pytest.mark.parametrize("code", ["FIELD_CUSTOM_VALIDATION_EXCEPTION", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"])
def test_rule_11_automation_of_the_org_is_a_matter_for_its_administrator_and_not_tried_blindly(code):
    problem = salesforce(code)
    assert (isinstance(problem, NeedsHuman), problem.problem_class) == (True, ProblemClass.BUSINESS)
    assert "administrator" in problem.remedy


def test_rule_11_email_in_use_names_the_contact_who_has_it():
    problem = hubspot(409, "Contact already exists. Existing ID: 3401", category="CONFLICT")
    assert isinstance(problem, Ambiguous)
    assert (problem.problem_class, problem.evidence["owner_id"]) == (ProblemClass.CONFLICT, "3401")


def test_rule_11_duplicate_rule_names_the_records_it_found():
    matches = {"matchResults": [{"matchRecords": [{"record": {"Id": ACCOUNT}}]}]}
    problem = salesforce("DUPLICATES_DETECTED", duplicateResult=matches)
    assert isinstance(problem, Ambiguous)
    assert (problem.problem_class, problem.evidence) == (ProblemClass.CONFLICT, {"ids": [ACCOUNT]})


@pytest.mark.parametrize("code", ["INSUFFICIENT_ACCESS_OR_READONLY", "INVALID_CROSS_REFERENCE_KEY"])
def test_rule_11_insufficient_access_is_a_matter_of_set_up(code):
    problem = salesforce(code)
    assert (isinstance(problem, NeedsHuman), problem.problem_class) == (True, ProblemClass.CONFIG)


def test_rule_11_field_permission_is_a_matter_of_set_up_and_names_the_field():
    problem = salesforce("INVALID_FIELD_FOR_INSERT_UPDATE", fields=["Industry"])
    assert (isinstance(problem, NeedsHuman), problem.problem_class) == (True, ProblemClass.CONFIG)
    assert "Industry" in str(problem)


def test_rule_11_mapping_drift_leaves_out_what_is_gone_and_carries_the_rest():
    fields = [mapped(names=(name,), field=f"{name}__c") for name in ("gone", "hidden", "there")]
    pair = Pair({"hidden": "x", "there": "x"}, {"gone__c": None, "there__c": None})
    plan = plan_fields(fields, pair, OwnerDirectory())
    assert plan.to_salesforce == {"there__c": "x"}
    assert {one.field: one.reason for one in plan.problems} == {
        "gone__c": Reason.PROPERTY_MISSING,
        "hidden__c": Reason.FIELD_MISSING,
    }
    assert {one.problem_class for one in plan.problems} == {ProblemClass.CONFIG}


def test_rule_11_mapping_drift_takes_a_field_of_another_type_out_of_the_mapping_and_no_other():
    checked = check(NAME, entry("staff", "City__c", "number"))
    assert [one.name for one in checked.fields["Account"]] == ["Name"]
    assert [one.where for one in checked.findings] == ["staff ↔ City__c"]


@pytest.mark.parametrize(
    "code", ["INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "STRING_TOO_LONG", "REQUIRED_FIELD_MISSING", "MALFORMED_ID"]
)
def test_rule_11_property_values_are_for_whoever_keeps_the_record(code):
    problem = salesforce(code)
    assert (isinstance(problem, NeedsHuman), problem.problem_class) == (True, ProblemClass.DATA)


def test_rule_11_owner_who_is_not_active_is_a_matter_of_the_record():
    problem = salesforce("INACTIVE_OWNER_OR_USER")
    assert (isinstance(problem, NeedsHuman), problem.problem_class) == (True, ProblemClass.DATA)


def test_rule_11_owner_whom_we_know_to_be_inactive_is_left_out_and_the_rest_is_carried():
    owner = mapped(ValueType.OWNER, SyncRule.TWO_WAY, names=("hubspot_owner_id",), field="OwnerId")
    directory = OwnerDirectory(users={"1": "005old"}, owners={"005ann": "2"}, active=frozenset({"005ann"}))
    pair = Pair(
        {"hubspot_owner_id": "1", "prop": "x"},
        {"OwnerId": "005ann", "Field__c": None},
        baselines={"OwnerId": "005ann"},
    )
    plan = plan_fields([owner, mapped()], pair, directory)
    assert plan.to_salesforce == {"Field__c": "x"}
    assert [(one.field, one.reason) for one in plan.problems] == [("OwnerId", Reason.OWNER_INACTIVE)]


@pytest.mark.parametrize(
    "problem",
    [
        salesforce("UNABLE_TO_LOCK_ROW"),
        salesforce_problem("write", 403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit"}]),
        salesforce_problem("write", 503, "<html>"),
        hubspot(429, policyName="DAILY"),
        hubspot(502),
        no_answer("HubSpot", "write", TimeoutError()),
    ],
    ids=["a-lock", "the-orgs-day", "an-outage", "the-portals-day", "a-gateway", "a-timeout"],
)
def test_rule_11_limits_are_waited_for(problem):
    assert isinstance(problem, TryAgain)
    assert problem.problem_class is ProblemClass.TRANSIENT
    assert next_wait(problem, Attempt(0, timedelta()))


@pytest.mark.parametrize(
    "problem",
    [
        salesforce_problem("query", 401, [{"errorCode": "INVALID_SESSION_ID"}]),
        salesforce_problem("query", 403, [{"errorCode": "API_DISABLED_FOR_ORG"}]),
        hubspot(401, category="INVALID_AUTHENTICATION"),
    ],
    ids=["salesforces-session", "no-api", "hubspots-key"],
)
def test_rule_11_suspension_is_waited_for_and_uses_up_nothing(problem):
    assert isinstance(problem, Halted)
    assert problem.problem_class is ProblemClass.HALT
    assert next_wait(problem, Attempt(99, timedelta(days=9)))
