"""Do both sides have the values that a value map speaks of, and a counterpart for each other's?

Values without one are left out record by record, so none of this takes out the field.
"""

from collections.abc import Iterable, Iterator

from tasks.contracts.descriptions import MappedField
from tasks.contracts.mapping import CHOICE_TYPES, Effect, Finding, SyncRule, ValueType
from tasks.contracts.reasons import Reason
from tasks.rules.choices import (
    choice_from_hubspot,
    choice_from_salesforce,
    choice_to_hubspot,
    choice_to_salesforce,
    code_from_hubspot,
    code_to_hubspot,
)

SHOWN = 5
"""Values named in one finding; the rest are counted."""
CORRECT = "Correct them in the entry's values, or add them on that side; what is mapped to them is left out"
COMPLETE = "Name them in the entry's values, or add them on that side; until then they are left out"


def check_choices(one: MappedField) -> Iterator[Finding]:
    """Nothing where a side has no list of values."""
    if one.entry.type not in CHOICE_TYPES:
        return
    if one.entry.type in {ValueType.SELECT, ValueType.MULTI_SELECT} or one.has_codes:
        yield from _check_map(one)
    if one.entry.rule is SyncRule.DONT_SYNC or not one.field.options:
        return
    if one.entry.rule is not SyncRule.ALWAYS_SALESFORCE:
        yield from _list(one, "Salesforce has no value for HubSpot's", _unknown_in_salesforce(one), COMPLETE)
    if one.properties[0].options:
        yield from _list(one, "HubSpot has no value for Salesforce's", _unknown_in_hubspot(one), COMPLETE)


def _check_map(one: MappedField) -> Iterator[Finding]:
    ours = {option.value for option in one.properties[0].options}
    theirs = {option.value for option in one.field.options}
    gone = [choice.hubspot for choice in one.entry.choices if ours and choice.hubspot not in ours]
    yield from _list(one, "the value map names what HubSpot does not have", [] if one.has_codes else gone, CORRECT)
    named = [value for choice in one.entry.choices for value in choice.salesforce]
    strange = [value for value in named if theirs and value not in theirs]
    yield from _list(one, "the value map names what Salesforce does not have", strange, CORRECT)
    long = [value for value in named if one.field.length and len(value) > one.field.length]
    yield from _list(one, "the value map names what is too long for Salesforce", long, CORRECT)


def _unknown_in_salesforce(one: MappedField) -> Iterator[str]:
    for option in one.properties[0].options:
        if not option.is_active:
            continue
        read = code_from_hubspot(option.value, one) if one.has_codes else choice_from_hubspot(option.value, one)
        if isinstance(read, Reason) or isinstance(choice_to_salesforce(read, one), Reason):
            yield option.value


def _unknown_in_hubspot(one: MappedField) -> Iterator[str]:
    for option in one.field.options:
        if not option.is_active:
            continue
        read = choice_from_salesforce(option.value, one)
        said = code_to_hubspot(option.value, one) if one.has_codes else choice_to_hubspot(read, one)
        if isinstance(said, Reason):
            yield option.value


def _list(one: MappedField, problem: str, values: Iterable[str], remedy: str) -> Iterator[Finding]:
    found = list(dict.fromkeys(values))
    if not found:
        return
    named = ", ".join(found[:SHOWN])
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    yield Finding(one.entry.line, str(one.entry), f"{problem}: {named}{more}", remedy, Effect.NOTHING)
