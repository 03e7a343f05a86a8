"""Reads both CRMs back through their public APIs, the way any third program would."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests

PAGE = 100
TOLD_TO_WAIT = 0.2  # seconds
COMPANY_PROPERTIES = "name,domain,lifecyclestage,sf_account_id"


@dataclass(frozen=True, slots=True)
class Readback:
    """What is in the CRMs now."""

    companies: dict[str, dict[str, str]]
    contact_stages: dict[str, str]
    companies_of_contact: dict[str, frozenset[str]]
    accounts: list[dict[str, Any]]
    account_of_contact: dict[str, str]


def read_back(
    hubspot_url: str, hubspot_token: str, salesforce_url: str, consumer_key: str, consumer_secret: str
) -> Readback:
    """Every company, contact, account and Salesforce contact."""
    hubspot = requests.Session()
    hubspot.headers["Authorization"] = f"Bearer {hubspot_token}"
    companies = objects(hubspot, f"{hubspot_url}/crm/v3/objects/companies", properties=COMPANY_PROPERTIES)
    people = {"properties": "lifecyclestage", "associations": "companies"}
    contacts = list(objects(hubspot, f"{hubspot_url}/crm/v3/objects/contacts", **people))
    salesforce, instance_url = log_in(salesforce_url, consumer_key, consumer_secret)
    account_query = "SELECT Id, Name, Website, HubSpot_Company_Id__c FROM Account"
    contact_query = "SELECT Id, AccountId FROM Contact WHERE AccountId != null"
    return Readback(
        companies={one["id"]: filled(one["properties"]) for one in companies},
        contact_stages={one["id"]: one["properties"].get("lifecyclestage") or "" for one in contacts},
        companies_of_contact={one["id"]: companies_of(one) for one in contacts},
        accounts=list(query(salesforce, instance_url, account_query)),
        account_of_contact={one["Id"]: one["AccountId"] for one in query(salesforce, instance_url, contact_query)},
    )


def companies_of(contact: Mapping[str, Any]) -> frozenset[str]:
    """HubSpot lists a company once for every label it has."""
    listed = contact.get("associations", {}).get("companies", {}).get("results", ())
    return frozenset(str(one["id"]) for one in listed)


def objects(session: requests.Session, url: str, **asked: str) -> Iterator[dict[str, Any]]:
    """Page after page of a list of HubSpot's."""
    after: str | None = None
    while True:
        answer = session.get(url, params={"limit": str(PAGE), **asked, **filled({"after": after})}, timeout=30)
        if answer.status_code == requests.codes.too_many_requests:
            time.sleep(TOLD_TO_WAIT)
            continue
        answer.raise_for_status()
        page = answer.json()
        yield from page["results"]
        after = page.get("paging", {}).get("next", {}).get("after")
        if after is None:
            return


def log_in(url: str, consumer_key: str, consumer_secret: str) -> tuple[requests.Session, str]:
    """A session, and where the org is."""
    form = {"grant_type": "client_credentials", "client_id": consumer_key, "client_secret": consumer_secret}
    answer = requests.post(f"{url}/services/oauth2/token", data=form, timeout=30)
    answer.raise_for_status()
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return session, answer.json()["instance_url"]


def query(
    session: requests.Session, instance_url: str, soql: str, *, resource: str = "query"
) -> Iterator[dict[str, Any]]:
    """Every row; with `queryAll` those that are deleted as well."""
    path: str | None = f"/services/data/v62.0/{resource}/?{urlencode({'q': soql})}"
    while path:
        answer = session.get(instance_url + path, timeout=30)
        answer.raise_for_status()
        page = answer.json()
        yield from page["records"]
        path = page.get("nextRecordsUrl")


def filled(properties: Mapping[str, str | None]) -> dict[str, str]:
    """Those that are not blank."""
    return {name: value for name, value in properties.items() if value}
