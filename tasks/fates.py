"""What flows ask about records that may be gone: what became of a link's records, and who is free to be linked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tasks.contracts.errors import Busy
from tasks.contracts.fates import End, Fate, Note, Settlement
from tasks.contracts.reasons import Reason
from tasks.contracts.records import Account, AccountId, Company, CompanyId, Kind, Link, LinkState, Owed, Verdict
from tasks.contracts.tools import Lease, Subject, Tools
from tasks.rules.fates import Circumstances, Rival, living_of
from tasks.rules.matching import Candidates
from tasks.sync_task import Outcome


async def note_sync_off(kind: Kind, record_id: str, tools: Tools) -> Outcome:
    """Whoever was announced meanwhile is looked at when company sync is on again."""
    await tools.ledger.record_verdict(Subject(kind, record_id), Verdict(Reason.OBJECT_SYNC_OFF))
    return Outcome.LEFT_ALONE


async def find_circumstances(link: Link, tools: Tools) -> Circumstances:
    """Both CRMs and the ledger as they are now."""
    (company,) = await tools.hubspot.find_fates(Kind.COMPANY, [link.company_id])
    (account,) = await tools.salesforce.find_fates([link.account_id])
    ours = {link.company_id, CompanyId(company.survivor_id)}
    holders = await tools.ledger.find_all_links_of_account(account.survivor_id)
    others = [one for one in holders if one.company_id not in ours]
    strange_key = account.key if account.key and account.key not in ours else None
    # Somebody may have typed anything there, and HubSpot would refuse to look for what is no id.
    typed_id = {strange_key} if strange_key and strange_key.isdecimal() else set()
    asked = {str(one.company_id) for one in others} | typed_id
    fates = {one.record_id: one for one in await tools.hubspot.find_fates(Kind.COMPANY, sorted(asked))} if asked else {}
    nobody = Fate(Kind.COMPANY, strange_key or "", End.UNKNOWN, strange_key or "", survivor_is_gone=True)
    return Circumstances(
        link,
        company,
        account,
        of_company=await _find_own(company, tools),
        of_account=tuple(Rival(one, fates[one.company_id]) for one in others),
        key_holder=fates.get(strange_key, nobody) if strange_key else None,
    )


async def _find_own(company: Fate, tools: Tools) -> Rival | None:
    """The survivor's own link."""
    own = await tools.ledger.find_link(CompanyId(company.survivor_id)) if company.is_moved else None
    if own is None:
        return None
    (fate,) = await tools.salesforce.find_fates([own.account_id])
    return Rival(own, fate)


async def look_at_absorbed(fate: Fate, tools: Tools) -> None:
    """Announced is the survivor; those that were merged into it may have had links, or wait for a person."""
    links = await tools.ledger.find_links([CompanyId(one) for one in fate.absorbed])
    if links:
        await tools.ledger.owe([Owed("follow_merge", link.company_id) for link in links])


async def find_candidates(accounts: Sequence[Account], company_id: CompanyId, tools: Tools) -> Candidates:
    """Accounts a company could be given; one whose company was deleted is free."""
    known = await without_keys_of_the_gone(accounts, company_id, tools)
    links = await tools.ledger.find_links_of_accounts([account.id for account in known])
    held = [link for link in links if link.state is not LinkState.COMPANY_DELETED]
    return Candidates(known, {link.account_id: link.company_id for link in held})


async def without_keys_of_the_gone(accounts: Sequence[Account], company_id: CompanyId, tools: Tools) -> list[Account]:
    """The key of a company that is gone keeps its account from nobody."""
    keys = sorted({one.company_id for one in accounts if one.company_id} - {company_id})
    gone = {one.record_id for one in await tools.ledger.find_tombstones(Kind.COMPANY, keys)} if keys else set()
    return [replace(one, company_id=None) if one.company_id in gone else one for one in accounts]


async def find_unfollowed(company: Company, tools: Tools) -> Owed | None:
    """What has to be followed before the company is given an account; nothing is asked of a CRM for it."""
    if await tools.ledger.find_tombstones(Kind.COMPANY, [company.id]):
        return Owed("follow_deletion", company.id)  # it is back
    if await tools.ledger.find_links(company.merged_ids):
        return Owed("follow_merge", company.id)  # it inherits what it absorbed had
    return None


async def with_survivors(company: Company, tools: Tools) -> Company:
    """In place of the accounts whose ids it carries those they were merged into, as far as the ledger knows."""
    if tools.forced:
        return company  # whoever asks for an account of its own does not mean the survivor
    became: dict[str, str] = {}
    pending = {str(one) for one in (company.account_id, company.native_account_id) if one}
    while pending:
        stones = await tools.ledger.find_tombstones(Kind.ACCOUNT, sorted(pending))
        became |= {one.record_id: one.survivor_id for one in stones if one.survivor_id}
        pending = {one.survivor_id for one in stones if one.survivor_id} - became.keys()
    return replace(
        company,
        account_id=_end_of(company.account_id, became),
        native_account_id=_end_of(company.native_account_id, became),
    )


def _end_of(account_id: AccountId | None, became: Mapping[str, str]) -> AccountId | None:
    seen: set[str] = set()  # an undone merge that nobody told of may lead in a circle
    while account_id and account_id in became.keys() - seen:
        seen.add(account_id)
        account_id = AccountId(became[account_id])
    return account_id


async def dig_out(account_id: AccountId, tools: Tools) -> None:
    """An account that is about to be linked has no tombstone any more. Busy if it is gone after all."""
    if not await tools.ledger.find_tombstones(Kind.ACCOUNT, [account_id]):
        return
    (fate,) = await tools.salesforce.find_fates([account_id])
    if fate.end is not End.LIVING:
        raise Busy(f"account {account_id} has disappeared at this very moment")
    await tools.ledger.settle(Settlement(living=living_of(fate)), fence=0)


async def release_link(company_id: CompanyId, link: Link | None, lease: Lease, tools: Tools) -> None:
    """A person wants an account of its own for the company, whatever became of the one it had."""
    notes: tuple[Note, ...] = ()
    if link:
        verdict = Verdict(Reason.LINK_RELEASED, {"account": link.account_id, "state": link.state})
        notes = (Note(Kind.COMPANY, company_id, verdict), Note(Kind.ACCOUNT, link.account_id, verdict))
    # The question it rested on is parked with one of these, and is answered.
    in_review = link and link.state is LinkState.IN_REVIEW
    then = (Owed("follow_merge", company_id), Owed("follow_deletion", company_id)) if in_review else ()
    await tools.ledger.settle(Settlement(was=link, released=(company_id,), notes=notes), fence=lease.fence, then=then)
