"""Ids on both sides, contacts on both sides: what `link_company` does once a link stands."""

from dataclasses import replace

import pytest

from tasks.contracts.errors import Ambiguous, Gone
from tasks.contracts.records import AccountId, Association, CompanyId, ContactLink, Owed, Person, PersonKind
from tasks.create_account import create_account
from tasks.link_company import link_company
from tasks.sync_task import Outcome
from tests.doubles.world import World

CONTACT, LEAD = PersonKind.CONTACT, PersonKind.LEAD
ACCOUNT = AccountId("001000000000001AAA")
OTHER_ACCOUNT = AccountId("001000000000002AAA")
COMPANY = CompanyId("1")
WRITES = {"write_company_id", "write_account_id", "write_contact_accounts", "associate"}


def linked_world(**switches: object) -> World:
    """Linked, and both records carry each other's id."""
    world = World(**switches)
    world.company(account_id=ACCOUNT)
    world.account(ACCOUNT, company_id=COMPANY)
    world.link(COMPANY, ACCOUNT)
    return world


async def run(world: World) -> Outcome:
    return await link_company(COMPANY, world.tools())


def written(world: World) -> set[str]:
    return WRITES.intersection(world.calls.made)


def account_of(world: World, person: Person) -> AccountId | None:
    return world.salesforce.people[person.id].account_id


async def test_each_record_gets_the_id_of_the_other():
    world = linked_world()
    world.company()
    world.account(ACCOUNT)
    assert await run(world) is Outcome.DONE
    assert world.salesforce.accounts[ACCOUNT].company_id == COMPANY
    assert world.hubspot.companies[COMPANY].account_id == ACCOUNT
    assert world.codes() == ["IDS_WRITTEN"]


async def test_what_stands_already_is_not_written_again():
    world = linked_world()
    world.person(world.contact(), CONTACT, account=ACCOUNT)
    assert await run(world) is Outcome.ALREADY_DONE
    assert not written(world)
    assert world.codes() == []


async def test_a_second_run_finds_everything_done():
    world = linked_world()
    world.company()
    world.account(ACCOUNT)
    world.person(world.contact(), CONTACT)
    await run(world)
    world.calls.made.clear()
    assert await run(world) is Outcome.ALREADY_DONE
    assert not written(world)


@pytest.mark.parametrize("reason", ["no link", "sync is off"])
async def test_without_a_link_or_with_the_sync_off_nothing_is_touched(reason):
    world = linked_world(company_sync=reason != "sync is off")
    world.company()
    if reason == "no link":
        world.ledger.links.clear()
    assert await run(world) is Outcome.LEFT_ALONE
    assert not written(world)
    assert world.codes() == ([] if reason == "no link" else ["OBJECT_SYNC_OFF"])


async def test_a_company_that_is_gone_is_noted_and_nothing_is_written():
    world = linked_world()
    world.hubspot.companies.clear()
    assert await run(world) is Outcome.LEFT_ALONE
    assert world.codes() == ["COMPANY_GONE"]
    assert not written(world)


async def test_a_link_to_an_account_that_is_gone_asks_for_a_person():
    world = linked_world()
    world.salesforce.accounts.clear()
    with pytest.raises(Gone) as problem:
        await run(world)
    assert problem.value.code == "ACCOUNT_GONE"
    assert ACCOUNT in str(problem.value)
    assert not written(world)


async def test_an_account_that_carries_another_companys_id_asks_for_a_person():
    world = linked_world()
    world.account(ACCOUNT, company_id=CompanyId("2"))
    with pytest.raises(Ambiguous) as problem:
        await run(world)
    assert problem.value.evidence == {"account": ACCOUNT, "carries": "2"}
    assert world.salesforce.accounts[ACCOUNT].company_id == "2"


async def test_another_account_that_carries_the_companys_id_asks_for_a_person():
    world = linked_world()
    world.account(ACCOUNT)
    world.account(OTHER_ACCOUNT, company_id=COMPANY)
    with pytest.raises(Ambiguous):
        await run(world)
    assert world.salesforce.accounts[ACCOUNT].company_id is None


async def test_a_linked_company_holds_the_domain_it_changed_to():
    world = linked_world()
    world.company(account_id=ACCOUNT, domain="acme.com")
    world.account(ACCOUNT, company_id=COMPANY, website="before.com")
    await run(world)
    world.contact(world.company("2", domain="acme.com"))
    with pytest.raises(Ambiguous) as taken:
        await create_account(CompanyId("2"), world.tools())
    assert taken.value.code == "CONFLICT_DOMAIN_TAKEN"


