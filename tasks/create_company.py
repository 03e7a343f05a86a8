"""Give a Salesforce account its HubSpot company: adopt the existing one, or create it."""

from dataclasses import replace
from typing import assert_never

from tasks.company_candidates import find_link_of, find_match, follow_first, is_held
from tasks.contracts.errors import Ambiguous
from tasks.contracts.finding import CompanyValues
from tasks.contracts.reasons import IN_PLAIN_WORDS, Reason
from tasks.contracts.records import Account, AccountId, Association, CompanyId, Kind, Link, Owed, Verdict
from tasks.contracts.tools import Lease, Subject, Tools
from tasks.domains import claim_account_domain, refuse_taken_domains, wait_for_creators
from tasks.facts import find_arrival, find_homes
from tasks.fates import dig_out
from tasks.rules.account_creation import Create, LeaveAlone
from tasks.rules.company_creation import Arrival, find_obstacle, may_have_company
from tasks.rules.company_domain import choose_company_domain
from tasks.rules.company_matching import AdoptCompany, StartOver
from tasks.rules.identity import account_domain_identities, account_identities_at_stake
from tasks.rules.matching import AskHuman, NoMatch
from tasks.sync_task import Outcome, sync_task


@sync_task("create_company", of=Kind.ACCOUNT)
async def create_company(account_id: AccountId, tools: Tools) -> Outcome:
    """Rules 2.1 to 2.7 and decision table T2; ends with a link, a reason why there is none, or a question."""
    if not tools.switches.company_sync:
        return await _leave_alone(account_id, Reason.OBJECT_SYNC_OFF, tools)
    link = await find_link_of(account_id, tools)
    if link and is_held(link):
        return await _already_linked(link, tools)

    account = await tools.salesforce.find_account(account_id)
    if account is None:
        return await _leave_alone(account_id, Reason.ACCOUNT_GONE, tools)
    if account.master_id:
        return await _start_over(account_id, account.master_id, tools)
    arrival = replace(await find_arrival(account, tools), company_deleted=link is not None)
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
        link = await find_link_of(account.id, tools)
        if link and is_held(link):
            return await _already_linked(link, tools)
        arrival = replace(arrival, company_deleted=link is not None)
        match match := await find_match(account, homes, tools):
            case AdoptCompany(company, reason, evidence):
                await follow_first(company, tools)
                await claim_account_domain(account, tools)
                await dig_out(account.id, tools)
                return await _link(Link(company.id, account.id), Verdict(reason, evidence), lease, tools)
            case StartOver(master_id):
                return await _start_over(account.id, master_id, tools)
            case AskHuman(reason, evidence):
                raise Ambiguous(f"account {account.id}: {IN_PLAIN_WORDS[reason]}", code=reason, evidence=evidence)
            case NoMatch():
                return await _create_if_allowed(account, arrival, lease, tools)
            case _:
                assert_never(match)


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
    await dig_out(account.id, tools)
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
    if not link.is_live:
        # Why it rests stands on the timeline; something happened, so it may be over.
        await tools.ledger.owe([Owed("follow_deletion", link.company_id)])
        return Outcome.LEFT_ALONE
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
