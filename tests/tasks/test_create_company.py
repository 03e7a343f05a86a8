"""Rules 2.1 to 2.7 and decision table T2 from the account's side, row by row, through the whole flow."""

from dataclasses import replace

import pytest

from tasks.contracts.errors import Ambiguous, Busy
from tasks.contracts.records import (
    AccountId,
    CompanyId,
    ContactId,
    ContactLink,
    DomainMatch,
    Identity,
    Kind,
    NameMatch,
    Owed,
    PersonKind,
)
from tasks.contracts.tools import Subject
from tasks.create_account import create_account
from tasks.create_company import create_company
from tasks.sync_task import Outcome
from tests.doubles.world import LATELY, LONG_AGO, World

CONTACT, LEAD = PersonKind.CONTACT, PersonKind.LEAD
ACCOUNT = "001000000000001AAA"
OTHER_ACCOUNT = "001000000000002AAA"
NEW = {"created_at": LATELY, "modified_at": LATELY}
OLD = {"created_at": LONG_AGO, "modified_at": LONG_AGO}


async def run(world: World, account_id: str = ACCOUNT, *, forced: bool = False) -> Outcome:
    return await create_company(AccountId(account_id), world.tools(forced=forced))


async def refused(world: World, account_id: str = ACCOUNT) -> Ambiguous:
    with pytest.raises(Ambiguous) as refusal:
        await run(world, account_id)
    assert world.hubspot.created == []
    return refusal.value


def linked(world: World, account_id: str = ACCOUNT) -> CompanyId | None:
    return next((link.company_id for link, _ in world.ledger.links.values() if link.account_id == account_id), None)


def codes(world: World, account_id: str = ACCOUNT) -> list[str]:
    return world.codes(account_id)


def contact_on(world: World, account_id: str, company_id: str | None, *, primary: bool = True) -> ContactId:
    contact_id = world.contact(company_id, primary=primary)
    world.person(contact_id, CONTACT, account=account_id)
    return contact_id


# Rules 2.1 to 2.7: who comes over


async def test_2_1_nothing_flows_while_company_sync_is_off():
    world = World(company_sync=False)
    world.account(ACCOUNT, **NEW)
    assert await run(world, forced=True) is Outcome.LEFT_ALONE
    assert codes(world) == ["OBJECT_SYNC_OFF"]
    assert world.calls.made == ["record_verdict"]


async def test_2_2_switching_on_brings_no_older_account_over():
    world = World()
    world.account(ACCOUNT, **OLD)
    assert await run(world) is Outcome.LEFT_ALONE
    assert codes(world) == ["ACCOUNT_UNTOUCHED"]
    assert world.hubspot.companies == {}


async def test_2_3_a_new_account_becomes_a_company_without_any_contact():
    world = World()
    world.account(ACCOUNT, name="Zeta", website="https://www.zeta.com/de", country="DE", **NEW)
    assert await run(world) is Outcome.DONE
    company_id = world.hubspot.created[0]
    assert linked(world) == company_id
    assert codes(world) == ["ACCOUNT_NEW", "COMPANY_CREATED"]
    assert world.codes(company_id) == ["COMPANY_CREATED"]
    company = world.hubspot.companies[company_id]
    assert (company.name, company.domain, company.website) == ("Zeta", "zeta.com", "https://www.zeta.com/de")
    assert (company.country, company.account_id) == ("DE", ACCOUNT)
    follow_ups = [Owed("link_company", company_id), Owed("propagate_lifecycle_stage", company_id)]
    assert world.ledger.owed == follow_ups


async def test_2_4_an_older_account_comes_over_once_it_is_edited():
    world = World()
    world.account(ACCOUNT, created_at=LONG_AGO, modified_at=LATELY)
    assert await run(world) is Outcome.DONE
    assert codes(world) == ["ACCOUNT_EDITED", "COMPANY_CREATED"]


async def test_2_4_an_older_account_comes_over_when_a_person_asks_for_it():
    world = World()
    world.account(ACCOUNT, **OLD)
    assert await run(world, forced=True) is Outcome.DONE
    assert codes(world) == ["MANUAL", "COMPANY_CREATED"]


