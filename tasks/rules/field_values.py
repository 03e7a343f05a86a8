"""A value of one CRM in the words of the other: into the common form, and out of it again.

What cannot be said is a `Problem` of this one value; nothing here raises.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tasks.contracts.descriptions import MappedField, Option
from tasks.contracts.fields import JsonValue
from tasks.contracts.mapping import TEXT_TYPES, OnTooLong, ValueType
from tasks.contracts.reasons import Reason
from tasks.rules.choices import (
    choice_from_hubspot,
    choice_from_salesforce,
    choice_to_hubspot,
    choice_to_salesforce,
    choices_from_hubspot,
    choices_from_salesforce,
    choices_to_hubspot,
    choices_to_salesforce,
    code_from_hubspot,
    code_to_hubspot,
    name_to_hubspot,
)
from tasks.rules.plain_values import (
    BLANK,
    Common,
    parse_boolean,
    parse_date,
    parse_datetime,
    parse_email,
    parse_integer,
    parse_line,
    parse_lines,
    parse_number,
    parse_street,
    salesforce_length,
    shorten,
)

HUBSPOT_LIMIT = 65_536
"""Characters of any HubSpot text."""
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
FIRST_DAY, LAST_DAY = "1700-01-01", "4001"
"""Salesforce keeps days from the one, and before the other."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why this one value cannot be carried. The value itself is not said: it may be about a person."""

    reason: Reason
    evidence: Mapping[str, object] = field(default_factory=dict)


Parser = Callable[[str, MappedField], Common | Reason]


def from_hubspot(mapped: MappedField, values: Sequence[str | None]) -> Common | Problem:
    """The common form of what the entry's properties hold."""
    texts = ["" if value is None else value for value in values]
    if mapped.entry.type is ValueType.STREET:
        return _fit(parse_street(texts, room=len(mapped.properties)), mapped)
    return _parse(texts[0], mapped, CODES if mapped.has_codes else FROM_HUBSPOT)


def from_salesforce(mapped: MappedField, value: object) -> Common | Problem:
    """The common form of what the field holds, in any form JSON has for it."""
    text = _spell(value)
    if mapped.entry.type is ValueType.STREET:
        return _fit(parse_street([text], room=len(mapped.properties)), mapped)
    return _parse(text, mapped, FROM_SALESFORCE)


def to_hubspot(mapped: MappedField, value: Common) -> Mapping[str, str] | Problem:
    """What to write to each of the entry's properties; blank clears."""
    names = mapped.entry.properties
    if mapped.entry.type is ValueType.STREET:
        lines = value.split("\n")
        said = dict(zip(names, [*lines, *[""] * len(names)], strict=False))
    else:
        answer = value if value == BLANK else _say_hubspot(mapped, value)
        if isinstance(answer, Reason):
            return Problem(answer, _named(value, mapped.field.options))
        said = {names[0]: answer}
    if any(len(text) > HUBSPOT_LIMIT for text in said.values()):
        return Problem(Reason.VALUE_TOO_LONG, {"limit": HUBSPOT_LIMIT})
    return said


def to_salesforce(mapped: MappedField, value: Common) -> JsonValue | Problem:
    """What to write to the field; None clears."""
    if value == BLANK:
        return None if mapped.field.is_nillable else Problem(Reason.VALUE_REQUIRED)
    match mapped.entry.type:
        case ValueType.BOOLEAN:
            return value == "true"
        case ValueType.NUMBER | ValueType.INTEGER | ValueType.CURRENCY:
            return _number_to_salesforce(mapped, value)
        case ValueType.DATE | ValueType.DATETIME:
            return _date_to_salesforce(mapped, value)
        case ValueType.SELECT | ValueType.COUNTRY | ValueType.STATE:
            answer = choice_to_salesforce(value, mapped)
        case ValueType.MULTI_SELECT:
            answer = choices_to_salesforce(value, mapped)
        case ValueType.EMAIL if not EMAIL.fullmatch(value):
            return Problem(Reason.VALUE_NOT_AN_EMAIL)
        case _:
            answer = value
    if isinstance(answer, Reason):
        return Problem(answer, _named(value, mapped.properties[0].options))
    if mapped.entry.type is not ValueType.MULTI_SELECT and _is_too_long(answer, mapped.field.length):
        return Problem(Reason.VALUE_TOO_LONG, {"length": salesforce_length(answer), "limit": mapped.field.length})
    return answer


