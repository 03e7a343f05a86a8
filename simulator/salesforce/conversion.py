"""Converting a lead: an account, a contact and perhaps an opportunity take its place."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from simulator.salesforce.engine import Engine
from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.ids import find_short_id
from simulator.salesforce.store import Record
from simulator.salesforce.writes import WriteOptions

CONVERTED_STATUS = "Closed - Converted"
FIRST_STAGE = "Prospecting"
TO_ACCOUNT = {
    "Company": "Name", "Phone": "Phone", "Website": "Website", "Industry": "Industry", "Rating": "Rating",
    "AnnualRevenue": "AnnualRevenue", "NumberOfEmployees": "NumberOfEmployees", "LeadSource": "AccountSource",
    "Street": "BillingStreet", "City": "BillingCity", "State": "BillingState", "PostalCode": "BillingPostalCode",
    "Country": "BillingCountry",
}  # fmt: skip
TO_CONTACT = {
    "FirstName": "FirstName", "LastName": "LastName", "Salutation": "Salutation", "Title": "Title",
    "Email": "Email", "Phone": "Phone", "MobilePhone": "MobilePhone", "Description": "Description",
    "LeadSource": "LeadSource", "HasOptedOutOfEmail": "HasOptedOutOfEmail", "Street": "MailingStreet",
    "City": "MailingCity", "State": "MailingState", "PostalCode": "MailingPostalCode", "Country": "MailingCountry",
}  # fmt: skip
TO_OPPORTUNITY = {"LeadSource": "LeadSource"}


@dataclass(frozen=True, slots=True)
class LeadConvert:
    """What is to become of a lead; an empty id asks for a new record."""

    lead_id: str
    status: str
    account_id: str = ""
    contact_id: str = ""
    owner_id: str = ""
    opportunity_name: str = ""
    wants_opportunity: bool = True
    overwrites_source: bool = False


@dataclass(frozen=True, slots=True)
class Converted:
    lead_id: str
    account_id: str
    contact_id: str
    opportunity_id: str | None


def convert(engine: Engine, wish: LeadConvert, options: WriteOptions) -> Converted:
    """All or nothing, under the rules that hold for whoever writes these records one by one."""
    with engine.store.transaction() as roll_back:
        try:
            return _Conversion(engine, wish, options).run()
        except SalesforceError:
            roll_back()
            raise


class _Conversion:
    def __init__(self, engine: Engine, wish: LeadConvert, options: WriteOptions) -> None:
        self._engine = engine
        self._wish = wish
        self._options = options
        self._lead = self._find("Lead", wish.lead_id)
        self._owner = {"OwnerId": wish.owner_id or self._lead["OwnerId"]}

    def run(self) -> Converted:
        status = self._wish.status
        if self._lead.get("IsConverted"):
            raise SalesforceError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", fields=[])
        if status != CONVERTED_STATUS:
            raise SalesforceError("INVALID_STATUS", f"invalid convertedStatus: {status}", fields=[])
        account_id = self._account()["Id"]
        contact_id = self._contact(account_id)["Id"]
        opportunity_id = self._opportunity(account_id, contact_id) if self._wish.wants_opportunity else None
        outcome = {
            "IsConverted": True, "ConvertedDate": datetime.now(UTC).date().isoformat(), "Status": status,
            "ConvertedAccountId": account_id, "ConvertedContactId": contact_id,
            "ConvertedOpportunityId": opportunity_id,
        }  # fmt: skip
        self._engine.writer.rewrite(self._engine.require_object("Lead"), self._lead, outcome, self._options)
        self._engine.counters["leads.converted"] += 1
        return Converted(self._lead["Id"], account_id, contact_id, opportunity_id)

    def _account(self) -> Record:
        values = self._mapped("Account", TO_ACCOUNT)
        if self._wish.account_id:
            return self._fill("Account", self._find("Account", self._wish.account_id), values)
        return self._insert("Account", {**values, **self._owner})

    def _contact(self, account_id: str) -> Record:
        values = self._mapped("Contact", TO_CONTACT)
        if not self._wish.contact_id:
            return self._insert("Contact", {**values, **self._owner, "AccountId": account_id})
        contact = self._find("Contact", self._wish.contact_id)
        if not self._wish.account_id or contact.get("AccountId") != account_id:
            raise SalesforceError(
                "INVALID_CROSS_REFERENCE_KEY", "the contact does not belong to the account", fields=["contactId"]
            )
        overwrites = self._wish.overwrites_source and "LeadSource" in self._lead
        return self._fill(
            "Contact", contact, values, **({"LeadSource": self._lead["LeadSource"]} if overwrites else {})
        )

    def _opportunity(self, account_id: str, contact_id: str) -> str:
        """The contact gets the primary role in it."""
        values = {
            **self._mapped("Opportunity", TO_OPPORTUNITY), **self._owner, "AccountId": account_id,
            "Name": self._wish.opportunity_name or f"{self._lead['Company'][:119]}-", "StageName": FIRST_STAGE,
            "CloseDate": _end_of_quarter(datetime.now(UTC).date()).isoformat(),
        }  # fmt: skip
        opportunity_id: str = self._insert("Opportunity", values)["Id"]
        role = {"OpportunityId": opportunity_id, "ContactId": contact_id, "IsPrimary": True}
        self._insert("OpportunityContactRole", role)
        return opportunity_id

    def _mapped(self, target: str, always: Mapping[str, str]) -> dict[str, Any]:
        """What the administrator mapped, custom fields mostly, comes on top of what is always mapped."""
        custom = {
            source: path.partition(".")[2]
            for source, path in self._engine.settings.lead_field_mapping.items()
            if path.startswith(f"{target}.")
        }
        fields = self._engine.require_object(target).fields
        mapping = {**always, **custom}
        return {name: self._lead[source] for source, name in mapping.items() if source in self._lead and name in fields}

    def _insert(self, name: str, values: Mapping[str, Any]) -> Record:
        return self._engine.writer.insert(self._engine.require_object(name), values, self._options)

    def _fill(self, name: str, record: Record, values: Mapping[str, Any], **overwriting: Any) -> Record:
        """An existing record keeps what it has."""
        missing = {field: value for field, value in values.items() if field not in record}
        return self._engine.writer.update(
            self._engine.require_object(name), record, missing | overwriting, self._options
        )

    def _find(self, name: str, record_id: str) -> Record:
        sobject = self._engine.require_object(name)
        short_id = find_short_id(record_id)
        record = self._engine.find_record(sobject, short_id)
        if record is None:
            raise SalesforceError("INVALID_CROSS_REFERENCE_KEY", f"invalid cross reference id: {record_id}", fields=[])
        if record.get("IsDeleted"):
            raise SalesforceError("ENTITY_IS_DELETED", "entity is deleted", fields=[])
        return record


def _end_of_quarter(day: date) -> date:
    month = (day.month + 2) // 3 * 3
    return date(day.year, month, calendar.monthrange(day.year, month)[1])
