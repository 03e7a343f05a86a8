"""What field sync is told and what it remembers: mapped values, what was agreed on, what could not be carried."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tasks.contracts.descriptions import HubSpotOwner, MappedField, SalesforceUser
from tasks.contracts.errors import ProblemClass
from tasks.contracts.mapping import OwnerMapping
from tasks.contracts.records import AccountId

JsonValue = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class AccountFields:
    """An account's mapped fields as last read."""

    id: AccountId
    mapped: Mapping[str, JsonValue]
    """By field. What Salesforce did not say is missing; what is blank is null."""
    modified_at: datetime | None = None
    """When anything about the account changed (`SystemModstamp`)."""


@dataclass(frozen=True, slots=True)
class Everybody:
    """All who may own records, on both sides, and what the mapping says about them."""

    mapping: OwnerMapping = field(default_factory=OwnerMapping)
    owners: tuple[HubSpotOwner, ...] = ()
    users: tuple[SalesforceUser, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class UsableMapping:
    """What of the mapping can be carried now. One object for everybody who asks, until something changes."""

    fields: tuple[MappedField, ...] = ()
    """Of companies: nothing speaks against them, and nobody has paused them."""
    everybody: Everybody = field(default_factory=Everybody)
    paused: frozenset[str] = frozenset()
    """Salesforce fields that are left alone until a person, or the CRM's description of them, says otherwise."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A field of a record that could not be carried. No values: they may be about a person."""

    field: str
    """The Salesforce field's name."""
    problem_class: ProblemClass
    code: str
    problem: str
    remedy: str
    attempt: str = ""
    """What the record looked like when a CRM refused it (a digest); blank: no CRM was asked."""


@dataclass(frozen=True, slots=True)
class FieldMemory:
    """What the ledger knows about the fields of a linked pair."""

    baselines: Mapping[str, str] = field(default_factory=dict)
    """By Salesforce field: what both sides agreed on last."""
    left_out: Mapping[str, LeftOut] = field(default_factory=dict)
    """By Salesforce field. An attempt of more than a day ago is not told: it may be made again."""
    derived: Mapping[str, str] = field(default_factory=dict)
    """By Salesforce field: what we made up for the company's new account, such as a website of its domain."""


@dataclass(frozen=True, slots=True)
class FieldReport:
    """What a run has found out about the fields of a pair."""

    agreed: Mapping[str, str]
    """New baselines, by Salesforce field."""
    left_out: tuple[LeftOut, ...] = ()
    """Every problem there is now; what is not among them is over, except for paused fields."""
    paused: frozenset[str] = frozenset()
    """Fields that were not looked at."""
