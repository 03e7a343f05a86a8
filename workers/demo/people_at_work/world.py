"""Both CRMs as a third program finds them, deleted records and who wrote what included."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

SHORT_ID = 15
"""Salesforce writes its ids with 15 characters, or with three more that repeat which of them are capitals."""


@dataclass(frozen=True, slots=True)
class Version:
    """A value that a property has had."""

    value: str
    at: datetime
    by: str
    """The id of the app, or of the person, that wrote it."""


@dataclass(frozen=True, slots=True)
class Company:
    """A living one."""

    id: str
    properties: Mapping[str, str]
    history: Mapping[str, Sequence[Version]] = field(default_factory=dict)
    """By property, the latest first."""

    @property
    def account_id(self) -> str:
        return short(self.properties.get("sf_account_id", ""))

    @property
    def stage(self) -> str:
        return self.properties.get("lifecyclestage", "")


@dataclass(frozen=True, slots=True)
class Contact:
    """A living HubSpot contact."""

    id: str
    email: str = ""
    stage: str = ""
    stage_by: str = ""
    """The id of the app, or of the person, that wrote its stage."""
    company_id: str = ""
    """Its primary company."""
    company_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Account:
    """Deleted or not; its id is the short one."""

    id: str
    values: Mapping[str, Any]

    @property
    def is_deleted(self) -> bool:
        return bool(self.values["IsDeleted"])

    @property
    def master_id(self) -> str:
        """The account it was merged into."""
        return short(self.values["MasterRecordId"] or "")

    @property
    def company_id(self) -> str:
        return self.values["HubSpot_Company_Id__c"] or ""

    @property
    def created_at(self) -> datetime:
        return datetime.fromisoformat(self.values["CreatedDate"])


@dataclass(frozen=True, slots=True)
class Person:
    """A living contact, or lead that is not converted, in Salesforce."""

    id: str
    email: str = ""
    account_id: str = ""
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """A Salesforce contact's part in a living opportunity."""

    contact_id: str
    is_open: bool
    is_won: bool


@dataclass(frozen=True)
class World:
    """Everything the checks look at; Salesforce ids are short ones."""

    companies: Mapping[str, Company]
    archived_companies: frozenset[str] = frozenset()
    contacts: Sequence[Contact] = ()
    accounts: Mapping[str, Account] = field(default_factory=dict)
    people: Sequence[Person] = ()
    roles: Sequence[Role] = ()
    stages: Sequence[str] = ()
    """Of the portal, in its order."""
    email_of_owner: Mapping[str, str] = field(default_factory=dict)
    """HubSpot's owners and Salesforce's users, by id."""

    @cached_property
    def living_accounts(self) -> dict[str, Account]:
        return {account.id: account for account in self.accounts.values() if not account.is_deleted}

    @cached_property
    def survivor_of(self) -> dict[str, str]:
        """Companies that were merged into living ones."""
        listed = {key: one.properties.get("hs_merged_object_ids", "") for key, one in self.companies.items()}
        return {loser: key for key, losers in listed.items() for loser in losers.split(";") if loser}

    def pairs(self) -> Iterator[tuple[Company, Account]]:
        """Living companies and accounts that carry each other's id."""
        for company in self.companies.values():
            account = self.living_accounts.get(company.account_id)
            if account and account.company_id == company.id:
                yield company, account

    def surviving_account(self, account_id: str) -> Account | None:
        """Whatever it was merged into, dead or alive; None where nobody knows it."""
        account = self.accounts.get(account_id)
        while account and account.master_id:
            account = self.accounts.get(account.master_id)
        return account

    @cached_property
    def people_by_email(self) -> dict[str, list[Person]]:
        """In lower case; whoever has no address is not among them."""
        found: dict[str, list[Person]] = {}
        for person in self.people:
            if person.email:
                found.setdefault(person.email.lower(), []).append(person)
        return found


def short(salesforce_id: str) -> str:
    return salesforce_id[:SHORT_ID]
