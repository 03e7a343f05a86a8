"""Merging, deleting and restoring through SOAP, as seen through SOAP and REST."""

import time

import pytest

from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator import salesforce_soap as soap
from tests.simulator.salesforce_fixtures import KEY_FIELD, Client, refusal

salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce
DEAL = {"Name": "Deal", "StageName": "Qualification", "CloseDate": "2026-01-01"}


def test_the_winner_inherits_what_hung_on_the_losers(salesforce):
    winner, second, third = (salesforce.create(Name=name) for name in "ABC")
    contact = salesforce.create("Contact", LastName="Doe", AccountId=second)
    deal = salesforce.create("Opportunity", **DEAL, AccountId=third)
    daughter = salesforce.create(Name="D", ParentId=third)
    merged = soap.merge(salesforce, "Account", winner, second, third)
    assert (merged["id"], merged["success"], merged["mergedRecordIds"]) == ([winner], ["true"], [second, third])
    assert sorted(merged["updatedRelatedIds"]) == sorted([contact, deal, daughter])
    assert salesforce.read(contact, "Contact")["AccountId"] == winner
    assert salesforce.read(deal, "Opportunity")["AccountId"] == winner
    assert salesforce.read(daughter)["ParentId"] == winner
    assert salesforce.org.counters["records.merged"] == 2


def test_a_loser_lies_deleted_with_the_winner_written_on_it(salesforce):
    winner, loser = salesforce.create(Name="A"), salesforce.create(Name="B", **{KEY_FIELD: "2"})
    soap.merge(salesforce, "Account", winner, loser)
    assert refusal(salesforce.call("GET", f"sobjects/Account/{loser}")) == (404, "ENTITY_IS_DELETED")
    query = "SELECT Id, MasterRecordId FROM Account WHERE IsDeleted = true AND MasterRecordId != null"
    (gone,) = salesforce.query(query, resource="queryAll").json()["records"]
    assert (gone["Id"], gone["MasterRecordId"]) == (loser, winner)
    assert salesforce.ids("SELECT Id FROM Account") == [winner]


def test_an_upsert_by_the_losers_key_makes_a_new_account(salesforce):
    winner, loser = salesforce.create(Name="A"), salesforce.create(Name="B", **{KEY_FIELD: "2"})
    soap.merge(salesforce, "Account", winner, loser)
    assert salesforce.read(winner)[KEY_FIELD] is None
    answer = salesforce.call("PATCH", f"sobjects/Account/{KEY_FIELD}/2", {"Name": "B again"})
    assert (answer.status_code, answer.json()["id"] in {winner, loser}) == (201, False)


def test_the_winner_may_take_over_a_losers_key(salesforce):
    winner, loser = salesforce.create(Name="A", Phone="1"), salesforce.create(Name="B", **{KEY_FIELD: "2"})
    soap.merge(
        salesforce, "Account", winner, loser, **{KEY_FIELD: "2", "NumberOfEmployees": "5", "fieldsToNull": "Phone"}
    )
    record = salesforce.read(winner)
    assert (record[KEY_FIELD], record["NumberOfEmployees"], record["Phone"]) == ("2", 5, None)


def test_the_winner_counts_as_changed(salesforce):
    long_ago = "2020-01-01T00:00:00.000+0000"
    winner = "001Vr0000000077"
    salesforce.org.seed({"Account": [{"Id": winner, "Name": "A", "CreatedDate": long_ago}]})
    soap.merge(salesforce, "Account", winner, salesforce.create(Name="B"))
    assert salesforce.read(winner)["SystemModstamp"] > long_ago


def test_merged_contacts_keep_their_roles(salesforce):
    winner, loser = (salesforce.create("Contact", LastName=name) for name in "AB")
    deal = salesforce.create("Opportunity", **DEAL)
    role = salesforce.create("OpportunityContactRole", OpportunityId=deal, ContactId=loser)
    soap.merge(salesforce, "Contact", winner, loser)
    assert salesforce.read(role, "OpportunityContactRole")["ContactId"] == winner


