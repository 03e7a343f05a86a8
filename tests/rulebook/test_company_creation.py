"""When an account gets a company: what of 2.1 to 2.10 no test of the flow is named after."""

from tasks.contracts.records import OpportunitySignal
from tests.doubles.world import LATELY, World
from tests.rulebook.scenes import ACCOUNT, CONTACT, decide, decide_about_account, do_what_is_owed, linked, move_stage


async def test_rule_2_1_nothing_crosses_in_either_direction_while_company_sync_is_off():
    world = World(company_sync=False)
    world.company()
    world.contact()
    world.account(ACCOUNT, created_at=LATELY)
    assert await decide(world, forced=True) == ["OBJECT_SYNC_OFF"]
    assert await decide_about_account(world, forced=True) == ["OBJECT_SYNC_OFF"]
    assert (world.salesforce.created, world.hubspot.created) == ([], [])


async def test_rule_2_9_opportunities_that_were_known_before_the_account_are_neither_lost_nor_written():
    world = World()
    world.company()
    person = world.person(world.contact(stage="lead"), CONTACT)
    world.salesforce.signals[person.id] = OpportunitySignal(person.id, has_open=True)
    assert (await move_stage(world), linked(world)) == ("opportunity", None)
    await decide(world)
    await do_what_is_owed(world)
    assert world.salesforce.people[person.id].account_id == linked(world) is not None
    assert world.salesforce.signals == {person.id: OpportunitySignal(person.id, has_open=True)}
    assert await move_stage(world) == "opportunity"
