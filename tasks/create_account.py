"""Give a HubSpot company its Salesforce account: adopt the existing one, or create it."""

from dataclasses import replace
from typing import assert_never

from tasks.contracts.errors import Ambiguous, NeedsHuman, Rejected
from tasks.contracts.reasons import IN_PLAIN_WORDS, Reason
from tasks.contracts.records import (
    Company,
    CompanyId,
    Kind,
    Link,
    Owed,
    SyncingContact,
    Verdict,
)
from tasks.contracts.tools import Lease, Subject, Tools
from tasks.domains import claim_domains, find_rivals, refuse_taken_domains, wait_for_creators
from tasks.facts import find_standing, find_syncing_contacts
from tasks.fields import upsert_with_values
from tasks.rules.account_creation import Create, LeaveAlone, may_have_account
from tasks.rules.identity import domain_identities, identities_at_stake
from tasks.rules.matching import Adopt, AskHuman, Candidates, Match, NoMatch, match_account, search_terms
from tasks.sync_task import Outcome, sync_task


@sync_task("create_account", of=Kind.COMPANY)
async def create_account(company_id: CompanyId, tools: Tools) -> Outcome:
    """Decision tables T1 and T2; ends with a link, a reason why there is none, or a question."""
    if not tools.switches.company_sync:
        return await _leave_alone(company_id, Reason.OBJECT_SYNC_OFF, tools)
    if await tools.ledger.find_link(company_id):
        return await _already_linked(company_id, tools)

    company = await tools.hubspot.find_company(company_id)
    if company is None:
        return await _leave_alone(company_id, Reason.COMPANY_GONE, tools)
    people = await find_syncing_contacts(company_id, tools)
    # Before Salesforce is asked: whoever waits for another company may do so for long, every second.
    domains = domain_identities(company, tools.switches.opt_out_domains)
    await wait_for_creators(Subject(Kind.COMPANY, company_id), domains, tools)
    try:
        return await _link_or_leave_alone(company, people, tools)
    except NeedsHuman:
        # The account takes a person; meanwhile the contacts still move the company's stage forward.
        await tools.ledger.owe([Owed("propagate_lifecycle_stage", company_id)])
        raise


async def _link_or_leave_alone(company: Company, people: tuple[SyncingContact, ...], tools: Tools) -> Outcome:
    company_id = company.id
    async with tools.leases.hold(identities_at_stake(company, people, tools.switches.opt_out_domains)) as lease:
        # Somebody may have linked it while we were reading.
        if await tools.ledger.find_link(company_id):
            return await _already_linked(company_id, tools)
        match match := await _find_match(company, people, tools):
            case Adopt(account, reason, evidence):
                await claim_domains(company, tools)
                verdict = Verdict(reason, {"account": account.id, **evidence})
                return await _link(Link(company_id, account.id), verdict, lease, tools)
            case AskHuman(reason, evidence):
                raise Ambiguous(f"company {company_id}: {IN_PLAIN_WORDS[reason]}", code=reason, evidence=evidence)
            case NoMatch():
                return await _create_if_allowed(company, people, lease, tools)
            case _:
                assert_never(match)


async def _find_match(company: Company, people: tuple[SyncingContact, ...], tools: Tools) -> Match:
    accounts = await tools.salesforce.find_accounts(search_terms(company, people, tools.switches))
    links = await tools.ledger.find_links_of_accounts([account.id for account in accounts])
    candidates = Candidates(accounts, {link.account_id: link.company_id for link in links})
    match = match_account(company, people, candidates, tools.switches, forced=tools.forced)
    if not isinstance(match, Adopt) or match.reason is not Reason.LINKED_BY_DOMAIN:
        return match
    candidates = replace(candidates, rivals=await find_rivals(company, tools))
    return match_account(company, people, candidates, tools.switches, forced=tools.forced)


async def _create_if_allowed(
    company: Company, people: tuple[SyncingContact, ...], lease: Lease, tools: Tools
) -> Outcome:
    standing = await find_standing(company, people, tools)
    match decision := may_have_account(company, people, standing, tools.switches, forced=tools.forced):
        case LeaveAlone(reason):
            return await _leave_alone(company.id, reason, tools)
        case Create():
            return await _create(company, decision, lease, tools)
        case _:
            assert_never(decision)


async def _create(company: Company, decision: Create, lease: Lease, tools: Tools) -> Outcome:
    name = company.name or company.domain
    if not name:
        raise Rejected(
            f"company {company.id} has neither a name nor a domain, and Salesforce requires a name",
            code=Reason.COMPANY_UNNAMED,
        )
    if holders := await claim_domains(company, tools):
        await refuse_taken_domains(Subject(Kind.COMPANY, company.id), holders, tools)
    # Why first, what afterwards: a crash in between leaves no account nobody can explain.
    subject = Subject(Kind.COMPANY, company.id)
    if decision.overridden:
        evidence = {"segments": list(decision.overridden)}
        await tools.ledger.record_verdict(subject, Verdict(Reason.SEGMENT_OVERRIDDEN, evidence))
    await tools.ledger.record_verdict(subject, Verdict(decision.reason))
    upserted = await upsert_with_values(company, name, tools)

    # A crash before this line is safe: the upsert is keyed by the company id.
    outcome = Reason.ACCOUNT_CREATED if upserted.created else Reason.LINKED_AFTER_RACE
    verdict = Verdict(outcome, {"account": upserted.account_id})
    return await _link(Link(company.id, upserted.account_id), verdict, lease, tools)


async def _link(link: Link, verdict: Verdict, lease: Lease, tools: Tools) -> Outcome:
    await tools.ledger.record_link(link, verdict, fence=lease.fence, then=_next(link.company_id, tools))
    return Outcome.DONE


async def _already_linked(company_id: CompanyId, tools: Tools) -> Outcome:
    verdict = Verdict(Reason.LINKED_ALREADY)
    await tools.ledger.record_verdict(Subject(Kind.COMPANY, company_id), verdict, then=_next(company_id, tools))
    return Outcome.ALREADY_DONE


async def _leave_alone(company_id: CompanyId, reason: Reason, tools: Tools) -> Outcome:
    # Without an account the contacts still move the company's stage forward.
    goes_on = reason not in {Reason.OBJECT_SYNC_OFF, Reason.COMPANY_GONE}
    then = (Owed("propagate_lifecycle_stage", company_id),) if goes_on else ()
    await tools.ledger.record_verdict(Subject(Kind.COMPANY, company_id), Verdict(reason), then=then)
    return Outcome.LEFT_ALONE


def _next(company_id: CompanyId, tools: Tools) -> tuple[Owed, ...]:
    return (
        Owed("link_company", company_id, forced=tools.forced),
        Owed("propagate_lifecycle_stage", company_id),
    )
