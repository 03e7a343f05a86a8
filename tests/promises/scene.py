"""Where a promise is kept or broken: the tools of one run, and ways to act and look behind their back."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from tasks.contracts.records import (
    Account,
    AccountId,
    Association,
    Company,
    CompanyId,
    Contact,
    ContactId,
    Kind,
    OpportunitySignal,
    Owed,
    Person,
    PersonId,
    StageName,
    Verdict,
)
from tasks.contracts.tools import HubSpot, Leases, Ledger, Salesforce, Subject, Tools

Flow = Callable[[Tools], Awaitable[Any]]


class Scene(Protocol):
    """The same methods over memory and over the real thing. Records are put in as people typed them."""

    @property
    def hubspot(self) -> HubSpot: ...

    @property
    def salesforce(self) -> Salesforce: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def leases(self) -> Leases: ...

    def look_again(self) -> None:
        """Something was announced: facts read before this moment are not fresh enough any more."""
        ...

    async def at_once(self, *flows: Flow) -> list[Any]:
        """The flows of one slice, side by side: what each answered, or the error that ended it."""
        ...

    # What people do in HubSpot

    def has_company(self, company: Company) -> None: ...

    def has_contact(self, contact: Contact) -> None: ...

    def has_association(self, association: Association) -> None: ...

    def has_segment(self, segment: str, kind: Kind, members: Sequence[str]) -> None: ...

    def has_stages(self, order: Sequence[StageName], *, deleted: Sequence[StageName] = ()) -> None: ...

    def archive_company(self, company_id: CompanyId) -> None: ...

    def archive_contact(self, contact_id: ContactId) -> None: ...

    def restore_company(self, company_id: CompanyId) -> None: ...

    def restore_contact(self, contact_id: ContactId) -> None: ...

    def merge_companies(self, survivor: CompanyId, loser: CompanyId) -> None: ...

    def merge_contacts(self, survivor: ContactId, loser: ContactId) -> None: ...

    # What people do in Salesforce

    def has_account(self, account: Account) -> None: ...

    def has_person(self, person: Person) -> None: ...

    def has_converted_lead(self, lead: Person, converted_at: datetime) -> None: ...

    def has_filter(self, condition: str, passing: Sequence[AccountId]) -> None:
        """Of the accounts that are there, these meet the condition."""
        ...

    def has_opportunities(self, signal: OpportunitySignal) -> None:
        """The person has a role on opportunities that say this."""
        ...

    def delete_account(self, account_id: AccountId) -> None: ...

    def delete_person(self, person_id: PersonId) -> None: ...

    def undelete(self, record_id: str) -> None: ...

    def merge_in_salesforce(self, survivor: str, loser: str) -> None: ...

    def convert(self, lead_id: PersonId, account_id: AccountId) -> PersonId:
        """The contact that the lead has become."""
        ...

    def lose_next_race(self) -> None:
        """The next upsert looks before the account is there and writes after."""
        ...

    def accounts(self) -> Sequence[Account]:
        """Every account, without the deleted ones."""
        ...

    # What the machinery around the flows does

    def import_account(self, account_id: AccountId) -> None:
        """Somebody announces that it is imported."""
        ...

    def owe_company(self, account_id: AccountId) -> None: ...

    def owe_account(self, company_id: CompanyId) -> None: ...

    def settle_account(self, company_id: CompanyId) -> None: ...

    def park_account(self, company_id: CompanyId) -> None: ...

    def park_waiting(self, contact_id: ContactId, account_id: AccountId) -> None:
        """The run of link_contact that was owed for the contact ends: it waits for the account."""
        ...

    def owed(self) -> set[Owed]: ...

    def timeline(self, subject: Subject) -> Sequence[Verdict]: ...

    def lose_leases(self) -> None:
        """All of them expire, or Redis forgets them."""
        ...
