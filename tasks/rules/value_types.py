"""Which kinds of property and field go together, and as what ("Map HubSpot properties to Salesforce fields")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tasks.contracts.descriptions import FieldDescription, PropertyDescription
from tasks.contracts.mapping import ValueType

OWNER_PROPERTY = "hubspot_owner_id"


@dataclass(frozen=True, slots=True)
class Suitable:
    """What both ends of an entry of one type may be, in the CRMs' own words."""

    properties: frozenset[str]
    fields: frozenset[str]

    def takes(self, kinds: Sequence[str], field: FieldDescription) -> bool:
        """Whether every property and the field are among them."""
        return set(kinds) <= self.properties and field.type in self.fields


def _suitable(properties: str, fields: str) -> Suitable:
    return Suitable(frozenset(properties.split()), frozenset(fields.split()))


TYPES: Mapping[ValueType, Suitable] = {
    ValueType.OWNER: _suitable("user", "reference"),
    ValueType.BOOLEAN: _suitable("bool", "boolean"),
    ValueType.INTEGER: _suitable("number", "int"),
    ValueType.CURRENCY: _suitable("number", "currency"),
    ValueType.NUMBER: _suitable("number", "double int currency percent"),
    ValueType.DATE: _suitable("date", "date datetime"),
    ValueType.DATETIME: _suitable("datetime", "datetime"),
    ValueType.SELECT: _suitable("select", "picklist reference"),
    ValueType.MULTI_SELECT: _suitable("checkbox", "multipicklist"),
    ValueType.EMAIL: _suitable("line", "email"),
    ValueType.TEXT: _suitable("line", "string textarea phone url"),
    ValueType.MULTI_LINE: _suitable("line lines", "textarea"),
    ValueType.STREET: _suitable("line lines", "textarea"),
    ValueType.COUNTRY: _suitable("line select", "string picklist"),
    ValueType.STATE: _suitable("line select", "string picklist"),
}
"""The first that fits is the one to suggest."""
ADDRESS_PARTS = frozenset({ValueType.STREET, ValueType.COUNTRY, ValueType.STATE})
"""The kinds of the ends do not tell that they are parts of an address."""


def kind_of(description: PropertyDescription) -> str:
    """What a property is, as people see it in HubSpot."""
    if description.is_user:
        return "user"
    match description.type, description.field_type:
        case "string", "textarea":
            return "lines"
        case "string", "text" | "phonenumber" | "":
            return "line"
        case "enumeration", "checkbox":
            return "checkbox"
        case "enumeration" | "bool", "booleancheckbox":
            return "bool"
        case "enumeration", _:
            return "select"
        case other, field_type:
            return other if other in {"number", "bool", "date", "datetime"} else f"{other} {field_type}".strip()


def suits(type_: ValueType, properties: Sequence[PropertyDescription], field: FieldDescription) -> bool:
    """Whether values of these ends can be carried as this type."""
    return TYPES[type_].takes([kind_of(one) for one in properties], field)


def find_type(properties: Sequence[PropertyDescription], field: FieldDescription) -> ValueType | None:
    """As what they can be carried; None: as nothing."""
    return next((type_ for type_ in TYPES if type_ not in ADDRESS_PARTS and suits(type_, properties, field)), None)
