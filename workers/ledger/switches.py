"""What the operator decides while the system runs: checked before it is kept, in words an operator understands."""

from dataclasses import fields
from datetime import datetime
from enum import Enum
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, Text, cast, func, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert

from tasks.contracts.records import Switches
from tasks.rules.identity import find_opt_out_problem
from tasks.rules.reevaluation import reviews_after
from workers.ledger.models import SwitchRow
from workers.ledger.reviewing import owe_again

_TYPES: dict[str, Any] = {field.name: field.type for field in fields(Switches)}


def read_switches(connection: Connection) -> Switches:
    """As set, and the default where nobody has set anything; a switch that no longer exists is ignored."""
    rows = connection.execute(select(SwitchRow.name, SwitchRow.value))
    return Switches(**{name: _checked(name, value) for name, value in rows if name in _TYPES})


def change_switch(connection: Connection, name: str, value: object, by: str) -> int:
    """Set it, and owe again what was decided by what it was before: all or nothing. Returns how many rows.

    As `write_switch` otherwise.
    """
    # Nobody reads the switches until this is over: a run that begins meanwhile would decide by the old one unseen.
    connection.execute(text(f"LOCK TABLE {SwitchRow.__tablename__} IN ACCESS EXCLUSIVE MODE"))
    before = read_switches(connection)
    write_switch(connection, name, value, by)
    return owe_again(connection, reviews_after(name, value)) if read_switches(connection) != before else 0


def write_switch(connection: Connection, name: str, value: object, by: str) -> None:
    """ValueError, and nothing written, if there is no such switch or it cannot be set to this."""
    if name not in _TYPES:
        raise ValueError(f"there is no switch {name}; there are {', '.join(sorted(_TYPES))}")
    if not by:
        raise ValueError(f"switch {name}: say who sets it")
    checked = _checked(name, value)
    if name == "opt_out_domains" and (problem := find_opt_out_problem(checked)):
        raise ValueError(f"switch {name}: {problem}")
    row = {"name": name, "value": literal(value, JSONB), "changed_by": by}
    changed = {"value": literal(value, JSONB), "changed_by": by, "changed_at": func.now()}
    statement = insert(SwitchRow).values(row)
    # Set to what it is already, it was not changed: company sync stays on since it was switched on.
    is_news = SwitchRow.value != statement.excluded.value
    upsert = statement.on_conflict_do_update(index_elements=[SwitchRow.name], set_=changed, where=is_news)
    connection.execute(upsert)


def find_switched_on_at(connection: Connection) -> datetime | None:
    """When company sync was switched on; None while it is off."""
    is_on = (SwitchRow.name == "company_sync", cast(SwitchRow.value, Text) == "true")
    return connection.scalar(select(SwitchRow.changed_at).where(*is_on))


def _checked(name: str, value: object) -> Any:
    wanted = _TYPES[name]
    try:
        # As JSON a choice is its word, and yet nothing else is taken for true, false or a number.
        return TypeAdapter(wanted).validate_json(TypeAdapter(Any).dump_json(value), strict=True)
    except ValidationError:
        raise ValueError(f"switch {name}: {value!r} is not {_in_words(wanted)}") from None


def _in_words(wanted: Any) -> str:
    if wanted is bool:
        return "true or false"
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return "one of " + ", ".join(str(choice.value) for choice in wanted)
    return "a list of texts" if wanted == tuple[str, ...] else "a text, or nothing at all"
