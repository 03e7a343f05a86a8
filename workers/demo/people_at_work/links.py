"""Companies and accounts carry each other's ids, one to one, and no id of a record that is gone."""

from collections import Counter
from collections.abc import Iterator

from workers.demo.people_at_work.told import Told
from workers.demo.people_at_work.world import Account, Company, World

IN_QUESTION = ("CONFLICT_",)
ACCOUNT_RESTS = ("LINK_RESTS_ACCOUNT",)
COMPANY_RESTS = ("LINK_RESTS_COMPANY",)


def wrong_links(world: World, told: Told) -> Iterator[str]:
    """Where people have to decide, a reason on the timeline is the answer; nothing else excuses."""
    yield from _shared_ids(world)
    for company in world.companies.values():
        if company.account_id:
            yield from _wrong_account(company, world, told)
    for account in world.living_accounts.values():
        if account.company_id:
            yield from _wrong_company(account, world, told)


def _shared_ids(world: World) -> Iterator[str]:
    accounts = Counter(company.account_id for company in world.companies.values() if company.account_id)
    for account_id, times in accounts.items():
        if times > 1:
            yield f"account {account_id} is the account of {times} companies"
    companies = Counter(account.company_id for account in world.living_accounts.values() if account.company_id)
    for company_id, times in companies.items():
        if times > 1:
            yield f"company {company_id} has {times} accounts"


def _wrong_account(company: Company, world: World, told: Told) -> Iterator[str]:
    """Seen from HubSpot."""
    account = world.accounts.get(company.account_id)
    survivor = world.surviving_account(company.account_id)
    here = f"company {company.id} carries the id of account {company.account_id}"
    if account is None or survivor is None:
        yield f"{here}, which nobody knows"
    elif survivor is not account:
        if not told.excuses(IN_QUESTION if not survivor.is_deleted else ACCOUNT_RESTS, company.id, survivor.id):
            yield f"{here}, which was merged into {survivor.id}"
    elif account.is_deleted:
        if not told.excuses(ACCOUNT_RESTS, company.id):
            yield f"{here}, which is deleted"
    elif account.company_id != company.id and not told.excuses(IN_QUESTION, company.id, account.id):
        yield f"{here}, which carries {account.company_id or 'none'}"


def _wrong_company(account: Account, world: World, told: Told) -> Iterator[str]:
    """Seen from Salesforce."""
    company_id = account.company_id
    survivor = world.survivor_of.get(company_id)
    here = f"account {account.id} carries the id of company {company_id}"
    if survivor:
        if not told.excuses(IN_QUESTION, company_id, survivor):
            yield f"{here}, which was merged into {survivor}"
    elif company_id in world.companies:
        carried = world.companies[company_id].account_id
        if carried != account.id and not told.excuses(IN_QUESTION, company_id, account.id):
            yield f"{here}, which carries {carried or 'none'}"
    elif not told.excuses(COMPANY_RESTS, company_id):
        yield f"{here}, which is {'deleted' if company_id in world.archived_companies else 'gone'}"
