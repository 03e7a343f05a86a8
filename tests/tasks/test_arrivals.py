"""Rules 2.1 to 2.10, A16 and A17 through the whole flow: which accounts come over, and what keeps the others."""

import pytest

from tasks.contracts.errors import Ambiguous
from tasks.contracts.records import (
    AccountId,
    CompanyId,
    ContactId,
    DomainMatch,
    Owed,
    PersonKind,
)
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


async def test_rule_2_1_nothing_flows_while_company_sync_is_off():
    world = World(company_sync=False)
    world.account(ACCOUNT, **NEW)
    assert await run(world, forced=True) is Outcome.LEFT_ALONE
    assert codes(world) == ["OBJECT_SYNC_OFF"]
    assert world.calls.made == ["record_verdict"]


async def test_rule_2_2_switching_on_brings_no_older_account_over():
    world = World()
    world.account(ACCOUNT, **OLD)
    assert await run(world) is Outcome.LEFT_ALONE
    assert codes(world) == ["ACCOUNT_UNTOUCHED"]
    assert world.hubspot.companies == {}


async def test_rule_2_3_a_new_account_becomes_a_company_without_any_contact():
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


async def test_rule_2_4_an_older_account_comes_over_once_it_is_edited():
    world = World()
    world.account(ACCOUNT, created_at=LONG_AGO, modified_at=LATELY)
    assert await run(world) is Outcome.DONE
    assert codes(world) == ["ACCOUNT_EDITED", "COMPANY_CREATED"]


async def test_rule_2_4_an_older_account_comes_over_when_a_person_asks_for_it():
    world = World()
    world.account(ACCOUNT, **OLD)
    assert await run(world, forced=True) is Outcome.DONE
    assert codes(world) == ["MANUAL", "COMPANY_CREATED"]


async def test_rule_2_4_an_older_account_comes_over_when_it_is_imported():
    world = World()
    world.account(ACCOUNT, **OLD)
    world.ledger.imported_at[AccountId(ACCOUNT)] = LATELY
    assert await run(world) is Outcome.DONE
    assert codes(world) == ["ACCOUNT_IMPORTED", "COMPANY_CREATED"]


async def test_rule_2_1_an_account_that_was_imported_while_company_sync_was_off_gets_no_company():
    world = World()
    world.account(ACCOUNT, **OLD)
    world.ledger.imported_at[AccountId(ACCOUNT)] = LONG_AGO
    assert await run(world) is Outcome.LEFT_ALONE
    assert codes(world) == ["ACCOUNT_UNTOUCHED"]


async def test_rule_2_10_what_an_import_brings_over_is_filled_by_the_tasks_that_follow():
    world = World()
    world.account(ACCOUNT, **OLD)
    world.ledger.imported_at[AccountId(ACCOUNT)] = LATELY
    await run(world)
    company_id = world.hubspot.created[0]
    follow_ups = [Owed("link_company", company_id), Owed("propagate_lifecycle_stage", company_id)]
    assert world.ledger.owed == follow_ups


async def test_rule_2_5_it_is_linked_with_the_company_that_has_its_contacts():
    world = World()
    world.company()
    world.account(ACCOUNT, created_at=LONG_AGO, modified_at=LATELY)
    contact_on(world, ACCOUNT, "1")
    assert await run(world) is Outcome.DONE
    assert linked(world) == "1"
    assert codes(world) == ["LINKED_BY_CONTACTS"]
    assert world.hubspot.created == []


async def test_rule_2_6_the_domain_is_not_looked_at_in_parity_mode():
    world = World(domain_match=DomainMatch.OFF)
    world.company(domain="acme.com")
    world.account(ACCOUNT, website="acme.com", **NEW)
    assert await run(world) is Outcome.DONE
    assert linked(world) == world.hubspot.created[0]


async def test_rule_2_7_a_lead_with_the_same_address_brings_no_company():
    world = World()
    world.company()
    world.account(ACCOUNT, **NEW)
    world.person(world.contact("1"), LEAD)
    await run(world)
    assert linked(world) == world.hubspot.created[0]


async def test_rule_2_7_converting_a_lead_brings_an_older_account_over():
    world = World()
    world.account(ACCOUNT, **OLD)
    lead = world.person(world.contact(None), LEAD, account=ACCOUNT, is_converted=True)
    world.salesforce.converted_at[lead.id] = LATELY
    assert await run(world) is Outcome.DONE
    assert codes(world) == ["ACCOUNT_FROM_LEAD", "COMPANY_CREATED"]


async def test_rule_2_7_a_lead_that_was_converted_before_company_sync_brings_nothing_over():
    world = World()
    world.account(ACCOUNT, **OLD)
    lead = world.person(world.contact(None), LEAD, account=ACCOUNT, is_converted=True)
    world.salesforce.converted_at[lead.id] = LONG_AGO
    assert await run(world) is Outcome.LEFT_ALONE
    assert codes(world) == ["ACCOUNT_UNTOUCHED"]


FILTER = "Industry = 'Energy'"


@pytest.mark.parametrize("passes", [True, False])
async def test_rule_A17_only_accounts_that_meet_the_filter_get_a_company(passes):
    world = World(account_filter=FILTER)
    world.salesforce.filters = {FILTER: {AccountId(ACCOUNT)} if passes else set()}
    world.account(ACCOUNT, **NEW)
    await run(world)
    assert codes(world)[0] == ("ACCOUNT_NEW" if passes else "ACCOUNT_FILTERED_OUT")
    assert len(world.hubspot.created) == passes


async def test_rule_A17_who_does_not_meet_the_filter_is_not_linked_either():
    world = World(account_filter=FILTER)
    world.salesforce.filters = {FILTER: set()}
    world.company(account_id=AccountId(ACCOUNT))
    world.account(ACCOUNT, **NEW)
    assert await run(world) is Outcome.LEFT_ALONE
    assert linked(world) is None


async def test_rule_A17_a_person_who_presses_sync_is_not_asked_for_the_filter():
    world = World(account_filter=FILTER)
    world.account(ACCOUNT, **OLD)
    assert await run(world, forced=True) is Outcome.DONE
    assert codes(world) == ["MANUAL", "COMPANY_CREATED"]


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
