"""One spelling for each text, number and moment, whichever CRM it comes from: the common form."""

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NewType

from tasks.contracts.descriptions import MappedField
from tasks.contracts.reasons import Reason

Common = NewType("Common", str)
"""A value as both sides are compared and as baselines are kept: equal texts, equal values."""
BLANK = Common("")

NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
"""Characters that neither CRM nor the ledger keeps."""
MILLISECONDS = re.compile(r"-?\d{1,15}")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_line(text: str) -> Common:
    """Without line ends and the blanks around; Salesforce drops those by itself."""
    return Common(" ".join(_lines(text)))


def parse_lines(text: str) -> Common:
    """With line ends as HubSpot writes them; Salesforce says CR LF."""
    return Common(_clean(text))


def parse_email(text: str) -> Common:
    """In lower case: HubSpot keeps addresses so."""
    return Common(parse_line(text).lower())


def parse_street(lines: list[str], *, room: int) -> Common:
    """At most as many lines as there are properties for them; what is left over goes into the last."""
    found = [line for text in lines for line in _lines(text)]
    kept, rest = found[: room - 1], found[room - 1 :]
    return Common("\n".join([*kept, ", ".join(rest)] if rest else kept))


def parse_number(text: str, field: MappedField) -> Common | Reason:
    """As Salesforce keeps it: a double, rounded to the places the field has."""
    number = _decimal(text)
    if number is None:
        return Reason.VALUE_NOT_A_NUMBER
    kept = Decimal(repr(float(number)))
    if not kept.is_finite():
        return Reason.VALUE_OUT_OF_RANGE
    scale = field.field.scale
    if scale is not None and -int(kept.as_tuple().exponent) > scale:
        kept = kept.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
    return spell_number(kept)


def parse_integer(text: str, field: MappedField) -> Common | Reason:
    """`12.0` is whole, `12.5` is not: the number of employees is not for us to round."""
    number = _decimal(text)
    if number is None:
        return Reason.VALUE_NOT_A_NUMBER
    if number != number.to_integral_value():
        return Reason.VALUE_NOT_WHOLE
    return parse_number(text, field)


def spell_number(number: Decimal) -> Common:
    """Without exponent, trailing zeros or a minus before nothing."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return Common("0" if text in {"-0", ""} else text)


def parse_boolean(text: str) -> Common | Reason:
    """An unticked box of HubSpot's is blank or false; Salesforce knows no blank one."""
    spelled = text.strip().lower() or "false"
    return Common(spelled) if spelled in {"true", "false"} else Reason.VALUE_NOT_A_BOOLEAN


def parse_date(text: str) -> Common | Reason:
    """Of a moment: its day in UTC, which is how HubSpot keeps days."""
    moment = _moment(text)
    return Common(moment.date().isoformat()) if moment else Reason.VALUE_NOT_A_DATE


def parse_datetime(text: str) -> Common | Reason:
    """To the second: Salesforce keeps no less."""
    moment = _moment(text)
    if moment is None:
        return Reason.VALUE_NOT_A_DATE
    return Common(f"{moment.replace(microsecond=0, tzinfo=None).isoformat()}Z")


def salesforce_length(text: str) -> int:
    """In UTF-16 units, of which Salesforce may count two for one character; never fewer than it counts."""
    return len(text.encode("utf-16-le")) // 2


def shorten(text: Common, limit: int) -> Common:
    """The beginning that fits, with no character cut in half."""
    if salesforce_length(text) <= limit:
        return text
    return Common(text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", errors="ignore").rstrip())


def _clean(text: str) -> str:
    return NO_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _lines(text: str) -> list[str]:
    return [line for each in _clean(text).split("\n") if (line := each.strip())]


def _decimal(text: str) -> Decimal | None:
    text = text.strip()
    if "_" in text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _moment(text: str) -> datetime | None:
    text = text.strip()
    try:
        if MILLISECONDS.fullmatch(text):
            return EPOCH + timedelta(milliseconds=int(text))
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
