"""Rules 5.10, 9.1 to 9.4 and A7 through the whole flow: contacts that move, wait, or were leads."""

from dataclasses import replace

from tasks.contracts.records import (
    AccountId,
    Association,
    CompanyId,
    ContactId,
    ContactLink,
    Owed,
    Person,
    PersonId,
    PersonKind,
)
from tasks.link_company import link_company
from tasks.link_contact import link_contact
from tests.doubles.world import LONG_AGO, World

CONTACT, LEAD = PersonKind.CONTACT, PersonKind.LEAD
HERE, THERE = AccountId("001000000000001AAA"), AccountId("001000000000002AAA")


def settled(**switches: object) -> tuple[World, ContactId, Person]:
    """Two linked pairs, and a contact that sits on the first one's company and account."""
    world = World(**switches)
    for company_id, account_id in (("1", HERE), ("2", THERE)):
        world.company(company_id, account_id=account_id)
        world.account(account_id, company_id=CompanyId(company_id))
        world.link(company_id, account_id)
    contact_id = world.contact("1")
    return world, contact_id, world.person(contact_id, CONTACT, account=HERE)


async def run(world: World, contact_id: ContactId) -> None:
    await link_contact(contact_id, world.tools())


def move_in_salesforce(world: World, person: Person, account_id: AccountId | None) -> None:
    world.salesforce.people[person.id] = replace(world.salesforce.people[person.id], account_id=account_id)


def primary_of(world: World, contact_id: ContactId) -> list[str]:
    sits = (one for one in world.hubspot.associations.values() if one.contact_id == contact_id)
    return [one.company_id for one in sits if one.is_primary]


async def sits_on(world: World, contact_id: ContactId) -> dict[str, bool]:
    """The companies it is on, and whether as the primary one."""
    found = await world.hubspot.find_companies_of(contact_id)
    return {one.company_id: one.is_primary for one in sorted(found, key=lambda one: one.company_id)}


async def test_9_4_a_contact_that_moved_in_salesforce_gets_the_new_company_as_its_primary_one():
    world, contact_id, person = settled()
    await run(world, contact_id)
    move_in_salesforce(world, person, THERE)
    await run(world, contact_id)
    assert primary_of(world, contact_id) == ["2"]
    assert world.codes(contact_id) == ["CONTACT_LINKED", "CONTACT_MOVED_IN_HUBSPOT"]
    assert Owed("propagate_lifecycle_stage", "2") in world.ledger.owed


async def test_a7_the_association_with_the_former_company_stays_if_people_made_it():
    world, contact_id, person = settled()
    await run(world, contact_id)
    move_in_salesforce(world, person, THERE)
    await run(world, contact_id)
    assert not world.hubspot.associations[CompanyId("1"), contact_id].is_primary


async def newcomer(**switches: object) -> tuple[World, ContactId, Person]:
    """As above, but it was link_company that put the contact on the first company."""
    world, contact_id, person = settled(**switches)
    await world.hubspot.dissociate([Association(CompanyId("1"), contact_id)])
    await run(world, contact_id)
    await link_company(CompanyId("1"), world.tools())
    world.hubspot.make_primary(CompanyId("1"), contact_id)
    await run(world, contact_id)
    return world, contact_id, person


async def test_a7_the_association_with_the_former_company_is_removed_if_tandem_made_it():
    world, contact_id, person = await newcomer()
    move_in_salesforce(world, person, THERE)
    await run(world, contact_id)
    assert await sits_on(world, contact_id) == {"2": True}
    assert world.ledger.timeline[-1][1].evidence == {"company": "2", "account": THERE, "taken_off": ["1"]}


async def test_a7_every_further_move_takes_it_off_the_company_before():
    world, contact_id, person = await newcomer()
    for account_id, company_id in ((THERE, "2"), (HERE, "1"), (THERE, "2")):
        move_in_salesforce(world, person, account_id)
        await run(world, contact_id)
        assert await sits_on(world, contact_id) == {company_id: True}


