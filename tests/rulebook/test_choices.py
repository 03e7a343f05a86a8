"""Where several readings are possible, the one Tandem follows: A1 to A23."""

from dataclasses import replace

import pytest

from tasks.contracts.records import AccountId, CompanyId, StageName
from tests.doubles.world import World
from tests.rulebook.scenes import (
    ACCOUNT,
    CONTACT,
    LEAD,
    OTHER_ACCOUNT,
    bring_along,
    company,
    decide,
    edit_stage,
    linked,
    look_at_contact,
    move_stage,
)


async def test_rule_A1_a_qualifying_lead_brings_no_account_even_beside_a_contact_outside_the_segment():
    world = World(contact_segment="7")
    world.company()
    lead = world.contact()
    world.person(lead, LEAD)
    world.hubspot.segments["7"].add(lead)
    assert await decide(world) == ["N2_ALL_LEADS"]
    world.person(world.contact(), CONTACT)
    assert (await decide(world))[-1] == "PENDING_CONTACT_SYNC"


async def test_rule_A2_one_shared_contact_is_enough_the_most_win_and_a_tie_is_a_question():
    world = World()
    world.company()
    world.contact()
    for account_id in (ACCOUNT, OTHER_ACCOUNT):
        world.account(account_id)
        world.person(world.contact(), CONTACT, account=account_id)
    assert await decide(world) == ["asked: CONFLICT_CONTACTS"]
    world.person(world.contact(), CONTACT, account=OTHER_ACCOUNT)
    assert await decide(world) == ["LINKED_BY_CONTACTS"]
    assert linked(world) == OTHER_ACCOUNT


async def test_rule_A3_the_ledger_outranks_what_the_records_carry_and_is_copied_to_both():
    world = World()
    world.company(account_id=AccountId(OTHER_ACCOUNT))
    world.account(ACCOUNT)
    world.link("1", ACCOUNT)
    await bring_along(world)
    assert company(world).account_id == ACCOUNT
    assert world.salesforce.accounts[AccountId(ACCOUNT)].company_id == "1"


async def test_rule_A3_what_hubspots_own_integration_left_behind_finds_the_account():
    world = World()
    world.company(native_account_id=AccountId(ACCOUNT))
    world.account(ACCOUNT)
    assert await decide(world) == ["LINKED_BY_STORED_ID"]


async def test_rule_A4_without_a_segment_a_contact_nobody_chose_brings_an_account():
    world = World(contact_segment=None)
    world.company()
    world.contact()
    assert await decide(world) == ["C3_QUALIFYING_CONTACT", "ACCOUNT_CREATED"]
    assert "find_members" not in world.calls.made


@pytest.mark.parametrize(("is_known", "code"), [(True, "C1_AUTO_CREATED"), (False, "C3_QUALIFYING_CONTACT")])
async def test_rule_A5_whether_hubspot_made_it_or_nobody_knows_the_account_comes(is_known, code):
    world = World()
    world.company(created_automatically=is_known)
    world.contact()
    assert await decide(world) == [code, "ACCOUNT_CREATED"]


async def test_rule_A6_the_most_advanced_of_several_contacts_counts_and_never_backwards():
    world = World()
    world.company(lifecycle_stage=StageName("lead"))
    furthest = world.contact(stage="customer")
    for contact in (furthest, world.contact(stage="subscriber"), world.contact(stage="opportunity")):
        world.person(contact, CONTACT)
    assert await move_stage(world) == "customer"
    edit_stage(world, furthest, "lead")
    assert await move_stage(world) == "customer"


async def test_rule_A15_a_link_goes_on_when_the_last_contact_has_left_the_segment():
    world = World(contact_segment="7")
    world.company()
    contact = world.contact()
    world.hubspot.segments["7"].add(contact)
    await decide(world)
    world.hubspot.segments["7"].clear()
    person = world.person(contact, CONTACT)
    assert (await decide(world))[-1] == "LINKED_ALREADY"
    await bring_along(world)
    assert company(world).account_id == world.salesforce.people[person.id].account_id == linked(world)


