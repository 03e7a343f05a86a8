"""Entries with what the CRMs say about their ends, as the tests of the field rules need them."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.contracts.descriptions import FieldDescription, MappedField, Option, PropertyDescription
from tasks.contracts.mapping import Choice, Entry, OnTooLong, SyncRule, ValueType

FIELD_TYPES = {
    ValueType.TEXT: "string",
    ValueType.MULTI_LINE: "textarea",
    ValueType.EMAIL: "email",
    ValueType.NUMBER: "double",
    ValueType.INTEGER: "int",
    ValueType.CURRENCY: "currency",
    ValueType.BOOLEAN: "boolean",
    ValueType.DATE: "date",
    ValueType.DATETIME: "datetime",
    ValueType.SELECT: "picklist",
    ValueType.MULTI_SELECT: "multipicklist",
    ValueType.STREET: "textarea",
    ValueType.COUNTRY: "string",
    ValueType.STATE: "string",
    ValueType.OWNER: "reference",
}


def mapped(
    type_: ValueType = ValueType.TEXT,
    rule: SyncRule = SyncRule.PREFER_SALESFORCE,
    *,
    names: tuple[str, ...] = ("prop",),
    field: str = "Field__c",
    on_too_long: OnTooLong = OnTooLong.FAIL,
    values: Mapping[str, Sequence[str]] | None = None,
    hubspot: tuple[str, ...] = (),
    salesforce: tuple[str | Option, ...] = (),
    **described: Any,
) -> MappedField:
    """`hubspot` and `salesforce` are the values each side may choose from."""
    choices = tuple(Choice(key, (v,) if isinstance(v, str) else tuple(v)) for key, v in (values or {}).items())
    properties = tuple(
        PropertyDescription(name, "string", options=tuple(Option(v, v) for v in hubspot)) for name in names
    )
    options = tuple(Option(v, v) if isinstance(v, str) else v for v in salesforce)
    return MappedField(
        Entry(names, field, rule, type_, on_too_long, choices, line=1),
        properties,
        FieldDescription(field, FIELD_TYPES[type_], options=options, **described),
    )
