"""Entries with what the CRMs say about their ends, as the tests of the field rules need them."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.contracts.descriptions import FieldDescription, MappedField, Option, PropertyDescription
from tasks.contracts.mapping import Choice, Entry, OnTooLong, SyncRule, ValueType
from tasks.rules.field_plan import FieldPlan, Pair

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


def apply(plan: FieldPlan, pair: Pair) -> Pair:
    """The pair once both CRMs have taken what the plan says, and the ledger the new baselines."""
    kept = {
        name: value.replace("\n", "\r\n") if isinstance(value, str) else value
        for name, value in plan.to_salesforce.items()
    }
    return Pair(
        {**pair.hubspot, **plan.to_hubspot},
        {**pair.salesforce, **kept},
        pair.hubspot_changed_at,
        pair.salesforce_changed_at,
        {**pair.baselines, **plan.agreed, **plan.agreed_after_hubspot, **plan.agreed_after_salesforce},
    )


COUNTRIES = (Option("US", "United States"), Option("DE", "Germany"), Option("CA", "Canada"))
STATES = (
    Option("CA", "California", valid_for=frozenset({"US"})),
    Option("ON", "Ontario", valid_for=frozenset({"CA"})),
    Option("BY", "Bavaria", valid_for=frozenset({"DE"})),
    Option("WA", "Washington", valid_for=frozenset({"US"})),
    Option("WA", "Western Australia", valid_for=frozenset({"AU"})),
    Option("X1", "Twin", valid_for=frozenset({"US"})),
    Option("X2", "Twin", valid_for=frozenset({"DE"})),
)
