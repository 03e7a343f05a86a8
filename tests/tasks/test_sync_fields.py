"""Field sync as a whole: what is written to which side, what is left out, and that a second run does nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasks.contracts.descriptions import HubSpotOwner, SalesforceUser
from tasks.contracts.errors import Ambiguous, Gone, ProblemClass, Rejected, Throttled
from tasks.contracts.fields import Everybody, FieldMemory
from tasks.contracts.mapping import OwnerMapping, SyncRule, ValueType
from tasks.contracts.records import AccountId, CompanyId, Link
from tasks.sync_fields import sync_fields
from tasks.sync_task import Outcome
from tests.doubles.world import World
from tests.rules.mapped import COUNTRIES, STATES, mapped

ACCOUNT = "001000000000001AAA"
LINK = Link(CompanyId("1"), AccountId(ACCOUNT))
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
PREFER, ALWAYS, TWO_WAY, DONT = SyncRule
PHONE = mapped(names=("phone",), field="Phone")
CITY = mapped(names=("city",), field="BillingCity")
ZIP = mapped(names=("zip",), field="BillingPostalCode")


def linked(*fields, hubspot=None, salesforce=None, baselines=None, **switches) -> World:
    """A linked pair with these values; without any, everything mapped is blank."""
    world = World(**switches)
    world.fields.fields = fields
    names = [name for one in fields for name in one.entry.properties]
    world.company(mapped={**dict.fromkeys(names, ""), **(hubspot or {})})
    world.account(ACCOUNT)
    world.salesforce.fields[LINK.account_id] = {**dict.fromkeys((one.name for one in fields), None)}
    world.salesforce.fields[LINK.account_id] |= salesforce or {}
    world.link("1", ACCOUNT)
    if baselines:
        world.ledger.baselines[LINK] = dict(baselines)
    return world


async def run(world: World, *, forced: bool = False) -> Outcome:
    return await sync_fields(LINK.company_id, world.tools(forced=forced))


def hubspot(world: World, name: str = "phone") -> str | None:
    return world.hubspot.companies[LINK.company_id].mapped[name]


def salesforce(world: World, name: str = "Phone") -> object:
    return world.salesforce.fields[LINK.account_id][name]


def writes(world: World) -> list[str]:
    return [call for call in world.calls.made if call.startswith("write_")]


# Under each rule: what the baseline, HubSpot and Salesforce hold, and what both hold afterwards.
TABLE = [
    pytest.param(PREFER, "a", "a", "b", "b", "b", id="prefer-salesforce-changed"),
    pytest.param(PREFER, "a", "a", None, "", None, id="prefer-salesforce-cleared"),
    pytest.param(PREFER, "", "h", None, "h", "h", id="prefer-hubspot-changed-salesforce-blank"),
    pytest.param(PREFER, "a", "h", "a", "a", "a", id="prefer-hubspot-changed-salesforce-filled"),
    pytest.param(PREFER, "a", "", "a", "a", "a", id="prefer-hubspot-cleared"),
    pytest.param(ALWAYS, "a", "a", "b", "b", "b", id="always-salesforce-changed"),
    pytest.param(ALWAYS, "a", "a", None, "", None, id="always-salesforce-cleared"),
    pytest.param(ALWAYS, "", "h", None, "h", None, id="always-hubspot-changed-salesforce-blank"),
    pytest.param(ALWAYS, "a", "h", "a", "a", "a", id="always-hubspot-changed-salesforce-filled"),
    pytest.param(ALWAYS, "a", "", "a", "a", "a", id="always-hubspot-cleared"),
    pytest.param(TWO_WAY, "a", "a", "b", "b", "b", id="two-way-salesforce-changed"),
    pytest.param(TWO_WAY, "a", "a", None, "", None, id="two-way-salesforce-cleared"),
    pytest.param(TWO_WAY, "", "h", None, "h", "h", id="two-way-hubspot-changed-salesforce-blank"),
    pytest.param(TWO_WAY, "a", "h", "a", "h", "h", id="two-way-hubspot-changed-salesforce-filled"),
    pytest.param(TWO_WAY, "a", "", "a", "", None, id="two-way-hubspot-cleared"),
    pytest.param(DONT, "a", "h", "s", "h", "s", id="dont-sync-nothing-ever"),
    pytest.param(PREFER, None, "h", "s", "s", "s", id="A9-first-sync-salesforce-filled"),
    pytest.param(PREFER, None, "h", None, "h", "h", id="A9-first-sync-salesforce-blank"),
    pytest.param(TWO_WAY, None, "h", None, "h", "h", id="A9-first-sync-never-clears"),
]


@pytest.mark.parametrize(("rule", "baseline", "ours", "theirs", "ours_after", "theirs_after"), TABLE)
async def test_7_1_each_rule_ends_with_both_sides_as_the_truth_table_says(
    rule, baseline, ours, theirs, ours_after, theirs_after
):
    phone = mapped(rule=rule, names=("phone",), field="Phone")
    baselines = {} if baseline is None else {"Phone": baseline}
    world = linked(phone, hubspot={"phone": ours}, salesforce={"Phone": theirs}, baselines=baselines)
    await run(world)
    assert (hubspot(world), salesforce(world)) == (ours_after, theirs_after)


@pytest.mark.parametrize(("rule", "baseline", "ours", "theirs", "ours_after", "theirs_after"), TABLE)
async def test_a_second_run_writes_nothing_and_notes_nothing(rule, baseline, ours, theirs, ours_after, theirs_after):
    phone = mapped(rule=rule, names=("phone",), field="Phone")
    baselines = {} if baseline is None else {"Phone": baseline}
    world = linked(phone, hubspot={"phone": ours}, salesforce={"Phone": theirs}, baselines=baselines)
    await run(world)
    timeline = list(world.ledger.timeline)
    world.calls.made.clear()
    assert await run(world) is Outcome.ALREADY_DONE
    assert set(world.calls.made) == {
        "find_link", "read_mapping", "find_field_memory", "find_company", "find_account_fields",
    }  # fmt: skip
    assert world.ledger.timeline == timeline


@pytest.mark.parametrize(
    ("hubspot_at", "winner"),
    [
        pytest.param(NOON + timedelta(seconds=1), "h", id="hubspot-is-newer"),
        pytest.param(NOON, "s", id="at-the-same-moment-salesforce-wins"),
        pytest.param(NOON - timedelta(hours=1), "s", id="salesforce-is-newer"),
        pytest.param(None, "s", id="nobody-knows-so-salesforce-wins"),
    ],
)
async def test_7_1_concurrent_edits_of_a_two_way_field_are_decided_by_the_newer_time(hubspot_at, winner):
    phone = mapped(rule=TWO_WAY, names=("phone",), field="Phone")
    world = linked(phone, hubspot={"phone": "h"}, salesforce={"Phone": "s"}, baselines={"Phone": "a"})
    world.salesforce.modified_at[LINK.account_id] = NOON
    if hubspot_at:
        world.hubspot.change_times[LINK.company_id, "phone"] = hubspot_at
    await run(world)
    assert (hubspot(world), salesforce(world)) == (winner, winner)
    assert world.calls.made.count("find_change_times") == 1


async def test_times_are_asked_for_only_where_they_decide():
    fields = [mapped(rule=rule, names=(f"p{n}",), field=f"F{n}__c") for n, rule in enumerate((PREFER, TWO_WAY, ALWAYS))]
    held = {f"p{n}": "h" for n in range(3)}
    world = linked(*fields, hubspot=held, salesforce={f"F{n}__c": "a" for n in range(3)}, baselines={"F1__c": "a"})
    await run(world)
    assert "find_change_times" not in world.calls.made


async def test_each_side_is_written_once_however_many_fields_there_are():
    world = linked(PHONE, CITY, ZIP, hubspot={"phone": "1", "city": "Bonn"}, salesforce={"BillingPostalCode": "53111"})
    assert await run(world) is Outcome.DONE
    assert writes(world) == ["write_account_fields", "write_properties"]
    assert world.ledger.baselines[LINK] == {"Phone": "1", "BillingCity": "Bonn", "BillingPostalCode": "53111"}


async def test_what_was_carried_is_told_with_the_rule_that_won_and_without_a_value():
    world = linked(PHONE, CITY, hubspot={"phone": "555"}, salesforce={"BillingCity": "Bonn"})
    await run(world)
    (verdict,) = [one for _, one in world.ledger.timeline]
    assert verdict.code == "FIELDS_SYNCED"
    assert verdict.evidence == {
        "to_hubspot": {"BillingCity": "FIELD_SALESFORCE_WINS"},
        "to_salesforce": {"Phone": "FIELD_SALESFORCE_BLANK"},
    }


async def test_values_that_are_equal_already_are_agreed_on_without_a_write():
    world = linked(PHONE, hubspot={"phone": "555 "}, salesforce={"Phone": "555"})
    assert await run(world) is Outcome.ALREADY_DONE
    assert world.ledger.baselines[LINK] == {"Phone": "555"}
    assert writes(world) == []


@pytest.mark.parametrize(
    ("refusal", "problem_class"),
    [
        (Rejected("too long", code="STRING_TOO_LONG", fields=["Phone"]), ProblemClass.DATA),
        (
            Rejected("a rule", code="FIELD_CUSTOM_VALIDATION_EXCEPTION", problem_class=ProblemClass.BUSINESS),
            ProblemClass.BUSINESS,
        ),
        (Ambiguous("a duplicate rule", code="DUPLICATES_DETECTED"), ProblemClass.CONFLICT),
    ],
    ids=["it-names-the-field", "it-names-none", "another-record-has-it"],
)
async def test_11_a_field_salesforce_refuses_is_left_out_and_the_rest_is_written(refusal, problem_class):
    ours = {"phone": "1", "city": "Bonn", "zip": "53111"}
    world = linked(PHONE, CITY, ZIP, hubspot=ours)
    world.salesforce.refusals["Phone"] = refusal
    assert await run(world) is Outcome.DONE
    assert (salesforce(world, "BillingCity"), salesforce(world, "BillingPostalCode")) == ("Bonn", "53111")
    assert salesforce(world) is None
    (left_out,) = world.ledger.left_out[LINK.company_id].values()
    assert (left_out.field, left_out.code, left_out.problem_class) == ("Phone", refusal.code, problem_class)
    assert "Phone" not in world.ledger.baselines[LINK]


async def test_11_a_property_hubspot_refuses_is_left_out_and_the_rest_is_written():
    world = linked(PHONE, CITY, salesforce={"Phone": "1", "BillingCity": "Bonn"})
    world.hubspot.refusals["phone"] = Rejected("no", code="INVALID_PHONE", fields=["phone"])
    await run(world)
    assert (hubspot(world, "city"), hubspot(world)) == ("Bonn", "")
    assert list(world.ledger.left_out[LINK.company_id]) == ["Phone"]
    assert world.ledger.baselines[LINK] == {"BillingCity": "Bonn"}


async def refused_once() -> World:
    world = linked(PHONE, CITY, hubspot={"phone": "1", "city": "Bonn"})
    world.salesforce.refusals["Phone"] = Rejected("no", code="STRING_TOO_LONG", fields=["Phone"])
    await run(world)
    world.calls.made.clear()
    return world


async def test_11_what_was_refused_is_not_tried_again_while_nothing_changes():
    world = await refused_once()
    assert await run(world) is Outcome.ALREADY_DONE
    assert await run(world) is Outcome.ALREADY_DONE
    assert writes(world) == []
    assert list(world.ledger.left_out[LINK.company_id]) == ["Phone"]


async def test_11_data_wakes_when_the_record_changes():
    world = await refused_once()
    world.salesforce.refusals.clear()
    world.hubspot.companies[LINK.company_id] = replace(
        world.hubspot.companies[LINK.company_id], mapped={"phone": "2", "city": "Bonn"}
    )
    await run(world)
    assert salesforce(world) == "2"
    assert world.ledger.left_out[LINK.company_id] == {}, "a problem that is over closes by itself"


async def test_11_a_change_of_another_field_of_the_account_is_a_change_of_the_record():
    world = await refused_once()
    await run(world)  # learns when the account was modified
    world.salesforce.refusals.clear()
    world.salesforce.modified_at[LINK.account_id] = NOON
    await run(world)
    assert salesforce(world) == "1"


async def test_11_the_sync_button_tries_again_what_was_refused():
    world = await refused_once()
    world.salesforce.refusals.clear()
    await run(world, forced=True)
    assert salesforce(world) == "1"


async def test_11_a_field_whose_set_up_is_wrong_is_paused_for_everybody():
    world = linked(PHONE, CITY, hubspot={"phone": "1", "city": "Bonn"})
    refusal = Rejected(
        "read-only", code="INVALID_FIELD_FOR_INSERT_UPDATE", problem_class=ProblemClass.CONFIG, fields=["Phone"]
    )
    world.salesforce.refusals["Phone"] = refusal
    await run(world)
    assert world.ledger.paused == {"Phone"}
    world.salesforce.refusals.clear()
    world.calls.made.clear()
    await run(world)
    assert writes(world) == []
    assert list(world.ledger.left_out[LINK.company_id]) == ["Phone"], "told until somebody mends it"


async def test_11_a_refusal_that_is_no_field_s_fault_is_the_record_s():
    world = linked(PHONE, CITY, hubspot={"phone": "1", "city": "Bonn"})
    world.salesforce.refusals["Phone"] = Rejected(
        "no right", code="INSUFFICIENT_ACCESS", problem_class=ProblemClass.CONFIG
    )
    with pytest.raises(Rejected, match="no right"):
        await run(world)
    assert world.ledger.paused == set()


@pytest.mark.parametrize("problem", [Throttled("later"), Gone("not there")])
async def test_nothing_is_agreed_on_that_was_not_written(problem):
    world = linked(PHONE, CITY, hubspot={"phone": "1"}, salesforce={"BillingCity": "Bonn"})
    world.hubspot.refusals["city"] = problem
    with pytest.raises(type(problem)):
        await run(world)
    assert world.ledger.baselines.get(LINK) is None
    world.hubspot.refusals.clear()
    await run(world)
    assert world.ledger.baselines[LINK] == {"Phone": "1", "BillingCity": "Bonn"}


async def test_7_2_10_a_state_without_a_country_is_left_out_and_the_rest_is_written():
    country = mapped(ValueType.COUNTRY, names=("country",), field="BillingCountryCode", salesforce=COUNTRIES)
    state = mapped(ValueType.STATE, names=("state",), field="BillingStateCode", salesforce=STATES)
    world = linked(PHONE, state, country, hubspot={"phone": "1", "state": "California"})
    await run(world)
    assert salesforce(world) == "1"
    assert [one.code for one in world.ledger.left_out[LINK.company_id].values()] == ["STATE_WITHOUT_COUNTRY"]
    world.hubspot.companies[LINK.company_id] = replace(
        world.hubspot.companies[LINK.company_id], mapped={"phone": "1", "state": "California", "country": "US"}
    )
    await run(world)
    assert (salesforce(world, "BillingStateCode"), salesforce(world, "BillingCountryCode")) == ("CA", "US")
    assert world.ledger.left_out[LINK.company_id] == {}


async def test_7_2_9_a_choice_only_one_side_has_is_left_out_and_the_rest_is_written():
    industry = mapped(ValueType.SELECT, names=("industry",), field="Industry", salesforce=("Banking",))
    world = linked(PHONE, industry, hubspot={"phone": "1", "industry": "MUSIC"})
    await run(world)
    assert (salesforce(world), salesforce(world, "Industry")) == ("1", None)
    (left_out,) = world.ledger.left_out[LINK.company_id].values()
    assert left_out.code == "VALUE_UNKNOWN_IN_SALESFORCE"
    assert "MUSIC" not in left_out.problem + left_out.remedy


ANN, BOB = "005000000000001AAA", "005000000000002AAA"
OWNER = mapped(ValueType.OWNER, TWO_WAY, names=("hubspot_owner_id",), field="OwnerId")
EVERYBODY = Everybody(
    OwnerMapping(),
    (HubSpotOwner("1", "ann@x.example"), HubSpotOwner("2", "bob@x.example"), HubSpotOwner("3", "eve@x.example")),
    (SalesforceUser(ANN, "ann@x.example"), SalesforceUser(BOB, "bob@x.example")),
)


@pytest.mark.parametrize(
    ("ours", "theirs", "baseline", "ours_after", "theirs_after"),
    [
        pytest.param("1", BOB, None, "2", BOB, id="7.2.6b-linking-salesforce-wins"),
        pytest.param("2", ANN, ANN, "2", BOB, id="7.2.6-afterwards-both-ways"),
        pytest.param("3", ANN, None, "3", ANN, id="A19-unmatched-leaves-both"),
        pytest.param("", ANN, ANN, "1", ANN, id="7.2.6-a-cleared-owner-is-refilled"),
    ],
)
async def test_7_2_6_owners(ours, theirs, baseline, ours_after, theirs_after):
    baselines = {"OwnerId": baseline} if baseline else None
    world = linked(OWNER, hubspot={"hubspot_owner_id": ours}, salesforce={"OwnerId": theirs}, baselines=baselines)
    world.fields.everybody = EVERYBODY
    await run(world)
    assert (hubspot(world, "hubspot_owner_id"), salesforce(world, "OwnerId")) == (ours_after, theirs_after)
    problems = [one.code for one in world.ledger.left_out.get(LINK.company_id, {}).values()]
    assert problems == (["OWNER_UNMATCHED"] if ours == "3" else [])


async def test_a14_the_company_s_fields_sync_although_no_contact_is_in_the_segment():
    world = linked(PHONE, hubspot={"phone": "1"}, contact_segment="7")
    await run(world)
    assert salesforce(world) == "1"


async def test_a15_the_link_keeps_syncing_after_the_last_person_has_left_the_segment():
    world = linked(PHONE, hubspot={"phone": "1"}, contact_segment="7", company_segment="8")
    await run(world)
    assert salesforce(world) == "1"


async def test_another_account_begins_without_the_first_one_s_baselines():
    world = linked(PHONE, hubspot={"phone": "1"}, salesforce={"Phone": "1"})
    await run(world)
    other = Link(LINK.company_id, AccountId("001000000000002AAA"))
    assert await world.ledger.find_field_memory(other) == FieldMemory()


@pytest.mark.parametrize("missing", ["link", "company", "account", "sync"])
async def test_there_is_nothing_to_do_without(missing):
    world = linked(PHONE, hubspot={"phone": "1"}, company_sync=missing != "sync")
    match missing:
        case "link":
            world.ledger.links.clear()
        case "company":
            world.hubspot.companies.clear()
        case "account":
            world.salesforce.accounts.clear()
    assert await run(world) is Outcome.LEFT_ALONE
    assert writes(world) == []
