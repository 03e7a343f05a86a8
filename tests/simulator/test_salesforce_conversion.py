"""Converting leads, which only SOAP offers."""

import pytest

from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator import salesforce_soap as soap
from tests.simulator.salesforce_fixtures import refusal

salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce
LEAD = {"LastName": "Doe", "FirstName": "Jo", "Company": "Acme", "Email": "jo@acme.example", "Website": "acme.example"}


def test_a_lead_becomes_an_account_a_contact_and_an_opportunity(salesforce):
    lead = salesforce.create("Lead", **LEAD, City="Bonn", LeadSource="Web")
    converted = soap.convert(salesforce, lead)
    account, contact, opportunity = (converted[name][0] for name in ("accountId", "contactId", "opportunityId"))
    assert (converted["leadId"], converted["success"]) == ([lead], ["true"])
    assert {"Name": "Acme", "Website": "acme.example", "BillingCity": "Bonn"}.items() <= salesforce.read(
        account
    ).items()
    person = salesforce.read(contact, "Contact")
    assert (person["Name"], person["Email"], person["AccountId"]) == ("Jo Doe", "jo@acme.example", account)
    deal = salesforce.read(opportunity, "Opportunity")
    assert (deal["Name"], deal["AccountId"], deal["IsClosed"]) == ("Acme-", account, False)
    assert salesforce.ids(f"SELECT Id FROM OpportunityContactRole WHERE ContactId = '{contact}' AND IsPrimary = true")
    assert salesforce.org.counters["leads.converted"] == 1


def test_the_lead_tells_what_it_became(salesforce):
    lead = salesforce.create("Lead", **LEAD)
    before = salesforce.read(lead, "Lead")
    converted = soap.convert(salesforce, lead)
    record = salesforce.read(lead, "Lead")
    assert (before["IsConverted"], record["IsConverted"], record["Status"]) == (False, True, "Closed - Converted")
    assert record["ConvertedAccountId"] == converted["accountId"][0]
    assert record["ConvertedContactId"] == converted["contactId"][0]
    assert record["ConvertedOpportunityId"] == converted["opportunityId"][0]
    assert record["ConvertedDate"] is not None
    assert refusal(salesforce.call("PATCH", f"sobjects/Lead/{lead}", {"Title": "x"})) == (
        400, "CANNOT_UPDATE_CONVERTED_LEAD",
    )  # fmt: skip
    assert soap.convert(salesforce, lead)["statusCode"] == ["CANNOT_UPDATE_CONVERTED_LEAD"]


def test_existing_records_are_taken_and_keep_what_they_have(salesforce):
    account = salesforce.create(Name="Acme Ltd")
    contact = salesforce.create("Contact", LastName="Dough", AccountId=account, LeadSource="Other")
    lead = salesforce.create("Lead", **LEAD, LeadSource="Web")
    wishes = {
        "accountId": account,
        "contactId": contact,
        "doNotCreateOpportunity": "true",
        "overwriteLeadSource": "true",
    }
    converted = soap.convert(salesforce, lead, **wishes)
    assert (converted["accountId"], converted["contactId"]) == ([account], [contact])
    assert "opportunityId" not in converted
    assert {"Name": "Acme Ltd", "Website": "acme.example"}.items() <= salesforce.read(account).items()
    person = salesforce.read(contact, "Contact")
    assert (person["LastName"], person["FirstName"], person["LeadSource"]) == ("Dough", "Jo", "Web")


def test_a_custom_field_travels_if_it_is_mapped(salesforce):
    mapping = {"HubSpot_Contact_Id__c": "Contact.HubSpot_Contact_Id__c"}
    for settings, expected in (({}, None), ({"lead_field_mapping": mapping}, "72")):
        salesforce.org.configure(settings)
        lead = salesforce.create("Lead", **LEAD, HubSpot_Contact_Id__c=str(70 + 2 * bool(settings)))
        contact = soap.convert(salesforce, lead)["contactId"][0]
        assert salesforce.read(contact, "Contact")["HubSpot_Contact_Id__c"] == expected


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"convertedStatus": "Open"}, "INVALID_STATUS"),
        ({"accountId": "001Vr0000009999"}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"contactId": "other"}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"accountId": "account", "contactId": "other"}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"accountId": "gone"}, "ENTITY_IS_DELETED"),
        ({"leadId": "nonsense"}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"opportunityName": "x" * 121}, "STRING_TOO_LONG"),
    ],
)
def test_a_conversion_that_makes_no_sense_changes_nothing(salesforce, wishes, code):
    known = {"account": salesforce.create(Name="A"), "gone": salesforce.create(Name="B")}
    known["other"] = salesforce.create("Contact", LastName="Else")
    salesforce.call("DELETE", f"sobjects/Account/{known['gone']}")
    lead = salesforce.create("Lead", **LEAD)
    before = salesforce.org.state()
    refused = soap.convert(salesforce, lead, **{name: known.get(value, value) for name, value in wishes.items()})
    assert (refused["success"], refused["statusCode"]) == (["false"], [code])
    assert salesforce.org.state() == before
