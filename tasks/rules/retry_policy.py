"""When to try again, when to stop and ask a human."""

from dataclasses import dataclass
from datetime import timedelta

from tasks.contracts.errors import Busy, Halted, Paused, Throttled, TryAgain, Unreachable

MAX_FAILURES = 8
LONGEST_WAIT = timedelta(minutes=5)
NOBODY_WAITS_LONGER = timedelta(hours=6)
"""For somebody else at work, or for a CRM that does not answer; a quota may take a day."""
NOBODY_IS_THROTTLED_LONGER = timedelta(hours=48)
WAIT_FOR_A_LEASE = timedelta(seconds=1)
WAIT_FOR_AN_ADMIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What has been tried so far: real failures, not waits; and since when it is owed."""

    failures: int
    age: timedelta


def next_wait(problem: TryAgain, attempt: Attempt) -> timedelta | None:
    """How long to wait; None: park it. The CRM knows best, waiting is not failing, nobody waits forever."""
    match problem:
        case Throttled():
            wait = problem.after or WAIT_FOR_A_LEASE
            return wait if attempt.age < NOBODY_IS_THROTTLED_LONGER else None
        case Busy():
            wait = problem.after or WAIT_FOR_A_LEASE
            return wait if attempt.age < NOBODY_WAITS_LONGER else None
        case Halted() | Paused():
            return problem.after or WAIT_FOR_AN_ADMIN
        case Unreachable() if attempt.age < NOBODY_WAITS_LONGER:
            # An outage strikes all records alike, and none of them needs a person when it is over.
            return problem.after or _backoff(attempt.failures)
        case _ if attempt.failures >= MAX_FAILURES:
            return None
        case _:
            return problem.after or _backoff(attempt.failures)


def _backoff(failures: int) -> timedelta:
    """Twice as long each time; the cap comes first, because an outage has more failures than a timedelta has bits."""
    return min(timedelta(seconds=2 ** min(failures, MAX_FAILURES + 1)), LONGEST_WAIT)


def uses_up_an_attempt(problem: TryAgain) -> bool:
    """Waiting for a lease, for quota, for a CRM or for an admin is not failing."""
    return not isinstance(problem, Busy | Throttled | Halted | Paused)
