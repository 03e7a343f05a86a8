"""Both CRMs, the ledger and the leases in memory, so that whole flows run in a millisecond and die where we like."""

from collections.abc import AsyncIterator, Container, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import idna

from tasks.contracts.errors import Ambiguous, Busy, Gone, Rejected
from tasks.contracts.records import (
    Account,
    AccountId,
    Association,
    Company,
    CompanyId,
    Contact,
    ContactId,
    ContactLink,
    Identity,
    Kind,
    Link,
    OpportunitySignal,
    Owed,
    Person,
    PersonId,
    PersonKind,
    StageName,
    Switches,
    Verdict,
)
from tasks.contracts.tools import AccountSearch, AccountValues, Lease, Subject, Tools, Upserted

STAGES = tuple(
    StageName(name)
    for name in (
        "subscriber",
        "lead",
        "marketingqualifiedlead",
        "salesqualifiedlead",
        "opportunity",
        "customer",
        "evangelist",
        "other",
    )
)
LONGEST_TEXT = 255
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Killed(BaseException):
    """The process died here: not an Exception, so nothing of ours can catch it."""


@dataclass
class Calls:
    """Counts tool calls, and kills after the n-th: the call's effect has happened, its answer is lost."""

    kill_after: int | None = None
    made: list[str] = field(default_factory=list)

    def note(self, name: str) -> None:
        self.made.append(name)
        if self.kill_after is not None and len(self.made) == self.kill_after:
            raise Killed(name)


@dataclass
class MemoryHubSpot:
    """Enforces what HubSpot enforces: known and forward-only stages, one primary company, unique account ids."""

    calls: Calls
    companies: dict[CompanyId, Company] = field(default_factory=dict)
    contacts: dict[ContactId, Contact] = field(default_factory=dict)
    associations: dict[tuple[CompanyId, ContactId], Association] = field(default_factory=dict)
    segments: dict[str, set[str]] = field(default_factory=dict)
    stages: tuple[StageName, ...] = STAGES

    async def find_company(self, company_id: CompanyId) -> Company | None:
        self.calls.note("find_company")
        return self.companies.get(company_id)

    async def find_contacts_of(self, company_id: CompanyId) -> Sequence[Association]:
        self.calls.note("find_contacts_of")
        return [one for one in self.associations.values() if one.company_id == company_id]

    async def find_companies_of(self, contact_id: ContactId) -> Sequence[Association]:
        self.calls.note("find_companies_of")
        return [one for one in self.associations.values() if one.contact_id == contact_id]

    async def find_contacts(self, contact_ids: Sequence[ContactId]) -> Sequence[Contact]:
        self.calls.note("find_contacts")
        found = [self.contacts[one] for one in dict.fromkeys(contact_ids) if one in self.contacts]
        return [replace(one, email=_spelled(one.email)) for one in found]

    async def find_members(self, segment: str, kind: Kind, record_ids: Sequence[str]) -> frozenset[str]:
        self.calls.note("find_members")
        if segment not in self.segments:
            raise Rejected(f"the segment {segment} does not exist", code="SEGMENT_GONE")
        return frozenset(self.segments[segment].intersection(record_ids))

    async def read_stage_order(self) -> Sequence[StageName]:
        self.calls.note("read_stage_order")
        return self.stages

    async def write_account_id(self, company_id: CompanyId, account_id: AccountId) -> None:
        company = self._company(company_id)
        if any(one.account_id == account_id and one.id != company_id for one in self.companies.values()):
            raise Ambiguous(f"another company carries {account_id}")
        self.companies[company_id] = replace(company, account_id=account_id)
        self.calls.note("write_account_id")

    async def write_company_stage(self, company_id: CompanyId, stage: StageName) -> StageName:
        company = self._company(company_id)
        after = self._forward(company.lifecycle_stage, stage)
        self.companies[company_id] = replace(company, lifecycle_stage=after)
        self.calls.note("write_company_stage")
        return after

    async def write_contact_stages(
        self, contact_ids: Sequence[ContactId], stage: StageName
    ) -> Mapping[ContactId, StageName]:
        known = {one: self.contacts[one] for one in contact_ids if one in self.contacts}
        reported = {one: self._forward(contact.lifecycle_stage, stage) for one, contact in known.items()}
        self.contacts |= {one: replace(contact, lifecycle_stage=reported[one]) for one, contact in known.items()}
        self.calls.note("write_contact_stages")
        _require(known, contact_ids)
        return reported

    async def associate(self, associations: Sequence[Association]) -> None:
        known = [one for one in associations if one.company_id in self.companies and one.contact_id in self.contacts]
        for one in known:
            self._associate(one)
        self.calls.note("associate")
        _require(known, associations)

    def _company(self, company_id: CompanyId) -> Company:
        _require(self.companies, [company_id])
        return self.companies[company_id]

    def _forward(self, before: StageName, after: StageName) -> StageName:
        if after and after not in self.stages:
            raise Rejected(f"the portal has no stage {after!r}")
        if not before or not after or before not in self.stages:
            return after
        return max(before, after, key=self.stages.index)

    def _associate(self, association: Association) -> None:
        pair = (association.company_id, association.contact_id)
        if not association.is_primary:
            self.associations.setdefault(pair, association)
            return
        for other, one in self.associations.items():
            if one.contact_id == association.contact_id:
                self.associations[other] = replace(one, is_primary=False)
        self.associations[pair] = association


