"""What the server asks of a simulated CRM, and how a CRM's switches are set by name."""

import dataclasses
import math
import typing
from collections import Counter
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from aiohttp import web


class System(Protocol):
    """One CRM: the routes it answers, and the handles for whoever runs the experiment."""

    name: str
    counters: Counter[str]
    settings: Any

    def routes(self) -> list[web.RouteDef]: ...

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Change switches, all or none; raises ValueError naming an unknown switch or a wrong type."""
        ...

    def seed(self, data: Mapping[str, Any]) -> None:
        """Add records as if they had always been there: no quota, no lag, no behaviours."""
        ...

    def state(self) -> dict[str, Any]:
        """Everything remembered, as JSON, for a judge who does not trust the API."""
        ...

    def reset(self) -> None:
        """Forget all records; switches and counters go back to their defaults."""
        ...


@runtime_checkable
class Handled(Protocol):
    """A CRM with handles of its own on the control port, under its name."""

    def control_routes(self) -> list[web.RouteDef]: ...


def configure(settings: Any, changes: Mapping[str, Any]) -> None:
    """Set fields of a flat dataclass by name, all or none."""
    types = typing.get_type_hints(type(settings))
    known = {field.name for field in dataclasses.fields(settings)}
    if unknown := sorted(set(changes) - known):
        raise ValueError(f"unknown switch {unknown[0]!r}; known are {', '.join(sorted(known))}")
    values = {name: as_type(name, value, types[name]) for name, value in changes.items()}
    for name, value in values.items():
        setattr(settings, name, value)


def as_type(name: str, value: Any, kind: Any) -> Any:
    """The value, which must be of this kind: bool, int, float, str, a Literal of texts, or one of these or None."""
    choices = typing.get_args(kind)
    if typing.get_origin(kind) is typing.Literal:
        if str(value) in choices:
            return str(value)
        raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    if choices:
        if value is None:
            return None
        kind = next(choice for choice in choices if choice is not type(None))
        return as_type(name, value, kind)
    return _plain(name, value, kind)


def _plain(name: str, value: Any, kind: type) -> Any:
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise ValueError(f"{name} must be {kind.__name__}, not {value!r}")
    demand_amount(name, value)
    return value


def demand_amount(name: str, value: Any) -> None:
    """Every number anybody can set is a number of something."""
    if isinstance(value, (int, float)) and not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{name} must be a number from 0, not {value!r}")
