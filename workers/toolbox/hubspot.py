"""HubSpot as a flow sees it: snapshots first, then batch calls for everybody at once."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from tasks.contracts.errors import SyncError
from tasks.contracts.finding import CompanySearch, CompanyValues, UpsertedCompany
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
from tasks.rules.news import PRIMARY
from workers.crm.hubspot import HubSpotDoor
from workers.gather import Gather, Step
from workers.ledger.postgres_ledger import PostgresLedger
from workers.toolbox.company_finding import CompanyFinder, Sought
from workers.toolbox.freshness import Shelf, Wanted
from workers.toolbox.reach import reach_ledger
from workers.toolbox.segments import Segments

STAGE = "lifecyclestage"
SHOWN_TWICE = ("name", "domain", "website")
"""Properties that a company's snapshot holds under a name of their own as well."""
NEVER = datetime.fromtimestamp(0, UTC)

Id = TypeVar("Id", CompanyId, ContactId)


class HubSpotBatches:
    """What the flows of one slice ask HubSpot, many requests at a time."""

    def __init__(
        self,
        door: HubSpotDoor,
        ledger: PostgresLedger,
        segments: Segments,
        *,
        account_property: str,
        mapped: Sequence[str] = (),
    ) -> None:
        self._door = door
        self._segments = segments
        self._ledger = ledger
        self._account_property = account_property
        self._mapped = mapped
        self._companies: Shelf[Company | None] = Shelf(
            ledger, "company", Company | None, is_whole=lambda one: one is None or one.mapped.keys() >= set(mapped)
        )
        self._contacts: Shelf[Contact | None] = Shelf(ledger, "contact", Contact | None)
        self._finder = CompanyFinder(door, ledger, self._companies)
        self._contacts_of: Shelf[tuple[Association, ...]] = Shelf(ledger, "contacts_of", tuple[Association, ...])
        self._companies_of: Shelf[tuple[Association, ...]] = Shelf(ledger, "companies_of", tuple[Association, ...])

    def companies(self, wanted: Sequence[Wanted]) -> list[Company | SyncError | None]:
        facts = self._companies.read(
            wanted, lambda ids: self._door.read_companies([CompanyId(one) for one in ids], self._mapped)
        )
        return [facts[one.record_id] for one in wanted]

    def contacts(self, requests: Sequence[tuple[Wanted, ...]]) -> list[Sequence[Contact] | SyncError]:
        wanted = [one for request in requests for one in request]
        facts = self._contacts.read(wanted, lambda ids: self._door.read_contacts([ContactId(one) for one in ids]))
        return [_together([facts[one.record_id] for one in request]) for request in requests]

    def contacts_of(self, wanted: Sequence[Wanted]) -> list[tuple[Association, ...] | SyncError]:
        facts = self._contacts_of.read(wanted, lambda ids: self._door.read_contacts_of([CompanyId(one) for one in ids]))
        return [facts[one.record_id] for one in wanted]

    def companies_of(self, wanted: Sequence[Wanted]) -> list[tuple[Association, ...] | SyncError]:
        facts = self._companies_of.read(
            wanted, lambda ids: self._door.read_companies_of([ContactId(one) for one in ids])
        )
        return [facts[one.record_id] for one in wanted]

    def find_companies(self, sought: Sequence[Sought]) -> list[Sequence[Company] | SyncError]:
        return self._finder.find(sought)

    def contacts_by_email(self, requests: Sequence[tuple[str, ...]]) -> list[Sequence[Contact] | SyncError]:
        found = self._door.keyed.read_contacts_by_email(email for emails in requests for email in emails)
        return [_together([found[email] for email in emails]) for emails in requests]

    def companies_of_contacts(self, requests: Sequence[tuple[Wanted, ...]]) -> list[Sequence[Association] | SyncError]:
        wanted = [one for request in requests for one in request]
        facts = dict(zip(wanted, self.companies_of(wanted), strict=True))
        return [_chained([facts[one] for one in request]) for request in requests]

    def upsert_companies(
        self, requests: Sequence[tuple[AccountId, CompanyValues]]
    ) -> list[UpsertedCompany | SyncError]:
        values = dict(requests)
        upserted = self._door.keyed.upsert_companies(values)
        new: dict[str, Company | SyncError | None] = {}
        for account_id, told in upserted.items():
            if isinstance(told, UpsertedCompany) and told.created:
                new[told.company_id] = _company(told, account_id, values[account_id])
            elif isinstance(told, UpsertedCompany):
                self._companies.forget([told.company_id])
        # Nobody takes it for read, but whoever asks for the domain finds the company although the search lags.
        self._companies.keep(new, read_at=NEVER)
        return [upserted[account_id] for account_id, _ in requests]

    def members(self, requests: Sequence[tuple[str, Kind, tuple[Wanted, ...]]]) -> list[frozenset[str]]:
        asked: dict[tuple[str, Kind], list[Wanted]] = {}
        for segment, kind, wanted in requests:
            asked.setdefault((segment, kind), []).extend(wanted)
        found = {
            (segment, kind): self._segments.find_members(segment, kind, wanted)
            for (segment, kind), wanted in asked.items()
        }
        return [
            found[segment, kind].intersection(one.record_id for one in wanted) for segment, kind, wanted in requests
        ]

    def stage_order(self, requests: Sequence[None]) -> list[Sequence[StageName]]:
        return [self._door.read_stage_order()] * len(requests)

    def write_account_ids(self, requests: Sequence[tuple[CompanyId, AccountId]]) -> list[SyncError | None]:
        written = self._door.write_companies(
            {company_id: {self._account_property: account_id} for company_id, account_id in requests}
        )
        self._companies.correct(
            {key: {"account_id": account_id} for key, account_id in requests if not isinstance(written[key], SyncError)}
        )
        return [_error(written[company_id]) for company_id, _ in requests]

    def change_times(
        self, requests: Sequence[tuple[CompanyId, tuple[str, ...]]]
    ) -> list[dict[str, datetime] | SyncError]:
        properties = sorted({name for _, names in requests for name in names})
        found = self._door.read_change_times([company_id for company_id, _ in requests], properties)
        return [found[company_id] or {} for company_id, _ in requests]

    def write_properties(
        self, requests: Sequence[tuple[CompanyId, tuple[tuple[str, str], ...]]]
    ) -> list[SyncError | None]:
        values = {company_id: dict(pairs) for company_id, pairs in requests}
        written = self._door.write_companies(values)
        self._companies.correct(
            {
                company_id: _corrected(
                    {**values[company_id], **{n: v for n, v in told.items() if n in values[company_id]}}
                )
                for company_id, told in written.items()
                if not isinstance(told, SyncError)
            }
        )
        return [_error(written[company_id]) for company_id, _ in requests]

    def write_company_stages(self, requests: Sequence[tuple[CompanyId, StageName]]) -> list[StageName | SyncError]:
        written = self._door.write_companies({company_id: {STAGE: stage} for company_id, stage in requests})
        reported = {company_id: _stage(answer) for company_id, answer in written.items()}
        self._companies.correct(_corrections(reported))
        return [reported[company_id] for company_id, _ in requests]

    def write_contact_stages(
        self, requests: Sequence[tuple[tuple[ContactId, ...], StageName]]
    ) -> list[dict[ContactId, StageName] | SyncError]:
        written = self._door.write_contacts({one: {STAGE: stage} for ids, stage in requests for one in ids})
        reported = {contact_id: _stage(answer) for contact_id, answer in written.items()}
        self._contacts.correct(_corrections(reported))
        return [_all_or_first_error(ids, reported) for ids, _ in requests]

    def associate(self, requests: Sequence[tuple[Association, ...]]) -> list[SyncError | None]:
        associations = list(dict.fromkeys(one for request in requests for one in request))
        made = self._door.associate(associations)
        primary: dict[str, dict[str, object]] = {
            one.contact_id: {PRIMARY: one.company_id} for one in made if one.is_primary and made[one] is None
        }
        reach_ledger(lambda: self._ledger.record_own_writes(Kind.CONTACT, primary, {}))
        self._contacts_of.forget({one.company_id for one in associations})
        self._companies_of.forget({one.contact_id for one in associations})
        return [next((error for one in request if (error := _error(made[one]))), None) for request in requests]

    def dissociate(self, requests: Sequence[tuple[Association, ...]]) -> list[SyncError | None]:
        unwanted = list(dict.fromkeys(one for request in requests for one in request))
        taken_off = self._door.dissociate(unwanted)
        self._contacts_of.forget({one.company_id for one in unwanted})
        self._companies_of.forget({one.contact_id for one in unwanted})
        return [next((error for one in request if (error := _error(taken_off[one]))), None) for request in requests]


