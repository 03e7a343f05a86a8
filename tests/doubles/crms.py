"""Both CRMs in memory, refusing what the real ones refuse."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import idna

from tasks.contracts.errors import Ambiguous, Gone, Rejected, SyncError
from tasks.contracts.fields import AccountFields, JsonValue
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
    Kind,
    OpportunitySignal,
    Person,
    PersonId,
    PersonKind,
    StageName,
)
from tasks.rules.company_names import is_same_name
from tasks.rules.identity import company_domains
from tests.doubles.calls import Calls

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
LONGEST_PROPERTY = 65_536


@dataclass
class MemoryHubSpot:
    """Enforces what HubSpot enforces: known and forward-only stages, one primary company, unique account ids."""

    calls: Calls
    companies: dict[CompanyId, Company] = field(default_factory=dict)
    contacts: dict[ContactId, Contact] = field(default_factory=dict)
    associations: dict[tuple[CompanyId, ContactId], Association] = field(default_factory=dict)
    segments: dict[str, set[str]] = field(default_factory=dict)
    stages: tuple[StageName, ...] = STAGES
    change_times: dict[tuple[CompanyId, str], datetime] = field(default_factory=dict)
    refusals: dict[str, SyncError] = field(default_factory=dict)
    """By property: what a write of it is refused with."""
    created: list[CompanyId] = field(default_factory=list)
    unknown: set[CompanyId] = field(default_factory=set)
    """Companies that neither the search nor the ledger knows yet."""

    async def find_company(self, company_id: CompanyId) -> Company | None:
        self.calls.note("find_company")
        return self.companies.get(company_id)

    async def find_change_times(self, company_id: CompanyId, properties: Sequence[str]) -> Mapping[str, datetime]:
        self.calls.note("find_change_times")
        known = {name: self.change_times.get((company_id, name)) for name in properties}
        return {name: at for name, at in known.items() if at}

    async def write_properties(self, company_id: CompanyId, values: Mapping[str, str]) -> None:
        company = self._company(company_id)
        _refuse(values, self.refusals)
        self.companies[company_id] = replace(
            company,
            mapped={**company.mapped, **values},
            name=values.get("name", company.name),
            domain=values.get("domain", company.domain),
            website=values.get("website", company.website),
        )
        self.calls.note("write_properties")

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

    async def find_contacts_by_email(self, emails: Sequence[str]) -> Sequence[Contact]:
        self.calls.note("find_contacts_by_email")
        wanted = {_spelled(email) for email in emails} - {""}
        contacts = [replace(one, email=_spelled(one.email)) for one in self.contacts.values()]
        return [one for one in contacts if one.email in wanted]

    async def find_companies_of_contacts(self, contact_ids: Sequence[ContactId]) -> Sequence[Association]:
        self.calls.note("find_companies_of_contacts")
        return [one for one in self.associations.values() if one.contact_id in contact_ids]

    async def find_companies(self, search: CompanySearch) -> Sequence[Company]:
        self.calls.note("find_companies")
        return [one for one in self.companies.values() if one.id not in self.unknown and _is_sought(one, search)]

    async def find_members(self, segment: str, kind: Kind, record_ids: Sequence[str]) -> frozenset[str]:
        self.calls.note("find_members")
        if segment not in self.segments:
            raise Rejected(f"the segment {segment} does not exist", code="SEGMENT_GONE")
        return frozenset(self.segments[segment].intersection(record_ids))

    async def read_stage_order(self) -> Sequence[StageName]:
        self.calls.note("read_stage_order")
        return self.stages

    async def upsert_company(self, account_id: AccountId, values: CompanyValues) -> UpsertedCompany:
        if len(values.name) > LONGEST_PROPERTY:
            raise Rejected("the name is too long", code="VALIDATION_ERROR")
        held = next((one for one in self.companies.values() if one.account_id == account_id), None)
        company = held or Company(CompanyId(f"9{len(self.created):03d}"), account_id=account_id)
        told = {name: value for name in ("name", "domain", "website", "country") if (value := getattr(values, name))}
        self.companies[company.id] = replace(company, **told)
        if not held:
            self.created.append(company.id)
        self.calls.note("upsert_company")
        return UpsertedCompany(company.id, created=not held)

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

    async def dissociate(self, associations: Sequence[Association]) -> None:
        for one in associations:
            self.associations.pop((one.company_id, one.contact_id), None)
        self.calls.note("dissociate")

    def make_primary(self, company_id: CompanyId, contact_id: ContactId) -> None:
        """As a person does it in HubSpot."""
        self._associate(Association(company_id, contact_id, is_primary=True))

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
    fields: dict[AccountId, dict[str, JsonValue]] = field(default_factory=dict)
    modified_at: dict[AccountId, datetime] = field(default_factory=dict)
    refusals: dict[str, SyncError] = field(default_factory=dict)
    """By field: what a write of it is refused with."""

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
        return self.accounts.get(account_id)

    async def find_people_of(self, account_id: AccountId) -> Sequence[Person]:
        self.calls.note("find_people_of")
        people = (one for one in self.people.values() if one.kind is PersonKind.CONTACT)
        return [replace(one, email=_spelled(one.email)) for one in people if one.account_id == account_id]

    async def find_people(self, emails: Sequence[str], ids: Sequence[PersonId] = ()) -> Sequence[Person]:
        self.calls.note("find_people")
        wanted = {_spelled(email) for email in emails} - {""}
        people = [replace(one, email=_spelled(one.email)) for one in self.people.values()]
        return [one for one in people if one.email in wanted or one.id in ids]

    async def find_opportunity_signals(self, people: Sequence[PersonId]) -> Sequence[OpportunitySignal]:
        self.calls.note("find_opportunity_signals")
        return [self.signals[one] for one in dict.fromkeys(people) if one in self.signals]

    async def upsert_account(self, company_id: CompanyId, values: AccountValues) -> Upserted:
        told: dict[str, JsonValue] = {"Name": values.name, "Website": values.website, **dict(values.fields)}
        for name in ("Name", "Website"):
            if len(str(told[name])) > LONGEST_TEXT:
                raise Rejected(f"the {name} is too long", code="STRING_TOO_LONG", fields=[name])
        _refuse(told, self.refusals)
        held = next((one for one in self.accounts.values() if one.company_id == company_id), None)
        account = held or Account(AccountId(f"001NEW{len(self.created):09d}AAA"), company_id=company_id)
        website = str(told["Website"]) or account.website
        self.accounts[account.id] = replace(account, name=str(told["Name"]), website=website)
        self.fields.setdefault(account.id, {}).update(dict(values.fields))
        if not held:
            self.created.append(account.id)
        self.calls.note("upsert_account")
        return Upserted(account.id, created=not held)

    async def find_account_fields(self, account_id: AccountId, names: Sequence[str]) -> AccountFields | None:
        self.calls.note("find_account_fields")
        if account_id not in self.accounts:
            return None
        account = self.accounts[account_id]
        held = {"Name": account.name, "Website": account.website or None, **self.fields.get(account_id, {})}
        return AccountFields(account_id, {name: held.get(name) for name in names}, self.modified_at.get(account_id))

    async def write_account_fields(self, account_id: AccountId, values: Mapping[str, JsonValue]) -> None:
        _require(self.accounts, [account_id])
        _refuse(values, self.refusals)
        self.fields.setdefault(account_id, {}).update(values)
        account = self.accounts[account_id]
        name, website = values.get("Name", account.name), values.get("Website", account.website) or ""
        self.accounts[account_id] = replace(account, name=str(name), website=str(website))
        self.calls.note("write_account_fields")

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


def _refuse(values: Iterable[str], refusals: Mapping[str, SyncError]) -> None:
    for name in values:
        if name in refusals:
            raise refusals[name]


def _is_sought(company: Company, search: CompanySearch) -> bool:
    return (
        company.id in search.company_ids
        or (search.account_id is not None and search.account_id in {company.account_id, company.native_account_id})
        or not set(company_domains(company)).isdisjoint(search.domains)
        or bool(search.name and is_same_name(company.name, search.name))
    )


def _spelled(email: str) -> str:
    return email.strip().lower()


def _require(known: Container[object], wanted: Iterable[object]) -> None:
    for one in wanted:
        if one not in known:
            raise Gone(f"{one} is not there")
