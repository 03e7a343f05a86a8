"""Which records are one customer: 4.1 to 4.11."""

from datetime import timedelta

from tasks.contracts.changes import Change, What
from tasks.contracts.reasons import Reason
from tasks.contracts.records import AccountId, Association, CompanyId, ContactId, DomainMatch, Kind, Switches
from tasks.rules.company_matching import AdoptCompany, CompanyCandidates, match_company
from tasks.rules.matching import NoMatch
from tasks.rules.routing import choose_tasks
from tests.doubles.world import LONG_AGO, World
from tests.rulebook.scenes import (
    ACCOUNT,
    CONTACT,
    LEAD,
    OTHER_ACCOUNT,
    bring_along,
    company,
    decide,
    linked,
    look_at_contact,
)
from tests.rules import records

ACME = records.account(1, website="acme.com")
WITHOUT_DOMAINS = Switches(domain_match=DomainMatch.OFF)


async def test_rule_4_1_a_linked_company_is_not_matched_again_whatever_else_has_its_domain_and_contacts():
    world = World(domain_match=DomainMatch.AUTO)
    world.company(domain="acme.com")
    world.account(OTHER_ACCOUNT, website="acme.com", company_id=CompanyId("1"))
    world.person(world.contact(), CONTACT, account=OTHER_ACCOUNT)
    world.link("1", ACCOUNT)
    assert await decide(world) == ["LINKED_ALREADY"]
    assert linked(world) == ACCOUNT
    assert "find_accounts" not in world.calls.made


def test_rule_4_2_an_account_is_linked_with_the_company_of_its_contacts_and_not_with_its_namesake():
    namesake, sharing = records.company(1, domain="acme.com"), records.company(2, name="Other")
    contacts = [Association(sharing.id, ContactId("1001"), is_primary=True)]
    match = match_company(ACME, CompanyCandidates([namesake, sharing], {}, contacts), WITHOUT_DOMAINS)
    assert match == AdoptCompany(sharing, Reason.LINKED_BY_CONTACTS, {"shared_contacts": 1})
    assert match_company(ACME, CompanyCandidates([namesake], {}), WITHOUT_DOMAINS) == NoMatch()


async def test_rule_4_3_one_contact_on_both_records_binds_them():
    world = World()
    world.company(name="Acme Europe")
    world.account(ACCOUNT, name="Acme Inc.")
    for _ in range(3):
        world.contact()
    world.person(world.contact(), CONTACT, account=ACCOUNT)
    assert await decide(world) == ["LINKED_BY_CONTACTS"]
    assert linked(world) == ACCOUNT


async def test_rule_4_4_what_hubspots_own_integration_stored_finds_the_account_and_stays():
    world = World()
    world.company(native_account_id=AccountId(ACCOUNT))
    world.account(ACCOUNT)
    assert await decide(world) == ["LINKED_BY_STORED_ID"]
    await bring_along(world)
    assert company(world).account_id == company(world).native_account_id == ACCOUNT


def test_rule_4_6_of_several_companies_with_one_accounts_id_one_is_linked_and_the_others_are_listed():
    companies = [records.company(number, native_account_id=ACME.id) for number in (1, 2, 3)]
    match = match_company(ACME, CompanyCandidates(companies, {CompanyId("2"): ACME.id}), WITHOUT_DOMAINS)
    assert match == AdoptCompany(companies[1], Reason.CONFLICT_DUP_LINK, {"others": ["1", "3"]})


async def test_rule_4_8_the_person_found_by_address_stays_the_same_when_another_one_turns_up():
    world = World()
    contact = world.contact(None)
    known = world.person(contact, CONTACT)
    assert await look_at_contact(world, contact) == ["CONTACT_LINKED"]
    world.person(contact, CONTACT, age_days=100)
    assert await look_at_contact(world, contact) == ["CONTACT_LINKED"]
    assert world.ledger.contact_links[contact].person_id == known.id
    assert world.salesforce.people[known.id].created_at == LONG_AGO > LONG_AGO - timedelta(days=100)


def test_rule_4_10_an_opportunity_that_is_announced_is_never_a_reason_to_create_or_link_anything():
    change = Change(version=1, event_id="e", record=Kind.OPPORTUNITY, id="006000000000001AAA", what=What.CREATED)
    assert {one.task for one in choose_tasks(change)} <= {"propagate_lifecycle_stage"}


async def test_rule_4_11_where_contacts_sync_as_leads_a_company_hubspot_made_itself_waits():
    world = World(default_object=LEAD)
    world.company(created_automatically=True)
    contact = world.contact()
    assert await decide(world) == ["PENDING_CONTACT_SYNC"]
    world.person(contact, CONTACT)
    assert (await decide(world))[-2:] == ["C2_PRIVATE_CONTACT", "ACCOUNT_CREATED"]