class GatheredHubSpot:
    """The `HubSpot` of one run: facts no older than what the run was owed for."""

    def __init__(self, gather: Gather, batches: HubSpotBatches, *, as_of: datetime) -> None:
        self._ask = gather.ask
        self._batches = batches
        self._as_of = as_of

    async def find_company(self, company_id: CompanyId) -> Company | None:
        company: Company | None = await self._ask(
            self._batches.companies, Wanted(company_id, self._as_of), step=Step.COMPANIES
        )
        return company

    async def find_change_times(self, company_id: CompanyId, properties: Sequence[str]) -> Mapping[str, datetime]:
        times: Mapping[str, datetime] = await self._ask(
            self._batches.change_times, (company_id, tuple(properties)), step=Step.COMPANIES
        )
        return times

    async def write_properties(self, company_id: CompanyId, values: Mapping[str, str]) -> None:
        await self._ask(self._batches.write_properties, (company_id, tuple(values.items())), step=Step.WRITE_HUBSPOT)

    async def find_contacts_of(self, company_id: CompanyId) -> Sequence[Association]:
        found: Sequence[Association] = await self._ask(
            self._batches.contacts_of, Wanted(company_id, self._as_of), step=Step.ASSOCIATIONS
        )
        return found

    async def find_companies_of(self, contact_id: ContactId) -> Sequence[Association]:
        found: Sequence[Association] = await self._ask(
            self._batches.companies_of, Wanted(contact_id, self._as_of), step=Step.ASSOCIATIONS
        )
        return found

    async def find_contacts(self, contact_ids: Sequence[ContactId]) -> Sequence[Contact]:
        wanted = tuple(Wanted(contact_id, self._as_of) for contact_id in dict.fromkeys(contact_ids))
        found: Sequence[Contact] = await self._ask(self._batches.contacts, wanted, step=Step.CONTACTS)
        return found

    async def find_contacts_by_email(self, emails: Sequence[str]) -> Sequence[Contact]:
        spelled = tuple(dict.fromkeys(email.strip().lower() for email in emails if email.strip()))
        if not spelled:
            return ()
        found: Sequence[Contact] = await self._ask(self._batches.contacts_by_email, spelled, step=Step.THEIR_CONTACTS)
        return found

    async def find_companies_of_contacts(self, contact_ids: Sequence[ContactId]) -> Sequence[Association]:
        wanted = tuple(Wanted(contact_id, self._as_of) for contact_id in dict.fromkeys(contact_ids))
        found: Sequence[Association] = await self._ask(
            self._batches.companies_of_contacts, wanted, step=Step.THEIR_COMPANIES
        )
        return found

    async def find_companies(self, search: CompanySearch) -> Sequence[Company]:
        found: Sequence[Company] = await self._ask(
            self._batches.find_companies, Sought(search, self._as_of), step=Step.CANDIDATES
        )
        return found

    async def upsert_company(self, account_id: AccountId, values: CompanyValues) -> UpsertedCompany:
        upserted: UpsertedCompany = await self._ask(
            self._batches.upsert_companies, (account_id, values), step=Step.WRITE_HUBSPOT
        )
        return upserted

    async def find_members(self, segment: str, kind: Kind, record_ids: Sequence[str]) -> frozenset[str]:
        wanted = tuple(Wanted(record_id, self._as_of) for record_id in record_ids)
        members: frozenset[str] = await self._ask(self._batches.members, (segment, kind, wanted), step=Step.SEGMENTS)
        return members

    async def read_stage_order(self) -> Sequence[StageName]:
        order: Sequence[StageName] = await self._ask(self._batches.stage_order, None, step=Step.STAGES)
        return order

    async def write_account_id(self, company_id: CompanyId, account_id: AccountId) -> None:
        await self._ask(self._batches.write_account_ids, (company_id, account_id), step=Step.WRITE_HUBSPOT)

    async def write_company_stage(self, company_id: CompanyId, stage: StageName) -> StageName:
        reported: StageName = await self._ask(
            self._batches.write_company_stages, (company_id, stage), step=Step.WRITE_HUBSPOT
        )
        return reported

    async def write_contact_stages(
        self, contact_ids: Sequence[ContactId], stage: StageName
    ) -> Mapping[ContactId, StageName]:
        reported: Mapping[ContactId, StageName] = await self._ask(
            self._batches.write_contact_stages, (tuple(contact_ids), stage), step=Step.WRITE_HUBSPOT
        )
        return reported

    async def associate(self, associations: Sequence[Association]) -> None:
        await self._ask(self._batches.associate, tuple(associations), step=Step.WRITE_HUBSPOT)

    async def dissociate(self, associations: Sequence[Association]) -> None:
        await self._ask(self._batches.dissociate, tuple(associations), step=Step.WRITE_HUBSPOT)


