"""Everything the tasks need from the world, on one page.

`find_…` may come back empty and never raises for absence: each record once, however often and in whichever spelling it
was asked for, in no particular order. `write_…`, `upsert_…` and `associate` are safe to repeat; what a run has written
about a record it also finds there. A write to a record that is gone raises `NeedsHuman`, and the other records of the
call are written.
Every method may raise `TryAgain` (nothing is known to have happened) and, where it writes, `NeedsHuman`.
A flow asks for one thing at a time: what the flows of a slice ask for at the same moment becomes one call.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from tasks.contracts.changes import Change, Malformed
from tasks.contracts.fields import AccountFields, FieldMemory, FieldReport, JsonValue, UsableMapping
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
    Lane,
    Link,
    OpportunitySignal,
    Owed,
    Person,
    PersonId,
    StageName,
    Switches,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """The record a verdict is about."""

    kind: Kind
    record_id: str


@dataclass(frozen=True, slots=True)
class AccountSearch:
    """Every way an account may be known to belong to a company."""

    company_id: CompanyId
    account_ids: tuple[AccountId, ...] = ()
    domains: tuple[str, ...] = ()
    """Registrable domains, lower case, in ASCII."""


@dataclass(frozen=True, slots=True)
class AccountValues:
    """What a new account starts with."""

    name: str
    website: str = ""
    fields: tuple[tuple[str, JsonValue], ...] = ()
    """Mapped fields and their values; a name or website among them outranks the one above."""


@dataclass(frozen=True, slots=True)
class Upserted:
    """The account that now carries the key, and whether this very call made it."""

    account_id: AccountId
    created: bool


class HubSpot(Protocol):
    """Companies and contacts as the tasks see them."""

    async def find_company(self, company_id: CompanyId) -> Company | None:
        """None if it was never there, is archived, or was merged away."""
        ...

    async def find_change_times(self, company_id: CompanyId, properties: Sequence[str]) -> Mapping[str, datetime]:
        """When each of the properties got its value, where HubSpot knows."""
        ...

    async def write_properties(self, company_id: CompanyId, values: Mapping[str, str]) -> None:
        """Blank clears. Rejected, naming the properties where HubSpot does, and then nothing is written; Gone."""
        ...

    async def find_contacts_of(self, company_id: CompanyId) -> Sequence[Association]: ...

    async def find_companies_of(self, contact_id: ContactId) -> Sequence[Association]: ...

    async def find_contacts(self, contact_ids: Sequence[ContactId]) -> Sequence[Contact]:
        """Those of them that exist and are not archived."""
        ...

    async def find_members(self, segment: str, kind: Kind, record_ids: Sequence[str]) -> frozenset[str]:
        """Those of the records that are in the segment (a HubSpot list) now.

        Rejected if there is no such segment: that nobody is on it would be a different answer.
        """
        ...

    async def read_stage_order(self) -> Sequence[StageName]:
        """The portal's lifecycle stages, least advanced first, without deleted ones."""
        ...

    async def write_account_id(self, company_id: CompanyId, account_id: AccountId) -> None:
        """In place of the one it carries. Ambiguous if another company already carries this account id; Gone."""
        ...

    async def write_company_stage(self, company_id: CompanyId, stage: StageName) -> StageName:
        """The stage HubSpot reports afterwards: a backward write succeeds and changes nothing.

        Blank is before every stage and may always be written. Rejected if the portal has no such stage, or refuses to
        go backward instead of ignoring it; Gone.
        """
        ...

    async def write_contact_stages(
        self, contact_ids: Sequence[ContactId], stage: StageName
    ) -> Mapping[ContactId, StageName]:
        """As above, for each; Gone if one of them is, but then the others have moved."""
        ...

    async def associate(self, associations: Sequence[Association]) -> None:
        """Put contacts on companies; makes a company the primary one only where `is_primary` says so.

        Then the former primary company is an ordinary one; otherwise the primary company stays what it is. (A portal
        may by itself make a contact's first company its primary one.) Gone if one of the records is, but then the other
        pairs are made.
        """
        ...


