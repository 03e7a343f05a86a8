"""The checker finds values that differ, and values of people that were overwritten."""

import pytest

from tests.demo.people_at_work.agreeing import FIELDS, ONE
from workers.demo.people_at_work.mapping import read_simple_fields


@pytest.mark.parametrize(
    ("here", "there", "said"),
    [
        ({"name": "Other"}, {}, "company 1 has name 'Other', account {one} has Name 'Customer 1' (prefer_salesforce)"),
        ({"phone": "1"}, {}, "company 1 has phone '1', account {one} has Phone None (two_way)"),
        ({}, {"Phone": "1"}, "company 1 has phone '', account {one} has Phone '1' (two_way)"),
        ({"numberofemployees": "7"}, {"NumberOfEmployees": 8}, "company 1 has numberofemployees '7'"),
        ({"description": "x"}, {"Description": "y"}, "company 1 has description 'x'"),
    ],
)
def test_values_that_differ_are_found(crms, here, there, said):
    crms.set_company("1", **here)
    crms.set_account(ONE, **there)
    (problem,) = crms.problems()
    assert problem.startswith(said.format(one=ONE))


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ({"numberofemployees": "7"}, {"NumberOfEmployees": 7.0}),
        ({"name": "Customer 1 "}, {}),
        ({"description": "of HubSpot alone"}, {"Description": None}),
    ],
)
def test_the_same_value_in_two_spellings_is_no_difference(crms, here, there):
    crms.set_company("1", **here)
    crms.set_account(ONE, **there)
    assert crms.problems() == []


def test_records_that_are_not_linked_may_differ(crms):
    crms.set_company("1", sf_account_id="", name="Other")
    crms.set_account(ONE, HubSpot_Company_Id__c=None)
    assert crms.problems() == []


def test_owners_that_differ_are_found_unless_the_other_side_does_not_know_them(crms):
    crms.set_company("1", hubspot_owner_id="71")
    crms.set_account(ONE, OwnerId="005000000000072AAA")
    assert crms.problems() == [f"company 1 is owned by ann@us.com, account {ONE} by bob@us.com"]
    crms.set_company("1", hubspot_owner_id="73")
    assert crms.problems() == []


def test_a_value_of_salesforce_that_was_overwritten_is_found(crms):
    crms.did("salesforce", "edit_account", ONE + "AAA", seconds=10, fields={"Name": "Before"})
    crms.did("salesforce", "edit_account", ONE + "AAA", seconds=20, fields={"Name": "After", "Phone": "2"})
    for side in ("Before", "Customer 1"):
        crms.set_account(ONE, Name=side)
        crms.set_company("1", name=side)
        assert f"account {ONE} has Name {side!r}, but a person last wrote 'After'" in crms.problems()
    crms.set_account(ONE, Name="After")
    crms.set_company("1", name="After")
    assert crms.problems() == []


def test_a_domain_that_was_overwritten_is_found(crms):
    crms.did("hubspot", "edit_company", "1", fields={"domain": "theirs.com"})
    assert crms.problems() == ["company 1 has domain '1-people.com', but a person last wrote 'theirs.com'"]


def test_the_mapping_is_read_as_it_stands_in_the_file():
    mapping = b"""
        version = 1
        [[company]]
        hubspot = "name"
        salesforce = "Name"
        [[company]]
        hubspot = "numberofemployees"
        salesforce = "NumberOfEmployees"
        type = "integer"
        [[company]]
        hubspot = "phone"
        salesforce = "Phone"
        rule = "two_way"
        [[company]]
        hubspot = "description"
        salesforce = "Description"
        type = "multi_line"
        rule = "always_salesforce"
        [[company]]
        hubspot = ["address", "address2"]
        salesforce = "BillingStreet"
        type = "street"
        [[company]]
        hubspot = "zip"
        salesforce = "BillingPostalCode"
        rule = "dont_sync"
        [[company]]
        hubspot = "type"
        salesforce = "Type"
        type = "select"
        [company.values]
        OTHER = "Other"
        """
    assert read_simple_fields(mapping) == FIELDS
