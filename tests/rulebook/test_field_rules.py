"""Whose value counts: 7.1, cell by cell, and what of 7.2 no other test is named after.

Each cell is a pair of records as both sides have them once the plan has been carried out.
"""

from datetime import UTC, datetime

import pytest

from tasks.contracts.mapping import Effect, FieldMapping, MappedObject, SyncRule
from tasks.contracts.mapping_file import parse_mapping
from tasks.rules.field_plan import Pair, plan_fields
from tasks.rules.owners import OwnerDirectory
from tests.rules.mapped import apply, mapped
from tests.rules.test_mapping_check import NAME, check, entry

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
PREFER, ALWAYS, TWO_WAY, DONT = SyncRule


def after(
    rule: SyncRule,
    *,
    agreed: str | None,
    hubspot: str,
    salesforce: str,
    hubspot_at: datetime | None = EARLY,
    salesforce_at: datetime | None = EARLY,
) -> tuple[str, str]:
    """What HubSpot and Salesforce have in the end; planned once more, nothing is left to do."""
    fields = [mapped(rule=rule)]
    baselines = {} if agreed is None else {"Field__c": agreed}
    pair = Pair({"prop": hubspot}, {"Field__c": salesforce}, {}, salesforce_at, baselines)
    if hubspot_at:
        pair = Pair(pair.hubspot, pair.salesforce, {"prop": hubspot_at}, salesforce_at, baselines)
    done = apply(plan_fields(fields, pair, OwnerDirectory()), pair)
    again = plan_fields(fields, done, OwnerDirectory())
    assert (again.to_hubspot, again.to_salesforce) == ({}, {})
    return str(done.hubspot["prop"] or ""), str(done.salesforce["Field__c"] or "")


@pytest.mark.parametrize("agreed", [None, "", "old"])
def test_rule_7_1_prefer_salesforce_salesforce_set_hubspot_gets_the_value(agreed):
    assert after(PREFER, agreed=agreed, hubspot=agreed or "", salesforce="new") == ("new", "new")


def test_rule_7_1_prefer_salesforce_salesforce_cleared_hubspot_is_emptied_too():
    assert after(PREFER, agreed="old", hubspot="old", salesforce="") == ("", "")


def test_rule_7_1_prefer_salesforce_hubspot_over_blank_salesforce_gets_the_value():
    assert after(PREFER, agreed="", hubspot="new", salesforce="") == ("new", "new")


def test_rule_7_1_prefer_salesforce_hubspot_over_value_hubspot_is_set_back():
    assert after(PREFER, agreed="old", hubspot="new", salesforce="old", hubspot_at=LATE) == ("old", "old")


def test_rule_7_1_prefer_salesforce_hubspot_cleared_hubspot_is_filled_again():
    assert after(PREFER, agreed="old", hubspot="", salesforce="old", hubspot_at=LATE) == ("old", "old")


@pytest.mark.parametrize("agreed", [None, "", "old"])
def test_rule_7_1_always_salesforce_salesforce_set_hubspot_gets_the_value(agreed):
    assert after(ALWAYS, agreed=agreed, hubspot=agreed or "", salesforce="new") == ("new", "new")


def test_rule_7_1_always_salesforce_salesforce_cleared_hubspot_is_emptied_too():
    assert after(ALWAYS, agreed="old", hubspot="old", salesforce="") == ("", "")


@pytest.mark.parametrize("agreed", [None, ""])
def test_rule_7_1_always_salesforce_hubspot_over_blank_nothing_is_ever_pushed(agreed):
    assert after(ALWAYS, agreed=agreed, hubspot="new", salesforce="") == ("new", "")


def test_rule_7_1_always_salesforce_hubspot_over_value_hubspot_is_set_back():
    assert after(ALWAYS, agreed="old", hubspot="new", salesforce="old", hubspot_at=LATE) == ("old", "old")


def test_rule_7_1_always_salesforce_hubspot_cleared_hubspot_is_filled_again():
    assert after(ALWAYS, agreed="old", hubspot="", salesforce="old", hubspot_at=LATE) == ("old", "old")


def test_rule_7_1_two_way_salesforce_set_hubspot_gets_the_value_if_it_did_not_change_later():
    assert after(TWO_WAY, agreed="old", hubspot="old", salesforce="new") == ("new", "new")
    assert after(TWO_WAY, agreed="old", hubspot="own", salesforce="new", hubspot_at=LATE) == ("own", "own")