async def test_2_5_it_is_linked_with_the_company_that_has_its_contacts():
    world = World()
    world.company()
    world.account(ACCOUNT, created_at=LONG_AGO, modified_at=LATELY)
    contact_on(world, ACCOUNT, "1")
    assert await run(world) is Outcome.DONE
    assert linked(world) == "1"
    assert codes(world) == ["LINKED_BY_CONTACTS"]
    assert world.hubspot.created == []


async def test_2_6_the_domain_is_not_looked_at_in_parity_mode():
    world = World(domain_match=DomainMatch.OFF)
    world.company(domain="acme.com")
    world.account(ACCOUNT, website="acme.com", **NEW)
    assert await run(world) is Outcome.DONE
    assert linked(world) == world.hubspot.created[0]


async def test_2_7_a_lead_with_the_same_address_brings_no_company():
    world = World()
    world.company()
    world.account(ACCOUNT, **NEW)
    world.person(world.contact("1"), LEAD)
    await run(world)
    assert linked(world) == world.hubspot.created[0]


@pytest.mark.parametrize(
    ("account", "code"),
    [
        pytest.param({"is_deleted": True}, "ACCOUNT_DELETED", id="deleted"),
        pytest.param({"is_person_account": True}, "PERSON_ACCOUNT", id="A16-a-person-account"),
    ],
)
async def test_some_accounts_never_get_a_company(account, code):
    world = World()
    world.account(ACCOUNT, **NEW, **account)
    assert await run(world, forced=True) is Outcome.LEFT_ALONE
    assert codes(world) == [code]
    assert world.hubspot.companies == {}


async def test_an_account_that_is_not_there_is_left_alone():
    world = World()
    assert await run(world) is Outcome.LEFT_ALONE
    assert codes(world) == ["ACCOUNT_GONE"]


async def test_an_account_that_is_linked_goes_on_from_there():
    world = World()
    world.company()
    world.account(ACCOUNT, **NEW)
    world.link("1", ACCOUNT)
    assert await run(world) is Outcome.ALREADY_DONE
    assert codes(world) == ["LINKED_ALREADY"]
    assert world.ledger.owed == [Owed("link_company", "1"), Owed("propagate_lifecycle_stage", "1")]


# T2, top-down


async def test_t2_row_1_a_merged_account_is_looked_at_as_its_master():
    world = World()
    world.account(ACCOUNT, is_deleted=True, master_id=AccountId(OTHER_ACCOUNT), **NEW)
    assert await run(world) is Outcome.LEFT_ALONE
    assert codes(world) == ["ACCOUNT_MERGED"]
    assert world.ledger.owed == [Owed("create_company", OTHER_ACCOUNT)]


@pytest.mark.parametrize("name", ["account_id", "native_account_id"])
async def test_t2_row_2_the_company_that_carries_the_accounts_id_is_adopted(name):
    world = World()
    world.company(**{name: AccountId(ACCOUNT)})
    world.account(ACCOUNT, **NEW)
    assert await run(world) is Outcome.DONE
    assert linked(world) == "1"
    assert codes(world) == ["LINKED_BY_STORED_ID"]


async def test_t2_row_2_the_company_that_the_account_names_is_adopted():
    world = World()
    world.company()
    world.account(ACCOUNT, company_id=CompanyId("1"), **NEW)
    await run(world)
    assert linked(world) == "1"
    assert codes(world) == ["LINKED_BY_KEY"]


async def test_t2_row_2_of_several_that_carry_the_id_the_one_with_most_contacts_is_kept_and_the_others_are_listed():
    world = World()
    world.company("1", native_account_id=AccountId(ACCOUNT))
    world.company("2", native_account_id=AccountId(ACCOUNT))
    world.contact("2")
    world.account(ACCOUNT, **NEW)
    await run(world)
    assert linked(world) == "2"
    assert world.ledger.timeline[-1][1].evidence == {"company": "2", "others": ["1"]}
    assert codes(world) == ["CONFLICT_DUP_LINK"]


