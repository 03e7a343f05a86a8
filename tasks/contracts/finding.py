"""How accounts and companies are looked for, and what new ones start with."""

from dataclasses import dataclass

from tasks.contracts.fields import JsonValue
from tasks.contracts.records import AccountId, CompanyId


@dataclass(frozen=True, slots=True)
class CompanySearch:
    """Every way a company may be known to belong to an account."""

    account_id: AccountId | None = None
    """Carried in our property, or in the one HubSpot's own integration left."""
    company_ids: tuple[CompanyId, ...] = ()
    domains: tuple[str, ...] = ()
    """Registrable domains, lower case, in ASCII."""
    name: str = ""
    """Blank: the name is no evidence."""


@dataclass(frozen=True, slots=True)
class CompanyValues:
    """What a new company starts with; the field mapping adds the rest later."""

    name: str
    domain: str = ""
    website: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class UpsertedCompany:
    """The company that now carries the key, and whether this very call made it."""

    company_id: CompanyId
    created: bool


@dataclass(frozen=True, slots=True)
class AccountSearch:
    """Every way an account may be known to belong to a company."""

    company_id: CompanyId | None
    """None: by nothing but what follows."""
    account_ids: tuple[AccountId, ...] = ()
    domains: tuple[str, ...] = ()
    """Registrable domains, lower case, in ASCII."""


@dataclass(frozen=True, slots=True)
class AccountValues:
    """What a new account starts with."""

    name: str
    website: str = ""
    fields: tuple[tuple[str, JsonValue], ...] = ()
    """Mapped fields and their values; a name or website among them outranks the one above."""


@dataclass(frozen=True, slots=True)
class Upserted:
    """The account that now carries the key, and whether this very call made it."""

    account_id: AccountId
    created: bool