@pytest.mark.parametrize("named_by", ["account_id", "native_account_id", "key", "contacts"])
async def test_rule_A16_no_person_account_is_adopted_whatever_names_it(named_by):
    world = World()
    world.company(**({named_by: AccountId(ACCOUNT)} if named_by.endswith("account_id") else {}))
    world.account(ACCOUNT, is_person_account=True, company_id=CompanyId("1") if named_by == "key" else None)
    world.person(world.contact(), CONTACT, account=ACCOUNT)
    codes = await decide(world)
    assert linked(world) != ACCOUNT
    assert (codes == ["asked: PERSON_ACCOUNT"]) is (named_by != "contacts")


async def test_rule_A18_of_several_records_with_one_address_the_same_one_is_the_person_every_time():
    world = World()
    contact = world.contact(None)
    world.person(contact, LEAD, age_days=900)
    world.person(contact, LEAD, age_days=999, is_converted=True)
    younger = world.person(contact, CONTACT)
    await look_at_contact(world, contact)
    assert world.ledger.contact_links[contact].person_id == younger.id, "a contact, however young"
    world.person(contact, CONTACT, age_days=500)
    await look_at_contact(world, contact)
    assert world.ledger.contact_links[contact].person_id == younger.id, "and never another one"
    world.ledger.contact_links.clear()
    await look_at_contact(world, contact)
    assert world.ledger.contact_links[contact].person_id != younger.id, "where nobody was known, the oldest"


async def test_rule_A18_nobody_is_a_converted_lead():
    world = World()
    contact = world.contact(None)
    world.person(contact, LEAD, is_converted=True)
    assert await look_at_contact(world, contact) == ["CONTACT_NOT_IN_SALESFORCE"]


async def test_rule_A20_qualifying_and_being_a_contact_are_both_needed_in_one_person():
    world = World(contact_segment="7", default_object=LEAD)
    world.company()
    is_contact, qualifies = world.contact(), world.contact()
    world.person(is_contact, CONTACT)
    assert await decide(world) == ["N3_NONE_QUALIFIES"]
    world.hubspot.segments["7"].add(qualifies)
    assert (await decide(world))[-1] == "PENDING_CONTACT_SYNC"
    world.hubspot.segments["7"].add(is_contact)
    assert (await decide(world))[-2:] == ["C2_PRIVATE_CONTACT", "ACCOUNT_CREATED"]


async def test_rule_A21_a_company_segment_is_a_gate_and_decides_alone_only_where_that_is_wanted():
    world = World(company_segment="9")
    world.company()
    assert await decide(world) == ["COMPANY_NOT_IN_SEGMENT"]
    world.hubspot.segments["9"].add("1")
    assert (await decide(world))[-1] == "N1_NO_CONTACTS"
    world.switches = replace(world.switches, company_segment_alone=True)
    assert (await decide(world))[-2:] == ["COMPANY_SEGMENT", "ACCOUNT_CREATED"]


@pytest.mark.parametrize(("strict", "ends_at"), [(False, "customer"), (True, "other")])
async def test_rule_A22_other_beats_customer_only_in_the_strict_order(strict, ends_at):
    world = World(rank_other=strict)
    world.company()
    for stage in ("other", "customer"):
        world.person(world.contact(stage=stage), CONTACT)
    assert await move_stage(world) == ends_at


@pytest.mark.parametrize("is_gone", [False, True], ids=["outside", "the-list-is-gone"])
async def test_rule_A23_pressing_sync_passes_the_segments_with_a_warning(is_gone):
    world = World(company_segment="9")
    world.company()
    if is_gone:
        world.hubspot.segments.clear()
    assert await decide(world, forced=True) == ["SEGMENT_OVERRIDDEN", "MANUAL", "ACCOUNT_CREATED"]