@dataclass
class MemorySalesforce:
    """Enforces what Salesforce enforces: the unique key, the length of a name."""

    calls: Calls
    accounts: dict[AccountId, Account] = field(default_factory=dict)
    people: dict[PersonId, Person] = field(default_factory=dict)
    signals: dict[PersonId, OpportunitySignal] = field(default_factory=dict)
    created: list[AccountId] = field(default_factory=list)

    async def find_accounts(self, search: AccountSearch) -> Sequence[Account]:
        self.calls.note("find_accounts")
        domains = {one for one in search.domains if one}
        spellings = domains | {idna.decode(one) for one in domains if "xn--" in one}
        return [
            one
            for one in self.accounts.values()
            if one.company_id == search.company_id
            or one.id in search.account_ids
            or any(spelling in one.website.lower() for spelling in spellings)
        ]

    async def find_people(self, emails: Sequence[str], ids: Sequence[PersonId] = ()) -> Sequence[Person]:
        self.calls.note("find_people")
        wanted = {_spelled(email) for email in emails} - {""}
        people = [replace(one, email=_spelled(one.email)) for one in self.people.values()]
        return [one for one in people if one.email in wanted or one.id in ids]

    async def find_opportunity_signals(self, people: Sequence[PersonId]) -> Sequence[OpportunitySignal]:
        self.calls.note("find_opportunity_signals")
        return [self.signals[one] for one in dict.fromkeys(people) if one in self.signals]

    async def upsert_account(self, company_id: CompanyId, values: AccountValues) -> Upserted:
        if max(len(values.name), len(values.website)) > LONGEST_TEXT:
            raise Rejected("the name or the website is too long", code="STRING_TOO_LONG")
        held = next((one for one in self.accounts.values() if one.company_id == company_id), None)
        account = held or Account(AccountId(f"001NEW{len(self.created):09d}AAA"), company_id=company_id)
        self.accounts[account.id] = replace(account, name=values.name, website=values.website or account.website)
        if not held:
            self.created.append(account.id)
        self.calls.note("upsert_account")
        return Upserted(account.id, created=not held)

    async def write_company_id(self, account_id: AccountId, company_id: CompanyId) -> None:
        _require(self.accounts, [account_id])
        if any(one.company_id == company_id and one.id != account_id for one in self.accounts.values()):
            raise Ambiguous(f"another account carries {company_id}")
        self.accounts[account_id] = replace(self.accounts[account_id], company_id=company_id)
        self.calls.note("write_company_id")

    async def write_contact_accounts(self, people: Sequence[Person], account_id: AccountId) -> None:
        if people:
            _require(self.accounts, [account_id])
        known = [one for one in people if one.id in self.people]
        for one in known:
            self.people[one.id] = replace(self.people[one.id], account_id=account_id)
        self.calls.note("write_contact_accounts")
        _require(known, people)


