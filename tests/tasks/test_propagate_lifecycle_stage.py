"""Decision table T3, row by row, through the whole flow."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from tasks.contracts.errors import Rejected
from tasks.contracts.records import CompanyId, ContactId, HubSpotCascade, OpportunitySignal, PersonKind, StageName
from tasks.propagate_lifecycle_stage import propagate_lifecycle_stage
from tasks.sync_task import Outcome
from tests.doubles.hubspot import STAGES
from tests.doubles.world import World

CONTACT, LEAD = PersonKind.CONTACT, PersonKind.LEAD


def world_with(company_stage: str = "", *contact_stages: str, **switches: object) -> World:
    world = World(**switches)
    world.company(lifecycle_stage=StageName(company_stage))
    for stage in contact_stages:
        world.person(world.contact(stage=stage), CONTACT)
    return world


async def run(world: World, *, forced: bool = False) -> Outcome:
    return await propagate_lifecycle_stage(CompanyId("1"), world.tools(forced=forced))


async def test_rule_T3_1_contacts_of_other_primary_companies_have_no_say():
    world = world_with("lead")
    world.person(world.contact(stage="customer", primary=False), CONTACT)
    assert await run(world) is Outcome.ALREADY_DONE
    assert world.stage() == "lead"


@pytest.mark.parametrize(("everybody", "stage"), [(False, "lead"), (True, "customer")])
async def test_rule_T3_1_contacts_that_do_not_sync_have_no_say_unless_configured(everybody, stage):
    world = world_with("lead", stages_of_all_contacts=everybody)
    world.contact(stage="customer")
    await run(world)
    assert world.stage() == stage


async def test_rule_T3_1_leads_sync_and_have_a_say():
    world = world_with("subscriber")
    world.person(world.contact(stage="lead"), LEAD)
    await run(world)
    assert world.stage() == "lead"


async def test_rule_T3_2_other_and_deleted_stages_never_win():
    world = world_with("lead", "other", "1234567890")
    assert await run(world) is Outcome.ALREADY_DONE
    assert (world.stage(), world.codes()) == ("lead", ["STAGE_NO_CANDIDATE"])


@pytest.mark.parametrize("unranked", ["other", "1234567890"])
async def test_rule_T3_2_and_never_lose_by_themselves(unranked):
    world = world_with(unranked, "customer")
    assert await run(world) is Outcome.ALREADY_DONE
    assert (world.stage(), world.codes()) == (unranked, ["STAGE_UNRANKED"])


@pytest.mark.parametrize(
    ("company", "contacts", "after", "code"),
    [
        pytest.param("customer", ["other"], "other", "STAGE_RAISED", id="other-beats-customer"),
        pytest.param("lead", ["other", "customer"], "other", "STAGE_RAISED", id="and-every-other-candidate"),
        pytest.param("other", ["evangelist"], "other", "STAGE_KEPT", id="and-is-kept-like-any-last-stage"),
        pytest.param("1234567890", ["other"], "1234567890", "STAGE_UNRANKED", id="a-deleted-stage-still-has-no-rank"),
    ],
)
async def test_rule_T3_2_in_the_strict_native_order_other_is_last_and_wins(company, contacts, after, code):
    world = world_with(company, *contacts, rank_other=True)
    await run(world)
    assert (world.stage(), world.codes()) == (after, [code])


async def test_rule_T3_2_in_the_strict_native_order_contacts_are_lifted_to_other():
    world = world_with("other", "customer", rank_other=True, stage_to_contacts=True)
    await run(world)
    assert [contact.lifecycle_stage for contact in world.hubspot.contacts.values()] == ["other"]


async def test_rule_T3_2_the_portals_own_order_counts():
    world = world_with("lead", "1234567890")
    world.hubspot.stages = (*STAGES[:3], StageName("1234567890"), *STAGES[3:])
    await run(world)
    assert world.stage() == "1234567890"


@pytest.mark.parametrize(
    ("company", "contacts", "after", "code"),
    [
        pytest.param("", ["lead"], "lead", "STAGE_RAISED", id="blank-takes-anything"),
        pytest.param("lead", ["subscriber", "customer", "opportunity"], "customer", "STAGE_RAISED", id="highest-wins"),
        pytest.param("customer", ["customer"], "customer", "STAGE_KEPT", id="equal-changes-nothing"),
        pytest.param("customer", ["lead"], "customer", "STAGE_KEPT", id="lower-changes-nothing"),
        pytest.param("lead", [""], "lead", "STAGE_NO_CANDIDATE", id="blank-contacts-say-nothing"),
        pytest.param("lead", [], "lead", "STAGE_NO_CANDIDATE", id="no-contacts"),
    ],
)
async def test_rule_T3_3_forward_only(company, contacts, after, code):
    world = world_with(company, *contacts)
    await run(world)
    assert (world.stage(), world.codes()) == (after, [code])


@pytest.mark.parametrize(
    ("signal", "own", "after"),
    [
        pytest.param({"has_open": True}, "lead", "opportunity", id="open-is-at-least-opportunity"),
        pytest.param({"has_won": True}, "lead", "customer", id="won-is-at-least-customer"),
        pytest.param({"has_open": True, "has_won": True}, "lead", "customer", id="won-beats-open"),
        pytest.param({"has_open": True}, "evangelist", "evangelist", id="never-backwards"),
    ],
)
async def test_rule_T3_4_opportunities_speak_for_their_contacts(signal, own, after):
    world = World()
    world.company()
    person = world.person(world.contact(stage=own), CONTACT)
    world.salesforce.signals[person.id] = OpportunitySignal(person.id, **signal)
    await run(world)
    assert world.stage() == after


async def test_rule_T3_4_not_where_the_operator_switched_it_off():
    world = World(opportunity_signals=False)
    world.company()
    person = world.person(world.contact(stage="lead"), CONTACT)
    world.salesforce.signals[person.id] = OpportunitySignal(person.id, has_won=True)
    await run(world)
    assert world.stage() == "lead"


async def test_rule_T3_5_backwards_only_when_a_person_asks_by_clearing_first():
    world = world_with("customer", "lead")
    await run(world)
    assert world.stage() == "customer"
    await run(world, forced=True)
    assert (world.stage(), world.codes()[-1]) == ("lead", "STAGE_SET_BACK")
    assert world.calls.made.count("write_company_stage") == 2


async def test_rule_T3_5_a_refused_write_is_noticed_although_it_was_answered_with_success():
    world = world_with("lead", "customer")

    async def keep(company_id: CompanyId, stage: StageName) -> StageName:
        return StageName("evangelist")

    world.hubspot.write_company_stage = keep  # type: ignore[method-assign]
    with pytest.raises(Rejected) as refusal:
        await run(world)
    assert refusal.value.code == "STAGE_REFUSED"


async def test_rule_T3_6_the_company_lifts_its_primary_contacts_and_lowers_nobody():
    world = world_with("opportunity", "lead", "customer", "other", "", stage_to_contacts=True)
    elsewhere = world.contact(stage="lead", primary=False)
    await run(world)
    assert world.stage() == "customer"
    stages = [contact.lifecycle_stage for contact in world.hubspot.contacts.values()]
    assert stages == ["customer", "customer", "other", "customer", "lead"]
    assert world.hubspot.contacts[elsewhere].lifecycle_stage == "lead"


async def test_rule_T3_6_only_a_contact_that_hubspot_reports_as_lifted_is_told_as_lifted():
    world = world_with("customer", "lead", "lead", stage_to_contacts=True)
    moved, kept = world.hubspot.contacts
    write, told = world.hubspot.write_contact_stages, list[list[str]]()

    async def keep_one(contact_ids: Sequence[ContactId], stage: StageName) -> Mapping[ContactId, StageName]:
        told.append([*world.codes(moved), *world.codes(kept)])
        return {**await write([moved], stage), kept: StageName("lead")}

    world.hubspot.write_contact_stages = keep_one  # type: ignore[method-assign]
    assert await run(world) is Outcome.DONE
    assert told == [[]], "nothing is told before it has happened"
    assert (world.codes(moved), world.codes(kept)) == (["STAGE_LIFTED_CONTACT"], ["STAGE_REFUSED"])
    assert await world.ledger.find_written_stages([moved, kept]) == {moved: "customer", kept: ""}
    assert await run(world) is Outcome.ALREADY_DONE, "nobody was moved"


async def test_rule_T3_7_a_contact_that_comes_to_a_refused_stage_by_itself_has_its_say():
    world = world_with("customer", "lead", stage_to_contacts=True)
    (contact,) = world.hubspot.contacts

    async def refuse(contact_ids: Sequence[ContactId], stage: StageName) -> Mapping[ContactId, StageName]:
        return dict.fromkeys(contact_ids, StageName("lead"))

    world.hubspot.write_contact_stages = refuse  # type: ignore[method-assign]
    await run(world)
    world.hubspot.contacts[contact] = replace(world.hubspot.contacts[contact], lifecycle_stage=StageName("customer"))
    company = world.hubspot.companies[CompanyId("1")]
    world.hubspot.companies[company.id] = replace(company, lifecycle_stage=StageName("lead"))
    await run(world)
    assert world.stage() == "customer"


@pytest.mark.parametrize(("theirs", "lifted"), [("on", False), ("off", True), ("unknown", True)])
async def test_rule_A8_never_both_cascades_where_hubspots_own_is_known_to_be_on(theirs, lifted):
    world = world_with("customer", "lead", stage_to_contacts=True, hubspot_cascade=HubSpotCascade(theirs))
    await run(world)
    stages = [contact.lifecycle_stage for contact in world.hubspot.contacts.values()]
    assert stages == ["customer" if lifted else "lead"]


async def test_rule_T3_6_is_off_unless_switched_on():
    world = world_with("customer", "lead")
    await run(world)
    assert [contact.lifecycle_stage for contact in world.hubspot.contacts.values()] == ["lead"]


async def test_rule_T3_7_a_stage_we_gave_a_contact_does_not_come_back_as_its_own():
    world = world_with("customer", "lead", stage_to_contacts=True)
    await run(world)
    # A person moves the company back; our own lift of the contact must not raise it again.
    world.hubspot.companies[CompanyId("1")] = world.hubspot.companies[CompanyId("1")].__class__(
        CompanyId("1"), lifecycle_stage=StageName("lead")
    )
    await run(world)
    assert world.stage() == "lead"


async def test_with_the_sync_off_nobody_is_asked():
    world = world_with("lead", "customer", company_sync=False)
    assert await run(world) is Outcome.LEFT_ALONE
    assert (world.stage(), world.codes()) == ("lead", ["OBJECT_SYNC_OFF"])


async def test_running_it_again_writes_nothing():
    world = world_with("lead", "customer")
    await run(world)
    writes = world.calls.made.count("write_company_stage")
    assert await run(world) is Outcome.ALREADY_DONE
    assert world.calls.made.count("write_company_stage") == writes == 1
