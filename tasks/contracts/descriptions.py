"""What the CRMs say about their own properties, fields, owners and users: as much of it as a mapping depends on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tasks.contracts.mapping import Entry, ValueType


@dataclass(frozen=True, slots=True)
class Option:
    """A value that may be chosen."""

    value: str
    label: str = ""
    is_active: bool = True
    valid_for: frozenset[str] | None = None
    """Of a state: the country codes it belongs to. None: not known."""


@dataclass(frozen=True, slots=True)
class PropertyDescription:
    """A HubSpot property. Archived ones do not exist."""

    name: str
    type: str
    """`string`, `number`, `enumeration`, `bool`, `date`, `datetime`, …"""
    field_type: str = ""
    """`text`, `textarea`, `select`, `radio`, `checkbox`, …"""
    label: str = ""
    options: tuple[Option, ...] = ()
    is_readable: bool = True
    is_writable: bool = True
    is_calculated: bool = False
    is_custom: bool = False
    is_user: bool = False
    """Holds the id of a HubSpot user, whatever its type says."""


@dataclass(frozen=True, slots=True)
class FieldDescription:
    """A Salesforce field, as the integration user sees it: what it may not read is not described at all."""

    name: str
    type: str
    """`string`, `textarea`, `picklist`, `double`, `reference`, …"""
    label: str = ""
    length: int = 0
    """Characters; 0: no limit of this kind."""
    digits: int = 0
    """Places before the decimal point; 0: not known."""
    scale: int | None = None
    """Places after the decimal point. None: as many as there are."""
    is_readable: bool = True
    is_nillable: bool = True
    is_createable: bool = True
    is_updateable: bool = True
    is_calculated: bool = False
    is_defaulted: bool = False
    """Salesforce gives a new record a value by itself."""
    options: tuple[Option, ...] = ()
    reference_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Described:
    """Everything both CRMs say about one mapped object."""

    properties: Sequence[PropertyDescription]
    fields: Mapping[str, Sequence[FieldDescription]]
    """By Salesforce object."""


@dataclass(frozen=True, slots=True)
class MappedField:
    """An entry together with what the CRMs say about both its ends: all that is needed to carry a value."""

    entry: Entry
    properties: tuple[PropertyDescription, ...]
    field: FieldDescription

    @property
    def name(self) -> str:
        """The Salesforce field's, under which baselines are kept."""
        return self.field.name

    @property
    def has_codes(self) -> bool:
        """The field is the code of a country or state picklist, such as `BillingCountryCode`."""
        is_place = self.entry.type in {ValueType.COUNTRY, ValueType.STATE}
        return is_place and self.field.name.endswith("Code") and bool(self.field.options)


@dataclass(frozen=True, slots=True)
class HubSpotOwner:
    """Somebody who may own HubSpot records. Archived ones still own what they owned."""

    id: str
    email: str
    is_archived: bool = False


class UserType(StrEnum):
    """The kinds of Salesforce users that become HubSpot owners; every other kind is `OTHER`."""

    STANDARD = "Standard"
    POWER_PARTNER = "PowerPartner"
    GUEST = "Guest"
    QUEUE = "Queue"
    OTHER = "Other"


@dataclass(frozen=True, slots=True)
class SalesforceUser:
    """Somebody, or a queue, that may own Salesforce records."""

    id: str
    email: str
    is_active: bool = True
    type: UserType = UserType.STANDARD
