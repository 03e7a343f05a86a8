"""HubSpot records by what only one of them has: read, and created, by such a key and never without one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from tasks.contracts.errors import Ambiguous, SyncError
from tasks.contracts.finding import CompanyValues, UpsertedCompany
from tasks.contracts.records import AccountId, Company, CompanyId, Contact
from workers.crm.chunks import ask_in_chunks
from workers.crm.door import no_word_about
from workers.crm.hubspot_calls import Call, HubSpotCalls
from workers.crm.hubspot_paths import Paths
from workers.crm.hubspot_records import (
    COMPANY_PROPERTIES,
    CONTACT_PROPERTIES,
    NO_ROW,
    company_of,
    contact_of,
    properties_of,
    row_problems_of,
    rows_of,
    unless_absent,
)

BATCH = 100
EMAIL = "email"
TAKEN = "UNIQUE_VALUE"

Key = TypeVar("Key", bound=str)


class KeyedRecords:
    """Nothing is raised for a single record: what went wrong for it stands in its place."""

    def __init__(self, calls: HubSpotCalls, paths: Paths, *, account_property: str) -> None:
        self._calls = calls
        self._paths = paths
        self._account_property = account_property

    def read_companies_of_accounts(
        self, account_ids: Iterable[AccountId]
    ) -> dict[AccountId, Company | SyncError | None]:
        """The companies that carry these account ids, without the lag of a search."""
        key = self._account_property
        make = partial(company_of, account_property=key)
        ask = partial(self._read, Call.READ_COMPANIES, "companies", properties=[*COMPANY_PROPERTIES, key], key=key)
        return ask_in_chunks(account_ids, BATCH, partial(ask, make=make))

    def read_contacts_by_email(self, emails: Iterable[str]) -> dict[str, Contact | SyncError | None]:
        """Addresses in lower case; a contact has one that counts."""
        ask = partial(self._read, Call.READ_CONTACTS, "contacts", properties=CONTACT_PROPERTIES, key=EMAIL)
        return ask_in_chunks(emails, BATCH, partial(ask, make=contact_of))

    def upsert_companies(
        self, values: Mapping[AccountId, CompanyValues]
    ) -> dict[AccountId, UpsertedCompany | SyncError]:
        """One company per account; who lost a race gets the winner's."""
        upserted = ask_in_chunks(values, BATCH, partial(self._upsert, values))
        return upserted | self._adopt_after_race(upserted)

    def _read(
        self,
        call: Call,
        records: str,
        values: Sequence[Key],
        *,
        key: str,
        properties: Sequence[str],
        make: Callable[[Mapping[str, Any]], Any],
    ) -> dict[Key, Any]:
        body = {"properties": list(properties), "idProperty": key, "inputs": [{"id": value} for value in values]}
        answer = self._calls.post(call, self._paths.batch(records, "read"), body)
        # The answer is in no particular order, and spells the key as it is stored.
        found = {properties_of(row).get(key, "").lower(): make(row) for row in rows_of(answer)}
        problems = row_problems_of(answer, call)
        unnamed = problems.get(NO_ROW)
        return {one: found.get(one.lower()) or unless_absent(problems.get(one) or unnamed) for one in values}

    def _upsert(
        self, values: Mapping[AccountId, CompanyValues], account_ids: Sequence[AccountId]
    ) -> dict[AccountId, UpsertedCompany | SyncError]:
        call = Call.WRITE_COMPANIES
        inputs = [
            {
                "id": one,
                "idProperty": self._account_property,
                "properties": _told(values[one]),
                # Without it one bad row would refuse all of them; and it tells which row an error is about.
                "objectWriteTraceId": one,
            }
            for one in account_ids
        ]
        answer = self._calls.post(call, self._paths.batch("companies", "upsert"), {"inputs": inputs})
        made = {properties_of(row).get(self._account_property): row for row in rows_of(answer)}
        problems = row_problems_of(answer, call)
        unnamed = problems.get(NO_ROW)
        return {
            one: (_upserted(made[one]) if one in made else None)
            or problems.get(one)
            or unnamed
            or no_word_about(call, f"account {one}")
            for one in account_ids
        }

    def _adopt_after_race(
        self, upserted: Mapping[AccountId, UpsertedCompany | SyncError]
    ) -> dict[AccountId, UpsertedCompany]:
        """Somebody else created it at the same moment: the company that carries the id now is the one.

        An archived company may hold the key as well; that one is nobody's to adopt, and the refusal stands.
        """
        losers = [one for one, told in upserted.items() if isinstance(told, Ambiguous) and told.code == TAKEN]
        carriers = self.read_companies_of_accounts(losers) if losers else {}
        return {
            account_id: UpsertedCompany(carrier.id, created=False)
            for account_id, carrier in carriers.items()
            if isinstance(carrier, Company)
        }


def _told(values: CompanyValues) -> dict[str, str]:
    """What is blank leaves what is there."""
    told = {"name": values.name, "domain": values.domain, "website": values.website, "country": values.country}
    return {name: value for name, value in told.items() if value}


def _upserted(row: Mapping[str, Any]) -> UpsertedCompany:
    return UpsertedCompany(CompanyId(str(row["id"])), created=bool(row.get("new")))
