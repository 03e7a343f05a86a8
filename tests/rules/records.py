"""Short ways to write companies and accounts down."""

from typing import Any

from tasks.contracts.records import Account, AccountId, Company, CompanyId


def company(number: int, **values: Any) -> Company:
    return Company(CompanyId(str(number)), **{"name": "Acme", **values})


def account_id(number: int) -> AccountId:
    return AccountId(f"001{number:012d}AAA")


def account(number: int, **values: Any) -> Account:
    return Account(account_id(number), **{"name": "Acme", **values})
