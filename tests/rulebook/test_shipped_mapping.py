"""The mapping Tandem comes with, row by row: 7.4."""

import pytest

from simulator.hubspot.properties import COMPANY_TYPES, INDUSTRIES
from tasks.contracts.descriptions import FieldDescription, MappedField, PropertyDescription
from tasks.contracts.mapping import Entry, FieldMapping, MappedObject, SyncRule, ValueType
from tasks.contracts.mapping_file import parse_mapping
from tasks.contracts.reasons import Reason
from tasks.rules.company_domain import choose_company_domain
from tasks.rules.field_values import Problem, from_hubspot, from_salesforce, to_hubspot, to_salesforce
from tasks.rules.plain_values import BLANK
from tests.doubles.world import World
from tests.rulebook.scenes import CONTACT, bring_along, company, decide, linked
from workers.mapping.files import load_mapping

PREFER, TWO_WAY = SyncRule.PREFER_SALESFORCE, SyncRule.TWO_WAY


def entries() -> list[Entry]:
    mapping = load_mapping(None)
    assert isinstance(mapping, FieldMapping)
    return list(mapping.entries[MappedObject.COMPANY])


def shipped(*properties: str) -> Entry:
    (entry,) = (one for one in entries() if one.properties == properties)
    return entry


def row(*properties: str) -> tuple[str, SyncRule, ValueType]:
    entry = shipped(*properties)
    return entry.field, entry.rule, entry.type


def test_rule_7_4_name_prefers_salesforce_and_is_never_emptied_there():
    assert row("name") == ("Name", PREFER, ValueType.TEXT)
    name = MappedField(
        shipped("name"), (PropertyDescription("name", "string"),), FieldDescription("Name", "string", is_nillable=False)
    )
    assert to_salesforce(name, BLANK) == Problem(Reason.VALUE_REQUIRED)


def test_rule_7_4_website_prefers_salesforce():
    assert row("website") == ("Website", PREFER, ValueType.TEXT)


@pytest.mark.parametrize(
    ("has", "website", "gets"),
    [("", "https://www.acme.com/en", "acme.com"), ("acme.de", "https://acme.com", None), ("", "gmail.com", None)],
    ids=["taken-from-the-website", "never-overwritten", "never-one-that-many-share"],
)
def test_rule_7_4_domain_is_derived_and_not_mapped(has, website, gets):
    assert choose_company_domain(has, website) == gets
    assert "domain" not in {name for one in entries() for name in one.properties}


def test_rule_7_4_phone_prefers_salesforce():
    assert row("phone") == ("Phone", PREFER, ValueType.TEXT)


def test_rule_7_4_industry_prefers_salesforce_and_knows_every_industry_of_hubspots():
    assert row("industry") == ("Industry", PREFER, ValueType.SELECT)
    assert {choice.hubspot for choice in shipped("industry").choices} >= {option.value for option in INDUSTRIES}


def test_rule_7_4_numberofemployees_is_whole_and_prefers_salesforce():
    assert row("numberofemployees") == ("NumberOfEmployees", PREFER, ValueType.INTEGER)


def test_rule_7_4_annualrevenue_is_an_amount_and_prefers_salesforce():
    assert row("annualrevenue") == ("AnnualRevenue", PREFER, ValueType.CURRENCY)


def test_rule_7_4_description_keeps_its_lines_and_prefers_salesforce():
    assert row("description") == ("Description", PREFER, ValueType.MULTI_LINE)


def test_rule_7_4_type_prefers_salesforce_and_knows_every_type_of_hubspots():
    assert row("type") == ("Type", PREFER, ValueType.SELECT)
    assert {choice.hubspot for choice in shipped("type").choices} >= {option.value for option in COMPANY_TYPES}


def test_rule_7_4_address_and_address2_are_the_lines_of_the_street():
    assert row("address", "address2") == ("BillingStreet", PREFER, ValueType.STREET)
    ends = tuple(PropertyDescription(name, "string") for name in ("address", "address2"))
    street = MappedField(shipped("address", "address2"), ends, FieldDescription("BillingStreet", "textarea"))
    common = from_salesforce(street, "Building 1\r\nRoad 2\r\nDoor 3")
    assert common == from_hubspot(street, ["Building 1", "Road 2, Door 3"])
    assert not isinstance(common, Problem)
    assert to_hubspot(street, common) == {"address": "Building 1", "address2": "Road 2, Door 3"}


@pytest.mark.parametrize(
    ("name", "field", "type_"),
    [
        ("city", "BillingCity", ValueType.TEXT),
        ("zip", "BillingPostalCode", ValueType.TEXT),
        ("state", "BillingState", ValueType.STATE),
        ("country", "BillingCountry", ValueType.COUNTRY),
    ],
)
def test_rule_7_4_place_prefers_salesforce(name, field, type_):
    assert row(name) == (field, PREFER, type_)


def test_rule_7_4_owner_goes_both_ways():
    assert row("hubspot_owner_id") == ("OwnerId", TWO_WAY, ValueType.OWNER)


async def test_rule_7_4_link_is_written_on_both_sides_beside_the_mapping():
    world = World()
    world.company()
    world.person(world.contact(), CONTACT)
    await decide(world)
    await bring_along(world)
    account_id = linked(world)
    assert account_id
    assert company(world).account_id == account_id
    assert world.salesforce.accounts[account_id].company_id == "1"
    mapped = {name for one in entries() for name in (one.field, *one.properties)}
    assert {"sf_account_id", "HubSpot_Company_Id__c", "Id"}.isdisjoint(mapped)


def test_rule_7_4_lifecyclestage_is_refused_in_a_mapping():
    assert "lifecyclestage" not in {name for one in entries() for name in one.properties}
    findings = parse_mapping(b'version = 1\n[[company]]\nhubspot = "lifecyclestage"\nsalesforce = "Stage__c"')
    assert not isinstance(findings, FieldMapping)
    assert "the lifecycle rules carry it" in findings[0].problem
