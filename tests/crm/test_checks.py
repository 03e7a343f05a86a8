"""What `tandem doctor` finds out about both CRMs: which thing is wrong, how to mend it, and no secrets."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from pydantic import SecretStr

from simulator.hubspot.scopes import ALL_SCOPES
from simulator.hubspot.seeding import DEFAULT_TOKEN
from tests.crm.asking import KEY
from workers.coordination.budget import rules_of
from workers.crm.checks import NEEDED_RIGHTS, Check, check_hubspot, check_salesforce
from workers.crm.hubspot_calls import Call
from workers.crm.salesforce_calls import ALLOWANCES
from workers.embedded import free_port

PROPERTY = {"label": "x", "type": "string", "fieldType": "text"}
WRONG = "a-secret-that-is-wrong"


def wrong(checks: Iterable[Check]) -> dict[str, str]:
    """Per check that is not fine, all that an operator is told."""
    told = {check.name: f"{check.problem}. {check.remedy}" for check in checks if not check.is_fine}
    for text in told.values():
        assert text.endswith(".")
        assert "doctor" not in text  # it is doctor who says this
        for secret in (DEFAULT_TOKEN, "tandem-consumer-key", "tandem-consumer-secret", WRONG):
            assert secret not in text
    return told


def the_one(told: dict[str, str]) -> tuple[str, str]:
    ((name, text),) = told.items()
    return name, text


# HubSpot


def test_a_portal_with_everything_in_place_has_no_problems_and_is_left_as_it_was(hubspot):
    hubspot.has_segment("77", "0-2", [])
    before = hubspot.portal.state()

    checks = list(check_hubspot(hubspot.door(), hubspot.settings, ["77"]))

    assert wrong(checks) == {}
    assert len({check.name for check in checks}) == 8
    assert hubspot.portal.state() == before


def test_a_wrong_token_is_all_there_is_to_say(hubspot):
    hubspot.changes["hubspot_token"] = SecretStr(WRONG)

    name, told = the_one(wrong(check_hubspot(hubspot.door(), hubspot.settings, ["77"])))

    assert name == "HubSpot: connection and key"
    assert "401 INVALID_AUTHENTICATION" in told
    assert "TANDEM_HUBSPOT_TOKEN" in told


@pytest.mark.parametrize(
    ("scope", "what"),
    [
        ("crm.objects.companies.read", "reading companies"),
        ("crm.objects.contacts.read", "reading contacts"),
        ("crm.objects.companies.write", "writing companies"),
        ("crm.objects.contacts.write", "writing contacts"),
        ("crm.schemas.companies.read", "company property sf_account_id"),
    ],
)
def test_a_missing_scope_is_named_where_it_is_missing(hubspot, scope, what):
    hubspot.portal.seed({"tokens": {WRONG: sorted(ALL_SCOPES - {scope})}})
    hubspot.changes["hubspot_token"] = SecretStr(WRONG)

    name, told = the_one(wrong(check_hubspot(hubspot.door(), hubspot.settings)))

    assert name == f"HubSpot: {what}"
    assert scope in told
    assert "Give the HubSpot key the scopes" in told


def test_a_key_that_may_not_read_lists_is_not_told_to_choose_another_list(hubspot):
    hubspot.portal.seed({"tokens": {WRONG: sorted(ALL_SCOPES - {"crm.lists.read"})}})
    hubspot.changes["hubspot_token"] = SecretStr(WRONG)
    hubspot.has_segment("77", "0-2", [])

    told = wrong(check_hubspot(hubspot.door(), hubspot.settings, ["77"]))

    assert list(told) == ["HubSpot: reading lists", "HubSpot: segment 77"]
    assert all("crm.lists.read" in text and "Choose" not in text for text in told.values())


def test_a_property_that_is_missing_is_to_be_created(hubspot):
    hubspot.changes["hubspot_account_property"] = "nobody_made_it"

    name, told = the_one(wrong(check_hubspot(hubspot.door(), hubspot.settings)))

    assert name == "HubSpot: company property nobody_made_it"
    assert "does not exist. Create `nobody_made_it` as single-line text with unique values" in told


def test_a_property_that_is_not_unique_is_to_be_replaced(hubspot):
    hubspot.portal.seed({"properties": {"companies": [{**PROPERTY, "name": "shared"}]}})
    hubspot.changes["hubspot_account_property"] = "shared"

    name, told = the_one(wrong(check_hubspot(hubspot.door(), hubspot.settings)))

    assert name == "HubSpot: company property shared"
    assert "not unique. Uniqueness cannot be added" in told


def test_a_segment_that_is_not_there_is_found(hubspot):
    hubspot.has_segment("77", "0-2", [])

    name, told = the_one(wrong(check_hubspot(hubspot.door(), hubspot.settings, ["76", "77"])))

    assert name == "HubSpot: segment 76"
    assert "Choose a list that exists" in told


# Salesforce


def test_an_org_with_everything_in_place_has_no_problems(salesforce):
    checks = list(check_salesforce(salesforce.door(), salesforce.settings))

    assert wrong(checks) == {}
    assert len({check.name for check in checks}) == 2 + len(NEEDED_RIGHTS)


@pytest.mark.parametrize(
    ("changes", "code", "setting"),
    [
        pytest.param(
            {"salesforce_consumer_secret": SecretStr(WRONG)}, "INVALID_CLIENT", "TANDEM_SALESFORCE_CONSUMER_SECRET",
            id="a-wrong-secret",
        ),
        pytest.param(
            {"salesforce_consumer_key": SecretStr(WRONG)}, "INVALID_CLIENT_ID", "TANDEM_SALESFORCE_CONSUMER_KEY",
            id="a-wrong-key",
        ),
        pytest.param(
            {"salesforce_consumer_secret": SecretStr(""), "salesforce_private_key": SecretStr(WRONG)},
            "UNUSABLE_PRIVATE_KEY", "TANDEM_SALESFORCE_PRIVATE_KEY", id="no-private-key",
        ),
    ],
)  # fmt: skip
def test_a_refused_login_names_the_setting_that_is_wrong(salesforce, changes, code, setting):
    salesforce.changes.update(changes)

    name, told = the_one(wrong(check_salesforce(salesforce.door(), salesforce.settings)))

    assert name == "Salesforce: connection and login"
    assert f"({code})" in told
    assert f"Set {setting} to" in told


def test_an_app_that_may_not_log_in_this_way_is_told_so(salesforce):
    salesforce.org.configure({"client_credentials_flow": False})

    _, told = the_one(wrong(check_salesforce(salesforce.door(), salesforce.settings)))

    assert "(UNSUPPORTED_GRANT_TYPE)" in told
    assert "Allow the app this login flow" in told


@pytest.mark.parametrize("version", ["99.0", "31.0", "latest"])
def test_an_api_version_that_the_org_does_not_have_is_told_from_a_wrong_login(salesforce, version):
    salesforce.changes["salesforce_version"] = version

    name, told = the_one(wrong(check_salesforce(salesforce.door(), salesforce.settings)))

    assert name == f"Salesforce: API version {version}"
    assert "TANDEM_SALESFORCE_VERSION" in told


@pytest.mark.parametrize(
    ("switch", "said"),
    [
        ("missing_fields", "it does not exist, or is not visible to us"),
        ("not_external_id_fields", "it is not an External ID."),
        ("not_unique_fields", "it is not unique."),
        ("read_only_fields", "it is not writable for us."),
    ],
)
def test_what_is_wrong_with_the_key_field_is_said(salesforce, switch, said):
    salesforce.org.configure({switch: [f"Account.{KEY}"]})

    name, told = the_one(wrong(check_salesforce(salesforce.door(), salesforce.settings)))

    assert name == f"Salesforce: Account.{KEY}"
    assert said in told
    assert f"Make `{KEY}` a text field that is External ID and Unique" in told


@pytest.mark.parametrize(
    ("switches", "name", "said"),
    [
        ({"object_permissions": {"Account": ["read"]}}, "Account", "Create and Edit is missing. Grant Create, Edit on"),
        ({"object_permissions": {"Contact": ["read"]}}, "Contact", "Edit is missing. Grant Edit on Contact"),
        ({"object_permissions": {"Lead": []}}, "Lead", "not visible to us. Grant Read on Lead"),
        ({"missing_objects": ["OpportunityContactRole"]}, "OpportunityContactRole", "does not exist"),
    ],
)
def test_a_right_that_is_missing_on_an_object_is_named(salesforce, switches, name, said):
    salesforce.org.configure(switches)

    found, told = the_one(wrong(check_salesforce(salesforce.door(), salesforce.settings)))

    assert found == f"Salesforce: {name}"
    assert said in told
    assert "permission set" in told


def test_an_api_that_is_switched_off_is_no_matter_of_fields(salesforce):
    salesforce.org.configure({"api_disabled": True})

    name, told = the_one(wrong(check_salesforce(salesforce.door(), salesforce.settings)))

    assert name == "Salesforce: connection and login"
    assert "API_DISABLED_FOR_ORG" in told
    assert "API Enabled" in told


# Both


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_a_host_that_does_not_answer_is_named_with_its_setting(portal_world, salesforce, host):
    patience = {"connect_timeout": timedelta(seconds=0.5)}
    url = f"http://{host}:{free_port()}"
    portal_world.changes.update(patience, hubspot_url=url)
    salesforce.changes.update(patience, salesforce_url=url)

    of_hubspot = wrong(check_hubspot(portal_world.door(), portal_world.settings))
    of_salesforce = wrong(check_salesforce(salesforce.door(), salesforce.settings))

    for (name, told), setting in (
        (the_one(of_hubspot), "TANDEM_HUBSPOT_URL"), (the_one(of_salesforce), "TANDEM_SALESFORCE_URL"),
    ):  # fmt: skip
        assert "connection" in name
        assert f"Check {setting} (it names {host})" in told


def test_every_allowance_a_call_uses_up_is_one_the_budget_knows(portal_world):
    used = {allowance for call in Call for allowance in call.allowances} | set(ALLOWANCES)

    assert used | {"hubspot_search"} == set(rules_of(portal_world.settings))
