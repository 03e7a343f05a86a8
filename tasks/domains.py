"""Whose web domains are these? The ledger knows where an account's website says nothing, or something else."""

from collections.abc import Mapping

from tasks.contracts.errors import Ambiguous, Busy
from tasks.contracts.reasons import IN_PLAIN_WORDS, Reason
from tasks.contracts.records import Company, CompanyId, DomainMatch, Identity
from tasks.contracts.tools import Tools
from tasks.rules.identity import domain_identities


async def claim_domains(company: Company, tools: Tools) -> Mapping[Identity, CompanyId]:
    """The company holds what is free of its domains from now on; returns those that other companies hold.

    Kept in Postgres, because Redis may forget who is creating an account.
    """
    if tools.switches.domain_match is DomainMatch.OFF:
        return {}
    domains = domain_identities(company, tools.switches.opt_out_domains)
    holders = await tools.ledger.claim_identities(company.id, domains)
    if holders:
        await tools.ledger.claim_identities(company.id, [one for one in domains if one not in holders])
    return holders


async def wait_for_creators(company: Company, tools: Tools) -> None:
    """Busy while another company is about to get an account for one of the domains; asks no CRM."""
    if tools.forced or tools.switches.domain_match is DomainMatch.OFF:
        return
    creators = await tools.ledger.find_creators(company.id, domain_identities(company))
    if creators:
        raise _busy(company, min(creators))


async def refuse_taken_domains(company: Company, holders: Mapping[Identity, CompanyId], tools: Tools) -> None:
    """Busy while one of the holders has no account yet; Ambiguous if it has one and nobody has pressed Sync."""
    if tools.forced:
        return
    holder = min(holders.values())
    if await tools.ledger.find_link(holder) is None:
        raise _busy(company, holder)
    raise Ambiguous(
        f"company {company.id}: {IN_PLAIN_WORDS[Reason.CONFLICT_DOMAIN_TAKEN]}",
        code=Reason.CONFLICT_DOMAIN_TAKEN,
        evidence={
            "linked_companies": sorted(set(holders.values())),
            "domains": sorted(identity.value for identity in holders),
        },
    )


def _busy(company: Company, holder: CompanyId) -> Busy:
    return Busy(f"company {company.id}: company {holder} is about to get an account for the same domain")
