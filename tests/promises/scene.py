"""Where a promise is kept or broken: the tools of one run, and ways to act and look behind their back."""

from collections.abc import Awaitable, Callable, Sequence
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

    def merge_companies(self, survivor: CompanyId, loser: CompanyId) -> None: ...

    def edits_company(self, company_id: CompanyId, name: str, value: str) -> None:
        """Somebody changes a property now."""
        ...

    def refuses_property(self, name: str) -> None:
        """What no option of the property means is refused, as in every portal."""
        ...

    # What people do in Salesforce

    def has_account(self, account: Account) -> None: ...

    def has_person(self, person: Person) -> None: ...

    def has_opportunities(self, signal: OpportunitySignal) -> None:
        """The person has a role on opportunities that say this."""
        ...

    def refuses_field(self, name: str) -> None:
        """What the field has no room for is refused, as in every org."""
        ...

    def delete_account(self, account_id: AccountId) -> None: ...

    def delete_person(self, person_id: PersonId) -> None: ...

    def lose_next_race(self) -> None:
        """The next upsert looks before the account is there and writes after."""
        ...

    def accounts(self) -> Sequence[Account]:
        """Every account, without the deleted ones."""
        ...

    # What the machinery around the flows does

    def owe_company(self, account_id: AccountId) -> None: ...

    def owe_account(self, company_id: CompanyId) -> None: ...

    def settle_account(self, company_id: CompanyId) -> None: ...

    def park_account(self, company_id: CompanyId) -> None: ...

    def owed(self) -> set[Owed]: ...

    def timeline(self, subject: Subject) -> Sequence[Verdict]: ...

    def lose_leases(self) -> None:
        """All of them expire, or Redis forgets them."""
        ...
