"""States and their countries: Salesforce refuses the whole record if one does not suit the other.

It wants a country wherever there is a state, and a state of that country ("State and Country/Territory Picklist
Field-Syncing Logic"); it clears the state by itself when the country goes.
"""

from collections.abc import Iterator, Mapping, Sequence

from tasks.contracts.descriptions import MappedField
from tasks.contracts.mapping import ValueType
from tasks.contracts.reasons import Reason
from tasks.rules.field_values import Problem
from tasks.rules.plain_values import BLANK, Common


def find_misplaced(
    fields: Sequence[MappedField], pushed: Mapping[str, Common], now: Mapping[str, Common]
) -> dict[str, Problem]:
    """What must not be written to Salesforce although each of the two would be fine by itself, by field."""
    problems: dict[str, Problem] = {}
    for state, country in _pairs(fields):
        after = {**now, **pushed}
        new_state, new_country = after.get(state.name, BLANK), after.get(country.name, BLANK)
        if new_state == BLANK:
            continue
        if new_country == BLANK and state.name in pushed:
            problems[state.name] = Problem(Reason.STATE_WITHOUT_COUNTRY)
        elif new_country != BLANK and not _belongs(new_state, new_country, state):
            misfit = Problem(Reason.STATE_NOT_IN_COUNTRY, {"state": new_state, "country": new_country})
            problems |= dict.fromkeys({state.name, country.name} & set(pushed), misfit)
    return problems


def stem(field: str) -> str:
    """What the four fields of one address have in common: `Billing` of `BillingStateCode`."""
    return field.removesuffix("Code").removesuffix("State").removesuffix("Country")


def _pairs(fields: Sequence[MappedField]) -> Iterator[tuple[MappedField, MappedField]]:
    """In an org with codes; where places are plain text, Salesforce takes any."""
    coded = [one for one in fields if one.has_codes]
    countries = {stem(one.name): one for one in coded if one.entry.type is ValueType.COUNTRY}
    for one in coded:
        if one.entry.type is ValueType.STATE and stem(one.name) in countries:
            yield one, countries[stem(one.name)]


def _belongs(state: Common, country: Common, field: MappedField) -> bool:
    """True also where Salesforce's description does not say to which countries a state belongs."""
    options = [option for option in field.field.options if option.value == state]
    return not options or any(option.valid_for is None or country in option.valid_for for option in options)
