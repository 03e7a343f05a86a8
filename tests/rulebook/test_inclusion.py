"""Who takes part: 5.1 to 5.12."""

from dataclasses import replace

import pytest

from tasks.contracts.records import Switches
from tasks.contracts.tools import Salesforce
from tasks.rules.reevaluation import reviews_after
from tests.doubles.world import LATELY, World
from tests.rulebook.scenes import (
    ACCOUNT,
    CONTACT,
    LEAD,
    decide,
    decide_about_account,
    do_what_is_owed,
    look_at_contact,
    move_stage,
)


async def test_rule_5_1_without_a_segment_every_contact_qualifies():
    world = World()
    assert world.switches.contact_segment is None
    world.company()
    world.contact()
    assert await decide(world) == ["C3_QUALIFYING_CONTACT", "ACCOUNT_CREATED"]


async def test_rule_5_2_choosing_a_segment_looks_again_at_who_was_left_alone_for_the_last_one():
    world = World(contact_segment="7")
    world.company()
    contact = world.contact()
    (code,) = await decide(world)
    (review,) = reviews_after("contact_segment", "8")
    assert (review.task, code in review.codes) == ("create_account", True)
    world.switches = replace(world.switches, contact_segment="8")
    world.hubspot.segments["8"] = {contact}
    assert (await decide(world))[1:] == ["C3_QUALIFYING_CONTACT", "ACCOUNT_CREATED"]


async def test_rule_5_3_whoever_enters_the_segment_lets_its_companies_be_decided_about_again():
    world = World(contact_segment="7")
    world.company()
    contact = world.contact()
    assert await decide(world) == ["N3_NONE_QUALIFIES"]
    world.hubspot.segments["7"].add(contact)
    await look_at_contact(world, contact)
    await do_what_is_owed(world)
    assert {"C3_QUALIFYING_CONTACT", "ACCOUNT_CREATED"} < set(world.codes())


async def test_rule_5_4_an_account_gets_its_company_although_its_contacts_are_outside_the_segment():
    world = World(contact_segment="7")
    world.account(ACCOUNT, created_at=LATELY)
    world.person(world.contact(None), CONTACT, account=ACCOUNT)
    assert await decide_about_account(world) == ["ACCOUNT_NEW", "COMPANY_CREATED"]


async def test_rule_5_6_who_is_in_the_segment_is_asked_at_every_decision():
    world = World(contact_segment="7")
    world.company()
    contact = world.contact()
    assert await decide(world) == ["N3_NONE_QUALIFIES"]
    world.hubspot.segments["7"].add(contact)
    assert (await decide(world))[1:] == ["C3_QUALIFYING_CONTACT", "ACCOUNT_CREATED"]
    assert world.calls.made.count("find_members") == 2


async def test_rule_5_7_a_contact_without_an_address_is_not_looked_for_and_brings_no_account():
    world = World()
    world.company()
    contact = world.contact(email="")
    nameless = world.person(contact, CONTACT)
    assert nameless.email == ""
    assert await look_at_contact(world, contact) == ["CONTACT_WITHOUT_EMAIL"]
    assert await decide(world) == ["PENDING_CONTACT_SYNC"]


@pytest.mark.parametrize(
    ("default_object", "code"), [(CONTACT, "C3_QUALIFYING_CONTACT"), (LEAD, "PENDING_CONTACT_SYNC")]
)
async def test_rule_5_8_what_a_contact_is_going_to_be_is_what_its_company_may_expect(default_object, code):
    world = World(default_object=default_object)
    world.company()
    contact = world.contact()
    assert await look_at_contact(world, contact) == ["CONTACT_NOT_IN_SALESFORCE"]
    assert (await decide(world))[0] == code
    assert world.salesforce.people == {}


async def test_rule_5_9_a_salesforce_contact_with_the_address_is_the_person_whatever_new_ones_become():
    world = World(default_object=LEAD)
    world.company()
    contact = world.contact()
    person = world.person(contact, CONTACT)
    assert await look_at_contact(world, contact) == ["CONTACT_LINKED"]
    assert world.ledger.contact_links[contact].person_id == person.id


async def test_rule_5_11_a_lead_at_customer_stays_a_lead_and_its_company_without_an_account():
    world = World()
    world.company()
    lead = world.person(world.contact(stage="customer"), LEAD)
    assert await move_stage(world) == "customer"
    assert (await decide(world))[-1] == "N2_ALL_LEADS"
    assert world.salesforce.people == {lead.id: lead}


async def test_rule_5_12_whoever_salesforce_says_is_a_contact_or_a_lead_is_followed_person_by_person():
    world = World(default_object=LEAD)
    for kind in (LEAD, CONTACT):
        contact = world.contact(None)
        world.person(contact, kind)
        await look_at_contact(world, contact)
    assert [link.kind for link in world.ledger.contact_links.values()] == [LEAD, CONTACT]


def test_rule_5_12_there_is_no_way_to_make_a_person_in_salesforce():
    writing = {name for name in vars(Salesforce) if name.startswith(("write", "upsert", "create", "make", "convert"))}
    assert {name for name in writing if "account" not in name and "company_id" not in name} == set()
    assert Switches().default_object is CONTACT
