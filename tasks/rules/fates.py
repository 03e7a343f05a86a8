"""What becomes of a link when one of its records is merged, deleted or restored."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tasks.contracts.fates import End, Fate, Tombstone
from tasks.contracts.reasons import Reason
from tasks.contracts.records import (
    AccountId,
    CompanyId,
    DeletedAccounts,
    Kind,
    Link,
    LinkState,
    MergedAccounts,
    Switches,
)

HOLDING = frozenset({LinkState.LINKED, LinkState.SF_DELETED})
"""A link in one of these states keeps its account from every other company."""


@dataclass(frozen=True, slots=True)
class Rival:
    """Another link of a record, and what became of the record at its other end."""

    link: Link
    fate: Fate


@dataclass(frozen=True, slots=True)
class Circumstances:
    """A link, and all that decides what becomes of it."""

    link: Link
    company: Fate
    account: Fate
    of_company: Rival | None = None
    """The link of the company that survives, where that is another company; with its account's fate."""
    of_account: tuple[Rival, ...] = ()
    """Other companies' links with the account that survives, with the companies' fates."""
    key_holder: Fate | None = None
    """The company whose id the account carries, where it is another one."""

    @property
    def target(self) -> Link:
        """The records that answer today, and whether they are there."""
        ends = CompanyId(self.company.survivor_id), AccountId(self.account.survivor_id)
        if self.company.survivor_is_gone:
            return Link(*ends, LinkState.COMPANY_DELETED)
        return Link(*ends, LinkState.SF_DELETED if self.account.survivor_is_gone else LinkState.LINKED)

    @property
    def is_moved(self) -> bool:
        """Another record answers on one side at least."""
        return self.company.is_moved or self.account.is_moved


@dataclass(frozen=True, slots=True)
class Stay:
    """The link stays between its records, in this state."""

    state: LinkState
    reason: Reason


@dataclass(frozen=True, slots=True)
class Follow:
    """The link goes to the records that survive; others may end for it."""

    to: Link
    reason: Reason
    ends: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Finish:
    """The link ends."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Ask:
    """A person decides; until then nothing is synced."""

    reason: Reason
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MergeCompanies:
    """Their accounts are one, so the companies become one as well."""

    survivor: CompanyId
    loser: CompanyId


@dataclass(frozen=True, slots=True)
class WaitFor:
    """What became of another company has to be followed first."""

    company_id: CompanyId


Ruling = Stay | Follow | Finish | Ask | MergeCompanies | WaitFor


def choose_ruling(at: Circumstances, switches: Switches) -> Ruling:
    """Top-down, the first that applies decides."""
    target = at.target
    if at.company.end in {End.DELETED, End.UNKNOWN}:
        return Stay(LinkState.COMPANY_DELETED, Reason.LINK_RESTS_COMPANY)
    if not target.is_same_pair(at.link):
        return _obstacle(at, switches) or Follow(target, _why_followed(at))
    if target.state is LinkState.SF_DELETED:
        if switches.deleted_accounts is DeletedAccounts.CLEAR_LINK:
            return Finish(Reason.LINK_CLEARED)
        return Stay(target.state, Reason.LINK_RESTS_ACCOUNT)
    if at.link.is_live:
        return Stay(target.state, Reason.LINK_STANDS)
    return _taken_meanwhile(at) or Stay(target.state, Reason.LINK_RESTORED)


def _obstacle(at: Circumstances, switches: Switches) -> Ruling | None:
    """What keeps the link from following its records."""
    target, own = at.target, at.of_company
    if own:
        # Both links lead to the same two records, or this one would lead nowhere: the survivor keeps its own.
        if own.fate.survivor_id == target.account_id or not target.is_live:
            return Finish(Reason.LINK_MERGED)
        if not _is_followed(own):
            return WaitFor(own.link.company_id)
        if own.fate.survivor_is_gone:
            return Follow(target, _why_followed(at), ends=(own.link,))
        return _companies_merged(at, own.link)
    for rival in at.of_account:
        if ruling := _accounts_merged(at, rival, switches):
            return ruling
    return _key_conflict(at)


def _accounts_merged(at: Circumstances, rival: Rival, switches: Switches) -> Ruling | None:
    if rival.link.state is LinkState.COMPANY_DELETED:
        return None
    if rival.link.state in HOLDING and (rival.fate.is_moved or rival.fate.survivor_is_gone):
        return WaitFor(rival.link.company_id)
    if at.target.is_live and rival.link.state is LinkState.SF_DELETED:
        return WaitFor(rival.link.company_id)
    if not at.target.is_live:
        return Finish(Reason.LINK_MERGED) if at.company.is_moved else Stay(at.target.state, Reason.LINK_RESTS_ACCOUNT)
    if switches.merged_accounts is MergedAccounts.MERGE_COMPANIES and rival.link.is_live:
        return MergeCompanies(survivor=rival.link.company_id, loser=at.target.company_id)
    evidence = _both(at.link, rival.link) | {"surviving_account": at.target.account_id}
    return Ask(Reason.CONFLICT_ACCOUNTS_MERGED, evidence)


def _is_followed(own: Rival) -> bool:
    """The survivor's own link is as its records are; its company is there."""
    as_it_is = LinkState.SF_DELETED if own.fate.survivor_is_gone else LinkState.LINKED
    return own.link.state in {as_it_is, LinkState.IN_REVIEW}


