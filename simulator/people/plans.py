"""What somebody is about to do: which records, which values, which calls, and what is known afterwards."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from simulator.people.calls import ByHand, Request
from simulator.people.invention import Invention
from simulator.people.soap import SoapRequest

Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class Learned:
    created: Sequence[str] = ()
    is_ignored: bool = False
    """The CRM said yes and did nothing."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`learn` takes the answer to the last call; it is not asked if any call was refused."""

    records: Sequence[str]
    calls: Sequence[Request | SoapRequest | ByHand]
    learn: Callable[[Any], Learned]
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind(Generic[Known]):
    """A kind of act. `plan` gives None if there is no record it could be done to."""

    name: str
    weight: float
    plan: Callable[[Known, Invention], Plan | None]
