"""Everything that can go wrong, sorted by what to do about it.

Two families and no third: try again, or ask a human. The classes behind `problem_class` are those of the
sync-error table in docs/errors.md; what a vendor's answer means is decided at its door and nowhere else.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum

from tasks.contracts.reasons import WHAT_TO_DO, Reason


class ProblemClass(StrEnum):
    """What kind of problem it is, and so who can end it."""

    TRANSIENT = "TRANSIENT"
    DEPENDENCY = "DEPENDENCY"
    DATA = "DATA"
    BUSINESS = "BUSINESS"
    CONFLICT = "CONFLICT"
    CONFIG = "CONFIG"
    HALT = "HALT"
    UNKNOWN = "UNKNOWN"


class SyncError(Exception):
    """Base of all. The text is for people: what happened, to which record; never personal data."""

    problem_class: ProblemClass = ProblemClass.UNKNOWN

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        code: str = "",
        evidence: Mapping[str, object] | None = None,
        fields: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.remedy = remedy or (WHAT_TO_DO.get(Reason(code), "") if code in set(Reason) else "")
        """What a person can do about it; our own reasons have theirs in `WHAT_TO_DO`."""
        self.code = code
        """Our reason code, or the vendor's own code."""
        self.evidence = evidence or {}
        """What the timeline shows with it: ids, domains, counts."""
        self.fields = tuple(fields)
        """Which fields of the record the CRM has refused, where it says so."""


class TryAgain(SyncError):
    """Nobody has to do anything: it will be tried again."""

    problem_class = ProblemClass.TRANSIENT

    def __init__(self, message: str, *, after: timedelta | None = None, remedy: str = "", code: str = "") -> None:
        super().__init__(message, remedy=remedy, code=code)
        self.after = after
        """How long to wait, when someone knows better than the retry policy."""


class Busy(TryAgain):
    """Somebody else is at work on the same customer. Waiting is not failing."""


class Throttled(TryAgain):
    """The call budget or the CRM said: later. Waiting is not failing."""


class Unreachable(TryAgain):
    """No answer, or one that says nothing. A write may have happened: only repeat what is keyed.

    It says nothing about the record: whoever asks at that moment hears the same.
    """


class Hindered(TryAgain):
    """The call was answered; something got in the way of this one record: a lock, an automation, an expired cursor."""


class NeedsHuman(SyncError):
    """Trying again changes nothing: parked until a person, or a change of the record, ends it."""


class Rejected(NeedsHuman):
    """The CRM refused this record's values or this user's rights."""

    def __init__(
        self,
        message: str,
        *,
        problem_class: ProblemClass = ProblemClass.DATA,
        remedy: str = "",
        code: str = "",
        fields: Sequence[str] = (),
    ) -> None:
        super().__init__(message, remedy=remedy, code=code, fields=fields)
        self.problem_class = problem_class


class Ambiguous(NeedsHuman):
    """More than one answer fits; guessing costs more than asking."""

    problem_class = ProblemClass.CONFLICT


class Gone(NeedsHuman):
    """The record does not exist (any more) where it was expected."""

    problem_class = ProblemClass.DATA


class Halted(TryAgain):
    """The connection itself is refused: credentials, API access. Every record would fail alike."""

    problem_class = ProblemClass.HALT
