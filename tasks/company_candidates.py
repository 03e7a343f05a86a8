"""The companies that an account could be given, and what has to be followed before one is."""

from dataclasses import replace

from tasks.contracts.errors import Busy
from tasks.contracts.finding import AccountSearch
from tasks.contracts.records import Account, AccountId, Association, Company, Link, LinkState
from tasks.contracts.tools import Tools
from tasks.fates import find_unfollowed
from tasks.rules.company_matching import (
    CompanyCandidates,
    CompanyMatch,
    company_search,
    find_claimants,
    has_rival_evidence,
    match_company,
)
from tasks.rules.identity import account_domain_identities


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
        candidates = replace(candidates, rivals=await _find_rivals(account, tools))
    return match_company(account, candidates, tools.switches, forced=tools.forced)


async def _find_rivals(account: Account, tools: Tools) -> tuple[Account, ...]:
    """Other accounts of the same domain: a group's companies often share one."""
    domains = [identity.value for identity in account_domain_identities(account, tools.switches.opt_out_domains)]
    found = await tools.salesforce.find_accounts(AccountSearch(None, (), tuple(domains)))
    return tuple(one for one in found if one.id != account.id)
