"""Short ways to ask, shared by the tests of the doors."""

from typing import Any

from tasks.contracts.finding import AccountSearch, AccountValues
from tasks.contracts.records import AccountId, Association, CompanyId, ContactId
from workers.crm.salesforce_requests import FindAccounts, UpsertAccount

KEY = "HubSpot_Company_Id__c"


def upsert(number: int, name: str = "Acme", website: str = "") -> UpsertAccount:
    return UpsertAccount(CompanyId(str(number)), AccountValues(name, website))


def find(company: str = "0", ids: tuple[AccountId, ...] = (), domains: tuple[str, ...] = ()) -> FindAccounts:
    return FindAccounts(AccountSearch(CompanyId(company), ids, domains))


def only(results: list[Any]) -> Any:
    (result,) = results
    return result


def companies(*numbers: int) -> list[CompanyId]:
    return [CompanyId(str(number)) for number in numbers]


def contacts(*numbers: int) -> list[ContactId]:
    return [ContactId(str(number)) for number in numbers]


def on(company: int, contact: int, *, primary: bool = False) -> Association:
    return Association(CompanyId(str(company)), ContactId(str(contact)), is_primary=primary)
