"""A value on its way into a field: accepted in the form the org keeps, or refused in Salesforce's words."""

import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from simulator.salesforce import timestamps
from simulator.salesforce.errors import SalesforceError, cannot_deserialize
from simulator.salesforce.schema import Field

EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}")
LONGEST_NUMBER = 400


def _text(field: Field, value: Any) -> str | None:
    if not isinstance(value, str):
        raise cannot_deserialize("string", value)
    value = value.strip()
    if len(value) > field.length:
        raise SalesforceError(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {value} (max length={field.length})",
            fields=[field.name],
        )
    return value or None


def _email(field: Field, value: Any) -> str | None:
    address = _text(field, value)
    if address and (not EMAIL.fullmatch(address) or ".." in address):
        raise SalesforceError(
            "INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {address}", fields=[field.name]
        )
    return address


def _picklist(field: Field, value: Any) -> str | None:
    choice = _text(field, value)
    if choice and field.restricted and choice not in field.values:
        raise SalesforceError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{field.label}: bad value for restricted picklist field: {choice}",
            fields=[field.name],
        )
    return choice


def _choices(field: Field, value: Any) -> str | None:
    chosen = _text(field, value)
    wrong = [each for each in (chosen or "").split(";") if each and field.restricted and each not in field.values]
    if wrong:
        raise SalesforceError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{field.label}: bad value for restricted picklist field: {wrong[0]}",
            fields=[field.name],
        )
    return chosen


def _boolean(_field: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise cannot_deserialize("boolean", value)
    return value


def _number(field: Field, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)) or len(str(value)) > LONGEST_NUMBER:
        raise cannot_deserialize("double", value)
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise cannot_deserialize("double", value) from None
    if not math.isfinite(number):
        raise cannot_deserialize("double", value)
    if abs(number) >= 10**field.digits:
        raise SalesforceError(
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{field.label}: value outside of valid range on numeric field: {value}",
            fields=[field.name],
        )
    return number


def _whole_number(field: Field, value: Any) -> int:
    number = _number(field, value)
    if number != int(number):
        raise cannot_deserialize("int", value)
    return int(number)


def _currency(field: Field, value: Any) -> float:
    exact = Decimal(str(_number(field, value)))
    return float(exact.quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP))


def _date(_field: Field, value: Any) -> str:
    day = timestamps.find_date(value) if isinstance(value, str) else None
    if day is None:
        raise cannot_deserialize("date", value)
    return day.isoformat()


def _datetime(_field: Field, value: Any) -> str:
    moment = timestamps.find_datetime(value) if isinstance(value, str) else None
    if moment is None:
        raise cannot_deserialize("datetime", value)
    return timestamps.stamp(moment)


ACCEPT: dict[str, Callable[[Field, Any], Any]] = {
    "string": _text,
    "textarea": _text,
    "phone": _text,
    "url": _text,
    "email": _email,
    "picklist": _picklist,
    "multipicklist": _choices,
    "boolean": _boolean,
    "int": _whole_number,
    "double": _number,
    "percent": _number,
    "currency": _currency,
    "date": _date,
    "datetime": _datetime,
}
