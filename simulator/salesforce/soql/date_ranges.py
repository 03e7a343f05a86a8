"""What `TODAY`, `LAST_N_DAYS:5` and their like mean: a first day, and the first day after."""

from collections.abc import Callable
from datetime import date, timedelta

Step = Callable[[date, int], date]  # a number of units on from the day a unit begins with


def _day(day: date) -> date:
    return day


def _week(day: date) -> date:
    """Weeks begin on Sunday, as they do for a user from the United States."""
    return day - timedelta(days=day.isoweekday() % 7)


def _month(day: date) -> date:
    return day.replace(day=1)


def _quarter(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _year(day: date) -> date:
    return date(day.year, 1, 1)


def _add_days(day: date, number: int) -> date:
    return day + timedelta(days=number)


def _add_months(day: date, number: int) -> date:
    months = day.year * 12 + day.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)


UNITS: dict[str, tuple[Callable[[date], date], Step, int]] = {  # where it begins, how to go on, and how far
    "DAY": (_day, _add_days, 1),
    "WEEK": (_week, _add_days, 7),
    "MONTH": (_month, _add_months, 1),
    "QUARTER": (_quarter, _add_months, 3),
    "FISCAL_QUARTER": (_quarter, _add_months, 3),
    "YEAR": (_year, _add_months, 12),
    "FISCAL_YEAR": (_year, _add_months, 12),
}
DAYS = {"YESTERDAY": (-1, 0), "TODAY": (0, 1), "TOMORROW": (1, 2), "LAST_90_DAYS": (-90, 1), "NEXT_90_DAYS": (1, 91)}
PLACES = {"LAST": (-1, 0), "THIS": (0, 1), "NEXT": (1, 2)}
FIXED = frozenset(DAYS) | {f"{place}_{unit}" for place in PLACES for unit in UNITS if unit != "DAY"}
COUNTED = frozenset(
    name for unit in UNITS for name in (f"LAST_N_{unit}S", f"NEXT_N_{unit}S", f"N_{unit}S_AGO")
)  # followed by a colon and a number


def find_range(name: str, number: int, *, today: date) -> tuple[date, date]:
    """The first day, and the first day after; what lies outside the calendar ends with it."""
    try:
        return _range(name, number, today)
    except (OverflowError, ValueError):
        return (date.min, date.min) if name.startswith(("LAST", "N_")) else (date.max, date.max)


def _range(name: str, number: int, today: date) -> tuple[date, date]:
    if name in DAYS:
        first, after = DAYS[name]
        return today + timedelta(days=first), today + timedelta(days=after)
    place, _, unit = name.partition("_")
    if place in PLACES and unit in UNITS:
        first, after = PLACES[place]
        return _unit_on(unit, today, first), _unit_on(unit, today, after)
    unit = name.removeprefix("LAST_").removeprefix("NEXT_").removeprefix("N_").removesuffix("_AGO").removesuffix("S")
    if name.endswith("_AGO"):
        return _unit_on(unit, today, -number), _unit_on(unit, today, 1 - number)
    if place == "NEXT":
        return _unit_on(unit, today, 1), _unit_on(unit, today, 1 + number)
    # The last days reach up to now; the last weeks, months and years end before the present one.
    return _first_of(unit, today, number), _unit_on(unit, today, 1 if unit == "DAY" else 0)


def _first_of(unit: str, today: date, number: int) -> date:
    try:
        return _unit_on(unit, today, -number)
    except (OverflowError, ValueError):
        return date.min


def _unit_on(unit: str, today: date, number: int) -> date:
    begin, add, size = UNITS[unit]
    return add(begin(today), number * size)
