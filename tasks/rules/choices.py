"""Values that are chosen from a list: the value map, picklists, and the codes of countries and states.

The common form is Salesforce's value; of several that mean the same to HubSpot, the first in the value map.
"""

from collections.abc import Iterable, Iterator

from tasks.contracts.descriptions import MappedField, Option
from tasks.contracts.reasons import Reason
from tasks.rules.plain_values import BLANK, Common


def choice_from_hubspot(text: str, field: MappedField) -> Common:
    """A value the map does not name stands for itself."""
    value = text.strip()
    mapped = next((choice.salesforce[0] for choice in field.entry.choices if choice.hubspot == value), value)
    return choice_from_salesforce(mapped, field)


def choice_from_salesforce(text: str, field: MappedField) -> Common:
    """Of values that mean the same, the one that is written."""
    value = text.strip()
    return Common(next((one.salesforce[0] for one in field.entry.choices if value in one.salesforce), value))


def choice_to_hubspot(value: str, field: MappedField) -> str | Reason:
    """The first HubSpot value that means it and that the property has."""
    named = (choice.hubspot for choice in field.entry.choices if choice.salesforce[0] == value)
    allowed = {option.value for option in field.properties[0].options}
    for candidate in (*named, value):
        if (candidate in allowed or not allowed) and choice_from_hubspot(candidate, field) == value:
            return candidate
    return Reason.VALUE_UNKNOWN_IN_HUBSPOT


def choice_to_salesforce(value: str, field: MappedField) -> str | Reason:
    """Only what the picklist has, restricted or not: a value that only one side knows is nobody's choice."""
    allowed = {option.value for option in _active(field)}
    return value if value in allowed or not field.field.options else Reason.VALUE_UNKNOWN_IN_SALESFORCE


def choices_from_hubspot(text: str, field: MappedField) -> Common:
    """Several at once, whatever their order."""
    return _join(choice_from_hubspot(part, field) for part in _split(text))


def choices_from_salesforce(text: str, field: MappedField) -> Common:
    """As above."""
    return _join(choice_from_salesforce(part, field) for part in _split(text))


def choices_to_hubspot(value: str, field: MappedField) -> str | Reason:
    """All of them or none: a part of a choice is another choice."""
    return _all(choice_to_hubspot(part, field) for part in _split(value))


def choices_to_salesforce(value: str, field: MappedField) -> str | Reason:
    """As above."""
    return _all(choice_to_salesforce(part, field) for part in _split(value))


def code_from_hubspot(text: str, field: MappedField) -> Common | Reason:
    """People write names, in one spelling or another: the value map, the code itself, or Salesforce's own label."""
    spellings = _spellings(text, field)
    if not spellings:
        return BLANK
    for choice in field.entry.choices:
        if choice.hubspot.casefold() in spellings:
            return Common(choice.salesforce[0])
    codes = {option.value for option in _active(field) if option.value.casefold() in spellings}
    codes = codes or {option.value for option in _active(field) if option.label.casefold() in spellings}
    if len(codes) == 1:
        return Common(codes.pop())
    return Reason.VALUE_AMBIGUOUS if codes else Reason.VALUE_UNKNOWN_IN_SALESFORCE


def code_to_hubspot(value: str, field: MappedField) -> str | Reason:
    """The name if only one country or state has the code, else the code; in a dropdown, the option that says either."""
    for candidate in _names(value, field):
        if code_from_hubspot(candidate, field) == value:
            return candidate
    return Reason.VALUE_UNKNOWN_IN_HUBSPOT


def name_to_hubspot(value: str, field: MappedField) -> str | Reason:
    """In an org without codes, a name stands for itself; a dropdown has to have it."""
    allowed = {option.value for option in field.properties[0].options}
    return value if value in allowed or not allowed else Reason.VALUE_UNKNOWN_IN_HUBSPOT


def _names(code: str, field: MappedField) -> Iterator[str]:
    labels = {option.label for option in field.field.options if option.value == code and option.label}
    mapped = [choice.hubspot for choice in field.entry.choices if choice.salesforce[0] == code]
    names = [*(labels if len(labels) == 1 else ()), code, *mapped]
    options = field.properties[0].options
    if not options:
        yield from names
        return
    for name in names:
        for option in options:
            if name.casefold() in {option.value.casefold(), option.label.casefold()}:
                yield option.value


def _spellings(text: str, field: MappedField) -> frozenset[str]:
    """The text, and what a dropdown shows for it."""
    value = text.strip()
    shown = [option.label for option in field.properties[0].options if option.value == value]
    return frozenset(each.casefold() for each in (value, *shown) if each)


def _active(field: MappedField) -> Iterator[Option]:
    return (option for option in field.field.options if option.is_active)


def _split(text: str) -> list[str]:
    return [part for each in text.split(";") if (part := each.strip())]


def _join(values: Iterable[str]) -> Common:
    return Common(";".join(sorted(set(values))))


def _all(values: Iterable[str | Reason]) -> str | Reason:
    found = list(values)
    problem = next((each for each in found if isinstance(each, Reason)), None)
    return problem or ";".join(found)