def test_rule_7_1_two_way_salesforce_cleared_hubspot_is_emptied_too():
    assert after(TWO_WAY, agreed="old", hubspot="old", salesforce="") == ("", "")


@pytest.mark.parametrize("agreed", [None, ""])
def test_rule_7_1_two_way_hubspot_over_blank_salesforce_gets_the_value(agreed):
    assert after(TWO_WAY, agreed=agreed, hubspot="new", salesforce="") == ("new", "new")


@pytest.mark.parametrize(("hubspot_at", "salesforce_at", "kept"), [(LATE, EARLY, "ours"), (EARLY, LATE, "theirs")])
def test_rule_7_1_two_way_hubspot_over_value_the_newer_one_counts(hubspot_at, salesforce_at, kept):
    times = {"hubspot_at": hubspot_at, "salesforce_at": salesforce_at}
    assert after(TWO_WAY, agreed="old", hubspot="ours", salesforce="theirs", **times) == (kept, kept)


def test_rule_7_1_two_way_hubspot_cleared_salesforce_is_emptied_too():
    assert after(TWO_WAY, agreed="old", hubspot="", salesforce="old") == ("", "")


@pytest.mark.parametrize("agreed", [None, "", "old"])
@pytest.mark.parametrize(
    ("hubspot", "salesforce"), [("new", ""), ("", "new"), ("new", "old"), ("old", "new"), ("", "old"), ("old", "")]
)
def test_rule_7_1_dont_sync_neither_side_is_written(agreed, hubspot, salesforce):
    assert after(DONT, agreed=agreed, hubspot=hubspot, salesforce=salesforce) == (hubspot, salesforce)


@pytest.mark.parametrize("rule", [PREFER, TWO_WAY])
def test_rule_7_1_baseline_tells_a_field_that_was_emptied_from_one_that_never_held_anything(rule):
    assert after(rule, agreed="old", hubspot="old", salesforce="") == ("", "")
    assert after(rule, agreed="", hubspot="old", salesforce="") == ("old", "old")


@pytest.mark.parametrize(
    ("hubspot_at", "salesforce_at", "kept"),
    [
        pytest.param(LATE, LATE, "theirs", id="a-tie"),
        pytest.param(None, EARLY, "theirs", id="hubspots-time-is-not-known"),
        pytest.param(LATE, None, "theirs", id="salesforces-time-is-not-known"),
        pytest.param(LATE, EARLY, "ours", id="hubspots-is-newer"),
    ],
)
def test_rule_7_1_times_count_only_where_both_have_moved(hubspot_at, salesforce_at, kept):
    times = {"hubspot_at": hubspot_at, "salesforce_at": salesforce_at}
    assert after(TWO_WAY, agreed="old", hubspot="ours", salesforce="theirs", **times) == (kept, kept)
    assert after(TWO_WAY, agreed="old", hubspot="old", salesforce="theirs", **times) == ("theirs", "theirs")
    assert after(TWO_WAY, agreed="old", hubspot="ours", salesforce="old", **times) == ("ours", "ours")


def test_rule_7_2_2_a_property_or_a_field_that_is_mapped_already_is_refused_by_line():
    again = [NAME, entry("city", "City__c"), entry("city", "Once__c"), entry("notes", "Name")]
    lines = "\n".join(f'[[company]]\nhubspot = "{one.properties[0]}"\nsalesforce = "{one.field}"' for one in again)
    findings = parse_mapping(f"version = 1\n{lines}".encode())
    assert not isinstance(findings, FieldMapping)
    assert sorted((one.line, one.where) for one in findings) == [(8, "city ↔ Once__c"), (11, "notes ↔ Name")]


def test_rule_7_2_5_a_mapping_may_leave_out_whatever_it_likes():
    mapping = parse_mapping(b'version = 1\n[[company]]\nhubspot = "phone"\nsalesforce = "Phone"')
    assert isinstance(mapping, FieldMapping)
    assert [one.field for one in mapping.entries[MappedObject.COMPANY]] == ["Phone"]
    assert mapping.entries[MappedObject.CONTACT] == ()


def test_rule_7_2_7_a_custom_property_that_holds_a_user_is_taken_out_of_the_mapping():
    checked = check(NAME, entry("csm", "City__c"))
    (finding,) = checked.findings
    assert ("csm is a HubSpot user" in finding.problem, finding.effect) == (True, Effect.FIELD)
    assert [one.name for one in checked.fields["Account"]] == ["Name"]
