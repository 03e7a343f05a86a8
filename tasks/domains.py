"""Whose web domains are these? The ledger knows where an account's website says nothing, or something else."""

from collections.abc import Mapping, Sequence

from tasks.contracts.errors import Ambiguous, Busy
from tasks.contracts.finding import CompanySearch
from tasks.contracts.reasons import IN_PLAIN_WORDS, Reason
from tasks.contracts.records import Account, Company, CompanyId, DomainMatch, Identity, Kind
from tasks.contracts.tools import Subject, Tools
from tasks.rules.identity import account_domain_identities, company_domains, domain_identities

Holders = Mapping[Identity, Subject]


async def claim_domains(company: Company, tools: Tools) -> Holders:
    """The company holds what is free of its domains from now on; returns those that others hold.

    Kept in Postgres, because Redis may forget who is creating a counterpart.
    """
    domains = domain_identities(company, tools.switches.opt_out_domains)
    return await _claim(Subject(Kind.COMPANY, company.id), domains, tools)


async def claim_account_domain(account: Account, tools: Tools) -> Holders:
    """As above, for an account: whichever of the two gets its counterpart first has the domain."""
    domains = account_domain_identities(account, tools.switches.opt_out_domains)
    return await _claim(Subject(Kind.ACCOUNT, account.id), domains, tools)


async def find_rivals(company: Company, tools: Tools) -> tuple[Company, ...]:
    """Other companies of the same domain, linked or not: a group's companies often share one."""
    domains = company_domains(company, tools.switches.opt_out_domains)
    found = await tools.hubspot.find_companies(CompanySearch(domains=domains))
    return tuple(one for one in found if one.id != company.id)


async def _claim(holder: Subject, domains: Sequence[Identity], tools: Tools) -> Holders:
    if tools.switches.domain_match is DomainMatch.OFF:
        return {}
    holders = await tools.ledger.claim_identities(holder, domains)
    if holders:
        await tools.ledger.claim_identities(holder, [one for one in domains if one not in holders])
    return holders


async def wait_for_creators(subject: Subject, domains: Sequence[Identity], tools: Tools) -> None:
    """Busy while somebody else is about to get a counterpart for one of the domains; asks no CRM."""
    if tools.forced or tools.switches.domain_match is DomainMatch.OFF:
        return
    creators = await tools.ledger.find_creators(subject, domains)
    if creators:
        raise _busy(subject, min(creators, key=str))


async def refuse_taken_domains(subject: Subject, holders: Holders, tools: Tools) -> None:
    """Busy while one of the holders has no counterpart yet; Ambiguous if all have and nobody has pressed Sync."""
    if tools.forced:
        return
    companies = sorted({CompanyId(one.record_id) for one in holders.values() if one.kind is Kind.COMPANY})
    linked = {link.company_id for link in await tools.ledger.find_links(companies)}
    creators = [one for one in holders.values() if one.record_id not in linked]
    if creators:
        raise _busy(subject, min(creators, key=str))
    raise Ambiguous(
        f"{subject}: {IN_PLAIN_WORDS[Reason.CONFLICT_DOMAIN_TAKEN]}",
        code=Reason.CONFLICT_DOMAIN_TAKEN,
        evidence={"linked_companies": companies, "domains": sorted(identity.value for identity in holders)},
    )


def _busy(subject: Subject, creator: Subject) -> Busy:
    return Busy(f"{subject}: {creator} is about to get a counterpart for the same domain")
