"""What each search operator means for each type of property."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from simulator.hubspot.crm import Crm
from simulator.hubspot.errors import invalid, malformed
from simulator.hubspot.gate import required, text_list
from simulator.hubspot.object_types import COMPANIES, CONTACTS, ObjectType, find_object_type
from simulator.hubspot.properties import Property
from simulator.hubspot.search_index import Entry
from simulator.hubspot.timestamps import datetime_text, milliseconds_of

Comparable = str | float
Matcher = Callable[[Entry], bool]
SEARCHED = {
    COMPANIES.plural: ("name", "domain", "website", "phone"),
    CONTACTS.plural: ("firstname", "lastname", "email", "phone", "company"),
}
EVER = 10**15


class Filter(NamedTuple):
    spec: Mapping[str, Any]
    matches: Matcher


def comparable(definition: Property, text: str) -> Comparable | None:
    """The value as it is compared: numbers by size, texts without case, all else as stored."""
    if not text:
        return None
    if definition.type == "number":
        return _size(text)
    return text.casefold() if definition.type == "string" else text


def _size(text: str) -> float | None:
    try:
        size = float(text)
    except ValueError:
        return None
    return size if math.isfinite(size) else None


def matches_text(properties: Mapping[str, str], kind: ObjectType, query: str) -> bool:
    held = " ".join(properties.get(name, "") for name in SEARCHED[kind.plural]).casefold()
    return all(word in held for word in query.casefold().split())


def parse_filter(crm: Crm, kind: ObjectType, raw: Any) -> Filter:
    if not isinstance(raw, dict):
        raise malformed("a filter must be an object")
    name, operator = required(raw, "propertyName", str), required(raw, "operator", str)
    if name.startswith("associations."):
        return Filter(raw, _association(crm, kind, name.removeprefix("associations."), raw))
    definition = crm.schema.of(kind).get(name)
    if definition is None:
        raise invalid(f"There was a problem with the request: property {name} does not exist")
    build = _BUILDERS.get(operator)
    if build is None:
        raise invalid(f"{operator} is not a filter operator")
    return Filter(raw, build(definition, raw))


def window_of(filters: list[Filter], name: str) -> tuple[int, int]:
    """The span of last changes outside of which nothing can match; the filters still decide inside."""
    since, until = -EVER, EVER
    for spec, _ in filters:
        if spec["propertyName"] != name:
            continue
        value, high = (milliseconds_of(str(spec.get(key, ""))) for key in ("value", "highValue"))
        if value is not None and spec["operator"] in {"GT", "GTE", "EQ", "BETWEEN"}:
            since = max(since, value)
        if value is not None and spec["operator"] in {"LT", "LTE", "EQ"}:
            until = min(until, value)
        if high is not None and spec["operator"] == "BETWEEN":
            until = min(until, high)
    return since, until


def without_window(filters: list[Filter], name: str) -> list[Filter]:
    """Those that `window_of` has not already settled."""
    settled = {"GTE", "LTE", "EQ", "BETWEEN"}
    return [each for each in filters if each.spec["propertyName"] != name or each.spec["operator"] not in settled]


def _association(crm: Crm, kind: ObjectType, other_name: str, raw: Mapping[str, Any]) -> Matcher:
    other = find_object_type(other_name)
    if other is None:
        raise invalid(f"Unable to infer object type from: {other_name}")
    wanted = {"EQ": lambda: {_value_text(raw, "value")}, "IN": lambda: set(text_list(raw, "values"))}
    if raw["operator"] not in wanted:
        raise invalid(f"Associations cannot be filtered by {raw['operator']}")
    ids = wanted[raw["operator"]]()
    return lambda entry: not ids.isdisjoint(crm.associations.of(kind, entry.record.id, other))


def _value_text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise invalid(f"The operator {raw['operator']} needs a {key}")
    return str(value)


def _operand(definition: Property, text: str) -> Any:
    """Times may be given in more ways than the one they are stored in."""
    form = {"datetime": datetime_text, "date": _day_text}.get(definition.type)
    value = comparable(definition, (form(text) or "") if form else text)
    if value is None:
        raise invalid(f"{text or 'an empty value'} cannot be compared with {definition.name}")
    return value


def _day_text(text: str) -> str | None:
    moment = datetime_text(text)
    return moment and moment[:10]


def _comparison(holds: Callable[[Any, Any], bool]) -> Callable[[Property, Mapping[str, Any]], Matcher]:
    def build(definition: Property, raw: Mapping[str, Any]) -> Matcher:
        operand, name = _operand(definition, _value_text(raw, "value")), definition.name

        def matches(entry: Entry) -> bool:
            value = comparable(definition, entry.properties.get(name, ""))
            return value is not None and holds(value, operand)

        return matches

    return build


def _between(definition: Property, raw: Mapping[str, Any]) -> Matcher:
    low, high = (_operand(definition, _value_text(raw, key)) for key in ("value", "highValue"))

    def matches(entry: Entry) -> bool:
        value = comparable(definition, entry.properties.get(definition.name, ""))
        return value is not None and low <= value <= high

    return matches


def _membership(*, is_wanted: bool) -> Callable[[Property, Mapping[str, Any]], Matcher]:
    def build(definition: Property, raw: Mapping[str, Any]) -> Matcher:
        texts = text_list(raw, "values")
        if not texts:
            raise invalid(f"The operator {raw['operator']} needs values")
        if definition.type in {"string", "enumeration"}:
            values: set[Comparable | None] = set(texts)  # not folded: texts must be given in lower case
        else:
            values = {_operand(definition, text) for text in texts}

        def matches(entry: Entry) -> bool:
            value = comparable(definition, entry.properties.get(definition.name, ""))
            return value is not None and (value in values) == is_wanted

        return matches

    return build


def _presence(*, is_wanted: bool) -> Callable[[Property, Mapping[str, Any]], Matcher]:
    return lambda definition, _raw: lambda entry: (definition.name in entry.properties) == is_wanted


def _fits(parts: list[str], word: str) -> bool:
    """The parts stand in the word in their order, the first at its beginning and the last at its end."""
    if len(parts) == 1:
        return word == parts[0]
    first, *middle, last = parts
    if not word.startswith(first) or len(word) < len(first) + len(last):
        return False
    place, end = len(first), len(word) - len(last)
    for each in middle:
        place = word.find(each, place, end)
        if place < 0:
            return False
        place += len(each)
    return word.endswith(last)


def _token(*, is_wanted: bool) -> Callable[[Property, Mapping[str, Any]], Matcher]:
    def build(definition: Property, raw: Mapping[str, Any]) -> Matcher:
        wanted = _value_text(raw, "value").casefold().split()
        patterns = [word.split("*") for word in wanted]

        def matches(entry: Entry) -> bool:
            text = entry.properties.get(definition.name, "").casefold()
            words = [*re.split(r"[^\w]+", text), *text.split()]
            has_all = all(any(_fits(pattern, word) for word in words) for pattern in patterns)
            return bool(text) and has_all == is_wanted

        return matches

    return build


_BUILDERS: dict[str, Callable[[Property, Mapping[str, Any]], Matcher]] = {
    "EQ": _comparison(lambda value, operand: bool(value == operand)),
    "NEQ": _comparison(lambda value, operand: bool(value != operand)),
    "LT": _comparison(lambda value, operand: bool(value < operand)),
    "LTE": _comparison(lambda value, operand: bool(value <= operand)),
    "GT": _comparison(lambda value, operand: bool(value > operand)),
    "GTE": _comparison(lambda value, operand: bool(value >= operand)),
    "BETWEEN": _between,
    "IN": _membership(is_wanted=True),
    "NOT_IN": _membership(is_wanted=False),
    "HAS_PROPERTY": _presence(is_wanted=True),
    "NOT_HAS_PROPERTY": _presence(is_wanted=False),
    "CONTAINS_TOKEN": _token(is_wanted=True),
    "NOT_CONTAINS_TOKEN": _token(is_wanted=False),
}
