"""Times as the portal writes and reads them: ISO 8601 in UTC with milliseconds."""

import time
from datetime import UTC, date, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now_text() -> str:
    return text_of(time.time())


def text_of(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def milliseconds_of(text: str) -> int | None:
    """Epoch milliseconds of an ISO time, a date, or a number written as text; None if it is neither."""
    if text.lstrip("-").isascii() and text.lstrip("-").isdigit():
        return int(text) if len(text) <= 15 else None
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (aware - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None


def datetime_text(text: str) -> str | None:
    milliseconds = milliseconds_of(text)
    if milliseconds is None:
        return None
    try:
        return (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds")[:-6] + "Z"
    except OverflowError:
        return None


def date_text(text: str) -> str | None:
    """A calendar day; as a number it must be midnight in UTC."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        moment = datetime_text(text)
    return moment[:10] if moment and moment.endswith("T00:00:00.000Z") else None