@pytest.mark.parametrize(
    ("sobject", "losers", "code"),
    [
        ("Account", [], "NUMBER_OUTSIDE_VALID_RANGE"),
        ("Account", ["B", "C", "D"], "NUMBER_OUTSIDE_VALID_RANGE"),
        ("Account", ["A"], "DUPLICATE_VALUE"),
        ("Account", ["B", "B"], "DUPLICATE_VALUE"),
        ("Account", ["nonsense"], "MALFORMED_ID"),
        ("Account", ["001Vr0000009999AAA"], "MALFORMED_ID"),
        ("Account", ["001Vr0000009999"], "INVALID_CROSS_REFERENCE_KEY"),
        ("Account", ["gone"], "ENTITY_IS_DELETED"),
        ("Account", ["above"], "CIRCULAR_DEPENDENCY"),
        ("Opportunity", ["B"], "INVALID_TYPE"),
        ("Nope", ["B"], "INVALID_TYPE"),
        ("Contact", ["B"], "MALFORMED_ID"),
    ],
)
def test_a_merge_that_makes_no_sense_changes_nothing(salesforce, sobject, losers, code):
    above = salesforce.create(Name="above")
    known = {name: salesforce.create(Name=name) for name in "BCD"} | {"gone": salesforce.create(Name="gone")}
    salesforce.call("DELETE", f"sobjects/Account/{known['gone']}")
    winner = salesforce.create(Name="A", ParentId=salesforce.create(Name="between", ParentId=above))
    known |= {"A": winner, "above": above}
    before = salesforce.org.state()
    refused = soap.merge(salesforce, sobject, winner, *(known.get(loser, loser) for loser in losers))
    assert (refused["success"], refused["statusCode"]) == (["false"], [code])
    assert salesforce.org.state() == before


def test_a_merge_obeys_the_orgs_rules_or_is_undone(salesforce):
    winner, loser = salesforce.create(Name="A"), salesforce.create(Name="B")
    contact = salesforce.create("Contact", LastName="Doe", AccountId=loser)
    rule = {"object": "Account", "where": "Rating = 'Hot'", "message": "Not hot"}
    salesforce.org.configure({"validation_rules": [rule]})
    refused = soap.merge(salesforce, "Account", winner, loser, Rating="Hot")
    assert (refused["statusCode"], refused["message"]) == (["FIELD_CUSTOM_VALIDATION_EXCEPTION"], ["Not hot"])
    assert salesforce.read(contact, "Contact")["AccountId"] == loser


def test_how_many_records_merge_is_a_switch(salesforce):
    salesforce.org.configure({"mergeable_records": 2})
    ids = [salesforce.create(Name=name) for name in "ABC"]
    assert soap.merge(salesforce, "Account", *ids)["success"] == ["false"]


def test_what_was_deleted_together_returns_together(salesforce):
    account = salesforce.create(Name="A", **{KEY_FIELD: "1"})
    contact = salesforce.create("Contact", LastName="Doe", AccountId=account)
    (deleted,) = soap.call(salesforce, "delete", soap.each_id(account))
    assert deleted == {"id": [account], "success": ["true"]}
    (child,) = soap.call(salesforce, "undelete", soap.each_id(contact))
    assert child["statusCode"] == ["UNDELETE_FAILED"]
    (restored,) = soap.call(salesforce, "undelete", soap.each_id(account[:15]))
    assert restored == {"id": [account], "success": ["true"]}
    assert salesforce.read(contact, "Contact")["AccountId"] == account
    assert salesforce.call("GET", f"sobjects/Account/{KEY_FIELD}/1").json()["Id"] == account
    assert salesforce.org.counters["records.undeleted"] == 1