class Salesforce(Protocol):
    """Accounts and people as the tasks see them. There is no plain create here."""

    async def find_accounts(self, search: AccountSearch) -> Sequence[Account]:
        """Accounts that carry the company's id, have one of the ids, or one of the domains; never deleted ones.

        May include accounts whose website merely contains a domain: the rule decides what is equal.
        """
        ...

    async def find_account_fields(self, account_id: AccountId, names: Sequence[str]) -> AccountFields | None:
        """These fields of the account; None if it is deleted, or was never there."""
        ...

    async def write_account_fields(self, account_id: AccountId, values: Mapping[str, JsonValue]) -> None:
        """None clears. Rejected, naming the fields where Salesforce does, and then nothing is written; Gone."""
        ...

    async def find_people(self, emails: Sequence[str], ids: Sequence[PersonId] = ()) -> Sequence[Person]:
        """Contacts and leads with one of the e-mail addresses or ids, converted leads included, deleted not.

        An address is the same in upper and in lower case; a blank one is nobody's.
        """
        ...

    async def find_opportunity_signals(self, people: Sequence[PersonId]) -> Sequence[OpportunitySignal]:
        """Only for Salesforce contacts that have a role on an opportunity, if only on a lost one."""
        ...

    async def upsert_account(self, company_id: CompanyId, values: AccountValues) -> Upserted:
        """Keyed by the company's id: repeated or raced, it lands on the same account.

        Blank values leave what is there. A deleted account is not brought back: another one is created. Rejected if
        Salesforce does not take the values.
        """
        ...

    async def write_company_id(self, account_id: AccountId, company_id: CompanyId) -> None:
        """Ambiguous if another account already carries this company's id; Gone if the account is deleted."""
        ...

    async def write_contact_accounts(self, people: Sequence[Person], account_id: AccountId) -> None:
        """Put Salesforce contacts on the account. Gone if one of them is, but then the others are on it."""
        ...


class Ledger(Protocol):
    """What Postgres remembers. `then` is owed in the same transaction, or not at all."""

    async def find_link(self, company_id: CompanyId) -> Link | None: ...

    async def find_links(self, company_ids: Sequence[CompanyId]) -> Sequence[Link]: ...

    async def find_links_of_accounts(self, account_ids: Sequence[AccountId]) -> Sequence[Link]: ...

    async def find_contact_links(self, contact_ids: Sequence[ContactId]) -> Sequence[ContactLink]: ...

    async def find_contact_links_of_account(self, account_id: AccountId) -> Sequence[ContactLink]: ...

    async def claim_identities(
        self, company_id: CompanyId, identities: Sequence[Identity]
    ) -> Mapping[Identity, CompanyId]:
        """Claim all of them for the company, or none; returns those another company holds (empty: claimed).

        A claim stands while its holder is linked or still owed an account; parked work is not owed.
        """
        ...

    async def find_creators(self, company_id: CompanyId, identities: Sequence[Identity]) -> Sequence[CompanyId]:
        """Other companies that have claimed one of the identities and are still owed their account."""
        ...

    async def record_link(self, link: Link, verdict: Verdict, *, fence: int, then: Sequence[Owed] = ()) -> None:
        """Write the link, its verdict and what is owed next; safe to repeat.

        Busy if a later holder of the lease has written since; Ambiguous if either record is linked elsewhere. Refused,
        it leaves no trace: no link, no verdict, nothing owed.
        """
        ...

    async def record_contact_links(self, contact_links: Sequence[ContactLink]) -> None:
        """The person behind a contact; the last word wins. Safe to repeat."""
        ...

    async def record_verdict(self, subject: Subject, verdict: Verdict, *, then: Sequence[Owed] = ()) -> None:
        """One more entry on the record's timeline, unless it only says again what the last entry says.

        What follows is owed in either case.
        """
        ...

    async def owe(self, then: Sequence[Owed]) -> None:
        """What has to be done next although this run is about to end without a verdict of its own."""
        ...

    async def find_written_stages(self, contact_ids: Sequence[ContactId]) -> Mapping[ContactId, StageName]:
        """The stages we ourselves wrote to those of the contacts last that we wrote to: the echo guard's memory."""
        ...

    async def record_written_stages(self, contact_ids: Sequence[ContactId], stage: StageName) -> None: ...

    async def find_field_memory(self, link: Link) -> FieldMemory:
        """What is known about the fields of this very pair: another account, or another company, begins anew."""
        ...

    async def record_fields(self, link: Link, report: FieldReport) -> None:
        """New baselines, and problems in place of those before; a CONFIG problem pauses its field. Safe to repeat."""
        ...

    async def record_derived(self, company_id: CompanyId, values: Mapping[str, str]) -> None: ...


