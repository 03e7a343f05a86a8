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
from datetime import datetime
from typing import Protocol

from tasks.contracts.fields import AccountFields, FieldMemory, FieldReport, JsonValue, UsableMapping
from tasks.contracts.finding import (
    AccountSearch,
    AccountValues,
    CompanySearch,
    CompanyValues,
    Upserted,
    UpsertedCompany,
)
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
    Place,
    StageName,
    Switches,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """The record a verdict is about."""

    kind: Kind
    record_id: str

    def __str__(self) -> str:
        """As messages name it."""
        return f"{self.kind.noun} {self.record_id}"


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

    async def find_contacts_by_email(self, emails: Sequence[str]) -> Sequence[Contact]:
        """An address is the same in upper and in lower case; a blank one is nobody's."""
        ...

    async def find_companies_of_contacts(self, contact_ids: Sequence[ContactId]) -> Sequence[Association]: ...

    async def find_companies(self, search: CompanySearch) -> Sequence[Company]:
        """Companies that have one of the ids, carry the account's id, or have one of the domains or the very name.

        As they are now. Also companies that HubSpot's search does not know yet, if they were ever read; one that
        neither of them knows is left out, and so a second look may find more. Names are found by their letters, without
        the legal form or with it.
        """
        ...

    async def find_members(self, segment: str, kind: Kind, record_ids: Sequence[str]) -> frozenset[str]:
        """Those of the records that are in the segment (a HubSpot list) now.

        Rejected if there is no such segment: that nobody is on it would be a different answer.
        """
        ...

    async def read_stage_order(self) -> Sequence[StageName]:
        """The portal's lifecycle stages, least advanced first, without deleted ones."""
        ...

    async def upsert_company(self, account_id: AccountId, values: CompanyValues) -> UpsertedCompany:
        """Keyed by the account's id: repeated or raced, it lands on the same company.

        Blank values leave what is there. Ambiguous if a company holds the key that is not to be had, as an archived one
        may; Rejected if HubSpot does not take the values.
        """
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

    async def dissociate(self, associations: Sequence[Association]) -> None:
        """Take contacts off companies; where one does not sit there, or either record is gone, nothing happens."""
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

    async def find_account(self, account_id: AccountId) -> Account | None:
        """Deleted accounts as well, while they are in the recycle bin, and those that were merged away."""
        ...

    async def find_people_of(self, account_id: AccountId) -> Sequence[Person]:
        """The contacts on the account, without the deleted ones."""
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

    async def find_contact_links_of_people(self, person_ids: Sequence[PersonId]) -> Sequence[ContactLink]: ...

    async def claim_identities(self, holder: Subject, identities: Sequence[Identity]) -> Mapping[Identity, Subject]:
        """Claim all of them for the company or account, or none; returns those another one holds (empty: claimed).

        A claim stands while its holder is linked or still owed a counterpart; parked work is not owed. A linked account
        holds and claims as its company.
        """
        ...

    async def find_creators(self, asking: Subject, identities: Sequence[Identity]) -> Sequence[Subject]:
        """Other companies and accounts that have claimed one of the identities and are still owed a counterpart."""
        ...

    async def record_link(self, link: Link, verdict: Verdict, *, fence: int, then: Sequence[Owed] = ()) -> None:
        """Write the link, its verdict and what is owed next; safe to repeat.

        What is parked because nobody knew either record's counterpart is answered by it.
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

    async def find_our_associations(self, associations: Sequence[Association]) -> Sequence[Association]:
        """Those of them that Tandem made and has not taken back; what people made is theirs."""
        ...

    async def record_our_associations(self, associations: Sequence[Association]) -> None:
        """About to be made. Safe to repeat."""
        ...

    async def forget_our_associations(self, associations: Sequence[Association]) -> None:
        """Taken back. Safe to repeat."""
        ...

    async def find_places(self, contact_ids: Sequence[ContactId]) -> Mapping[ContactId, Place]:
        """Where those of the contacts sat that were seen before."""
        ...

    async def record_place(self, contact_id: ContactId, place: Place) -> None: ...

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
    switched_on_at: datetime | None = None
    """Since when company sync is on."""
