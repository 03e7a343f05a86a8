"""Rules 10.1 to 10.3, 10.6 and 10.7, and lead conversion: people merge, delete and convert, and contacts follow."""

import pytest

from tasks.contracts.changes import What
from tasks.contracts.records import AccountId, CompanyId, ContactId, DeletedPeople, Kind, PersonKind
from tests.doubles.workday import pairs, told
from tests.doubles.world import World

ONE, TWO = CompanyId("1"), CompanyId("2")
ACME, ZETA = (AccountId(f"00100000000000{number}AAA") for number in (1, 2))
ANNA, BERT = ContactId("1000"), ContactId("1001")


def person_of(world: World, contact_id: ContactId) -> str:
    return world.ledger.contact_links[contact_id].person_id


async def test_rule_10_1_a_deleted_person_leaves_the_contact_by_default():
    world = pairs((ONE, ACME))
    person = person_of(world, ANNA)
    world.salesforce.delete(person)
    await told(world, (Kind.SALESFORCE_CONTACT, person, What.DELETED))
    assert ANNA in world.hubspot.contacts
    assert list(await world.ledger.find_contact_links_of_account(ACME)) == []
    world.salesforce.undelete(person)
    await told(world, (Kind.SALESFORCE_CONTACT, person, What.RESTORED))
    assert [one.contact_id for one in await world.ledger.find_contact_links_of_account(ACME)] == [ANNA]


@pytest.mark.parametrize("segment", [None, "7"])
async def test_rule_10_1_or_the_switch_archives_the_contact(segment):
    world = pairs((ONE, ACME), deleted_people=DeletedPeople.ARCHIVE_CONTACT, contact_segment=segment)
    world.hubspot.segments["7"] = {ANNA}
    person = person_of(world, ANNA)
    world.salesforce.delete(person)
    await told(world, (Kind.SALESFORCE_CONTACT, person, What.DELETED))
    assert ANNA in world.hubspot.past.archived
    assert "CONTACT_ARCHIVED" in world.codes(ANNA)


async def test_rule_10_2_but_not_one_outside_the_contact_segment():
    world = pairs((ONE, ACME), deleted_people=DeletedPeople.ARCHIVE_CONTACT, contact_segment="7")
    person = person_of(world, ANNA)
    world.salesforce.delete(person)
    await told(world, (Kind.SALESFORCE_CONTACT, person, What.DELETED))
    assert ANNA in world.hubspot.contacts


async def test_rule_10_3_a_deleted_contact_changes_nothing_in_salesforce():
    world = pairs((ONE, ACME))
    before = (dict(world.salesforce.accounts), dict(world.salesforce.people))
    world.hubspot.delete_contact(ANNA)
    await told(world, (Kind.CONTACT, ANNA, What.DELETED))
    assert (world.salesforce.accounts, world.salesforce.people) == before
    assert (Kind.CONTACT, ANNA) in world.ledger.tombstones
    world.hubspot.restore_contact(ANNA)
    await told(world, (Kind.CONTACT, ANNA, What.RESTORED))
    assert (Kind.CONTACT, ANNA) not in world.ledger.tombstones


async def test_rule_10_6_merged_people_do_not_merge_their_contacts():
    world = pairs((ONE, ACME), (TWO, ZETA))
    loser, survivor = person_of(world, ANNA), person_of(world, BERT)
    world.salesforce.join(survivor, loser)
    await told(world, (Kind.SALESFORCE_CONTACT, loser, What.MERGED))
    assert {ANNA, BERT} <= world.hubspot.contacts.keys()
    assert person_of(world, ANNA) == survivor
    assert "PERSON_MERGED" in world.codes(ANNA)


async def test_rule_10_7_of_merged_contacts_only_the_survivor_keeps_syncing():
    world = pairs((ONE, ACME), (TWO, ZETA))
    mine = person_of(world, BERT)
    world.hubspot.join_contacts(BERT, ANNA)
    await told(world, (Kind.CONTACT, BERT, What.MERGED))
    assert world.ledger.tombstones[Kind.CONTACT, ANNA].survivor_id == BERT
    assert person_of(world, BERT) == mine


async def test_rule_10_7_a_survivor_without_a_person_gets_the_losers():
    world = pairs((ONE, ACME))
    person = person_of(world, ANNA)
    stranger = world.contact(ONE, email="")
    world.hubspot.join_contacts(stranger, ANNA)
    await told(world, (Kind.CONTACT, ANNA, What.MERGED))
    assert person_of(world, stranger) == person


async def test_a_converted_lead_is_followed_to_the_contact_it_became():
    world = pairs((ONE, ACME))
    contact = world.contact(ONE)
    lead = world.person(contact, PersonKind.LEAD)
    world.remember(contact, lead)
    became = world.salesforce.convert(lead.id, ACME)
    await told(world, (Kind.LEAD, lead.id, What.CONVERTED))
    link = world.ledger.contact_links[contact]
    assert (link.person_id, link.kind, link.account_id) == (became, PersonKind.CONTACT, ACME)
