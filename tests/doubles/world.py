"""Both CRMs, the ledger and the leases in memory, so that whole flows run in a millisecond and die where we like."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tasks.contracts.records import (
    Account,
    AccountId,
    Association,
    Company,
    CompanyId,
    Contact,
    ContactId,
    Link,
    Person,
    PersonId,
    PersonKind,
    StageName,
    Switches,
)
from tasks.contracts.tools import Tools
from tests.doubles.calls import Calls
from tests.doubles.crms import MemoryHubSpot, MemorySalesforce
from tests.doubles.ledger import MemoryFields, MemoryLeases, MemoryLedger

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SWITCHED_ON = datetime(2021, 1, 1, tzinfo=UTC)
LATELY = datetime(2022, 1, 1, tzinfo=UTC)


class World:
    """Everything, and short ways to put records into it."""

    def __init__(self, **switches: Any) -> None:
        self.calls = Calls()
        self.hubspot = MemoryHubSpot(self.calls)
        self.salesforce = MemorySalesforce(self.calls)
        self.ledger = MemoryLedger(self.calls)
        self.leases = MemoryLeases(self.calls)
        self.fields = MemoryFields(self.calls, self.ledger)
        self.switches = Switches(**{"company_sync": True, **switches})
        segments = (self.switches.contact_segment, self.switches.company_segment)
        self.hubspot.segments = {segment: set() for segment in segments if segment}

    def tools(self, *, forced: bool = False) -> Tools:
        return Tools(
            self.hubspot,
            self.salesforce,
            self.ledger,
            self.leases,
            self.fields,
            self.switches,
            forced=forced,
            switched_on_at=SWITCHED_ON if self.switches.company_sync else None,
        )

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
