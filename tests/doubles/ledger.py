"""The ledger and the leases in memory, with the constraints of the real ones."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tasks.contracts.descriptions import MappedField
from tasks.contracts.errors import Ambiguous, Busy, ProblemClass
from tasks.contracts.fields import Everybody, FieldMemory, FieldReport, LeftOut, UsableMapping
from tasks.contracts.records import (
    AccountId,
    Association,
    CompanyId,
    ContactId,
    ContactLink,
    Identity,
    Kind,
    Link,
    Owed,
    PersonId,
    Place,
    StageName,
    Verdict,
)
from tasks.contracts.tools import Lease, Subject
from tests.doubles.calls import Calls


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
    baselines: dict[Link, dict[str, str]] = field(default_factory=dict)
    derived: dict[CompanyId, dict[str, str]] = field(default_factory=dict)
    left_out: dict[CompanyId, dict[str, LeftOut]] = field(default_factory=dict)
    paused: set[str] = field(default_factory=set)
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
        return [link for link, _ in self.links.values() if link.account_id in account_ids]

    async def find_contact_links(self, contact_ids: Sequence[ContactId]) -> Sequence[ContactLink]:
        self.calls.note("find_contact_links")
        return [self.contact_links[one] for one in dict.fromkeys(contact_ids) if one in self.contact_links]

    async def find_contact_links_of_account(self, account_id: AccountId) -> Sequence[ContactLink]:
        self.calls.note("find_contact_links_of_account")
        return [one for one in self.contact_links.values() if one.account_id == account_id]

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
        found = (link.company_id for link, _ in self.links.values() if link.account_id == holder.record_id)
        return next((Subject(Kind.COMPANY, company_id) for company_id in found), holder)

    def _stands(self, holder: Subject) -> bool:
        return holder.record_id in self.links or holder.record_id in self.creating

    def _is_creating(self, holder: Subject) -> bool:
        return holder.record_id in self.creating and holder.record_id not in self.links

    async def record_link(self, link: Link, verdict: Verdict, *, fence: int, then: Sequence[Owed] = ()) -> None:
        before, last_fence = self.links.get(link.company_id, (link, fence))
        if fence < last_fence:
            raise Busy(f"fence {fence} is stale for company {link.company_id}")
        taken = any(
            one.account_id == link.account_id and one.company_id != link.company_id for one, _ in self.links.values()
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

    async def find_written_stages(self, contact_ids: Sequence[ContactId]) -> Mapping[ContactId, StageName]:
        self.calls.note("find_written_stages")
        return {one: self.written_stages[one] for one in contact_ids if one in self.written_stages}

    async def record_written_stages(self, contact_ids: Sequence[ContactId], stage: StageName) -> None:
        self.written_stages.update(dict.fromkeys(contact_ids, stage))
        self.calls.note("record_written_stages")

    async def find_field_memory(self, link: Link) -> FieldMemory:
        self.calls.note("find_field_memory")
        return FieldMemory(
            dict(self.baselines.get(link, {})),
            dict(self.left_out.get(link.company_id, {})),
            dict(self.derived.get(link.company_id, {})),
        )

    async def record_fields(self, link: Link, report: FieldReport) -> None:
        self.baselines.setdefault(link, {}).update(report.agreed)
        before = self.left_out.get(link.company_id, {})
        unseen = {name: one for name, one in before.items() if name in report.paused}
        self.left_out[link.company_id] = {**unseen, **{one.field: one for one in report.left_out}}
        self.paused |= {one.field for one in report.left_out if one.problem_class is ProblemClass.CONFIG}
        self.calls.note("record_fields")

    async def record_derived(self, company_id: CompanyId, values: Mapping[str, str]) -> None:
        self.derived.setdefault(company_id, {}).update(values)
        self.calls.note("record_derived")

    def _note(self, subject: Subject, verdict: Verdict) -> None:
        last = next((one for about, one in reversed(self.timeline) if about == subject), None)
        if last != verdict:
            self.timeline.append((subject, verdict))


@dataclass
class MemoryFields:
    """A mapping that fits both CRMs, without what the ledger has paused."""

    calls: Calls
    ledger: MemoryLedger
    fields: tuple[MappedField, ...] = ()
    everybody: Everybody = field(default_factory=Everybody)

    async def read_mapping(self) -> UsableMapping:
        self.calls.note("read_mapping")
        paused = frozenset(self.ledger.paused)
        return UsableMapping(tuple(one for one in self.fields if one.name not in paused), self.everybody, paused)


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
