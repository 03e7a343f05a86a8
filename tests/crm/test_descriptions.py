"""What the describe calls answer, read as the mapping's rules know it."""

from base64 import b64encode

from simulator.hubspot.properties import company_properties
from simulator.hubspot.property_routes import view
from simulator.salesforce.catalogue import ACCOUNT
from simulator.salesforce.describe import describe_object
from simulator.salesforce.schema import SObject
from tasks.contracts.descriptions import Described, HubSpotOwner, Option, SalesforceUser, UserType
from tasks.contracts.mapping import Effect, FieldMapping, MappedObject
from tasks.rules.mapping_check import check_mapping
from workers.crm.descriptions import field_descriptions, hubspot_owner, property_description, salesforce_user
from workers.mapping.files import load_mapping

PORTAL = [property_description(view(one)) for one in company_properties()]
ORG = field_descriptions(describe_object(SObject("Account", "001", ACCOUNT), "", {}))


def test_7_4_nothing_speaks_against_the_default_mapping_in_a_standard_portal_and_org():
    mapping = load_mapping("")
    assert isinstance(mapping, FieldMapping)
    checked = check_mapping(mapping, {MappedObject.COMPANY: Described(PORTAL, {"Account": ORG})})
    assert [str(one) for one in checked.findings if one.effect is not Effect.NOTHING] == []
    assert len(checked.fields["Account"]) == len(mapping.entries[MappedObject.COMPANY])


def test_what_the_property_of_a_portal_is():
    found = property_description(
        {
            "name": "tier",
            "label": "Tier",
            "type": "enumeration",
            "fieldType": "select",
            "options": [{"label": "A", "value": "a", "hidden": False}, {"label": "B", "value": "b", "hidden": True}],
            "hubspotDefined": False,
            "calculated": False,
            "dataSensitivity": "sensitive",
            "modificationMetadata": {"readOnlyValue": True},
            "referencedObjectType": "OWNER",
        }
    )
    assert found.options == (Option("a", "A"), Option("b", "B", is_active=False))
    assert (found.is_readable, found.is_writable, found.is_custom, found.is_user) == (False, False, True, True)


def test_a_property_that_says_little_is_a_plain_one():
    found = property_description({"name": "x", "type": "string", "fieldType": "text", "hubspotDefined": True})
    assert (found.is_readable, found.is_writable, found.is_custom, found.is_user) == (True, True, False, False)


def test_what_the_field_of_an_org_is():
    by_name = {one.name: one for one in ORG}
    name, revenue, staff = by_name["Name"], by_name["AnnualRevenue"], by_name["NumberOfEmployees"]
    assert (name.type, name.length, name.is_nillable, name.is_defaulted) == ("string", 255, False, False)
    assert (revenue.type, revenue.digits, revenue.scale) == ("currency", 18, 0)
    assert (staff.type, staff.digits, staff.scale) == ("int", 8, None)
    (money,) = field_descriptions({"fields": [{"name": "M", "type": "currency", "precision": 18, "scale": 2}]})
    assert (money.digits, money.scale) == (16, 2)
    assert by_name["OwnerId"].reference_to == ("User",)
    assert not by_name["SystemModstamp"].is_updateable


def test_7_2_10_a_state_belongs_to_the_countries_its_bits_stand_for():
    countries = [{"value": f"C{n}"} for n in range(10)]
    bits = b64encode(bytes([0b01000000, 0b01000000])).decode()
    answer = {
        "fields": [
            {
                "name": "BillingStateCode",
                "controllerName": "BillingCountryCode",
                "picklistValues": [
                    {"value": "S", "label": "State", "active": True, "validFor": bits},
                    {"value": "T", "label": "Territory", "active": False, "validFor": None},
                ],
            },
            {"name": "BillingCountryCode", "picklistValues": countries},
        ]
    }
    state = next(one for one in field_descriptions(answer) if one.name == "BillingStateCode")
    assert state.options == (
        Option("S", "State", valid_for=frozenset({"C1", "C9"})),
        Option("T", "Territory", is_active=False),
    )


def test_owners_and_users():
    assert hubspot_owner({"id": "7", "email": "a@x.example", "archived": True}) == HubSpotOwner(
        "7", "a@x.example", is_archived=True
    )
    row = {"Id": "005a", "Email": "a@x.example", "IsActive": True, "UserType": "PowerPartner"}
    assert salesforce_user(row) == SalesforceUser("005a", "a@x.example", type=UserType.POWER_PARTNER)
    assert salesforce_user({**row, "UserType": "CspLitePortal", "IsActive": False}) == SalesforceUser(
        "005a", "a@x.example", is_active=False, type=UserType.OTHER
    )
