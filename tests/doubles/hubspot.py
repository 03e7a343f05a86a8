"""HubSpot in memory, refusing what the real one refuses."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from tasks.contracts.errors import Ambiguous, Rejected
from tasks.contracts.fates import Fate
from tasks.contracts.finding import (
    CompanySearch,
    CompanyValues,
    UpsertedCompany,
)
from tasks.contracts.records import (
    AccountId,
    Association,
    Company,
    CompanyId,
    Contact,
    ContactId,
    Kind,
    StageName,
)
from tasks.rules.company_names import is_same_name
from tasks.rules.identity import company_domains
from tests.doubles.calls import Calls
from tests.doubles.past import HubSpotPast, Tombstones
from tests.doubles.refusals import refuse_buried, require, spelled

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
    past: HubSpotPast = field(default_factory=HubSpotPast)
    tombstones: Tombstones = field(default_factory=dict)
    archived_holds_unique: bool = False
    stages: tuple[StageName, ...] = STAGES
    created: list[CompanyId] = field(default_factory=list)
    unknown: set[CompanyId] = field(default_factory=set)
    """Companies that neither the search nor the ledger knows yet."""

    def __post_init__(self) -> None:
        self.past.living = (self.companies, self.contacts)

    async def find_fates(self, kind: Kind, record_ids: Sequence[str]) -> Sequence[Fate]:
        self.calls.note("find_fates")
        return [self.past.fate(kind, one) for one in dict.fromkeys(record_ids)]

    async def merge_companies(self, survivor: CompanyId, loser: CompanyId) -> None:
        if self.past.end_of(survivor) != self.past.end_of(loser):
            require(self.companies, [survivor, loser])
            self.join_companies(survivor, loser)
        self.calls.note("merge_companies")

    async def archive_company(self, company_id: CompanyId) -> None:
        self.delete_company(company_id)
        self.calls.note("archive_company")

    async def archive_contact(self, contact_id: ContactId) -> None:
        self.delete_contact(contact_id)
        self.calls.note("archive_contact")

    async def find_company(self, company_id: CompanyId) -> Company | None:
        self.calls.note("find_company")
        return self.companies.get(company_id)

    async def find_contacts_of(self, company_id: CompanyId) -> Sequence[Association]:
        self.calls.note("find_contacts_of")
        return [one for one in self.associations.values() if one.company_id == company_id]

    async def find_companies_of(self, contact_id: ContactId) -> Sequence[Association]:
        self.calls.note("find_companies_of")
        return [one for one in self.associations.values() if one.contact_id == contact_id]

    async def find_contacts(self, contact_ids: Sequence[ContactId]) -> Sequence[Contact]:
        self.calls.note("find_contacts")
        found = [self.contacts[one] for one in dict.fromkeys(contact_ids) if one in self.contacts]
        return [replace(one, email=spelled(one.email)) for one in found]

    async def find_contacts_by_email(self, emails: Sequence[str]) -> Sequence[Contact]:
        self.calls.note("find_contacts_by_email")
        wanted = {spelled(email) for email in emails} - {""}
        contacts = [replace(one, email=spelled(one.email)) for one in self.contacts.values()]
        return [one for one in contacts if one.email in wanted]

    async def find_companies_of_contacts(self, contact_ids: Sequence[ContactId]) -> Sequence[Association]:
        self.calls.note("find_companies_of_contacts")
        return [one for one in self.associations.values() if one.contact_id in contact_ids]

    async def find_companies(self, search: CompanySearch) -> Sequence[Company]:
        self.calls.note("find_companies")
        return [one for one in self.companies.values() if one.id not in self.unknown and _is_sought(one, search)]

    async def find_known_companies(self, domains: Sequence[str]) -> Sequence[Company]:
        self.calls.note("find_known_companies")
        known = [one for one in self.companies.values() if one.id not in self.unknown]
        return [one for one in known if not set(company_domains(one)).isdisjoint(domains)]

    async def find_members(self, segment: str, kind: Kind, record_ids: Sequence[str]) -> frozenset[str]:
        self.calls.note("find_members")
        if segment not in self.segments:
            raise Rejected(f"the segment {segment} does not exist", code="SEGMENT_GONE")
        return frozenset(self.segments[segment].intersection(record_ids))

    async def read_stage_order(self) -> Sequence[StageName]:
        self.calls.note("read_stage_order")
        return self.stages

    async def upsert_company(self, account_id: AccountId, values: CompanyValues) -> UpsertedCompany:
        refuse_buried(self.tombstones, Kind.ACCOUNT, account_id)
        if len(values.name) > LONGEST_PROPERTY:
            raise Rejected("the name is too long", code="VALIDATION_ERROR")
        held = next((one for one in self.companies.values() if one.account_id == account_id), None)
        company = held or Company(CompanyId(f"9{len(self.created):03d}"), account_id=account_id)
        told = {name: value for name, value in asdict(values).items() if value}
        self.companies[company.id] = replace(company, **told)
        self.created += [] if held else [company.id]
        self.calls.note("upsert_company")
        return UpsertedCompany(company.id, created=not held)

    async def write_account_id(self, company_id: CompanyId, account_id: AccountId) -> None:
        refuse_buried(self.tombstones, Kind.ACCOUNT, account_id)
        company = self._company(company_id)
        if any(one.account_id == account_id and one.id != company_id for one in self.companies.values()):
            raise Ambiguous(f"another company carries {account_id}")
        archived = [one for one, _ in self.past.archived.values() if isinstance(one, Company)]
        holder = next((one for one in archived if one.account_id == account_id), None)
        if holder and self.archived_holds_unique:
            raise Ambiguous(f"{holder.id} carries {account_id}", evidence={"owner_id": holder.id})
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
        require(known, contact_ids)
        return reported

    async def associate(self, associations: Sequence[Association]) -> None:
        known = [one for one in associations if one.company_id in self.companies and one.contact_id in self.contacts]
        for one in known:
            self._associate(one)
        self.calls.note("associate")
        require(known, associations)

    async def dissociate(self, associations: Sequence[Association]) -> None:
        for one in associations:
            self.associations.pop((one.company_id, one.contact_id), None)
        self.calls.note("dissociate")

    def make_primary(self, company_id: CompanyId, contact_id: ContactId) -> None:
        """As a person does it in HubSpot."""
        self._associate(Association(company_id, contact_id, is_primary=True))

    # What people do here

    def delete_company(self, company_id: CompanyId) -> None:
        self._take_out(self.companies, company_id)

    def delete_contact(self, contact_id: ContactId) -> None:
        self._take_out(self.contacts, contact_id)

    def restore_company(self, company_id: CompanyId) -> None:
        """With its contacts, as far as they are there."""
        self._bring_back(self.companies, company_id)

    def restore_contact(self, contact_id: ContactId) -> None:
        self._bring_back(self.contacts, contact_id)

    def join_companies(self, survivor: CompanyId, loser: CompanyId) -> None:
        """The survivor takes over the loser's contacts, but not its unique values."""
        for contact_id in [contact for company, contact in self.associations if company == loser]:
            moved = self.associations.pop((loser, contact_id))
            kept = self.associations.get((survivor, contact_id))
            is_primary = moved.is_primary or bool(kept and kept.is_primary)
            self.associations[survivor, contact_id] = Association(survivor, contact_id, is_primary=is_primary)
        absorbed = (*self.companies[survivor].merged_ids, *self.companies.pop(loser).merged_ids, loser)
        self.companies[survivor] = replace(self.companies[survivor], merged_ids=absorbed)
        self.past.merged[loser] = survivor

    def join_contacts(self, survivor: ContactId, loser: ContactId) -> None:
        for company_id in [company for company, contact in self.associations if contact == loser]:
            moved = self.associations.pop((company_id, loser))
            self.associations.setdefault((company_id, survivor), replace(moved, contact_id=survivor))
        del self.contacts[loser]
        self.past.merged[loser] = survivor

    def _take_out(self, living: dict[Any, Any], record_id: str) -> None:
        if record_id not in living:
            return
        cut = {pair: one for pair, one in self.associations.items() if record_id in pair}
        for pair in cut:
            del self.associations[pair]
        self.past.archived[record_id] = (living.pop(record_id), cut)

    def _bring_back(self, living: dict[Any, Any], record_id: str) -> None:
        living[record_id], cut = self.past.archived.pop(record_id)
        for (company_id, contact_id), one in cut.items():
            if company_id in self.companies and contact_id in self.contacts:
                self._associate(one)

    def _company(self, company_id: CompanyId) -> Company:
        require(self.companies, [company_id])
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


def _is_sought(company: Company, search: CompanySearch) -> bool:
    return (
        company.id in search.company_ids
        or (search.account_id is not None and search.account_id in {company.account_id, company.native_account_id})
        or not set(company_domains(company)).isdisjoint(search.domains)
        or bool(search.name and is_same_name(company.name, search.name))
    )
