"""When a company gets an account: C1 to C3, N1 to N3, M1 to M3."""

from tasks.contracts.errors import Ambiguous, ProblemClass
from tests.doubles.world import World
from tests.rulebook.scenes import (
    ACCOUNT,
    CONTACT,
    LEAD,
    account_of,
    bring_along,
    decide,
    do_what_is_owed,
    linked,
    look_at_contact,
)
from workers.crm.door import salesforce_row_problem


async def test_rule_C1_a_company_hubspot_made_itself_gets_an_account_where_contacts_sync_as_contacts():
    world = World()
    world.company(created_automatically=True)
    world.contact()
    assert await decide(world) == ["C1_AUTO_CREATED", "ACCOUNT_CREATED"]


async def test_rule_C1_but_not_where_none_of_its_contacts_can_be_put_on_one():
    world = World()
    world.company(created_automatically=True)
    world.contact(email="")
    assert await decide(world) == ["PENDING_CONTACT_SYNC"]


async def test_rule_C2_a_private_contact_brings_its_company_an_account_and_is_put_on_it():
    world = World(default_object=LEAD)
    world.company()
    person = world.person(world.contact(), CONTACT)
    assert await decide(world) == ["C2_PRIVATE_CONTACT", "ACCOUNT_CREATED"]
    await bring_along(world)
    assert account_of(world, person.id) == linked(world) is not None


async def test_rule_C3_a_qualifying_contact_brings_an_account():
    world = World(contact_segment="7")
    world.company()
    world.contact()
    world.hubspot.segments["7"].add(world.contact())
    assert await decide(world) == ["C3_QUALIFYING_CONTACT", "ACCOUNT_CREATED"]


async def test_rule_N1_no_contact_no_account():
    world = World()
    world.company(created_automatically=True)
    assert await decide(world) == ["N1_NO_CONTACTS"]


async def test_rule_N2_contacts_that_are_all_leads_bring_none():
    world = World()
    world.company(created_automatically=True)
    for _ in range(2):
        world.person(world.contact(), LEAD)
    assert await decide(world) == ["N2_ALL_LEADS"]


async def test_rule_N3_nobody_in_the_segment_brings_none():
    world = World(contact_segment="7")
    world.company(created_automatically=True)
    world.person(world.contact(), CONTACT)
    assert await decide(world) == ["N3_NONE_QUALIFIES"]


async def test_rule_M1_pressing_sync_creates_one_all_the_same_and_only_one():
    world = World()
    world.company()
    assert await decide(world, forced=True) == ["MANUAL", "ACCOUNT_CREATED"]
    assert (await decide(world, forced=True))[-1] == "LINKED_ALREADY"
    assert len(world.salesforce.created) == 1


async def test_rule_M2_a_contact_that_comes_later_lets_the_company_be_decided_about_again():
    world = World()
    world.company()
    assert await decide(world) == ["N1_NO_CONTACTS"]
    await look_at_contact(world, world.contact())
    await do_what_is_owed(world)
    assert {"C3_QUALIFYING_CONTACT", "ACCOUNT_CREATED"} < set(world.codes())


async def test_rule_M3_an_account_of_the_same_domain_is_asked_about_before_another_is_created():
    world = World()
    world.company(domain="acme.com")
    world.contact()
    world.account(ACCOUNT, website="https://www.acme.com")
    assert await decide(world) == ["asked: SUGGEST_DOMAIN"]
    assert world.salesforce.created == []


def test_rule_M3_a_duplicate_rule_of_the_org_is_a_question_with_the_account_it_found():
    matches = {"matchResults": [{"matchRecords": [{"record": {"Id": ACCOUNT}}]}]}
    problem = salesforce_row_problem("upsert", [{"statusCode": "DUPLICATES_DETECTED", "duplicateResult": matches}])
    assert isinstance(problem, Ambiguous)
    assert (problem.problem_class, problem.evidence) == (ProblemClass.CONFLICT, {"ids": [ACCOUNT]})
