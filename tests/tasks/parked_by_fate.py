"""How records come to be parked when others are merged, deleted or restored, and what a person does about it."""

from dataclasses import replace

from tasks.contracts.fates import End, Tombstone
from tasks.contracts.records import AccountId, CompanyId, Kind, LinkState
from tests.doubles.world import World

COMPANY, OTHER = CompanyId("1"), CompanyId("2")
ACCOUNT, SECOND = AccountId("001000000000001AAA"), AccountId("001000000000002AAA")


def merges_the_companies(world: World) -> None:
    world.hubspot.join_companies(OTHER, COMPANY)


def archives_the_other_company(world: World) -> None:
    world.hubspot.delete_company(OTHER)


def merges_the_accounts(world: World) -> None:
    world.salesforce.join(SECOND, ACCOUNT)


def deletes_its_account(world: World) -> None:
    world.salesforce.delete(ACCOUNT)


def deletes_the_survivors_account(world: World) -> None:
    world.salesforce.delete(SECOND)


def clears_what_names_the_other_company(world: World) -> None:
    world.company(OTHER)
    world.salesforce.accounts[SECOND] = replace(world.salesforce.accounts[SECOND], company_id=None)


def two_linked_pairs(world: World) -> None:
    for company_id, account_id in ((COMPANY, ACCOUNT), (OTHER, SECOND)):
        world.company(company_id, account_id=account_id)
        world.contact(company_id)
        world.account(account_id, company_id=company_id)
        world.link(company_id, account_id)


def linked_accounts_merged(world: World) -> None:
    two_linked_pairs(world)
    merges_the_accounts(world)


def linked_companies_merged(world: World) -> None:
    two_linked_pairs(world)
    merges_the_companies(world)


def back_too_late(world: World) -> None:
    two_linked_pairs(world)
    world.account(ACCOUNT, company_id=OTHER)
    world.link(COMPANY, ACCOUNT, LinkState.COMPANY_DELETED)
    world.link(OTHER, ACCOUNT)


def merged_into_an_account_with_anothers_key(world: World) -> None:
    two_linked_pairs(world)
    del world.ledger.links[OTHER]
    merges_the_accounts(world)


def buried_with_the_key(world: World) -> None:
    world.company()
    world.contact()
    world.ledger.tombstones[Kind.ACCOUNT, ACCOUNT] = Tombstone(Kind.ACCOUNT, ACCOUNT, End.DELETED, key=COMPANY)
