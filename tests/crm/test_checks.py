"""What `tandem doctor` finds out about both CRMs."""

import pytest
from pydantic import SecretStr

from workers.coordination.budget import rules_of
from workers.crm.checks import check_hubspot, check_salesforce
from workers.crm.hubspot_calls import Call
from workers.crm.salesforce_calls import ALLOWANCES


def problems(checks) -> dict[str, str]:
    return {check.name: check.problem for check in checks if not check.is_fine}


def test_a_portal_with_everything_in_place_has_no_problems(hubspot):
    hubspot.portal.segments = {"77": []}
    checks = list(check_hubspot(hubspot.door(), hubspot.settings, ["77"]))

    assert problems(checks) == {}
    assert len(checks) == 5


def test_a_refused_key_shows_and_says_what_to_do(hubspot):
    hubspot.wire.answer("/", 401, "{}", times=9)

    checks = list(check_hubspot(hubspot.door(), hubspot.settings))

    assert not any(check.is_fine for check in checks)
    assert all(check.remedy for check in checks)


def test_a_missing_scope_is_found_where_it_is_missing(hubspot):
    hubspot.wire.answer("contacts/batch/read", 403, '{"category": "MISSING_SCOPES"}')

    assert list(problems(check_hubspot(hubspot.door(), hubspot.settings))) == ["HubSpot: reading contacts"]


@pytest.mark.parametrize(("status", "body"), [(404, "{}"), (200, '{"hasUniqueValue": false}')])
def test_a_property_that_is_missing_or_not_unique_is_found(hubspot, status, body):
    hubspot.wire.answer("properties", status, body)

    assert list(problems(check_hubspot(hubspot.door(), hubspot.settings))) == [
        "HubSpot: company property sf_account_id"
    ]


def test_a_segment_that_is_not_there_is_found(hubspot):
    hubspot.portal.segments = {"77": []}

    found = problems(check_hubspot(hubspot.door(), hubspot.settings, ["76", "77"]))

    assert list(found) == ["HubSpot: segment 76"]


def test_an_org_with_everything_in_place_has_no_problems(salesforce):
    checks = list(check_salesforce(salesforce.door(), salesforce.settings))

    assert problems(checks) == {}
    assert len(checks) == 5


def test_a_refused_login_is_the_only_thing_worth_saying(salesforce):
    salesforce.changes["salesforce_consumer_secret"] = SecretStr("wrong")

    (check,) = check_salesforce(salesforce.door(), salesforce.settings)

    assert not check.is_fine


@pytest.mark.parametrize(
    ("switches", "name", "said"),
    [
        ({"missing_fields": ["Account.HubSpot_Company_Id__c"]}, "Salesforce: Account.HubSpot_Company_Id__c", "exist"),
        (
            {"not_unique_fields": ["Account.HubSpot_Company_Id__c"]},
            "Salesforce: Account.HubSpot_Company_Id__c",
            "unique",
        ),
        (
            {"not_external_id_fields": ["Account.HubSpot_Company_Id__c"]},
            "Salesforce: Account.HubSpot_Company_Id__c",
            "externalId",
        ),
        (
            {"read_only_fields": ["Account.HubSpot_Company_Id__c"]},
            "Salesforce: Account.HubSpot_Company_Id__c",
            "updateable",
        ),
        ({"object_permissions": {"Account": ["read"]}}, "Salesforce: Account", "createable"),
        ({"missing_objects": ["Lead"]}, "Salesforce: Lead", "404"),
    ],
)
def test_what_is_missing_in_the_org_is_found(salesforce, switches, name, said):
    salesforce.org.configure(switches)

    found = problems(check_salesforce(salesforce.door(), salesforce.settings))

    assert list(found) == [name]
    assert said in found[name]


def test_every_allowance_a_call_uses_up_is_one_the_budget_knows(hubspot):
    used = {allowance for call in Call for allowance in call.allowances} | set(ALLOWANCES)

    assert used | {"hubspot_search"} == set(rules_of(hubspot.settings))
