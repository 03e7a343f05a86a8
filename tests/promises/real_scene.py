"""The real scene: Postgres, Redis and the client libraries, over HTTP to the simulated CRMs."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Self

import requests
from sqlalchemy import select

from simulator.hubspot.seeding import DEFAULT_TOKEN
from tasks.contracts.errors import SyncError
from tasks.contracts.machinery import Done, Job, Parked, Settlement
from tasks.contracts.records import (
    Account,
    AccountId,
    Association,
    Company,
    CompanyId,
    Contact,
    ContactId,
    Kind,
    Lane,
    OpportunitySignal,
    Owed,
    Person,
    PersonId,
    PersonKind,
    StageName,
    Verdict,
)
from tasks.contracts.tools import HubSpot, Leases, Ledger, Salesforce, Subject, Tools
from tests.crm.asking import KEY
from tests.crm.wire import Wire
from tests.promises.scene import Flow
from workers.ledger.models import VerdictRow
from workers.ledger.owing import IS_OPEN, as_owed, owed_columns
from workers.toolbox.hands import Hands, SliceTools

OBJECT_TYPES = {Kind.COMPANY: "0-2", Kind.CONTACT: "0-1"}


class RealScene:
    """The tools of a slice with one run, and both CRMs as their users see them."""

    def __init__(self, hands: Hands, wire: Wire, slice_tools: SliceTools) -> None:
        self._hands = hands
        self._wire = wire
        self._slice = slice_tools
        self.look_again()

    @classmethod
    @asynccontextmanager
    async def of(cls, hands: Hands, wire: Wire) -> AsyncIterator[Self]:
        """The test itself is the slice's one flow: whatever it asks for goes out at once."""
        slice_tools = SliceTools.of(hands, Lane.LIVE)
        over = asyncio.Event()
        flow = asyncio.create_task(slice_tools.gather.run([over.wait()]))
        await asyncio.sleep(0)  # the slice has started
        yield cls(hands, wire, slice_tools)
        over.set()
        await flow

    @property
    def hubspot(self) -> HubSpot:
        return self._tools.hubspot

    @property
    def salesforce(self) -> Salesforce:
        return self._tools.salesforce

    @property
    def ledger(self) -> Ledger:
        return self._tools.ledger

    @property
    def leases(self) -> Leases:
        return self._tools.leases

    def look_again(self) -> None:
        self._tools = self._slice.for_job(self._job())

    async def at_once(self, *flows: Flow) -> list[Any]:
        slice_tools = SliceTools.of(self._hands, Lane.LIVE)
        running = [_to_its_end(flow, slice_tools.for_job(self._job())) for flow in flows]
        return await slice_tools.gather.run(running)

    def has_company(self, company: Company) -> None:
        properties = {
            "name": company.name,
            "domain": company.domain,
            "website": company.website,
            "hs_additional_domains": ";".join(company.additional_domains),
            "lifecyclestage": company.lifecycle_stage,
            "sf_account_id": company.account_id,
            "salesforceaccountid": company.native_account_id,
            "country": company.country,
            **({"createdate": company.created_at.isoformat()} if company.created_at else {}),
        }
        if company.created_automatically:
            properties["hs_object_source"] = "CRM_SETTING"
        self._wire.portal.seed({"companies": [{"id": company.id, "properties": properties}]})

    def has_contact(self, contact: Contact) -> None:
        properties = {"email": contact.email, "lifecyclestage": contact.lifecycle_stage}
        self._wire.portal.seed({"contacts": [{"id": contact.id, "properties": properties}]})

    def has_association(self, association: Association) -> None:
        ends = {"contact": association.contact_id, "company": association.company_id}
        self._wire.portal.seed({"associations": [{**ends, "primary": association.is_primary}]})

    def has_segment(self, segment: str, kind: Kind, members: Sequence[str]) -> None:
        known = {"listId": segment, "name": f"Segment {segment}", "objectTypeId": OBJECT_TYPES[kind]}
        self._wire.portal.seed({"lists": [{**known, "members": members}]})

    def has_stages(self, order: Sequence[StageName], *, deleted: Sequence[StageName] = ()) -> None:
        stages = [{"value": stage, "displayOrder": place} for place, stage in enumerate(order)]
        stages += [{"value": stage, "displayOrder": -1, "hidden": True} for stage in deleted]
        self._wire.portal.seed({"stages": stages[::-1]})

    def archive_company(self, company_id: CompanyId) -> None:
        self._in_hubspot("DELETE", f"companies/{company_id}")

    def archive_contact(self, contact_id: ContactId) -> None:
        self._in_hubspot("DELETE", f"contacts/{contact_id}")

    def merge_companies(self, survivor: CompanyId, loser: CompanyId) -> None:
        self._in_hubspot("POST", "companies/merge", {"primaryObjectId": survivor, "objectIdToMerge": loser})

    def edits_company(self, company_id: CompanyId, name: str, value: str) -> None:
        self._in_hubspot("PATCH", f"companies/{company_id}", {"properties": {name: value}})

    def refuses_property(self, name: str) -> None:
        """It does."""

    def refuses_field(self, name: str) -> None:
        """It does."""

    def has_account(self, account: Account) -> None:
        row: dict[str, Any] = {
            "Id": account.id,
            "Name": account.name,
            "Website": account.website or None,
            KEY: account.company_id,
        }
        row |= {"BillingCountry": account.country or None, "ParentId": account.parent_id}
        dates = {"CreatedDate": account.created_at, "LastModifiedDate": account.modified_at}
        row |= {name: f"{moment:%Y-%m-%dT%H:%M:%S}.000+0000" for name, moment in dates.items() if moment}
        row |= {"IsDeleted": account.is_deleted, "MasterRecordId": account.master_id}
        self._wire.org.seed({"Account": [{**row, "IsPersonAccount": account.is_person_account}]})

    def has_person(self, person: Person) -> None:
        row: dict[str, Any] = {
            "Id": person.id,
            "LastName": "Doe",
            "Email": person.email or None,
            "CreatedDate": f"{person.created_at:%Y-%m-%dT%H:%M:%S}.000+0000",
        }
        if person.kind is PersonKind.LEAD:
            became = {"ConvertedAccountId": person.account_id, "ConvertedContactId": person.contact_id}
            self._wire.org.seed({"Lead": [{**row, "Company": "Acme", "IsConverted": person.is_converted, **became}]})
        else:
            self._wire.org.seed({"Contact": [{**row, "AccountId": person.account_id}]})

    def has_opportunities(self, signal: OpportunitySignal) -> None:
        names = [name for name, has in (("Prospecting", signal.has_open), ("Closed Won", signal.has_won)) if has]
        for name in names or ["Closed Lost"]:
            opportunity_id = f"006{len(self._wire.org.state()['Opportunity']):012d}AAA"
            opportunity = {"Id": opportunity_id, "Name": name, "StageName": name, "CloseDate": "2026-01-01"}
            role = {"OpportunityId": opportunity_id, "ContactId": signal.person_id}
            self._wire.org.seed({"Opportunity": [opportunity], "OpportunityContactRole": [role]})

    def delete_account(self, account_id: AccountId) -> None:
        self._delete("Account", account_id)

    def delete_person(self, person_id: PersonId) -> None:
        self._delete("Lead" if person_id.startswith("00Q") else "Contact", person_id)

    def lose_next_race(self) -> None:
        self._wire.org.configure({"lost_upsert_races": 1})

    def accounts(self) -> Sequence[Account]:
        rows = [row for row in self._wire.org.state()["Account"] if not row.get("IsDeleted")]
        return [Account(AccountId(row["Id"]), row["Name"], row.get("Website", ""), row.get(KEY, None)) for row in rows]

    def owe_company(self, account_id: AccountId) -> None:
        self._hands.book.owe([Owed("create_company", account_id)])

    def owe_account(self, company_id: CompanyId) -> None:
        self._hands.book.owe([Owed("create_account", company_id)])

    def settle_account(self, company_id: CompanyId) -> None:
        self._settle(Done(self._claim(company_id)))

    def park_account(self, company_id: CompanyId) -> None:
        job = self._claim(company_id)
        self._settle(Parked(job, "it does not work", "DATA", "NO_NAME", "Name it.", {}))

    def owed(self) -> set[Owed]:
        with self._hands.engine.connect() as connection:
            return {as_owed(row) for row in connection.execute(select(*owed_columns()).where(IS_OPEN))}

    def timeline(self, subject: Subject) -> Sequence[Verdict]:
        query = select(VerdictRow.code, VerdictRow.evidence).order_by(VerdictRow.id)
        about = query.where(VerdictRow.kind == subject.kind, VerdictRow.record_id == subject.record_id)
        with self._hands.engine.connect() as connection:
            return [Verdict(code, evidence) for code, evidence in connection.execute(about)]

    def lose_leases(self) -> None:
        self._hands.redis.flushdb()

    def _job(self) -> Job:
        now = self._hands.ledger.now()
        return Job("promise", "1", Lane.LIVE, started=1, token="", as_of=now, owed_since=now)

    def _in_hubspot(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> None:
        url = f"{self._wire.url}/crm/v3/objects/{path}"
        headers = {"Authorization": f"Bearer {DEFAULT_TOKEN}"}
        requests.request(method, url, json=body, headers=headers, timeout=5).raise_for_status()

    def _delete(self, sobject: str, record_id: str) -> None:
        (row,) = (row for row in self._wire.org.state()[sobject] if row["Id"] == record_id)
        self._wire.org.seed({sobject: [{**row, "IsDeleted": True}]})

    def _claim(self, company_id: CompanyId) -> Job:
        ttl = timedelta(minutes=1)
        (job,) = self._hands.book.claim("create_account", Lane.LIVE, first=[company_id], limit=1, ttl=ttl)
        return job

    def _settle(self, settlement: Settlement) -> None:
        self._hands.book.settle([settlement])


async def _to_its_end(flow: Flow, tools: Tools) -> Any:
    try:
        return await flow(tools)
    except SyncError as problem:
        return problem
