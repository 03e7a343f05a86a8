"""The ledger and the leases in memory, with the constraints of the real ones."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from tasks.contracts.errors import Ambiguous, Busy
from tasks.contracts.fates import Settlement, Tombstone
from tasks.contracts.records import (
    AccountId,
    Association,
    CompanyId,
    ContactId,
    ContactLink,
    Identity,
    Kind,
    Link,
    LinkState,
    Owed,
    PersonId,
    Place,
    StageMove,
    StageName,
    Verdict,
)
from tasks.contracts.tools import Lease, Subject
from tasks.rules.fates import HOLDING
from tests.doubles.calls import Calls
from tests.doubles.past import Tombstones

PEOPLE = {Kind.SALESFORCE_CONTACT, Kind.LEAD}


@dataclass
class MemoryLedger:
    """Enforces what the constraints enforce: unique companies, unique accounts, fences, claims."""

    calls: Calls
    links: dict[CompanyId, tuple[Link, int]] = field(default_factory=dict)
    contact_links: dict[ContactId, ContactLink] = field(default_factory=dict)
    claims: dict[Identity, Subject] = field(default_factory=dict)
    owed: list[Owed] = field(default_factory=list)
    timeline: list[tuple[Subject, Verdict]] = field(default_factory=list)
    places: dict[ContactId, Place] = field(default_factory=dict)
    written_stages: dict[ContactId, StageName] = field(default_factory=dict)
    tombstones: Tombstones = field(default_factory=dict)
    stage_moves: dict[CompanyId, StageMove] = field(default_factory=dict)
    waiting: dict[Owed, AccountId] = field(default_factory=dict)
    """What is parked until an account is linked."""
    imported_at: dict[AccountId, datetime] = field(default_factory=dict)
    our_associations: set[tuple[CompanyId, ContactId]] = field(default_factory=set)
    creating: set[str] = field(default_factory=set)
    """Companies and accounts that are owed a counterpart: what keeps a claim standing."""

    async def find_link(self, company_id: CompanyId) -> Link | None:
        self.calls.note("find_link")
        return self.links[company_id][0] if company_id in self.links else None

    async def find_links(self, company_ids: Sequence[CompanyId]) -> Sequence[Link]:
        self.calls.note("find_links")
        return [self.links[one][0] for one in dict.fromkeys(company_ids) if one in self.links]

    async def find_links_of_accounts(self, account_ids: Sequence[AccountId]) -> Sequence[Link]:
        self.calls.note("find_links_of_accounts")
        order = list(LinkState)
        found = sorted((link for link, _ in self.links.values()), key=lambda one: -order.index(one.state))
        return list({link.account_id: link for link in found if link.account_id in account_ids}.values())

    async def find_all_links_of_account(self, account_id: str) -> Sequence[Link]:
        self.calls.note("find_all_links_of_account")
        return [link for link, _ in self.links.values() if link.account_id == account_id]

    async def find_tombstones(self, kind: Kind, record_ids: Sequence[str]) -> Sequence[Tombstone]:
        self.calls.note("find_tombstones")
        return [self.tombstones[kind, one] for one in dict.fromkeys(record_ids) if (kind, one) in self.tombstones]

    async def settle(self, settlement: Settlement, *, fence: int, then: Sequence[Owed] = ()) -> None:
        links = self._settled(settlement, fence)
        held = [link.account_id for link, _ in links.values() if link.state in HOLDING]
        if len(held) > len(set(held)):
            raise Busy("somebody linked one of the records")
        self.links = links
        for one in settlement.living:
            self.tombstones.pop(one, None)
        self.tombstones.update({(one.kind, one.record_id): one for one in settlement.tombstones})
        for place, stone in self.tombstones.items():
            if stone.key in settlement.released:
                self.tombstones[place] = replace(stone, key=None)
        self.contact_links.update({one.contact_id: one for one in settlement.contact_links})
        for note in settlement.notes:
            self._note(Subject(note.kind, note.record_id), note.verdict)
        self.owed += then
        self.calls.note("settle")

    def _settled(self, told: Settlement, fence: int) -> dict[CompanyId, tuple[Link, int]]:
        links = dict(self.links)
        for link in [*told.ends, *([told.was] if told.was else [])]:
            held, last_fence = links.pop(link.company_id, (None, 0))
            if held != link or fence < last_fence:
                raise Busy(f"the link of company {link.company_id} changed")
        if told.becomes:
            if told.becomes.company_id in links:
                raise Busy(f"company {told.becomes.company_id} was linked")
            links[told.becomes.company_id] = (told.becomes, fence)
        return links

    async def find_contact_links(self, contact_ids: Sequence[ContactId]) -> Sequence[ContactLink]:
        self.calls.note("find_contact_links")
        return [self.contact_links[one] for one in dict.fromkeys(contact_ids) if one in self.contact_links]

    async def find_contact_links_of_account(self, account_id: AccountId) -> Sequence[ContactLink]:
        self.calls.note("find_contact_links_of_account")
        buried = {record_id for kind, record_id in self.tombstones if kind in PEOPLE}
        on_account = (one for one in self.contact_links.values() if one.account_id == account_id)
        return [one for one in on_account if one.person_id not in buried]

    async def find_contact_links_of_people(self, person_ids: Sequence[PersonId]) -> Sequence[ContactLink]:
        self.calls.note("find_contact_links_of_people")
        return [one for one in self.contact_links.values() if one.person_id in person_ids]

    async def claim_identities(self, holder: Subject, identities: Sequence[Identity]) -> Mapping[Identity, Subject]:
        customer = self._customer(holder)
        holders = {one: self._customer(self.claims.get(one, holder)) for one in identities}
        held = {one: other for one, other in holders.items() if other != customer and self._stands(other)}
        if not held:
            self.claims.update(dict.fromkeys(identities, customer))
        self.calls.note("claim_identities")
        return held

    async def find_creators(self, asking: Subject, identities: Sequence[Identity]) -> Sequence[Subject]:
        self.calls.note("find_creators")
        customer = self._customer(asking)
        holders = dict.fromkeys(self._customer(self.claims.get(one, asking)) for one in identities)
        return [one for one in holders if one != customer and self._is_creating(one)]

    def _customer(self, holder: Subject) -> Subject:
        """A linked account is its company."""
        links = (link for link, _ in self.links.values() if link.state is not LinkState.COMPANY_DELETED)
        found = (link.company_id for link in links if link.account_id == holder.record_id)
        return next((Subject(Kind.COMPANY, company_id) for company_id in found), holder)

    def _stands(self, holder: Subject) -> bool:
        return self._is_linked(holder) or holder.record_id in self.creating

    def _is_creating(self, holder: Subject) -> bool:
        return holder.record_id in self.creating and not self._is_linked(holder)

    def _is_linked(self, holder: Subject) -> bool:
        """A company that was deleted is not."""
        link, _ = self.links.get(CompanyId(holder.record_id), (None, 0))
        return link is not None and link.state is not LinkState.COMPANY_DELETED

    async def record_link(self, link: Link, verdict: Verdict, *, fence: int, then: Sequence[Owed] = ()) -> None:
        before, last_fence = self.links.get(link.company_id, (link, fence))
        if fence < last_fence:
            raise Busy(f"fence {fence} is stale for company {link.company_id}")
        if before.is_same_pair(link) and not before.is_live:
            raise Busy(f"{link} rests")
        taken = any(
            one.account_id == link.account_id and one.company_id != link.company_id and one.state in HOLDING
            for one, _ in self.links.values()
        )
        if taken or before.account_id != link.account_id:
            raise Ambiguous(f"{link} contradicts a link", code="CONFLICT_DUP_LINK")
        self.links[link.company_id] = (link, fence)
        self._note(Subject(Kind.COMPANY, link.company_id), verdict)
        self.owed += then
        self.calls.note("record_link")

    async def record_contact_links(self, contact_links: Sequence[ContactLink]) -> None:
        self.contact_links.update({one.contact_id: one for one in contact_links})
        self.calls.note("record_contact_links")

    async def record_verdict(self, subject: Subject, verdict: Verdict, *, then: Sequence[Owed] = ()) -> None:
        self._note(subject, verdict)
        self.owed += then
        self.calls.note("record_verdict")

    async def owe(self, then: Sequence[Owed]) -> None:
        self.owed += then
        self.calls.note("owe")

    async def find_imported_at(self, account_id: AccountId) -> datetime | None:
        self.calls.note("find_imported_at")
        return self.imported_at.get(account_id)

    async def find_our_associations(self, associations: Sequence[Association]) -> Sequence[Association]:
        self.calls.note("find_our_associations")
        return [one for one in dict.fromkeys(associations) if (one.company_id, one.contact_id) in self.our_associations]

    async def record_our_associations(self, associations: Sequence[Association]) -> None:
        self.our_associations |= {(one.company_id, one.contact_id) for one in associations}
        self.calls.note("record_our_associations")

    async def forget_our_associations(self, associations: Sequence[Association]) -> None:
        self.our_associations -= {(one.company_id, one.contact_id) for one in associations}
        self.calls.note("forget_our_associations")

    async def find_places(self, contact_ids: Sequence[ContactId]) -> Mapping[ContactId, Place]:
        self.calls.note("find_places")
        return {one: self.places[one] for one in contact_ids if one in self.places}

    async def record_place(self, contact_id: ContactId, place: Place) -> None:
        self.places[contact_id] = place
        self.calls.note("record_place")

    async def wake_waiting(self, account_id: AccountId) -> None:
        woken = [owed for owed, waits_for in self.waiting.items() if waits_for == account_id]
        for owed in woken:
            del self.waiting[owed]
        self.owed += woken
        self.calls.note("wake_waiting")

    async def find_written_stages(self, contact_ids: Sequence[ContactId]) -> Mapping[ContactId, StageName]:
        self.calls.note("find_written_stages")
        return {one: self.written_stages[one] for one in contact_ids if one in self.written_stages}

    async def record_written_stages(self, contact_ids: Sequence[ContactId], stage: StageName) -> None:
        self.written_stages.update(dict.fromkeys(contact_ids, stage))
        self.calls.note("record_written_stages")

    async def find_stage_move(self, company_id: CompanyId) -> StageMove | None:
        self.calls.note("find_stage_move")
        return self.stage_moves.get(company_id)

    async def begin_stage_move(self, move: StageMove) -> None:
        self.stage_moves[move.company_id] = move
        self.calls.note("begin_stage_move")

    async def end_stage_move(self, company_id: CompanyId) -> None:
        self.stage_moves.pop(company_id, None)
        self.calls.note("end_stage_move")

    def _note(self, subject: Subject, verdict: Verdict) -> None:
        last = next((one for about, one in reversed(self.timeline) if about == subject), None)
        if last != verdict:
            self.timeline.append((subject, verdict))


@dataclass
class MemoryLeases:
    """All keys or none; a crash leaves them held until they expire."""

    calls: Calls
    held: dict[Identity, int] = field(default_factory=dict)
    """By which fence."""
    fence: int = 0

    @asynccontextmanager
    async def hold(self, identities: Sequence[Identity]) -> AsyncIterator[Lease]:
        if not self.held.keys().isdisjoint(identities):
            raise Busy(f"{identities[0]} or what it shares is being worked on")
        self.fence += 1
        lease = Lease(self.fence)
        self.held.update(dict.fromkeys(identities, lease.fence))
        self.calls.note("lease")
        try:
            yield lease
        finally:
            # After a loss somebody else may hold them.
            self.held = {one: fence for one, fence in self.held.items() if fence != lease.fence}
