"""Reads everything there is to check back through both public APIs."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import requests

from workers.demo.people_at_work.world import Account, Company, Contact, Person, Role, Version, World, short
from workers.demo.readback import companies_of, filled, log_in, objects, query

COMPANY_PROPERTIES = (
    *("domain", "sf_account_id", "hubspot_owner_id"),
    *("hs_merged_object_ids", "hs_object_source_id", "createdate"),
)
ACCOUNT_FIELDS = (
    *("Id", "Website", "HubSpot_Company_Id__c", "OwnerId"),
    *("IsDeleted", "MasterRecordId", "CreatedDate", "CreatedById"),
)
HISTORY_PAGE = 50
"""The most records that HubSpot lists with their past."""


def read_world(
    hubspot_url: str,
    hubspot_token: str,
    salesforce_url: str,
    application: tuple[str, str],
    *,
    mapping: Mapping[str, str],
) -> World:
    """`mapping` names the HubSpot property and the Salesforce field of whatever is compared."""
    hubspot = requests.Session()
    hubspot.headers["Authorization"] = f"Bearer {hubspot_token}"
    salesforce, instance_url = log_in(salesforce_url, *application)

    def rows(soql: str) -> Iterator[dict[str, Any]]:
        return query(salesforce, instance_url, soql, resource="queryAll")

    accounts = [_account(row) for row in rows(_accounts_query(mapping))]
    users = rows("SELECT Id, Email FROM User WHERE IsActive = true")
    owners = _get(hubspot, f"{hubspot_url}/crm/v3/owners?limit=500")["results"]
    return World(
        companies={one.id: one for one in _companies(hubspot, hubspot_url, mapping)},
        archived_companies=frozenset(
            one["id"] for one in objects(hubspot, f"{hubspot_url}/crm/v3/objects/companies", archived="true")
        ),
        contacts=list(_contacts(hubspot, hubspot_url)),
        accounts={one.id: one for one in accounts},
        people=[
            *(_person(row) for row in rows("SELECT Id, Email, AccountId FROM Contact WHERE IsDeleted = false")),
            *(_lead(row) for row in rows("SELECT Id, Email FROM Lead WHERE IsDeleted = false AND IsConverted = false")),
        ],
        roles=[_role(row) for row in rows(ROLES)],
        stages=_stages(hubspot, hubspot_url),
        email_of_owner={one["id"]: one["email"].lower() for one in owners}
        | {short(one["Id"]): one["Email"].lower() for one in users if one["Email"]},
    )


ROLES = (
    "SELECT ContactId, Opportunity.IsClosed, Opportunity.IsWon FROM OpportunityContactRole"
    " WHERE IsDeleted = false AND Opportunity.IsDeleted = false"
)


def _accounts_query(mapping: Mapping[str, str]) -> str:
    fields = dict.fromkeys([*ACCOUNT_FIELDS, *mapping.values()])
    return f"SELECT {', '.join(fields)} FROM Account"  # noqa: S608 -- names of our own


def _companies(session: requests.Session, url: str, mapping: Mapping[str, str]) -> Iterator[Company]:
    past = ["lifecyclestage", *mapping]
    found = objects(
        session,
        f"{url}/crm/v3/objects/companies",
        limit=str(HISTORY_PAGE),
        properties=",".join([*COMPANY_PROPERTIES, *past]),
        propertiesWithHistory=",".join(past),
    )
    for one in found:
        past_of = one.get("propertiesWithHistory", {})
        history = {name: [_version(version) for version in versions] for name, versions in past_of.items()}
        yield Company(one["id"], filled(one["properties"]), history)


def _version(version: Mapping[str, str]) -> Version:
    return Version(version["value"], datetime.fromisoformat(version["timestamp"]), version["sourceId"])


def _contacts(session: requests.Session, url: str) -> Iterator[Contact]:
    found = objects(
        session,
        f"{url}/crm/v3/objects/contacts",
        limit=str(HISTORY_PAGE),
        properties="email,lifecyclestage,associatedcompanyid",
        propertiesWithHistory="lifecyclestage",
        associations="companies",
    )
    for one in found:
        properties = filled(one["properties"])
        stages = one.get("propertiesWithHistory", {}).get("lifecyclestage", ())
        yield Contact(
            one["id"],
            email=properties.get("email", "").lower(),
            stage=properties.get("lifecyclestage", ""),
            stage_by=stages[0]["sourceId"] if stages else "",
            company_id=properties.get("associatedcompanyid", ""),
            company_ids=companies_of(one),
        )


def _stages(session: requests.Session, url: str) -> list[str]:
    options = _get(session, f"{url}/crm/v3/properties/companies/lifecyclestage")["options"]
    return [option["value"] for option in sorted(options, key=lambda option: option["displayOrder"])]


def _get(session: requests.Session, url: str) -> Any:
    answer = session.get(url, timeout=30)
    answer.raise_for_status()
    return answer.json()


def _account(row: Mapping[str, Any]) -> Account:
    return Account(short(row["Id"]), row)


def _person(row: Mapping[str, Any]) -> Person:
    return Person(short(row["Id"]), row["Email"] or "", short(row["AccountId"] or ""))


def _lead(row: Mapping[str, Any]) -> Person:
    return Person(short(row["Id"]), row["Email"] or "", is_lead=True)


def _role(row: Mapping[str, Any]) -> Role:
    opportunity = row["Opportunity"]
    return Role(short(row["ContactId"]), not opportunity["IsClosed"], opportunity["IsWon"])