def test_a_key_that_is_taken_by_now_keeps_a_record_out(salesforce):
    old = salesforce.create(Name="Old", **{KEY_FIELD: "1"})
    contact = salesforce.create("Contact", LastName="Doe", AccountId=old)
    salesforce.call("DELETE", f"sobjects/Account/{old}")
    new = salesforce.create(Name="New", **{KEY_FIELD: "1"})
    (refused,) = soap.call(salesforce, "undelete", soap.each_id(old))
    assert refused["statusCode"] == ["DUPLICATE_VALUE"]
    assert new[:15] in refused["message"][0]
    assert refusal(salesforce.call("GET", f"sobjects/Contact/{contact}")) == (404, "ENTITY_IS_DELETED")
    salesforce.call("DELETE", f"sobjects/Account/{new}")
    assert soap.call(salesforce, "undelete", soap.each_id(old))[0]["success"] == ["true"]


def test_a_restored_loser_is_nobodys_any_more(salesforce):
    winner, loser = salesforce.create(Name="A"), salesforce.create(Name="B")
    soap.merge(salesforce, "Account", winner, loser)
    soap.call(salesforce, "undelete", soap.each_id(loser))
    assert salesforce.read(loser)["MasterRecordId"] is None


def test_a_restored_child_of_a_deleted_parent_has_none(salesforce):
    account = salesforce.create(Name="A")
    contact = salesforce.create("Contact", LastName="Doe", AccountId=account)
    for path in (f"Contact/{contact}", f"Account/{account}"):
        salesforce.call("DELETE", f"sobjects/{path}")
    soap.call(salesforce, "undelete", soap.each_id(contact))
    assert salesforce.read(contact, "Contact")["AccountId"] is None


def in_bin(salesforce: Client) -> int:
    answer = salesforce.query("SELECT COUNT() FROM Account WHERE IsDeleted = true", resource="queryAll")
    return int(answer.json()["totalSize"])


def test_an_emptied_bin_gives_nothing_back(salesforce):
    account = salesforce.create(Name="A")
    live = salesforce.create(Name="B")
    salesforce.call("DELETE", f"sobjects/Account/{account}")
    assert in_bin(salesforce) == 1
    gone, refused = soap.call(salesforce, "emptyRecycleBin", soap.each_id(account, live))
    assert (gone["success"], refused["statusCode"]) == (["true"], ["UNDELETE_FAILED"])
    assert in_bin(salesforce) == 0
    assert soap.call(salesforce, "undelete", soap.each_id(account))[0]["statusCode"] == ["UNDELETE_FAILED"]
    assert salesforce.org.counters["records.purged"] == 1


def test_the_bin_forgets_after_a_while(salesforce):
    account = salesforce.create(Name="A")
    salesforce.call("DELETE", f"sobjects/Account/{account}")
    salesforce.org.configure({"recycle_bin_seconds": 0.05})
    time.sleep(0.06)
    assert in_bin(salesforce) == 0
    assert soap.call(salesforce, "undelete", soap.each_id(account))[0]["statusCode"] == ["UNDELETE_FAILED"]


def test_all_or_none_undoes_the_good_rows(salesforce):
    account = salesforce.create(Name="A")
    header = "<urn:AllOrNoneHeader><urn:allOrNone>true</urn:allOrNone></urn:AllOrNoneHeader>"
    undone, bad = soap.call(salesforce, "delete", soap.each_id(account, "nonsense"), headers=header)
    assert (undone["statusCode"], bad["statusCode"]) == (["ALL_OR_NONE_OPERATION_ROLLED_BACK"], ["MALFORMED_ID"])
    assert salesforce.read(account)["Name"] == "A"


@pytest.mark.parametrize("name", ["request", "mergeRequest", "mergeRequests"])
def test_the_argument_of_a_merge_goes_by_any_name(salesforce, name):
    winner, loser = salesforce.create(Name="A"), salesforce.create(Name="B")
    master = f"<urn:type>Account</urn:type><urn:Id>{winner}</urn:Id>"
    merge = f"<urn:masterRecord>{master}</urn:masterRecord><urn:recordToMergeIds>{loser}</urn:recordToMergeIds>"
    (row,) = soap.call(salesforce, "merge", f"<urn:{name}>{merge}</urn:{name}>")
    assert (row["success"], row["mergedRecordIds"]) == (["true"], [loser])
