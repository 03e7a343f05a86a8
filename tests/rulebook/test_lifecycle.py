"""Lifecycle stages: 8.1 to 8.2.10."""

from dataclasses import replace

import pytest

from tasks.contracts.errors import Rejected
from tasks.contracts.records import CompanyId, OpportunitySignal, StageName
from tests.doubles.calls import Killed
from tests.doubles.hubspot import STAGES
from tests.doubles.world import LATELY, World
from tests.rulebook.scenes import (
    ACCOUNT,
    CONTACT,
    LEAD,
    decide_about_account,
    edit_stage,
    move_stage,
    stages_of_contacts,
)

OWN = StageName("9001")


def at(company_stage: str, *contact_stages: str, **switches: object) -> World:
    """A company at a stage, with contacts that sync."""
    world = World(**switches)
    world.company(lifecycle_stage=StageName(company_stage))
    for stage in contact_stages:
        world.person(world.contact(stage=stage), CONTACT)
    return world


@pytest.mark.parametrize(
    ("order", "ends_at"),
    [((OWN, *STAGES), "lead"), ((*STAGES[:2], OWN, *STAGES[2:]), OWN)],
    ids=["before-lead", "right-after-lead"],
)
async def test_rule_8_1_a_stage_of_the_portals_own_ranks_where_the_portal_has_it(order, ends_at):
    world = at("lead", OWN)
    world.hubspot.stages = order
    assert await move_stage(world) == ends_at


@pytest.mark.parametrize(
    ("before", "after"),
    [("", "subscriber"), ("lead", "customer"), ("customer", "lead"), ("customer", "customer")],
    ids=["blank-to-anything", "lower-to-higher", "higher-to-lower", "the-same"],
)
async def test_rule_8_2_1_by_itself_a_stage_only_moves_forward(before, after):
    world = at(before, after)
    assert await move_stage(world) == (before if before == "customer" else after)


async def test_rule_8_2_2_moving_back_is_two_writes_and_survives_being_killed_between_them():
    world = at("customer", "lead")
    write = world.hubspot.write_company_stage

    async def die_afterwards(company_id: CompanyId, stage: StageName) -> StageName:
        await write(company_id, stage)
        raise Killed(stage)

    world.hubspot.write_company_stage = die_afterwards  # type: ignore[method-assign]
    with pytest.raises(Killed):
        await move_stage(world, forced=True)
    assert world.stage() == "", "cleared, and not set yet"
    world.hubspot.write_company_stage = write  # type: ignore[method-assign]
    assert await move_stage(world, forced=True) == "lead"
    assert world.calls.made.count("write_company_stage") == 2


async def test_rule_8_2_2_a_write_that_was_answered_with_success_and_changed_nothing_is_noticed():
    world = at("lead", "customer")

    async def change_nothing(company_id: CompanyId, stage: StageName) -> StageName:
        return world.hubspot.companies[company_id].lifecycle_stage

    world.hubspot.write_company_stage = change_nothing  # type: ignore[method-assign]
    with pytest.raises(Rejected) as refusal:
        await move_stage(world)
    assert refusal.value.code == "STAGE_REFUSED"


@pytest.mark.parametrize(
    ("switched_on", "ends_at"), [(True, ["customer", "evangelist"]), (False, ["lead", "evangelist"])]
)
async def test_rule_8_2_3_a_company_lifts_its_contacts_where_the_operator_wants_it_and_lowers_nobody(
    switched_on, ends_at
):
    world = at("customer", "lead", stage_to_contacts=switched_on)
    ahead = world.contact(stage="evangelist")
    await move_stage(world)
    assert (stages_of_contacts(world), world.codes(ahead)) == (ends_at, [])


async def test_rule_8_2_4_a_contact_that_moves_forward_lifts_its_primary_company():
    world = at("lead", "lead")
    assert await move_stage(world) == "lead"
    edit_stage(world, next(iter(world.hubspot.contacts)), "opportunity")
    assert await move_stage(world) == "opportunity"


async def test_rule_8_2_5_one_contact_lifts_its_company_and_the_company_the_others():
    world = at("lead", "customer", "lead", "subscriber", stage_to_contacts=True)
    assert await move_stage(world) == "customer"
    assert stages_of_contacts(world) == ["customer", "customer", "customer"]


async def test_rule_8_2_6_a_stage_that_hubspot_moved_because_of_a_deal_is_not_moved_back():
    world = at("customer", "lead")
    assert await move_stage(world) == "customer"
    assert world.codes() == ["STAGE_KEPT"]
    assert "write_company_stage" not in world.calls.made


@pytest.mark.parametrize(
    ("signal", "ends_at"),
    [({"has_open": True}, "opportunity"), ({"has_won": True}, "customer"), (None, "lead")],
    ids=["open", "won", "no-role"],
)
async def test_rule_8_2_7_a_role_in_an_opportunity_speaks_for_its_contact(signal, ends_at):
    world = at("lead", "lead")
    (person_id,) = world.salesforce.people
    if signal:
        world.salesforce.signals[person_id] = OpportunitySignal(person_id, **signal)
    assert await move_stage(world) == ends_at


async def test_rule_8_2_7_also_a_role_that_came_after_the_win_and_never_where_it_is_switched_off():
    world = at("lead", "lead")
    (person_id,) = world.salesforce.people
    assert await move_stage(world) == "lead"
    world.salesforce.signals[person_id] = OpportunitySignal(person_id, has_won=True)
    world.switches = replace(world.switches, opportunity_signals=False)
    assert await move_stage(world) == "lead"
    world.switches = replace(world.switches, opportunity_signals=True)
    assert await move_stage(world) == "customer"


async def test_rule_8_2_8_a_company_that_tandem_makes_is_given_no_stage_until_a_contact_lifts_it():
    world = World()
    world.account(ACCOUNT, created_at=LATELY)
    assert await decide_about_account(world) == ["ACCOUNT_NEW", "COMPANY_CREATED"]
    (company_id,) = world.hubspot.created
    assert await move_stage(world, company_id) == ""
    world.person(world.contact(company_id, stage="lead"), CONTACT)
    assert await move_stage(world, company_id) == "lead"


async def test_rule_8_2_9_a_stage_changes_nothing_in_salesforce():
    world = at("lead", "customer", stage_to_contacts=True)
    world.person(world.contact(stage="lead"), LEAD)
    before = dict(world.salesforce.people)
    assert await move_stage(world) == "customer"
    assert (world.salesforce.people, world.salesforce.accounts) == (before, {})
    asked = [name for name in world.calls.made if hasattr(world.salesforce, name)]
    assert set(asked) == {"find_people", "find_opportunity_signals"}


@pytest.mark.parametrize("stages", [["lead", "customer", "opportunity"], ["customer", "opportunity", "lead"]])
async def test_rule_8_2_10_the_most_advanced_contact_counts_whichever_changed_last(stages):
    world = at("", *stages)
    assert await move_stage(world) == "customer"
