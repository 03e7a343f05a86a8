"""What can be asked of Salesforce, as values, so that what is asked at one moment can travel together."""

from dataclasses import dataclass

from tasks.contracts.fields import JsonValue
from tasks.contracts.finding import AccountSearch, AccountValues, Upserted
from tasks.contracts.records import Account, AccountId, CompanyId, OpportunitySignal, Person, PersonId


@dataclass(frozen=True, slots=True)
class FindAccounts:
    """Answered with a tuple of Account."""

    search: AccountSearch


@dataclass(frozen=True, slots=True)
class FindAccount:
    """Answered with an Account or None; deleted accounts as well."""

    account_id: AccountId


@dataclass(frozen=True, slots=True)
class FindPeopleOf:
    """Answered with a tuple of Person: the contacts on the account."""

    account_id: AccountId


@dataclass(frozen=True, slots=True)
class FindPeople:
    """Answered with a tuple of Person."""

    emails: tuple[str, ...]
    ids: tuple[PersonId, ...] = ()


@dataclass(frozen=True, slots=True)
class FindSignals:
    """Answered with a tuple of OpportunitySignal."""

    people: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True)
class UpsertAccount:
    """Answered with Upserted."""

    company_id: CompanyId
    values: AccountValues


@dataclass(frozen=True, slots=True)
class WriteCompanyId:
    """Answered with None."""

    account_id: AccountId
    company_id: CompanyId


@dataclass(frozen=True, slots=True)
class WriteContactAccount:
    """Answered with None."""

    person_id: PersonId
    account_id: AccountId


@dataclass(frozen=True, slots=True)
class WriteAccountFields:
    """Answered with None."""

    account_id: AccountId
    values: tuple[tuple[str, JsonValue], ...]


Question = FindAccounts | FindAccount | FindPeople | FindPeopleOf | FindSignals
Command = UpsertAccount | WriteCompanyId | WriteContactAccount | WriteAccountFields
Request = Question | Command
Result = tuple[Account, ...] | Account | tuple[Person, ...] | tuple[OpportunitySignal, ...] | Upserted | None
