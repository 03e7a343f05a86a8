"""The scene in memory: the double that flows are tested with."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

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
from tasks.contracts.tools import Subject
from tests.doubles.hubspot import MemoryHubSpot
from tests.doubles.ledger import MemoryLeases, MemoryLedger
from tests.doubles.salesforce import MemorySalesforce
from tests.doubles.world import World
from tests.promises.scene import Flow


class MemoryScene:
    """Changes are seen at once, so there is nothing to look at again."""

    def __init__(self) -> None:
        self._world = World()

    @property
    def hubspot(self) -> MemoryHubSpot:
        return self._world.hubspot

    @property
    def salesforce(self) -> MemorySalesforce:
        return self._world.salesforce

    @property
    def ledger(self) -> MemoryLedger:
        return self._world.ledger

    @property
    def leases(self) -> MemoryLeases:
        return self._world.leases

    def look_again(self) -> None:
        pass

    async def at_once(self, *flows: Flow) -> list[Any]:
        return await asyncio.gather(*(flow(self._world.tools()) for flow in flows), return_exceptions=True)

    def has_company(self, company: Company) -> None:
        self.hubspot.companies[company.id] = company

    def has_contact(self, contact: Contact) -> None:
        self.hubspot.contacts[contact.id] = contact

    def has_association(self, association: Association) -> None:
        self.hubspot.associations[association.company_id, association.contact_id] = association

    def has_segment(self, segment: str, kind: Kind, members: Sequence[str]) -> None:
        self.hubspot.segments[segment] = set(members)

    def has_stages(self, order: Sequence[StageName], *, deleted: Sequence[StageName] = ()) -> None:
        self.hubspot.stages = tuple(order)

    def archive_company(self, company_id: CompanyId) -> None:
        self.hubspot.delete_company(company_id)

    def archive_contact(self, contact_id: ContactId) -> None:
        self.hubspot.delete_contact(contact_id)

    def restore_company(self, company_id: CompanyId) -> None:
        self.hubspot.restore_company(company_id)

    def restore_contact(self, contact_id: ContactId) -> None:
        self.hubspot.restore_contact(contact_id)

    def merge_companies(self, survivor: CompanyId, loser: CompanyId) -> None:
        self.hubspot.join_companies(survivor, loser)

    def merge_contacts(self, survivor: ContactId, loser: ContactId) -> None:
        self.hubspot.join_contacts(survivor, loser)

    def has_account(self, account: Account) -> None:
        self.salesforce.accounts[account.id] = account

    def has_person(self, person: Person) -> None:
        self.salesforce.people[person.id] = person

    def has_converted_lead(self, lead: Person, converted_at: datetime) -> None:
        self.salesforce.people[lead.id] = replace(lead, is_converted=True)
        self.salesforce.converted_at[lead.id] = converted_at

    def has_filter(self, condition: str, passing: Sequence[AccountId]) -> None:
        self.salesforce.filters[condition] = set(passing)

    def has_opportunities(self, signal: OpportunitySignal) -> None:
        self.salesforce.signals[signal.person_id] = signal

    def delete_account(self, account_id: AccountId) -> None:
        self.salesforce.delete(account_id)

    def delete_person(self, person_id: PersonId) -> None:
        self.salesforce.delete(person_id)

    def undelete(self, record_id: str) -> None:
        self.salesforce.undelete(record_id)

    def merge_in_salesforce(self, survivor: str, loser: str) -> None:
        self.salesforce.join(survivor, loser)

    def convert(self, lead_id: PersonId, account_id: AccountId) -> PersonId:
        return self.salesforce.convert(lead_id, account_id)

    def lose_next_race(self) -> None:
        """Nobody races here."""

    def accounts(self) -> Sequence[Account]:
        return list(self.salesforce.accounts.values())

    def import_account(self, account_id: AccountId) -> None:
        self.ledger.imported_at[account_id] = datetime.now(UTC)

    def owe_company(self, account_id: AccountId) -> None:
        self.ledger.creating.add(account_id)

    def owe_account(self, company_id: CompanyId) -> None:
        self.ledger.creating.add(company_id)

    def settle_account(self, company_id: CompanyId) -> None:
        self.ledger.creating.remove(company_id)

    def park_account(self, company_id: CompanyId) -> None:
        self.ledger.creating.remove(company_id)

    def park_waiting(self, contact_id: ContactId, account_id: AccountId) -> None:
        owed = Owed("link_contact", contact_id)
        if any(link.account_id == account_id for link, _ in self.ledger.links.values()):
            self.ledger.owed.append(owed)
        else:
            self.ledger.waiting[owed] = account_id

    def owed(self) -> set[Owed]:
        return set(self.ledger.owed)

    def timeline(self, subject: Subject) -> Sequence[Verdict]:
        return [verdict for about, verdict in self.ledger.timeline if about == subject]

    def lose_leases(self) -> None:
        self.leases.held.clear()
