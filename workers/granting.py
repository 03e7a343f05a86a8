"""What the fleet's budget and breakers say about a call, and what they are told: words that two hands share."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Grant:
    """The call may be made, unless there is a wait; unless the wait is for the CRM itself, it is for quota."""

    wait: timedelta = timedelta()
    halted_by: str = ""
    """The code for which nobody calls this CRM."""
    is_watched: bool = False
    """The CRM's breaker wants to know what became of the call, also if it was answered."""


class Outcome(StrEnum):
    """What became of a call, as far as the whole CRM is concerned."""

    ANSWERED = "answered"
    """Whatever the answer was."""
    UNANSWERED = "unanswered"
    REFUSED = "refused"
    """The connection itself: credentials, API access."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Noted:
    """What the outcome of a call changed."""

    opened: bool = False
    closed: bool = False
    next_probe: timedelta = timedelta()
    """Zero: calls are let through."""
