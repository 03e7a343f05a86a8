"""The scene in memory: the double that flows are tested with."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tasks.contracts.errors import Rejected
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
from tests.doubles.crms import MemoryHubSpot, MemorySalesforce
from tests.doubles.ledger import MemoryLeases, MemoryLedger
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
        del self.hubspot.companies[company_id]
        for pair in [pair for pair in self.hubspot.associations if pair[0] == company_id]:
            del self.hubspot.associations[pair]

    def archive_contact(self, contact_id: ContactId) -> None:
        del self.hubspot.contacts[contact_id]
        for pair in [pair for pair in self.hubspot.associations if pair[1] == contact_id]:
            del self.hubspot.associations[pair]

    def merge_companies(self, survivor: CompanyId, loser: CompanyId) -> None:
        self.archive_company(loser)

    def edits_company(self, company_id: CompanyId, name: str, value: str) -> None:
        company = self.hubspot.companies[company_id]
        self.hubspot.companies[company_id] = replace(company, mapped={**company.mapped, name: value})
        self.hubspot.change_times[company_id, name] = datetime.now(UTC)

    def refuses_property(self, name: str) -> None:
        self.hubspot.refusals[name] = Rejected("no such option", fields=[name])

    def refuses_field(self, name: str) -> None:
        self.salesforce.refusals[name] = Rejected("no room", fields=[name])

    def has_account(self, account: Account) -> None:
        self.salesforce.accounts[account.id] = account

    def has_person(self, person: Person) -> None:
        self.salesforce.people[person.id] = person

    def has_opportunities(self, signal: OpportunitySignal) -> None:
        self.salesforce.signals[signal.person_id] = signal

    def delete_account(self, account_id: AccountId) -> None:
        del self.salesforce.accounts[account_id]

    def delete_person(self, person_id: PersonId) -> None:
        del self.salesforce.people[person_id]

    def lose_next_race(self) -> None:
        """Nobody races here."""

    def accounts(self) -> Sequence[Account]:
        return list(self.salesforce.accounts.values())

    def owe_company(self, account_id: AccountId) -> None:
        self.ledger.creating.add(account_id)

    def owe_account(self, company_id: CompanyId) -> None:
        self.ledger.creating.add(company_id)

    def settle_account(self, company_id: CompanyId) -> None:
        self.ledger.creating.remove(company_id)

    def park_account(self, company_id: CompanyId) -> None:
        self.ledger.creating.remove(company_id)

    def owed(self) -> set[Owed]:
        return set(self.ledger.owed)

    def timeline(self, subject: Subject) -> Sequence[Verdict]:
        return [verdict for about, verdict in self.ledger.timeline if about == subject]

    def lose_leases(self) -> None:
        self.leases.held.clear()
