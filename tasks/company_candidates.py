"""The companies that an account could be given, and what has to be followed before one is."""

from dataclasses import replace

from tasks.contracts.errors import Busy
from tasks.contracts.records import Account, AccountId, Association, Company, Link, LinkState
from tasks.contracts.tools import Tools
from tasks.domains import find_rival_accounts
from tasks.fates import find_unfollowed
from tasks.rules.company_matching import (
    CompanyCandidates,
    CompanyMatch,
    company_search,
    find_claimants,
    has_rival_evidence,
    match_company,
)


async def find_link_of(account_id: AccountId, tools: Tools) -> Link | None:
    return next(iter(await tools.ledger.find_links_of_accounts([account_id])), None)


def is_held(link: Link) -> bool:
    """A company that was deleted keeps its account from no other one."""
    return link.state is not LinkState.COMPANY_DELETED


async def follow_first(company: Company, tools: Tools) -> None:
    """Busy if the company is back, or has absorbed a linked one: what it had before comes first."""
    if fate := await find_unfollowed(company, tools):
        await tools.ledger.owe([fate])
        raise Busy(f"company {company.id}: what became of it, or of those that it absorbed, comes first")


async def find_match(account: Account, homes: tuple[Association, ...], tools: Tools) -> CompanyMatch:
    companies = await tools.hubspot.find_companies(company_search(account, homes, tools.switches))
    links = await tools.ledger.find_links([company.id for company in companies])
    held = {link.company_id: link.account_id for link in links if is_held(link)}
    candidates = CompanyCandidates(companies, held, homes)
    claimants = find_claimants(account, candidates)
    if len(claimants) > 1:
        counts = {one.id: len(await tools.hubspot.find_contacts_of(one.id)) for one in claimants}
        candidates = replace(candidates, contact_counts=counts)
    if has_rival_evidence(account, companies, tools.switches):
        candidates = replace(candidates, rivals=await find_rival_accounts(account, tools))
    return match_company(account, candidates, tools.switches, forced=tools.forced)
