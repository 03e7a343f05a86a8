"""What a field mapping says: which property and which field carry the same thing, and whose word counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class MappedObject(StrEnum):
    """What a mapping is about, as HubSpot calls it."""

    COMPANY = "company"
    CONTACT = "contact"


SALESFORCE_OBJECTS: Mapping[MappedObject, tuple[str, ...]] = {
    MappedObject.COMPANY: ("Account",),
    MappedObject.CONTACT: ("Contact", "Lead"),
}
"""One entry feeds the field of that name on each of them: a contact and a lead never differ in their mapping."""


class SyncRule(StrEnum):
    """Which side's value counts: the four rules of HubSpot's own integration."""

    PREFER_SALESFORCE = "prefer_salesforce"
    ALWAYS_SALESFORCE = "always_salesforce"
    TWO_WAY = "two_way"
    DONT_SYNC = "dont_sync"


class ValueType(StrEnum):
    """How a value of one CRM reads in the other."""

    TEXT = "text"
    """One line; also for phone numbers and web addresses."""
    MULTI_LINE = "multi_line"
    EMAIL = "email"
    NUMBER = "number"
    INTEGER = "integer"
    CURRENCY = "currency"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    SELECT = "select"
    MULTI_SELECT = "multi_select"
    STREET = "street"
    """One or two HubSpot properties are the lines of one Salesforce field."""
    COUNTRY = "country"
    STATE = "state"
    OWNER = "owner"


TEXT_TYPES = frozenset({ValueType.TEXT, ValueType.MULTI_LINE, ValueType.STREET, ValueType.COUNTRY, ValueType.STATE})
"""Those that still say something when they are shortened."""
CHOICE_TYPES = frozenset({ValueType.SELECT, ValueType.MULTI_SELECT, ValueType.COUNTRY, ValueType.STATE})


class OnTooLong(StrEnum):
    """What to do with a text that the other side has no room for."""

    FAIL = "fail"
    TRUNCATE = "truncate"


@dataclass(frozen=True, slots=True)
class Choice:
    """A HubSpot value and the Salesforce values that mean the same; the first of them is the one written."""

    hubspot: str
    salesforce: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One property (a street: two) and one field that carry the same thing."""

    properties: tuple[str, ...]
    field: str
    rule: SyncRule = SyncRule.PREFER_SALESFORCE
    type: ValueType = ValueType.TEXT
    on_too_long: OnTooLong = OnTooLong.FAIL
    choices: tuple[Choice, ...] = ()
    line: int = 0
    """Where it stands in the mapping file, counted from 1."""

    def __str__(self) -> str:
        """As findings name it."""
        return f"{' + '.join(self.properties)} ↔ {self.field}"


@dataclass(frozen=True, slots=True)
class OwnerOverride:
    """A HubSpot owner, by e-mail address, and the Salesforce user, by e-mail address or id, who is meant."""

    owner: str
    user: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class OwnerMapping:
    """Who is who, beyond equal e-mail addresses."""

    overrides: tuple[OwnerOverride, ...] = ()
    fallback: str = ""
    """Owns new accounts whose company has no owner we know: e-mail address or id. Blank: the integration user."""
    fallback_line: int = 0


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """A whole mapping file."""

    entries: Mapping[MappedObject, tuple[Entry, ...]] = field(default_factory=dict)
    owner: OwnerMapping = field(default_factory=OwnerMapping)


class Effect(StrEnum):
    """What a finding takes out of the sync until it is mended."""

    NOTHING = "nothing"
    FIELD = "field"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a mapping that a person should know, and what to do. No values: they may be about people."""

    line: int
    """In the mapping file, counted from 1; 0 where no line says it."""
    where: str
    """The entry, or the key of the file."""
    problem: str
    remedy: str
    effect: Effect = Effect.FILE

    def __str__(self) -> str:
        """One line for people."""
        place = f"line {self.line}, " if self.line else ""
        return f"{place}{self.where}: {self.problem}. {self.remedy}"
