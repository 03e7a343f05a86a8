"""What becomes of a record that something went wrong with: one line per class of problem."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from tasks.contracts.errors import ProblemClass


class Consequence(StrEnum):
    """Each in words that the documentation shows."""

    RETRIED = "tried again by itself"
    WOKEN = "waits for the other record, which wakes it"
    PARKED = "parked until the record changes or a person decides"
    PARKED_FOR_A_DAY = "parked until the record changes or a person decides, and tried again once a day"
    PAUSED = "the field or the object is paused and everything that needs it waits; one record alone is parked"
    HALTED = "nobody calls the CRM but for probes, and everything waits"


CONSEQUENCES: Mapping[ProblemClass, Consequence] = {
    ProblemClass.TRANSIENT: Consequence.RETRIED,
    ProblemClass.DEPENDENCY: Consequence.WOKEN,
    ProblemClass.DATA: Consequence.PARKED,
    # A rule of the org may be changed without a record or an event telling of it.
    ProblemClass.BUSINESS: Consequence.PARKED_FOR_A_DAY,
    ProblemClass.CONFLICT: Consequence.PARKED,
    ProblemClass.CONFIG: Consequence.PAUSED,
    ProblemClass.HALT: Consequence.HALTED,
    ProblemClass.UNKNOWN: Consequence.PARKED,
}

TRIED_AGAIN_DAILY = frozenset(kind for kind, one in CONSEQUENCES.items() if one is Consequence.PARKED_FOR_A_DAY)
A_DAY = timedelta(days=1)
