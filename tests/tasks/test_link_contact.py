"""Who a contact is in Salesforce, and which companies have to hear of it: `link_contact`."""

from dataclasses import replace

import pytest

from tasks.contracts.records import AccountId, CompanyId, ContactId, Kind, Owed, PersonKind
from tasks.contracts.tools import Subject
from tasks.link_contact import link_contact
from tasks.sync_task import Outcome
from tests.doubles.world import World

CONTACT, LEAD = PersonKind.CONTACT, PersonKind.LEAD
ACCOUNT = AccountId("001000000000001AAA")


async def run(world: World, contact_id: str = "1000") -> Outcome:
    return await link_contact(ContactId(contact_id), world.tools())


def linked_world() -> World:
    world = World()
    world.company(account_id=ACCOUNT)
    world.account(ACCOUNT, company_id=CompanyId("1"))
    world.link("1", ACCOUNT)
    return world


@pytest.mark.parametrize("kind", [CONTACT, LEAD])
async def test_the_person_is_found_by_e_mail_address_and_remembered(kind):
    world = World()
    world.company()
    contact = world.contact()
    person = world.person(contact, kind)
    assert await run(world) is Outcome.DONE
    assert world.ledger.contact_links[contact].person_id == person.id
    assert world.codes(contact) == ["CONTACT_LINKED"]


async def test_a_contact_is_chosen_before_a_lead_and_the_older_before_the_younger():
    """A18: the same address in several records."""
    world = World()
    contact = world.contact(None)
    world.person(contact, LEAD, age_days=900)
    world.person(contact, CONTACT, age_days=1)
    oldest = world.person(contact, CONTACT, age_days=300)
    await run(world)
    assert world.ledger.contact_links[contact].person_id == oldest.id


async def test_the_choice_does_not_flip_when_an_older_record_turns_up():
    """A18: never flip afterwards."""
    world = World()
    contact = world.contact(None)
    chosen = world.person(contact, CONTACT, age_days=1)
    await run(world)
    world.person(contact, CONTACT, age_days=300)
    await run(world)
    assert world.ledger.contact_links[contact].person_id == chosen.id


async def test_a_person_whose_address_was_changed_in_salesforce_stays_the_same_person():
    world = World()
    contact = world.contact(None)
    person = world.person(contact, CONTACT)
    await run(world)
    world.salesforce.people[person.id] = replace(person, email="new@example.com")
    assert await run(world) is Outcome.DONE
    assert world.ledger.contact_links[contact].person_id == person.id


@pytest.mark.parametrize(
    ("email", "code"), [("nobody@example.com", "CONTACT_NOT_IN_SALESFORCE"), ("", "CONTACT_WITHOUT_EMAIL")]
)
async def test_a_contact_without_a_person_is_noted_and_creates_nobody(email, code):
    world = World()
    contact = world.contact(None, email=email)
    assert await run(world) is Outcome.LEFT_ALONE
    assert world.codes(contact) == [code]
    assert not world.salesforce.people


async def test_people_without_an_address_are_not_looked_for():
    world = World()
    contact = world.contact(None, email="")
    world.person(contact, CONTACT)
    assert await run(world) is Outcome.LEFT_ALONE
    assert not world.ledger.contact_links


async def test_a_contact_that_is_gone_is_noted():
    world = World()
    assert await run(world, "77") is Outcome.LEFT_ALONE
    assert world.codes("77") == ["CONTACT_GONE"]


async def test_with_the_sync_off_nobody_is_asked():
    world = World(company_sync=False)
    world.contact(None)
    assert await run(world) is Outcome.LEFT_ALONE
    assert world.calls.made == ["record_verdict"]
    assert world.codes("1000") == ["OBJECT_SYNC_OFF"], "or nobody would know whom to look at when it is on again"


async def test_a_company_without_a_link_is_looked_at_again():
    world = World()
    world.company()
    world.person(world.contact(), CONTACT)
    await run(world)
    assert world.ledger.owed == [Owed("create_account", "1")]


async def test_the_primary_company_takes_in_its_private_contact_and_its_stage():
    world = linked_world()
    world.person(world.contact(), CONTACT)
    await run(world)
    assert world.ledger.owed == [Owed("propagate_lifecycle_stage", "1"), Owed("link_company", "1")]


async def test_a_company_that_is_not_the_primary_one_hears_nothing():
    world = linked_world()
    world.person(world.contact(primary=False), CONTACT)
    await run(world)
    assert world.ledger.owed == []


async def test_the_company_of_the_contacts_account_takes_it_in():
    world = linked_world()
    contact = world.contact(None)
    world.person(contact, CONTACT, account=ACCOUNT)
    await run(world)
    assert world.ledger.owed == [Owed("link_company", "1")]
    assert world.ledger.timeline[0][0] == Subject(Kind.CONTACT, contact)


async def test_a_contact_that_sits_on_the_company_of_its_account_needs_nothing_more():
    world = linked_world()
    world.person(world.contact(), CONTACT, account=ACCOUNT)
    await run(world)
    assert world.ledger.owed == [Owed("propagate_lifecycle_stage", "1")]
