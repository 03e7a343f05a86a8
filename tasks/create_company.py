"""Give a Salesforce account its HubSpot company: adopt the existing one, or create it."""

from dataclasses import replace
from typing import assert_never

from tasks.contracts.errors import Ambiguous
from tasks.contracts.finding import AccountSearch, CompanyValues
from tasks.contracts.reasons import IN_PLAIN_WORDS, Reason
from tasks.contracts.records import Account, AccountId, Association, CompanyId, Kind, Link, Owed, Verdict
from tasks.contracts.tools import Lease, Subject, Tools
from tasks.domains import claim_account_domain, refuse_taken_domains, wait_for_creators
from tasks.facts import find_homes
from tasks.rules.account_creation import Create, LeaveAlone
from tasks.rules.company_creation import Arrival, find_obstacle, may_have_company
from tasks.rules.company_domain import choose_company_domain
from tasks.rules.company_matching import (
    AdoptCompany,
    CompanyCandidates,
    CompanyMatch,
    StartOver,
    company_search,
    find_claimants,
    has_rival_evidence,
    match_company,
)
from tasks.rules.identity import account_domain_identities, account_identities_at_stake
from tasks.rules.matching import AskHuman, NoMatch
from tasks.sync_task import Outcome, sync_task


@sync_task("create_company", of=Kind.ACCOUNT)
async def create_company(account_id: AccountId, tools: Tools) -> Outcome:
    """Rules 2.1 to 2.7 and decision table T2; ends with a link, a reason why there is none, or a question."""
    if not tools.switches.company_sync:
        return await _leave_alone(account_id, Reason.OBJECT_SYNC_OFF, tools)
    if links := await tools.ledger.find_links_of_accounts([account_id]):
        return await _already_linked(links[0], tools)

    account = await tools.salesforce.find_account(account_id)
    if account is None:
        return await _leave_alone(account_id, Reason.ACCOUNT_GONE, tools)
    if account.master_id:
        return await _start_over(account_id, account.master_id, tools)
    arrival = Arrival(tools.switched_on_at)
    if obstacle := find_obstacle(account, arrival, tools.switches, forced=tools.forced):
        return await _leave_alone(account_id, obstacle.reason, tools)
    # Before HubSpot is asked: whoever waits for another customer may do so for long, every second.
    domains = account_domain_identities(account, tools.switches.opt_out_domains)
    await wait_for_creators(Subject(Kind.ACCOUNT, account_id), domains, tools)
    homes = await find_homes(account_id, tools)
    return await _link_or_leave_alone(account, arrival, homes, tools)


async def _link_or_leave_alone(
    account: Account, arrival: Arrival, homes: tuple[Association, ...], tools: Tools
) -> Outcome:
    async with tools.leases.hold(account_identities_at_stake(account, homes, tools.switches.opt_out_domains)) as lease:
        # Somebody may have linked it while we were reading.
        if links := await tools.ledger.find_links_of_accounts([account.id]):
            return await _already_linked(links[0], tools)
        match match := await _find_match(account, homes, tools):
            case AdoptCompany(company, reason, evidence):
                await claim_account_domain(account, tools)
                return await _link(Link(company.id, account.id), Verdict(reason, evidence), lease, tools)
            case StartOver(master_id):
                return await _start_over(account.id, master_id, tools)
            case AskHuman(reason, evidence):
                raise Ambiguous(f"account {account.id}: {IN_PLAIN_WORDS[reason]}", code=reason, evidence=evidence)
            case NoMatch():
                return await _create_if_allowed(account, arrival, lease, tools)
            case _:
                assert_never(match)


async def _find_match(account: Account, homes: tuple[Association, ...], tools: Tools) -> CompanyMatch:
    companies = await tools.hubspot.find_companies(company_search(account, homes, tools.switches))
    links = await tools.ledger.find_links([company.id for company in companies])
    candidates = CompanyCandidates(companies, {link.company_id: link.account_id for link in links}, homes)
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


async def _create_if_allowed(account: Account, arrival: Arrival, lease: Lease, tools: Tools) -> Outcome:
    match decision := may_have_company(account, arrival, tools.switches, forced=tools.forced):
        case LeaveAlone(reason):
            return await _leave_alone(account.id, reason, tools)
        case Create(reason):
            return await _create(account, reason, lease, tools)
        case _:
            assert_never(decision)


async def _create(account: Account, reason: Reason, lease: Lease, tools: Tools) -> Outcome:
    subject = Subject(Kind.ACCOUNT, account.id)
    if holders := await claim_account_domain(account, tools):
        await refuse_taken_domains(subject, holders, tools)
    # Why first, what afterwards: a crash in between leaves no company nobody can explain.
    await tools.ledger.record_verdict(subject, Verdict(reason))
    domain = choose_company_domain("", account.website, tools.switches.opt_out_domains) or ""
    values = CompanyValues(account.name, domain, account.website, account.country)
    upserted = await tools.hubspot.upsert_company(account.id, values)

    # A crash before this line is safe: the upsert is keyed by the account id.
    outcome = Reason.COMPANY_CREATED if upserted.created else Reason.LINKED_AFTER_RACE
    return await _link(Link(upserted.company_id, account.id), Verdict(outcome), lease, tools)


async def _link(link: Link, verdict: Verdict, lease: Lease, tools: Tools) -> Outcome:
    on_company = replace(verdict, evidence={"account": link.account_id, **verdict.evidence})
    await tools.ledger.record_link(link, on_company, fence=lease.fence, then=_next(link.company_id))
    on_account = replace(verdict, evidence={"company": link.company_id, **verdict.evidence})
    await tools.ledger.record_verdict(Subject(Kind.ACCOUNT, link.account_id), on_account)
    return Outcome.DONE


async def _already_linked(link: Link, tools: Tools) -> Outcome:
    verdict = Verdict(Reason.LINKED_ALREADY, {"company": link.company_id})
    subject = Subject(Kind.ACCOUNT, link.account_id)
    await tools.ledger.record_verdict(subject, verdict, then=_next(link.company_id))
    return Outcome.ALREADY_DONE


async def _start_over(account_id: AccountId, master_id: AccountId, tools: Tools) -> Outcome:
    verdict = Verdict(Reason.ACCOUNT_MERGED, {"master": master_id})
    then = (Owed("create_company", master_id),)
    await tools.ledger.record_verdict(Subject(Kind.ACCOUNT, account_id), verdict, then=then)
    return Outcome.LEFT_ALONE


async def _leave_alone(account_id: AccountId, reason: Reason, tools: Tools) -> Outcome:
    await tools.ledger.record_verdict(Subject(Kind.ACCOUNT, account_id), Verdict(reason))
    return Outcome.LEFT_ALONE


def _next(company_id: CompanyId) -> tuple[Owed, ...]:
    return (Owed("link_company", company_id), Owed("propagate_lifecycle_stage", company_id))
