"""Salesforce in memory, refusing what the real one refuses."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import idna

from tasks.contracts.errors import Ambiguous, Gone, Rejected
from tasks.contracts.fates import Fate
from tasks.contracts.finding import (
    AccountSearch,
    AccountValues,
    Upserted,
)
from tasks.contracts.reasons import Reason
from tasks.contracts.records import (
    Account,
    AccountId,
    CompanyId,
    Kind,
    OpportunitySignal,
    Person,
    PersonId,
    PersonKind,
)
from tests.doubles.calls import Calls
from tests.doubles.past import SalesforcePast, Tombstones
from tests.doubles.refusals import refuse_buried, require, spelled

LONGEST_TEXT = 255


@dataclass
class MemorySalesforce:
    """Enforces what Salesforce enforces: the unique key, the length of a name."""

    calls: Calls
    accounts: dict[AccountId, Account] = field(default_factory=dict)
    people: dict[PersonId, Person] = field(default_factory=dict)
    signals: dict[PersonId, OpportunitySignal] = field(default_factory=dict)
    filters: dict[str, set[AccountId]] = field(default_factory=dict)
    """By condition who meets it."""
    converted_at: dict[PersonId, datetime] = field(default_factory=dict)
    created: list[AccountId] = field(default_factory=list)
    past: SalesforcePast = field(default_factory=SalesforcePast)
    tombstones: Tombstones = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.past.living = (self.accounts, self.people)

    async def find_fates(self, record_ids: Sequence[str]) -> Sequence[Fate]:
        self.calls.note("find_fates")
        return [self.past.fate(one) for one in dict.fromkeys(record_ids)]

    async def find_accounts(self, search: AccountSearch) -> Sequence[Account]:
        self.calls.note("find_accounts")
        domains = {one for one in search.domains if one}
        spellings = domains | {idna.decode(one) for one in domains if "xn--" in one}
        return [
            one
            for one in self.accounts.values()
            if not one.is_deleted
            and (
                (search.company_id and one.company_id == search.company_id)
                or one.id in search.account_ids
                or any(spelling in one.website.lower() for spelling in spellings)
            )
        ]

    async def find_account(self, account_id: AccountId) -> Account | None:
        self.calls.note("find_account")
        account = self.accounts.get(account_id)
        leads = [one for one in self.people.values() if one.is_converted and one.account_id == account_id]
        moments = [moment for one in leads if (moment := self.converted_at.get(one.id))]
        return replace(account, lead_converted_at=max(moments, default=None)) if account else None

    async def find_passing(self, account_filter: str, account_ids: Sequence[AccountId]) -> frozenset[AccountId]:
        self.calls.note("find_passing")
        if account_filter not in self.filters:
            raise Rejected("the filter is not understood", code="ACCOUNT_FILTER_REFUSED")
        return frozenset(self.filters[account_filter].intersection(account_ids))

    async def find_people_of(self, account_id: AccountId) -> Sequence[Person]:
        self.calls.note("find_people_of")
        people = (one for one in self.people.values() if one.kind is PersonKind.CONTACT)
        return [replace(one, email=spelled(one.email)) for one in people if one.account_id == account_id]

    async def find_people(self, emails: Sequence[str], ids: Sequence[PersonId] = ()) -> Sequence[Person]:
        self.calls.note("find_people")
        wanted = {spelled(email) for email in emails} - {""}
        people = [replace(one, email=spelled(one.email)) for one in self.people.values()]
        return [one for one in people if one.email in wanted or one.id in ids]

    async def find_opportunity_signals(self, people: Sequence[PersonId]) -> Sequence[OpportunitySignal]:
        self.calls.note("find_opportunity_signals")
        return [self.signals[one] for one in dict.fromkeys(people) if one in self.signals]

    async def upsert_account(self, company_id: CompanyId, values: AccountValues) -> Upserted:
        if max(len(values.name), len(values.website)) > LONGEST_TEXT:
            raise Rejected("the name or the website is too long", code="STRING_TOO_LONG")
        refuse_buried(self.tombstones, Kind.COMPANY, company_id)
        if any(one.key == company_id for one in self.tombstones.values()):
            raise Gone(f"an account that carried {company_id} is gone", code=Reason.TOMBSTONED)
        held = next((one for one in self.accounts.values() if one.company_id == company_id), None)
        account = held or Account(AccountId(f"001NEW{len(self.created):09d}AAA"), company_id=company_id)
        self.accounts[account.id] = replace(account, name=values.name, website=values.website or account.website)
        if not held:
            self.created.append(account.id)
        self.calls.note("upsert_account")
        return Upserted(account.id, created=not held)

    async def write_company_id(self, account_id: AccountId, company_id: CompanyId) -> None:
        refuse_buried(self.tombstones, Kind.COMPANY, company_id)
        require(self.accounts, [account_id])
        if any(one.company_id == company_id and one.id != account_id for one in self.accounts.values()):
            raise Ambiguous(f"another account carries {company_id}")
        self.accounts[account_id] = replace(self.accounts[account_id], company_id=company_id)
        self.calls.note("write_company_id")

    async def write_contact_accounts(self, people: Sequence[Person], account_id: AccountId) -> None:
        if people:
            require(self.accounts, [account_id])
        known = [one for one in people if one.id in self.people]
        for one in known:
            self.people[one.id] = replace(self.people[one.id], account_id=account_id)
        self.calls.note("write_contact_accounts")
        require(known, people)

    # What people do here

    def delete(self, record_id: str) -> None:
        """Into the recycle bin."""
        self.past.bury(record_id)

    def undelete(self, record_id: str) -> None:
        """Back, unless somebody has taken its key."""
        self.past.dig_out(record_id)

    def join(self, survivor: str, loser: str) -> None:
        """Its contacts move along; its key goes with it."""
        for person in [one for one in self.people.values() if one.account_id == loser]:
            self.people[person.id] = replace(person, account_id=AccountId(survivor))
        self.past.bury(loser, master=survivor)

    def convert(self, lead_id: PersonId, account_id: AccountId) -> PersonId:
        """The lead becomes a contact of the account."""
        lead = self.people[lead_id]
        contact = Person(
            PersonId(f"003C{len(self.people):011d}AAA"), PersonKind.CONTACT, lead.email, lead.created_at, account_id
        )
        self.people[contact.id] = contact
        self.people[lead_id] = replace(lead, is_converted=True, account_id=account_id)
        self.past.converted[lead_id] = contact.id
        return contact.id