def _together(facts: Sequence[Contact | SyncError | None]) -> Sequence[Contact] | SyncError:
    for fact in facts:
        if isinstance(fact, SyncError):
            return fact
    return [fact for fact in facts if isinstance(fact, Contact)]


def _corrected(values: Mapping[str, str]) -> Mapping[str, object]:
    return {"mapped": values, **{name: values[name] for name in SHOWN_TWICE if name in values}}


def _chained(facts: Sequence[tuple[Association, ...] | SyncError]) -> Sequence[Association] | SyncError:
    problem = next((one for one in facts if isinstance(one, SyncError)), None)
    return problem or [one for fact in facts if not isinstance(fact, SyncError) for one in fact]


def _company(told: UpsertedCompany, account_id: AccountId, values: CompanyValues) -> Company:
    return Company(
        told.company_id,
        name=values.name,
        domain=values.domain,
        website=values.website,
        country=values.country,
        account_id=account_id,
    )


def _stage(answer: Mapping[str, str] | SyncError) -> StageName | SyncError:
    if isinstance(answer, SyncError):
        return answer
    return StageName(answer.get(STAGE) or "")


def _corrections(reported: Mapping[Id, StageName | SyncError]) -> dict[str, dict[str, object]]:
    return {key: {"lifecycle_stage": stage} for key, stage in reported.items() if not isinstance(stage, SyncError)}


def _all_or_first_error(
    ids: Sequence[ContactId], reported: Mapping[ContactId, StageName | SyncError]
) -> dict[ContactId, StageName] | SyncError:
    stages: dict[ContactId, StageName] = {}
    for one in ids:
        answer = reported[one]
        if isinstance(answer, SyncError):
            return answer
        stages[one] = answer
    return stages


def _error(answer: object) -> SyncError | None:
    return answer if isinstance(answer, SyncError) else None