async def test_a7_what_people_made_anew_after_tandem_took_it_back_is_theirs():
    world, contact_id, person = await newcomer()
    move_in_salesforce(world, person, THERE)
    await run(world, contact_id)
    await world.hubspot.associate([Association(CompanyId("1"), contact_id)])
    for account_id in (HERE, THERE):
        move_in_salesforce(world, person, account_id)
        await run(world, contact_id)
    assert await sits_on(world, contact_id) == {"1": False, "2": True}


async def test_a7_the_former_company_is_kept_as_an_ordinary_one_where_the_operator_wants_it():
    world, contact_id, person = await newcomer(keep_former_company=True)
    move_in_salesforce(world, person, THERE)
    await run(world, contact_id)
    assert await sits_on(world, contact_id) == {"1": False, "2": True}


async def test_a7_other_companies_that_tandem_put_it_on_stay():
    world, contact_id, person = await newcomer()
    world.company("3")
    elsewhere = Association(CompanyId("3"), contact_id)
    await world.hubspot.associate([elsewhere])
    await world.ledger.record_our_associations([elsewhere])
    move_in_salesforce(world, person, THERE)
    await run(world, contact_id)
    assert await sits_on(world, contact_id) == {"2": True, "3": False}


async def test_a_second_run_moves_nobody_again():
    world, contact_id, person = settled()
    await run(world, contact_id)
    move_in_salesforce(world, person, THERE)
    await run(world, contact_id)
    world.calls.made.clear()
    await run(world, contact_id)
    assert not {"associate", "record_place", "write_contact_accounts"}.intersection(world.calls.made)


async def test_a7_a_primary_company_changed_in_hubspot_changes_nothing_in_salesforce_by_default():
    world, contact_id, person = settled()
    await run(world, contact_id)
    world.hubspot.make_primary(CompanyId("2"), contact_id)
    await run(world, contact_id)
    assert world.salesforce.people[person.id].account_id == HERE
    assert primary_of(world, contact_id) == ["2"]


async def test_a7_but_it_does_where_the_operator_wants_both_ways():
    world, contact_id, person = settled(account_from_primary_company=True)
    await run(world, contact_id)
    world.hubspot.make_primary(CompanyId("2"), contact_id)
    await run(world, contact_id)
    assert world.salesforce.people[person.id].account_id == THERE
    assert world.codes(contact_id)[-1] == "CONTACT_MOVED_IN_SALESFORCE"


async def test_a7_no_account_is_ever_blanked():
    world, contact_id, person = settled(account_from_primary_company=True)
    await run(world, contact_id)
    world.company("3")
    world.hubspot.make_primary(CompanyId("3"), contact_id)
    await run(world, contact_id)
    assert world.salesforce.people[person.id].account_id == HERE


async def test_9_2_a_contact_whose_account_has_no_company_waits_and_moves_once_it_has_one():
    world, contact_id, person = settled()
    await run(world, contact_id)
    pair = world.ledger.links.pop(CompanyId("2"))
    move_in_salesforce(world, person, THERE)
    await run(world, contact_id)
    assert world.codes(contact_id)[-1] == "WAITING_FOR_ACCOUNT"
    assert primary_of(world, contact_id) == ["1"]

    world.ledger.links[CompanyId("2")] = pair
    await link_company(CompanyId("2"), world.tools())
    assert Owed("link_contact", contact_id) in world.ledger.owed
    await run(world, contact_id)
    assert primary_of(world, contact_id) == ["2"]


async def test_5_10_a_converted_lead_is_followed_to_its_contact_whatever_its_address():
    world, contact_id, _ = settled()
    world.salesforce.people.clear()
    lead = world.person(contact_id, LEAD)
    world.ledger.contact_links[contact_id] = ContactLink(contact_id, lead.id, LEAD)
    became = PersonId("003000000000077AAA")
    world.salesforce.people[lead.id] = replace(lead, is_converted=True, account_id=HERE, contact_id=became)
    world.salesforce.people[became] = Person(became, CONTACT, "other@example.com", LONG_AGO, HERE)
    namesake = world.person(contact_id, CONTACT, account=THERE, age_days=900)
    assert namesake.created_at < LONG_AGO
    await run(world, contact_id)
    assert world.ledger.contact_links[contact_id] == ContactLink(contact_id, became, CONTACT, HERE)
