"""Which contact belongs where: 9.1 to 9.7."""

from tasks.contracts.records import CompanyId, ContactId, OpportunitySignal
from tests.doubles.world import World
from tests.rulebook.scenes import (
    ACCOUNT,
    CONTACT,
    account_of,
    bring_along,
    decide,
    do_what_is_owed,
    look_at_contact,
    move_stage,
)


def sits_on(world: World, contact_id: ContactId, company_id: str = "1") -> bool:
    return (CompanyId(company_id), contact_id) in world.hubspot.associations


async def test_rule_9_1_where_somebody_sits_in_one_crm_they_sit_in_the_other():
    world = World()
    world.company()
    world.account(ACCOUNT, company_id=CompanyId("1"))
    in_salesforce = world.contact(None)
    world.person(in_salesforce, CONTACT, account=ACCOUNT)
    in_hubspot = world.person(world.contact("1"), CONTACT)
    await decide(world)
    await look_at_contact(world, in_salesforce)
    await do_what_is_owed(world)
    assert sits_on(world, in_salesforce)
    assert account_of(world, in_hubspot.id) == ACCOUNT


async def test_rule_9_3_only_the_primary_company_counts():
    world = World()
    world.company("1")
    world.company("2")
    contact = world.contact("1", primary=False, stage="customer")
    world.hubspot.associations[CompanyId("2"), contact] = world.hubspot.associations[CompanyId("1"), contact].__class__(
        CompanyId("2"), contact, is_primary=True
    )
    person = world.person(contact, CONTACT)
    world.account(ACCOUNT, company_id=CompanyId("1"))
    await decide(world, "1")
    await bring_along(world, "1")
    assert account_of(world, person.id) is None
    assert await move_stage(world, "1") == ""
    assert await move_stage(world, "2") == "customer"


async def test_rule_9_7_opportunities_count_for_those_who_have_a_role_in_them():
    world = World()
    world.company("1")
    world.company("2")
    people = [world.person(world.contact(company, stage="lead"), CONTACT) for company in ("1", "2")]
    world.salesforce.signals[people[0].id] = OpportunitySignal(people[0].id, has_open=True)
    assert [await move_stage(world, company) for company in ("1", "2")] == ["opportunity", "lead"]
