"""Whether one value suits one property, and the form it is stored in."""

import math
import re
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from simulator.hubspot.properties import Property
from simulator.hubspot.timestamps import date_text, datetime_text

MAX_TEXT = 65_536
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")


class Appended(str):
    """Choices that are to be added to those a record has."""

    __slots__ = ()


class Judgement(NamedTuple):
    stored: str
    code: str = ""
    message: str = ""


def as_text(value: Any) -> str:
    """JSON scalars count as their text; null clears."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def is_free_text(definition: Property) -> bool:
    """Nothing but the length can be wrong with its values."""
    return definition.type == "string" and not definition.read_only and definition.name != "email"


def judge(definition: Property, text: str, owner_ids: Collection[str]) -> Judgement:
    if definition.external_options:
        return Judgement(text) if text in owner_ids else _wrong_option(text, [])
    return _BY_TYPE.get(definition.type, _string)(definition, text)


def _string(definition: Property, text: str) -> Judgement:
    if len(text) > MAX_TEXT:
        return Judgement("", "VALUE_TOO_LONG", f"{definition.name} may hold at most {MAX_TEXT} characters.")
    if definition.name == "email":
        return _email(text)
    return Judgement(text)


def _email(text: str) -> Judgement:
    address = text.strip().lower()
    if not _EMAIL.fullmatch(address):
        return Judgement("", "INVALID_EMAIL", f"Email address {text} is invalid")
    return Judgement(address)


def _number(_definition: Property, text: str) -> Judgement:
    try:
        is_number = math.isfinite(float(text)) and text.isascii() and "_" not in text
    except ValueError:
        is_number = False
    if not is_number:
        return Judgement("", "INVALID_INTEGER", f"{text} was not a valid integer.")
    return Judgement(text.strip())


def _flag(_definition: Property, text: str) -> Judgement:
    folded = text.lower()
    if folded not in {"true", "false"}:
        return _wrong_option(text, ["true", "false"])
    return Judgement(folded)


def _datetime(_definition: Property, text: str) -> Judgement:
    stored = datetime_text(text)
    return Judgement(stored) if stored else Judgement("", "INVALID_LONG", f"{text} was not a valid long.")


def _date(_definition: Property, text: str) -> Judgement:
    stored = date_text(text)
    return Judgement(stored) if stored else Judgement("", "INVALID_DATE", f"{text} was not a valid date.")


def _enumeration(definition: Property, text: str) -> Judgement:
    values = text.lstrip(";").split(";") if definition.field_type == "checkbox" else [text]
    for value in values:
        if value not in definition.allowed:
            return _wrong_option(value, [option.value for option in definition.options])
    return Judgement(Appended(text.strip(";")) if text.startswith(";") else text)


def _wrong_option(text: str, allowed: list[str]) -> Judgement:
    return Judgement("", "INVALID_OPTION", f"{text} was not one of the allowed options: [{', '.join(allowed)}]")


_BY_TYPE: dict[str, Callable[[Property, str], Judgement]] = {
    "number": _number,
    "bool": _flag,
    "datetime": _datetime,
    "date": _date,
    "enumeration": _enumeration,
}