def _companies_merged(at: Circumstances, own: Link) -> Ask:
    return Ask(Reason.CONFLICT_COMPANIES_MERGED, _both(at.link, own) | {"surviving_company": own.company_id})


def _taken_meanwhile(at: Circumstances) -> Ruling | None:
    """A record that comes back gets its link back, if nobody has taken the other one."""
    for rival in at.of_account:
        if rival.link.state not in HOLDING:
            continue
        if rival.fate.is_moved or rival.fate.survivor_is_gone:
            return WaitFor(rival.link.company_id)
        return Ask(Reason.CONFLICT_RECORD_TAKEN, _both(at.link, rival.link))
    return _key_conflict(at)


def _key_conflict(at: Circumstances) -> Ask | None:
    """The account carries the id of a company that lives; one that is gone has no say."""
    holder = at.key_holder
    if not at.target.is_live or holder is None or holder.is_moved or holder.end is End.DELETED:
        return None
    evidence = {"company": at.target.company_id, "account": at.target.account_id, "carries": holder.record_id}
    return Ask(Reason.CONFLICT_KEY, evidence)


def _both(one: Link, other: Link) -> dict[str, object]:
    return {
        "companies": sorted({one.company_id, other.company_id}),
        "accounts": sorted({one.account_id, other.account_id}),
    }


def _why_followed(at: Circumstances) -> Reason:
    return Reason.LINK_FOLLOWED_COMPANY if at.company.is_moved else Reason.LINK_FOLLOWED_ACCOUNT


def tombstones_of(fate: Fate, *, key: str | None = None) -> tuple[Tombstone, ...]:
    """The record's own, if it is gone."""
    if fate.end is End.LIVING:
        return ()
    end = End.DELETED if fate.end is End.UNKNOWN else fate.end
    return (Tombstone(fate.kind, fate.record_id, end, fate.survivor_id if fate.is_moved else None, key),)


def survivors_tombstone(fate: Fate, *, key: str | None = None) -> tuple[Tombstone, ...]:
    """That of whoever answers in its place, if that one is gone as well."""
    if not (fate.is_moved and fate.survivor_is_gone):
        return ()
    return (Tombstone(fate.kind, fate.survivor_id, End.DELETED, key=fate.key or key),)


def living_of(fate: Fate) -> tuple[tuple[Kind, str], ...]:
    """Who has no tombstone any more: the record, or whoever answers in its place."""
    return () if fate.survivor_is_gone else ((fate.kind, fate.survivor_id),)


def rests(link: Link, state: LinkState) -> Link:
    """The same link in another state."""
    return replace(link, state=state)
