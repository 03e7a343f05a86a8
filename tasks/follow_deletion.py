"""A company or its account was deleted or restored: its link rests, or comes back."""

from tasks.contracts.fates import End, Note, Settlement
from tasks.contracts.reasons import Reason
from tasks.contracts.records import CompanyId, Kind, Owed, Verdict
from tasks.contracts.tools import Tools
from tasks.fates import find_circumstances, look_at_absorbed, note_sync_off
from tasks.rules.fates import living_of, tombstones_of
from tasks.settlement import settle_link
from tasks.sync_task import Outcome, sync_task


@sync_task("follow_deletion", of=Kind.COMPANY)
async def follow_deletion(company_id: CompanyId, tools: Tools) -> Outcome:
    """The announcement is only a hint: what counts is how it stands with both records now."""
    if not tools.switches.company_sync:
        return await note_sync_off(Kind.COMPANY, company_id, tools)
    link = await tools.ledger.find_link(company_id)
    if link is None:
        return await _note_unlinked(company_id, tools)
    at = await find_circumstances(link, tools)
    if at.is_moved:
        await tools.ledger.owe([Owed("follow_merge", company_id)])
        return Outcome.LEFT_ALONE
    await look_at_absorbed(at.company, tools)
    return await settle_link(at, tools)


async def _note_unlinked(company_id: CompanyId, tools: Tools) -> Outcome:
    """It has nothing to lose, but nothing may be created for it any more; or it is back."""
    (fate,) = await tools.hubspot.find_fates(Kind.COMPANY, [company_id])
    if fate.is_moved:
        await tools.ledger.owe([Owed("follow_merge", company_id)])
        return Outcome.LEFT_ALONE
    await look_at_absorbed(fate, tools)
    had = await tools.ledger.find_tombstones(Kind.COMPANY, [company_id])
    if fate.end is End.LIVING and not had:
        return Outcome.ALREADY_DONE
    is_back = fate.end is End.LIVING
    reason = Reason.COMPANY_RESTORED if is_back else Reason.COMPANY_GONE
    settlement = Settlement(
        tombstones=() if fate.end is End.UNKNOWN else tombstones_of(fate),
        living=living_of(fate),
        notes=(Note(Kind.COMPANY, company_id, Verdict(reason)),),
    )
    then = (Owed("create_account", company_id),) if is_back else ()
    await tools.ledger.settle(settlement, fence=0, then=then)
    return Outcome.DONE
