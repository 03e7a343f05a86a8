"""One rule of the sync, as people are told it."""

from dataclasses import dataclass

from tasks.contracts.errors import ProblemClass
from tasks.contracts.reasons import Reason

Told = Reason | ProblemClass
"""What a person sees of a rule that was applied: a verdict's reason, or the class of a problem."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What Tandem does in one case, and how a person recognizes that it did."""

    number: str
    """As tests and the page name it: `2.3`, `C1`, `T1.7`, `A16`."""
    text: str
    reasons: tuple[Told, ...] = ()
    source: str = ""
    """The public article that describes what HubSpot's own integration does there; empty where none was found."""
