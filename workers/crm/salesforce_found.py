"""Rows that queries brought, as our records, dealt back to the questions that asked for them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tasks.contracts.fields import AccountFields
from tasks.contracts.records import Account, AccountId, CompanyId, OpportunitySignal, Person, PersonId, PersonKind
from workers.crm.salesforce_ids import CONTACT, LEAD, find_account_id, find_person_id, long_ids_in
from workers.crm.salesforce_requests import (
    FindAccount,
    FindAccounts,
    FindPeople,
    FindPeopleOf,
    FindSignals,
    Question,
    Result,
)
from workers.crm.salesforce_soql import PERSON_ACCOUNT, STAMP, spellings_of

Row = Mapping[str, Any]


class Found:
    """Everything that was found at one moment, indexed the way it is asked for."""

    def __init__(self, rows: Mapping[str, Iterable[Row]], account_key: str) -> None:
        self._account_rows = list(rows.get("Account", ()))
        accounts = (account_of(row, account_key) for row in self._account_rows)
        self._accounts: dict[str, Account] = {account.id: account for account in accounts}
        self._by_company: dict[CompanyId, list[Account]] = {}
        for account in self._accounts.values():
            if account.company_id:
                self._by_company.setdefault(account.company_id, []).append(account)
        self._websites = [(account.website.lower(), account) for account in self._accounts.values() if account.website]
        people = (person_of(row) for sobject in ("Contact", "Lead") for row in rows.get(sobject, ()))
        self._people = {person.id: person for person in people}
        self._by_account: dict[AccountId, list[Person]] = {}
        for person in self._people.values():
            if person.kind is PersonKind.CONTACT and person.account_id:
                self._by_account.setdefault(person.account_id, []).append(person)
        self._by_email: dict[str, list[Person]] = {}
        for person in self._people.values():
            self._by_email.setdefault(person.email, []).append(person)
        self._signals = _signals_of(rows.get("OpportunityContactRole", ()))

    def answer(self, question: Question) -> Result:
        """What this question asked for, each record once."""
        match question:
            case FindAccounts(search):
                by_id = (self._accounts.get(find_account_id(id_) or "") for id_ in search.account_ids)
                spellings = list(spellings_of(search.domains))
                found = [
                    *self._by_company.get(search.company_id or CompanyId(""), ()),
                    *(account for account in by_id if account),
                ]
                found += [a for website, a in self._websites if any(spelling in website for spelling in spellings)]
                return tuple({account.id: account for account in found if not account.is_deleted}.values())
            case FindAccount(account_id):
                return self._accounts.get(find_account_id(account_id) or "")
            case FindPeopleOf(account_id):
                return tuple(self._by_account.get(find_account_id(account_id) or AccountId(""), ()))
            case FindPeople(emails, ids):
                wanted = {email.strip().lower() for email in emails} - {""}
                known = (self._people.get(PersonId(id_)) for id_ in long_ids_in(ids, CONTACT, LEAD))
                people = [person for email in sorted(wanted) for person in self._by_email.get(email, ())]
                return tuple({person.id: person for person in [*people, *filter(None, known)]}.values())
            case FindSignals(people_):
                asked = dict.fromkeys(long_ids_in(people_, CONTACT))
                return tuple(self._signals[PersonId(id_)] for id_ in asked if id_ in self._signals)

    def fields_of_accounts(self, names: Iterable[str]) -> dict[AccountId, AccountFields]:
        """Of the accounts whose rows tell them."""
        told = (fields_of(row, names) for row in self._account_rows if STAMP in row)
        return {one.id: one for one in told}

    def find_carrier(self, company_id: CompanyId) -> Account | None:
        """The account that carries the company's id; the field is unique."""
        return next(iter(self._by_company.get(company_id, ())), None)


def account_of(row: Row, account_key: str) -> Account:
    """A row of an account query."""
    return Account(
        id=AccountId(row["Id"]),
        name=row.get("Name") or "",
        website=row.get("Website") or "",
        company_id=CompanyId(row[account_key]) if row.get(account_key) else None,
        is_person_account=bool(row.get(PERSON_ACCOUNT)),
        country=row.get("BillingCountry") or "",
        parent_id=find_account_id(row.get("ParentId")),
        created_at=_time(row.get("CreatedDate")),
        modified_at=_time(row.get("LastModifiedDate")),
        is_deleted=bool(row.get("IsDeleted")),
        master_id=find_account_id(row.get("MasterRecordId")),
    )


def fields_of(row: Row, names: Iterable[str]) -> AccountFields:
    """A row of a retrieve; what it does not say is missing."""
    modified_at = datetime.fromisoformat(row[STAMP]) if row.get(STAMP) else None
    return AccountFields(AccountId(row["Id"]), {name: row[name] for name in names if name in row}, modified_at)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def person_of(row: Row) -> Person:
    """A row of a contact or lead query."""
    is_lead = row["Id"].startswith(LEAD)
    return Person(
        id=PersonId(row["Id"]),
        kind=PersonKind.LEAD if is_lead else PersonKind.CONTACT,
        email=(row.get("Email") or "").strip().lower(),
        created_at=datetime.fromisoformat(row["CreatedDate"]),
        account_id=find_account_id(row.get("AccountId") or row.get("ConvertedAccountId")),
        is_converted=bool(row.get("IsConverted")),
        contact_id=find_person_id(row.get("ConvertedContactId")),
    )


def _signals_of(roles: Iterable[Row]) -> dict[PersonId, OpportunitySignal]:
    said: dict[PersonId, list[Row]] = {}
    for role in roles:
        said.setdefault(PersonId(role["ContactId"]), []).append(role.get("Opportunity") or {})
    return {
        contact: OpportunitySignal(
            contact,
            has_open=any(opportunity.get("IsClosed") is False for opportunity in opportunities),
            has_won=any(opportunity.get("IsWon") is True for opportunity in opportunities),
        )
        for contact, opportunities in said.items()
    }