async def test_a_private_contact_gets_the_account():
    world = linked_world()
    contact = world.contact()
    person = world.person(contact, CONTACT)
    assert await run(world) is Outcome.DONE
    assert account_of(world, person) == ACCOUNT
    assert world.ledger.contact_links[contact] == ContactLink(contact, person.id, CONTACT, ACCOUNT)


@pytest.mark.parametrize("kept", ["a lead", "of another account", "not primary here"])
async def test_nobody_else_is_given_the_account(kept):
    world = linked_world()
    contact = world.contact(primary=kept != "not primary here")
    account = OTHER_ACCOUNT if kept == "of another account" else None
    person = world.person(contact, LEAD if kept == "a lead" else CONTACT, account=account)
    assert await run(world) is Outcome.ALREADY_DONE
    assert account_of(world, person) == account


async def test_a_contact_without_an_address_is_nobody_else():
    """The known person of another contact may have lost its address: two without one have nothing in common."""
    world = linked_world()
    known, blank = world.contact(), world.contact(email="")
    person = world.person(known, CONTACT, account=ACCOUNT)
    world.ledger.contact_links[known] = ContactLink(known, person.id, CONTACT, ACCOUNT)
    world.salesforce.people[person.id] = replace(person, email="")
    await run(world)
    assert blank not in world.ledger.contact_links


async def test_contacts_of_the_account_sit_on_the_company():
    world = linked_world()
    stray = world.contact(None)
    person = world.person(stray, CONTACT, account=ACCOUNT)
    world.ledger.contact_links[stray] = ContactLink(stray, person.id, CONTACT, ACCOUNT)
    assert await run(world) is Outcome.DONE
    assert (COMPANY, stray) in world.hubspot.associations


async def test_a_contacts_primary_company_stays_its_primary_company():
    world = linked_world()
    world.company("2")
    stray = world.contact("2")
    person = world.person(stray, CONTACT, account=ACCOUNT)
    world.ledger.contact_links[stray] = ContactLink(stray, person.id, CONTACT, ACCOUNT)
    await run(world)
    assert world.hubspot.associations[COMPANY, stray] == Association(COMPANY, stray, is_primary=False)
    assert world.hubspot.associations[CompanyId("2"), stray].is_primary


async def test_contacts_of_other_accounts_stay_where_they_are():
    world = linked_world()
    stray = world.contact(None)
    world.ledger.contact_links[stray] = ContactLink(
        stray, world.person(stray, CONTACT, account=OTHER_ACCOUNT).id, CONTACT, OTHER_ACCOUNT
    )
    assert await run(world) is Outcome.ALREADY_DONE
    assert not world.hubspot.associations


async def test_a_contact_that_was_deleted_since_is_left_out():
    world = linked_world()
    deleted, stray = world.contact(), world.contact(None)
    for contact in (deleted, stray):
        person = world.person(contact, CONTACT, account=ACCOUNT)
        world.ledger.contact_links[contact] = ContactLink(contact, person.id, CONTACT, ACCOUNT)
    del world.hubspot.contacts[deleted], world.hubspot.associations[COMPANY, deleted]
    assert await run(world) is Outcome.DONE
    assert (COMPANY, stray) in world.hubspot.associations
    assert await run(world) is Outcome.ALREADY_DONE


async def test_the_timeline_tells_what_was_done():
    world = linked_world()
    world.person(world.contact(), CONTACT)
    await run(world)
    ((_, verdict),) = world.ledger.timeline
    assert verdict.evidence == {"account": ACCOUNT, "contacts_given_account": 1, "contacts_associated": 0}


@pytest.mark.parametrize("forced", [False, True])
async def test_the_fields_are_owed_a_look_before_anything_can_be_refused(forced):
    world = linked_world()
    world.company()
    world.account(ACCOUNT)
    world.person(world.contact(), CONTACT)
    await link_company(COMPANY, world.tools(forced=forced))
    assert world.ledger.owed == [Owed("sync_fields", COMPANY, forced=forced)]
    made = world.calls.made
    assert written(world) >= {"write_company_id", "write_account_id", "write_contact_accounts"}
    assert made.index("find_accounts") < made.index("owe") < min(made.index(one) for one in written(world))


async def test_the_fields_of_a_doubtful_link_are_not_looked_at():
    world = linked_world()
    world.account(ACCOUNT, company_id=CompanyId("2"))
    with pytest.raises(Ambiguous):
        await run(world)
    assert world.ledger.owed == []
