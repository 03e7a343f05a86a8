"""Short ways to let the rules happen to the records of a world."""

from dataclasses import replace

from tasks.contracts.errors import Ambiguous
from tasks.contracts.records import AccountId, Company, CompanyId, ContactId, PersonId, PersonKind, StageName
from tasks.create_account import create_account
from tasks.create_company import create_company
from tasks.link_company import link_company
from tasks.link_contact import link_contact
from tasks.propagate_lifecycle_stage import propagate_lifecycle_stage
from tests.doubles.world import World

CONTACT, LEAD = PersonKind.CONTACT, PersonKind.LEAD
ACCOUNT, OTHER_ACCOUNT = "001000000000001AAA", "001000000000002AAA"


async def decide(world: World, company_id: str = "1", *, forced: bool = False) -> list[str]:
    """Whether the company gets an account: the codes of its timeline, with the question where a person is asked."""
    try:
        await create_account(CompanyId(company_id), world.tools(forced=forced))
    except Ambiguous as question:
        return [*world.codes(company_id), f"asked: {question.code}"]
    return world.codes(company_id)


async def decide_about_account(world: World, account_id: str = ACCOUNT, *, forced: bool = False) -> list[str]:
    """Whether the account gets a company, as above."""
    try:
        await create_company(AccountId(account_id), world.tools(forced=forced))
    except Ambiguous as question:
        return [*world.codes(account_id), f"asked: {question.code}"]
    return world.codes(account_id)


async def bring_along(world: World, company_id: str = "1") -> None:
    await link_company(CompanyId(company_id), world.tools())


async def look_at_contact(world: World, contact_id: ContactId) -> list[str]:
    await link_contact(contact_id, world.tools())
    return world.codes(contact_id)


async def move_stage(world: World, company_id: str = "1", *, forced: bool = False) -> str:
    """The company's stage afterwards."""
    await propagate_lifecycle_stage(CompanyId(company_id), world.tools(forced=forced))
    return world.stage(company_id)


async def do_what_is_owed(world: World) -> None:
    """And what that makes owed in turn."""
    flows = {
        flow.name: flow
        for flow in (create_account, create_company, link_company, link_contact, propagate_lifecycle_stage)
    }
    while world.ledger.owed:
        owed = world.ledger.owed.pop(0)
        await flows[owed.task](owed.record_id, world.tools(forced=owed.forced))


def linked(world: World, company_id: str = "1") -> AccountId | None:
    found = world.ledger.links.get(CompanyId(company_id))
    return found[0].account_id if found else None


def company(world: World, company_id: str = "1") -> Company:
    return world.hubspot.companies[CompanyId(company_id)]


def account_of(world: World, person_id: PersonId) -> AccountId | None:
    return world.salesforce.people[person_id].account_id


def edit_stage(world: World, contact_id: ContactId, stage: str) -> None:
    """Somebody moves the contact."""
    world.hubspot.contacts[contact_id] = replace(world.hubspot.contacts[contact_id], lifecycle_stage=StageName(stage))


def stages_of_contacts(world: World) -> list[str]:
    return [contact.lifecycle_stage for contact in world.hubspot.contacts.values()]
