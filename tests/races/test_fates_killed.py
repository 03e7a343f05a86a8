"""What people did is followed while the process dies after any tool call: the same end as without the crash."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tasks.contracts.changes import What
from tasks.contracts.records import (
    AccountId,
    CompanyId,
    ContactId,
    DeletedAccounts,
    DeletedPeople,
    Kind,
    MergedAccounts,
    PersonKind,
)
from tests.doubles.calls import Killed
from tests.doubles.workday import Workday, pairs
from tests.doubles.world import World

ONE, TWO = CompanyId("1"), CompanyId("2")
ACME, ZETA = (AccountId(f"00100000000000{number}AAA") for number in (1, 2))
ANNA = ContactId("1000")

Event = tuple[Kind, str, What]
Scene = tuple[World, Event]


def two_pairs(**switches: Any) -> World:
    return pairs((ONE, ACME), (TWO, ZETA), **switches)


def account_deleted(**switches: Any) -> Scene:
    world = two_pairs(**switches)
    world.salesforce.delete(ACME)
    return world, (Kind.ACCOUNT, ACME, What.DELETED)


def company_deleted() -> Scene:
    world = two_pairs()
    world.hubspot.delete_company(ONE)
    return world, (Kind.COMPANY, ONE, What.DELETED)


def accounts_merged(**switches: Any) -> Scene:
    world = two_pairs(**switches)
    world.salesforce.join(ZETA, ACME)
    return world, (Kind.ACCOUNT, ACME, What.MERGED)


def account_merged_into_a_free_one() -> Scene:
    world = two_pairs()
    del world.ledger.links[TWO]
    world.account(ZETA)
    world.salesforce.join(ZETA, ACME)
    return world, (Kind.ACCOUNT, ACME, What.MERGED)


def companies_merged() -> Scene:
    world = two_pairs()
    world.hubspot.join_companies(TWO, ONE)
    return world, (Kind.COMPANY, TWO, What.MERGED)


def company_merged_into_a_free_one() -> Scene:
    world = two_pairs()
    del world.ledger.links[TWO]
    world.hubspot.join_companies(TWO, ONE)
    world.salesforce.accounts.pop(ZETA)
    return world, (Kind.COMPANY, TWO, What.MERGED)


def person_deleted(**switches: Any) -> Scene:
    world = two_pairs(**switches)
    person_id = world.ledger.contact_links[ANNA].person_id
    world.salesforce.delete(person_id)
    return world, (Kind.SALESFORCE_CONTACT, person_id, What.DELETED)


def contacts_merged() -> Scene:
    world = two_pairs()
    world.hubspot.join_contacts(ContactId("1001"), ANNA)
    return world, (Kind.CONTACT, "1001", What.MERGED)


def lead_converted() -> Scene:
    world = two_pairs()
    lead = world.person(world.contact(ONE), PersonKind.LEAD)
    world.remember(ContactId("1002"), lead)
    world.salesforce.convert(lead.id, ACME)
    return world, (Kind.LEAD, lead.id, What.CONVERTED)


SCENES: Mapping[str, Callable[[], Scene]] = {
    "an-account-is-deleted": account_deleted,
    "an-account-is-deleted-and-the-company-archived": lambda: account_deleted(
        deleted_accounts=DeletedAccounts.ARCHIVE_COMPANY
    ),
    "an-account-is-deleted-and-the-link-cleared": lambda: account_deleted(deleted_accounts=DeletedAccounts.CLEAR_LINK),
    "a-company-is-deleted": company_deleted,
    "accounts-are-merged": accounts_merged,
    "accounts-are-merged-and-companies-as-well": lambda: accounts_merged(
        merged_accounts=MergedAccounts.MERGE_COMPANIES
    ),
    "an-account-is-merged-into-a-free-one": account_merged_into_a_free_one,
    "companies-are-merged": companies_merged,
    "a-company-is-merged-into-a-free-one": company_merged_into_a_free_one,
    "a-person-is-deleted": person_deleted,
    "a-person-is-deleted-and-the-contact-archived": lambda: person_deleted(
        deleted_people=DeletedPeople.ARCHIVE_CONTACT
    ),
    "contacts-are-merged": contacts_merged,
    "a-lead-is-converted": lead_converted,
}


def state_of(workday: Workday) -> dict[str, object]:
    """All that a customer, or an operator, could see."""
    world = workday.world
    return {
        "companies": world.hubspot.companies,
        "archived": set(world.hubspot.past.archived),
        "merged": world.hubspot.past.merged,
        "associations": world.hubspot.associations,
        "accounts": world.salesforce.accounts,
        "people": world.salesforce.people,
        "created": world.salesforce.created,
        "links": {company_id: link for company_id, (link, _) in world.ledger.links.items()},
        "contact_links": world.ledger.contact_links,
        "tombstones": world.ledger.tombstones,
        "parked": {key: problem.code for key, problem in workday.parked.items()},
    }


async def follow(scene: Scene, *, kill_after: int | None = None) -> Workday:
    world, event = scene
    workday = Workday(world)
    workday.announce(*event)
    made_before = len(world.calls.made)
    world.calls.kill_after = None if kill_after is None else made_before + kill_after
    try:
        await workday.work_off()
    except Killed:
        world.calls.kill_after = None
        world.leases.held.clear()  # they expire
        await workday.work_off()
    return workday


@pytest.mark.parametrize("name", SCENES)
async def test_a_crash_after_any_call_ends_like_no_crash(name):
    expected = await follow(SCENES[name]())
    wanted = state_of(expected)
    calls = len(expected.world.calls.made)
    assert calls > 6
    for nth in range(1, calls + 1):
        survived = await follow(SCENES[name](), kill_after=nth)
        assert state_of(survived) == wanted, f"killed after call {nth}: {expected.world.calls.made[nth - 1]}"
        explained = {(subject, verdict.code) for subject, verdict in survived.world.ledger.timeline}
        about_links = {
            (subject, verdict.code)
            for subject, verdict in expected.world.ledger.timeline
            if verdict.code.startswith(("LINK_R", "LINK_F", "LINK_C", "CONFLICT", "COMPAN", "PERSON", "CONTACT_M"))
        }
        assert about_links <= explained, f"killed after call {nth}"


async def test_the_scenes_are_about_what_they_say():
    ends = {name: (await follow(make())) for name, make in SCENES.items()}
    codes = {
        name: {str(verdict.code) for _, verdict in workday.world.ledger.timeline} for name, workday in ends.items()
    }
    assert "LINK_RESTS_ACCOUNT" in codes["an-account-is-deleted"]
    assert "COMPANY_ARCHIVED" in codes["an-account-is-deleted-and-the-company-archived"]
    assert "LINK_CLEARED" in codes["an-account-is-deleted-and-the-link-cleared"]
    assert "LINK_RESTS_COMPANY" in codes["a-company-is-deleted"]
    assert "CONFLICT_ACCOUNTS_MERGED" in codes["accounts-are-merged"]
    assert {"COMPANIES_MERGED", "LINK_MERGED"} <= codes["accounts-are-merged-and-companies-as-well"]
    assert "LINK_FOLLOWED_ACCOUNT" in codes["an-account-is-merged-into-a-free-one"]
    assert "CONFLICT_COMPANIES_MERGED" in codes["companies-are-merged"]
    assert "LINK_FOLLOWED_COMPANY" in codes["a-company-is-merged-into-a-free-one"]
    assert "PERSON_DELETED" in codes["a-person-is-deleted"]
    assert "CONTACT_ARCHIVED" in codes["a-person-is-deleted-and-the-contact-archived"]
    assert "CONTACT_MERGED" in codes["contacts-are-merged"]
    assert "PERSON_CONVERTED" in codes["a-lead-is-converted"]
