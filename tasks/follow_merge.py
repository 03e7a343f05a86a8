"""Companies or accounts were merged: the link follows the survivor, or a person is asked."""

from tasks.contracts.fates import Fate, Note, Settlement
from tasks.contracts.reasons import Reason
from tasks.contracts.records import CompanyId, Kind, Owed, Verdict
from tasks.contracts.tools import Tools
from tasks.fates import find_circumstances, look_at_absorbed, note_sync_off
from tasks.rules.fates import tombstones_of
from tasks.settlement import settle_link
from tasks.sync_task import Outcome, sync_task


@sync_task("follow_merge", of=Kind.COMPANY)
async def follow_merge(company_id: CompanyId, tools: Tools) -> Outcome:
    """The company may be the one that survived or the one that is gone, and the merge may have been undone."""
    if not tools.switches.company_sync:
        return await note_sync_off(Kind.COMPANY, company_id, tools)
    link = await tools.ledger.find_link(company_id)
    if link is None:
        (fate,) = await tools.hubspot.find_fates(Kind.COMPANY, [company_id])
        await look_at_absorbed(fate, tools)
        return await _note_unlinked(fate, tools)
    at = await find_circumstances(link, tools)
    await look_at_absorbed(at.company, tools)
    return await settle_link(at, tools)


async def _note_unlinked(fate: Fate, tools: Tools) -> Outcome:
    company_id = CompanyId(fate.record_id)
    if not fate.is_moved:
        # Not merged after all, or not any more.
        had = await tools.ledger.find_tombstones(Kind.COMPANY, [company_id])
        if fate.survivor_is_gone or had:
            await tools.ledger.owe([Owed("follow_deletion", company_id)])
        return Outcome.LEFT_ALONE
    verdict = Verdict(Reason.COMPANY_MERGED, {"survivor": fate.survivor_id})
    settlement = Settlement(tombstones=tombstones_of(fate), notes=(Note(Kind.COMPANY, company_id, verdict),))
    then = () if fate.survivor_is_gone else (Owed("create_account", fate.survivor_id),)
    await tools.ledger.settle(settlement, fence=0, then=then)
    return Outcome.DONE