class Fields(Protocol):
    """The mapping of fields, as far as both CRMs allow it now."""

    async def read_mapping(self) -> UsableMapping: ...


@dataclass(frozen=True, slots=True)
class Lease:
    """Held while the context is open. It may be lost at any time; the fence is what proves anything."""

    fence: int


class Leases(Protocol):
    """One worker at a time per customer."""

    def hold(self, identities: Sequence[Identity]) -> AbstractAsyncContextManager[Lease]:
        """All of them or none. Busy if somebody else holds one; free again afterwards, however it ends.

        Every fence is greater than all before it, whatever is held.
        """
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """All a flow may touch, for one run on one record."""

    hubspot: HubSpot
    salesforce: Salesforce
    ledger: Ledger
    leases: Leases
    fields: Fields
    switches: Switches
    forced: bool = False
    """A person asked for this run: the Sync button."""


# What the machinery around the flows needs; flows never see these.


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a batch of announcements."""

    new: int
    repeated: int
    owed: tuple[Owed, ...]


class Inbox(Protocol):
    """Where announcements are noted before anything else happens to them."""

    def record_changes(self, routed: Sequence[tuple[Change, Sequence[Owed]]]) -> Received:
        """Note each change once, by event id, and what it makes owed: all or nothing. Safe to repeat.

        What is owed for a Salesforce record is owed for the HubSpot record it is linked with, if any.
        """
        ...

    def park_malformed(self, malformed: Sequence[Malformed]) -> None:
        """Keep what could not be understood, whole, with the reason. Safe to repeat."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """One owed row, claimed by this worker."""

    task: str
    record_id: str
    lane: Lane
    started: int
    """How many requests this run answers; later ones stay owed."""
    token: str
    """Proves the claim; a run whose claim expired settles nothing."""
    as_of: datetime
    """Facts read at or after this moment are fresh enough."""
    owed_since: datetime
    failures: int = 0
    forced: bool = False

    def as_owed(self) -> Owed:
        """The row this job was claimed from."""
        return Owed(self.task, self.record_id, self.lane)


@dataclass(frozen=True, slots=True)
class Done:
    """The run answered the requests it started with."""

    job: Job


@dataclass(frozen=True, slots=True)
class Later:
    """Try again after a while."""

    job: Job
    after: timedelta
    problem: str
    problem_class: str
    counts: bool
    """Whether it uses up an attempt; waiting does not."""


@dataclass(frozen=True, slots=True)
class Parked:
    """Until a person, or a change of the record, says otherwise."""

    job: Job
    problem: str
    problem_class: str
    code: str
    remedy: str
    evidence: Mapping[str, object]


Settlement = Done | Later | Parked


class OwedBook(Protocol):
    """What is owed, to whom it is handed, and what came of it."""

    def owe(self, owed: Sequence[Owed]) -> None:
        """One more request per row; a parked row is woken. Safe, but not free, to repeat."""
        ...

    def claim(self, task: str, lane: Lane, *, first: Sequence[str], limit: int, ttl: timedelta) -> Sequence[Job]:
        """Hand out due rows of this task and lane, these records first, each to one worker at a time."""
        ...

    def renew(self, token: str, *, ttl: timedelta) -> None:
        """Keep the claims of this token for another while."""
        ...

    def settle(self, settlements: Sequence[Settlement]) -> Sequence[Owed]:
        """Close the runs; returns what is still owed and due, to be woken again. Safe to repeat."""
        ...

    def find_unattended(self, *, limit: int) -> Sequence[Owed]:
        """Rows that are owed and due, and that nobody has claimed or woken for a while; marks them woken."""
        ...


class Messenger(Protocol):
    """Wakes whoever is to do the work. May lose a message; `resend_owed` finds what it lost."""

    def wake(self, owed: Sequence[Owed], *, after: timedelta = timedelta()) -> None: ...