def _say_hubspot(mapped: MappedField, value: Common) -> str | Reason:
    match mapped.entry.type:
        case ValueType.SELECT:
            return choice_to_hubspot(value, mapped)
        case ValueType.MULTI_SELECT:
            return choices_to_hubspot(value, mapped)
        case ValueType.COUNTRY | ValueType.STATE:
            return code_to_hubspot(value, mapped) if mapped.has_codes else name_to_hubspot(value, mapped)
        case _:
            return value


def _number_to_salesforce(mapped: MappedField, value: Common) -> int | float | Problem:
    number = Decimal(value)
    digits = mapped.field.digits
    if digits and abs(number) >= Decimal(10) ** digits:
        return Problem(Reason.VALUE_OUT_OF_RANGE, {"digits": digits})
    if number == number.to_integral_value():
        return int(number)
    return Problem(Reason.VALUE_NOT_WHOLE) if mapped.field.type == "int" else float(number)


def _date_to_salesforce(mapped: MappedField, value: Common) -> str | Problem:
    if not FIRST_DAY <= value < LAST_DAY:
        return Problem(Reason.VALUE_OUT_OF_RANGE)
    is_day = mapped.entry.type is ValueType.DATE
    return f"{value}T00:00:00Z" if is_day and mapped.field.type == "datetime" else value


def _parse(text: str, mapped: MappedField, parsers: Mapping[ValueType, Parser]) -> Common | Problem:
    is_blank = not text.strip() and mapped.entry.type is not ValueType.BOOLEAN
    value = BLANK if is_blank else parsers[mapped.entry.type](text, mapped)
    return Problem(value) if isinstance(value, Reason) else _fit(value, mapped)


def _fit(value: Common, mapped: MappedField) -> Common:
    """A text that may be shortened is, before it is compared: or it would never equal what came of it."""
    if mapped.entry.on_too_long is OnTooLong.FAIL or mapped.entry.type not in TEXT_TYPES:
        return value
    return shorten(value, min(mapped.field.length or HUBSPOT_LIMIT, HUBSPOT_LIMIT))


def _named(value: Common, options: Sequence[Option]) -> Mapping[str, object]:
    """The value itself, where it was chosen from a list and not typed by somebody."""
    return {"value": value} if options else {}


def _is_too_long(text: str, limit: int) -> bool:
    return limit > 0 and salesforce_length(text) > limit


def _spell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


FROM_SALESFORCE: Mapping[ValueType, Parser] = {
    ValueType.TEXT: lambda text, _: parse_line(text),
    ValueType.MULTI_LINE: lambda text, _: parse_lines(text),
    ValueType.EMAIL: lambda text, _: parse_email(text),
    ValueType.NUMBER: parse_number,
    ValueType.INTEGER: parse_integer,
    ValueType.CURRENCY: parse_number,
    ValueType.BOOLEAN: lambda text, _: parse_boolean(text),
    ValueType.DATE: lambda text, _: parse_date(text),
    ValueType.DATETIME: lambda text, _: parse_datetime(text),
    ValueType.SELECT: choice_from_salesforce,
    ValueType.MULTI_SELECT: choices_from_salesforce,
    ValueType.COUNTRY: lambda text, _: parse_line(text),
    ValueType.STATE: lambda text, _: parse_line(text),
    ValueType.OWNER: lambda text, _: parse_line(text),
}
"""A street has lines, so it is parsed apart."""
FROM_HUBSPOT: Mapping[ValueType, Parser] = {
    **FROM_SALESFORCE,
    ValueType.SELECT: choice_from_hubspot,
    ValueType.MULTI_SELECT: choices_from_hubspot,
}
CODES: Mapping[ValueType, Parser] = {ValueType.COUNTRY: code_from_hubspot, ValueType.STATE: code_from_hubspot}
