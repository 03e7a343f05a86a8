"""What became of a link's records is decided and written: the link moves, rests, comes back or ends."""

from collections.abc import Sequence
from typing import assert_never

from tasks.contracts.errors import Ambiguous, Busy
from tasks.contracts.fates import End, Note, Settlement
from tasks.contracts.reasons import IN_PLAIN_WORDS, Reason
from tasks.contracts.records import (
    DeletedAccounts,
    Identity,
    Kind,
    Link,
    LinkState,
    Owed,
    Verdict,
)
from tasks.contracts.tools import Lease, Tools
from tasks.rules.fates import (
    Ask,
    Circumstances,
    Finish,
    Follow,
    MergeCompanies,
    Ruling,
    Stay,
    WaitFor,
    choose_ruling,
    living_of,
    rests,
    survivors_tombstone,
    tombstones_of,
)
from tasks.sync_task import Outcome


def records_at_stake(at: Circumstances) -> tuple[Identity, ...]:
    """Nobody else links or creates meanwhile."""
    target = at.target
    companies = sorted({at.link.company_id, target.company_id})
    accounts = sorted({at.link.account_id, target.account_id})
    return (
        *(Identity("company", one) for one in companies),
        *(Identity("account", one) for one in accounts),
    )


async def settle_link(at: Circumstances, tools: Tools) -> Outcome:
    """Decide and write; Ambiguous where a person has to decide, Busy where another link has to be settled first."""
    async with tools.leases.hold(records_at_stake(at)) as lease:
        match ruling := choose_ruling(at, tools.switches):
            case WaitFor(company_id):
                await tools.ledger.owe([Owed("follow_deletion", company_id)])
                raise Busy(f"company {at.link.company_id}: what became of company {company_id} comes first")
            case MergeCompanies():
                return await _merge_companies(at, ruling, lease, tools)
            case Ask(reason, evidence):
                await _write(at, rests(at.link, LinkState.IN_REVIEW), reason, lease, tools)
                message = f"company {at.link.company_id}: {IN_PLAIN_WORDS[reason]}"
                raise Ambiguous(message, code=reason, evidence=evidence)
            case Stay(state, reason):
                outcome = await _write(at, rests(at.link, state), reason, lease, tools)
                await _archive_if_wanted(at, ruling, tools)
                return outcome
            case Follow(to, reason, ends):
                return await _write(at, to, reason, lease, tools, ends=ends)
            case Finish(reason):
                return await _write(at, None, reason, lease, tools)
            case _:
                assert_never(ruling)


async def _merge_companies(at: Circumstances, ruling: MergeCompanies, lease: Lease, tools: Tools) -> Outcome:
    # Why first, what afterwards: HubSpot cannot undo a merge, so nobody may have to ask who ordered it.
    await _write(at, rests(at.link, LinkState.IN_REVIEW), Reason.COMPANIES_MERGED, lease, tools)
    await tools.hubspot.merge_companies(ruling.survivor, ruling.loser)
    await tools.ledger.owe([Owed("follow_merge", at.link.company_id)])
    return Outcome.DONE


async def _archive_if_wanted(at: Circumstances, ruling: Ruling, tools: Tools) -> None:
    wanted = tools.switches.deleted_accounts is DeletedAccounts.ARCHIVE_COMPANY
    if wanted and ruling == Stay(LinkState.SF_DELETED, Reason.LINK_RESTS_ACCOUNT):
        note = Verdict(Reason.COMPANY_ARCHIVED, {"account": at.link.account_id})
        await tools.ledger.settle(Settlement(notes=(Note(Kind.COMPANY, at.link.company_id, note),)), fence=0)
        await tools.hubspot.archive_company(at.link.company_id)
        await tools.ledger.owe([Owed("follow_deletion", at.link.company_id)])


async def _write(
    at: Circumstances,
    becomes: Link | None,
    reason: Reason,
    lease: Lease,
    tools: Tools,
    *,
    ends: Sequence[Link] = (),
) -> Outcome:
    key = at.link.company_id
    tombstones = [*tombstones_of(at.company), *tombstones_of(at.account, key=key)]
    fates = [one for one in (at.company, at.account) if not one.is_moved]
    if becomes and becomes.is_same_pair(at.target):
        # What became of whoever else survives is that one's own link to tell.
        fates = [at.company, at.account]
        tombstones += [*survivors_tombstone(at.company), *survivors_tombstone(at.account, key=key)]
        tombstones += tombstones_of(at.key_holder) if at.key_holder and at.key_holder.end is not End.UNKNOWN else ()
    changed = becomes != at.link
    settlement = Settlement(
        was=at.link,
        becomes=becomes,
        ends=tuple(ends),
        tombstones=tuple(tombstones),
        living=tuple(one for fate in fates for one in living_of(fate)),
        released=(at.link.company_id,) if reason is Reason.LINK_CLEARED else (),
        notes=_notes(at, reason) if changed else (_notes(at, reason)[0],),
    )
    await tools.ledger.settle(settlement, fence=lease.fence, then=_next(at, becomes) if changed else ())
    return Outcome.DONE if changed else Outcome.ALREADY_DONE


def _notes(at: Circumstances, reason: Reason) -> tuple[Note, ...]:
    """The company's first; and on the timelines of all whom it concerns."""
    verdict = Verdict(reason, {"company": at.target.company_id, "account": at.target.account_id})
    concerned = dict.fromkeys(
        [
            (Kind.COMPANY, at.link.company_id),
            (Kind.ACCOUNT, at.link.account_id),
            (Kind.COMPANY, at.target.company_id),
            (Kind.ACCOUNT, at.target.account_id),
        ]
    )
    return tuple(Note(kind, str(record_id), verdict) for kind, record_id in concerned)


def _next(at: Circumstances, becomes: Link | None) -> tuple[Owed, ...]:
    survivor = becomes.company_id if becomes and becomes.is_live else None
    if becomes is None and at.company.is_moved and not at.company.survivor_is_gone:
        survivor = at.target.company_id  # it has taken in the other one's contacts
    goes_on = [Owed("link_company", survivor), Owed("propagate_lifecycle_stage", survivor)] if survivor else []
    if becomes and becomes.is_live:
        return tuple(goes_on)
    # Whoever could not have the account as long as this link held it looks again.
    waiting = [Owed("follow_deletion", one.link.company_id) for one in at.of_account if not one.link.is_live]
    # What was given up about the company because its link was broken is over.
    return (*goes_on, *waiting, Owed("link_company", at.link.company_id))