async def test_t2_row_3_contacts_are_known_by_their_links_as_well_as_by_their_addresses():
    world = World()
    world.company()
    world.account(ACCOUNT, **NEW)
    contact_id = contact_on(world, ACCOUNT, "1")
    (person,) = world.salesforce.people.values()
    world.salesforce.people[person.id] = replace(person, email="new.address@example.com")
    world.ledger.contact_links[contact_id] = ContactLink(contact_id, person.id, person.kind)
    await run(world)
    assert linked(world) == "1"


async def test_t2_row_3_only_the_primary_company_of_a_contact_counts():
    world = World()
    world.company()
    world.account(ACCOUNT, **NEW)
    contact_on(world, ACCOUNT, "1", primary=False)
    await run(world)
    assert linked(world) == world.hubspot.created[0]


async def test_t2_row_3_a_tie_is_a_question():
    world = World()
    for company_id in ("1", "2"):
        world.company(company_id)
        contact_on(world, ACCOUNT, company_id)
    world.account(ACCOUNT, **NEW)
    problem = await refused(world)
    assert (problem.code, problem.evidence["companies"]) == ("CONFLICT_CONTACTS", ["1", "2"])


async def test_t2_row_3_nothing_is_taken_from_a_linked_pair():
    world = World()
    world.company()
    world.link("1", OTHER_ACCOUNT)
    world.account(ACCOUNT, **NEW)
    contact_on(world, ACCOUNT, "1")
    await run(world)
    assert linked(world) == world.hubspot.created[0]
    assert linked(world, OTHER_ACCOUNT) == "1"


async def test_t2_row_4_the_only_company_of_the_domain_is_suggested():
    world = World(domain_match=DomainMatch.SUGGEST)
    world.company(additional_domains=("acme.com",))
    world.account(ACCOUNT, website="www.acme.com", **NEW)
    problem = await refused(world)
    assert (problem.code, problem.evidence) == ("SUGGEST_DOMAIN", {"domains": ["acme.com"], "companies": ["1"]})


async def test_t2_row_4_or_adopted_where_the_operator_wants_that():
    world = World(domain_match=DomainMatch.AUTO)
    world.company(domain="acme.com")
    world.account(ACCOUNT, website="acme.com", **NEW)
    assert await run(world) is Outcome.DONE
    assert linked(world) == "1"
    assert codes(world) == ["LINKED_BY_DOMAIN"]
    assert world.ledger.claims == {Identity("domain", "acme.com"): Subject(Kind.ACCOUNT, ACCOUNT)}


async def test_t2_row_4_accounts_that_share_the_domain_are_a_question():
    world = World(domain_match=DomainMatch.AUTO)
    world.company(domain="acme.com")
    world.account(ACCOUNT, website="acme.com", **NEW)
    world.account(OTHER_ACCOUNT, website="https://acme.com/nord")
    problem = await refused(world)
    assert (problem.code, problem.evidence["accounts"]) == ("CONFLICT_DOMAIN", [OTHER_ACCOUNT])


async def test_t2_row_4_rivals_are_asked_for_only_where_a_company_has_the_domain():
    world = World(domain_match=DomainMatch.AUTO)
    world.account(ACCOUNT, website="acme.com", **NEW)
    await run(world)
    assert "find_accounts" not in world.calls.made


async def test_t2_row_4_a_free_mail_domain_is_no_evidence():
    world = World(domain_match=DomainMatch.AUTO)
    world.company(domain="gmail.com")
    world.account(ACCOUNT, website="gmail.com", **NEW)
    await run(world)
    assert world.hubspot.companies[world.hubspot.created[0]].domain == ""


async def test_t2_row_4_the_domain_of_a_linked_company_is_taken():
    world = World()
    world.company(domain="acme.com")
    world.link("1", OTHER_ACCOUNT)
    world.account(ACCOUNT, website="acme.com", **NEW)
    assert (await refused(world)).code == "CONFLICT_DOMAIN_TAKEN"