@dataclass
class MemoryLedger:
    """Enforces what the constraints enforce: unique companies, unique accounts, fences, claims."""

    calls: Calls
    links: dict[CompanyId, tuple[Link, int]] = field(default_factory=dict)
    contact_links: dict[ContactId, ContactLink] = field(default_factory=dict)
    claims: dict[Identity, CompanyId] = field(default_factory=dict)
    owed: list[Owed] = field(default_factory=list)
    timeline: list[tuple[Subject, Verdict]] = field(default_factory=list)
    written_stages: dict[ContactId, StageName] = field(default_factory=dict)
    creating: set[CompanyId] = field(default_factory=set)
    """Companies that are owed an account: what keeps a claim standing."""

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

    async def claim_identities(
        self, company_id: CompanyId, identities: Sequence[Identity]
    ) -> Mapping[Identity, CompanyId]:
        held = {
            one: holder
            for one in identities
            if (holder := self.claims.get(one, company_id)) != company_id
            and (holder in self.links or holder in self.creating)
        }
        if not held:
            self.claims.update(dict.fromkeys(identities, company_id))
        self.calls.note("claim_identities")
        return held

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

    async def find_written_stages(self, contact_ids: Sequence[ContactId]) -> Mapping[ContactId, StageName]:
        self.calls.note("find_written_stages")
        return {one: self.written_stages[one] for one in contact_ids if one in self.written_stages}

    async def record_written_stages(self, contact_ids: Sequence[ContactId], stage: StageName) -> None:
        self.written_stages.update(dict.fromkeys(contact_ids, stage))
        self.calls.note("record_written_stages")

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


def _spelled(email: str) -> str:
    return email.strip().lower()


def _require(known: Container[object], wanted: Iterable[object]) -> None:
    for one in wanted:
        if one not in known:
            raise Gone(f"{one} is not there")


class World:
    """Everything, and short ways to put records into it."""

    def __init__(self, **switches: Any) -> None:
        self.calls = Calls()
        self.hubspot = MemoryHubSpot(self.calls)
        self.salesforce = MemorySalesforce(self.calls)
        self.ledger = MemoryLedger(self.calls)
        self.leases = MemoryLeases(self.calls)
        self.switches = Switches(**{"company_sync": True, **switches})
        segments = (self.switches.contact_segment, self.switches.company_segment)
        self.hubspot.segments = {segment: set() for segment in segments if segment}

    def tools(self, *, forced: bool = False) -> Tools:
        return Tools(self.hubspot, self.salesforce, self.ledger, self.leases, self.switches, forced=forced)

    def company(self, company_id: str = "1", **values: Any) -> CompanyId:
        key = CompanyId(company_id)
        self.hubspot.companies[key] = Company(key, **{"name": "Acme", **values})
        return key

    def contact(
        self, company_id: str | None = "1", *, stage: str = "", primary: bool = True, email: str | None = None
    ) -> ContactId:
        key = ContactId(str(1000 + len(self.hubspot.contacts)))
        address = f"person{key}@example.com" if email is None else email
        self.hubspot.contacts[key] = Contact(key, address, StageName(stage))
        if company_id:
            company = CompanyId(company_id)
            self.hubspot.associations[company, key] = Association(company, key, is_primary=primary)
        return key

    def person(
        self, contact_id: ContactId, kind: PersonKind, *, account: str | None = None, age_days: int = 0, **values: Any
    ) -> Person:
        prefix = "003" if kind is PersonKind.CONTACT else "00Q"
        key = PersonId(f"{prefix}{len(self.salesforce.people):012d}AAA")
        email = self.hubspot.contacts[contact_id].email
        created_at = LONG_AGO - timedelta(days=age_days)
        account_id = AccountId(account) if account else None
        person = Person(key, kind, email, created_at, account_id=account_id, **values)
        self.salesforce.people[key] = person
        return person

    def account(self, account_id: str, **values: Any) -> AccountId:
        key = AccountId(account_id)
        self.salesforce.accounts[key] = Account(key, **{"name": "Acme", **values})
        return key

    def link(self, company_id: str, account_id: str) -> None:
        link = Link(CompanyId(company_id), AccountId(account_id))
        self.ledger.links[link.company_id] = (link, 0)

    def codes(self, record_id: str = "1") -> list[str]:
        return [str(verdict.code) for subject, verdict in self.ledger.timeline if subject.record_id == record_id]

    def stage(self, company_id: str = "1") -> str:
        return self.hubspot.companies[CompanyId(company_id)].lifecycle_stage
