"""What is asked of the simulated CRMs when their speed is measured, and the records they are asked for."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.salesforce.ids import make_id

HUBSPOT_TOKEN = "pat-na1-simulator"
HUBSPOT_KEY = {
    "name": "sf_account_id",
    "label": "Salesforce account",
    "groupName": "companyinformation",
    "type": "string",
    "fieldType": "text",
    "hasUniqueValue": True,
}
COMPANIES = "/crm/v3/objects/companies"
ACCOUNTS = "/services/data/v62.0/sobjects/Account"
COLLECTION = "/services/data/v62.0/composite/sobjects/Account/HubSpot_Company_Id__c"
READ = ("name", "domain", "phone", "sf_account_id")
CITIES = ("Berlin", "Lyon", "Porto", "Leeds", "Gdansk", "Turin", "Utrecht", "Malmo")
INDUSTRIES = (("BANKING", "Banking"), ("INSURANCE", "Insurance"), ("TELECOMMUNICATIONS", "Telecommunications"))
EDITIONS = (1, 2)  # of a record, so that every write changes something
DIFFERENT = 200  # requests of one kind


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    body: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    name: str
    system: str
    rows: int
    requests: Sequence[Request]


def loads(count: int) -> Iterator[Load]:
    """Reads and writes of the records that `records(0, count)` makes."""
    companies = count // 4
    spread = [n * companies // (DIFFERENT * 200) for n in range(DIFFERENT * 200)]
    yield Load("HubSpot GET", "hubspot", 1, [_get_company(n) for n in spread[::200]])
    yield Load("HubSpot PATCH", "hubspot", 1, [_patch_company(n, each) for each in EDITIONS for n in spread[::200]])
    yield Load("HubSpot batch read, 100", "hubspot", 100, [_read_companies(_some(spread, n, 100)) for n in range(20)])
    yield Load(
        "HubSpot batch upsert, 100",
        "hubspot",
        100,
        [_put_companies(_some(spread, n, 100), each) for each in EDITIONS for n in range(20)],
    )
    yield Load("Salesforce GET", "salesforce", 1, [_get_account(n) for n in spread[::200]])
    yield Load(
        "Salesforce PATCH by key",
        "salesforce",
        1,
        [_patch_account(n, each) for each in EDITIONS for n in spread[::200]],
    )
    yield Load(
        "Salesforce upsert, 200",
        "salesforce",
        200,
        [_put_accounts(_some(spread, n, 200), each) for each in EDITIONS for n in range(20)],
    )


def records(start: int, end: int) -> dict[str, Any]:
    """A seed: a quarter each are companies, contacts of theirs, accounts, and contacts of theirs."""
    numbers = range(start // 4, end // 4)
    return {
        "hubspot": {
            "companies": [{"id": _company_id(n), "properties": _company(n)} for n in numbers],
            "contacts": [{"id": _contact_id(n), "properties": _contact(n)} for n in numbers],
            "associations": [{"contact": _contact_id(n), "company": _company_id(n), "primary": True} for n in numbers],
        },
        "salesforce": {
            "Account": [
                {"Id": _account_id(n), **_account(n), "HubSpot_Company_Id__c": _company_id(n)} for n in numbers
            ],
            "Contact": [_salesforce_contact(n) for n in numbers],
        },
    }


def _some(spread: Sequence[int], place: int, size: int) -> list[int]:
    """Different ones, far from each other."""
    return list(dict.fromkeys(spread[place * 7 :: len(spread) // size]))[:size]


def _company_id(n: int) -> str:
    return str(20_000_000_000 + n * 37)


def _contact_id(n: int) -> str:
    return str(60_000_000_000 + n * 41)


def _account_id(n: int) -> str:
    return make_id("001", n + 1)


def _company(n: int, edition: int = 0) -> dict[str, str]:
    return {
        "name": f"Company {n} of {CITIES[n % len(CITIES)]}",
        "domain": f"company-{n}.example.com",
        "phone": f"+49 30 {n:08}-{edition}",
        "address": f"{n % 400} Station Road",
        "city": CITIES[n % len(CITIES)],
        "industry": INDUSTRIES[n % 3][0],
        "lifecyclestage": "lead",
        "sf_account_id": _account_id(n),
    }


def _contact(n: int) -> dict[str, str]:
    return {
        "email": f"first.last{n}@company-{n}.example.com",
        "firstname": f"First{n % 1000}",
        "lastname": f"Last{n}",
        "phone": f"+49 31 {n:08}",
        "jobtitle": "Head of Purchasing",
        "city": CITIES[n % len(CITIES)],
        "lifecyclestage": "lead",
    }


def _account(n: int, edition: int = 0) -> dict[str, Any]:
    return {
        "Name": f"Company {n} of {CITIES[n % len(CITIES)]}",
        "Website": f"https://company-{n}.example.com",
        "Phone": f"+49 30 {n:08}-{edition}",
        "BillingStreet": f"{n % 400} Station Road",
        "BillingCity": CITIES[n % len(CITIES)],
        "Industry": INDUSTRIES[n % 3][1],
        "NumberOfEmployees": n % 5000,
    }


def _salesforce_contact(n: int) -> dict[str, Any]:
    return {
        "LastName": f"Last{n}",
        "FirstName": f"First{n % 1000}",
        "Email": f"first.last{n}@company-{n}.example.com",
        "Phone": f"+49 31 {n:08}",
        "Title": "Head of Purchasing",
        "MailingCity": CITIES[n % len(CITIES)],
        "AccountId": _account_id(n),
        "HubSpot_Contact_Id__c": _contact_id(n),
    }


def _get_company(n: int) -> Request:
    return Request("GET", f"{COMPANIES}/{_company_id(n)}?properties={','.join(READ)}")


def _patch_company(n: int, edition: int) -> Request:
    return Request("PATCH", f"{COMPANIES}/{_company_id(n)}", json.dumps({"properties": _company(n, edition)}))


def _read_companies(numbers: Sequence[int]) -> Request:
    body = {"properties": READ, "inputs": [{"id": _company_id(n)} for n in numbers]}
    return Request("POST", f"{COMPANIES}/batch/read", json.dumps(body))


def _put_companies(numbers: Sequence[int], edition: int) -> Request:
    inputs = [
        {
            "id": _account_id(n),
            "idProperty": "sf_account_id",
            "properties": _company(n, edition),
            "objectWriteTraceId": str(n),
        }
        for n in numbers
    ]
    return Request("POST", f"{COMPANIES}/batch/upsert", json.dumps({"inputs": inputs}))


def _get_account(n: int) -> Request:
    return Request("GET", f"{ACCOUNTS}/{_account_id(n)}?fields=Id,Name,Website,Phone,HubSpot_Company_Id__c")


def _patch_account(n: int, edition: int) -> Request:
    return Request("PATCH", f"{ACCOUNTS}/HubSpot_Company_Id__c/{_company_id(n)}", json.dumps(_account(n, edition)))


def _put_accounts(numbers: Sequence[int], edition: int) -> Request:
    rows = [
        {"attributes": {"type": "Account"}, "HubSpot_Company_Id__c": _company_id(n), **_account(n, edition)}
        for n in numbers
    ]
    return Request("PATCH", COLLECTION, json.dumps({"allOrNone": False, "records": rows}))