async def test_t2_row_4_pressing_sync_says_that_it_is_another_customer():
    world = World()
    world.company(domain="acme.com")
    world.link("1", OTHER_ACCOUNT)
    world.account(ACCOUNT, website="acme.com", **NEW)
    assert await run(world, forced=True) is Outcome.DONE
    assert linked(world) == world.hubspot.created[0]


async def test_t2_row_5_the_same_name_is_a_question_where_the_operator_wants_that():
    world = World(name_match=NameMatch.SUGGEST)
    world.company(name="Acme GmbH", country="DE")
    world.account(ACCOUNT, name="ACME", country="Germany", **NEW)
    problem = await refused(world)
    assert (problem.code, problem.evidence) == ("SUGGEST_NAME", {"companies": ["1"]})


async def test_t2_row_5_otherwise_a_name_is_no_evidence():
    world = World()
    world.company(name="Acme", country="DE")
    world.account(ACCOUNT, name="Acme", country="DE", **NEW)
    await run(world)
    assert linked(world) == world.hubspot.created[0]


async def test_t2_row_6_none_of_all_this_creates_one():
    world = World()
    world.company(domain="zeta.com")
    world.account(ACCOUNT, website="acme.com", **NEW)
    await run(world)
    assert linked(world) == world.hubspot.created[0]
    assert len(world.hubspot.created) == 1


# Races, and what other hands do


async def test_a_company_that_came_to_be_in_the_meantime_is_adopted():
    world = World()
    world.account(ACCOUNT, **NEW)
    world.company(account_id=AccountId(ACCOUNT))
    world.hubspot.unknown.add(CompanyId("1"))
    assert await run(world) is Outcome.DONE
    assert linked(world) == "1"
    assert codes(world) == ["ACCOUNT_NEW", "LINKED_AFTER_RACE"]


async def test_an_account_waits_for_a_company_that_is_about_to_get_one_of_the_same_domain():
    world = World()
    world.company("7", domain="acme.com")
    world.hubspot.unknown.add(CompanyId("7"))
    world.ledger.creating.add(CompanyId("7"))
    world.ledger.claims[Identity("domain", "acme.com")] = Subject(Kind.COMPANY, "7")
    world.account(ACCOUNT, website="acme.com", **NEW)
    with pytest.raises(Busy):
        await run(world)
    assert world.hubspot.created == []


async def test_a_company_waits_for_an_account_that_is_about_to_get_one_of_the_same_domain():
    world = World()
    world.company(domain="acme.com")
    world.contact()
    world.ledger.creating.add(ACCOUNT)
    world.ledger.claims[Identity("domain", "acme.com")] = Subject(Kind.ACCOUNT, ACCOUNT)
    with pytest.raises(Busy):
        await create_account(CompanyId("1"), world.tools())
    assert world.salesforce.created == []


async def test_a_linked_accounts_domain_is_its_companys_own():
    world = World()
    world.company(domain="acme.com")
    world.contact()
    world.link("1", ACCOUNT)
    world.ledger.claims[Identity("domain", "acme.com")] = Subject(Kind.ACCOUNT, ACCOUNT)
    world.company("2", domain="acme.com")
    world.contact("2")
    with pytest.raises(Ambiguous) as refusal:
        await create_account(CompanyId("2"), world.tools())
    assert refusal.value.evidence == {"linked_companies": ["1"], "domains": ["acme.com"]}


async def test_what_hubspot_makes_by_itself_beside_it_is_to_be_merged_and_never_a_third_record():
    world = World()
    world.account(ACCOUNT, website="acme.com", **NEW)
    await run(world)
    world.company("5", domain="acme.com", created_automatically=True)
    world.contact("5")
    with pytest.raises(Ambiguous) as refusal:
        await create_account(CompanyId("5"), world.tools())
    assert refusal.value.code == "SUGGEST_MERGE"
    assert refusal.value.evidence["linked_companies"] == world.hubspot.created
    assert world.salesforce.created == []
