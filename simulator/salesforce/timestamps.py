"""Points in time as Salesforce writes them: UTC, whole seconds, an offset without a colon."""

import time
from datetime import UTC, date, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

FORMAT = "%Y-%m-%dT%H:%M:%S.000+0000"


@lru_cache(maxsize=8)
def _stamp_of_second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime(FORMAT)


def now() -> str:
    return _stamp_of_second(int(time.time()))


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(FORMAT)


def stamp_of_day(day: date) -> str:
    """Midnight of UTC, also of days no datetime in UTC could be moved to."""
    return f"{day.isoformat()}T00:00:00.000+0000"


def find_datetime(text: str) -> datetime | None:
    """An ISO date with time; without an offset it means UTC."""
    if len(text) < 16:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def find_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if len(text) == 10 or find_datetime(text) else None
    except ValueError:
        return None


def find_http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def http_date(text: str) -> str:
    return format_datetime(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.000%z").astimezone(UTC), usegmt=True)
