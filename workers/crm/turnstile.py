"""Waits for the fleet's call budget before every call, and tells budget and breaker what the CRM said."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Protocol
from uuid import uuid4

from tasks.contracts.errors import Halted, Paused, SyncError, Throttled, Unreachable
from tasks.contracts.records import Lane
from workers.granting import Grant, Noted, Outcome
from workers.telemetry.logs import get_logger

log = get_logger(__name__)

PATIENCE = timedelta(seconds=3)
"""Shorter waits are slept through; for longer ones the record goes back to the queue."""
GOES_ON = "Nothing to do: work waits, and goes on when the CRM answers a probe."
AS_TOLD = "`tandem status` tells since when and why, `tandem doctor` what to do; it also asks the CRM anew."


class CallBudget(Protocol):
    """What the fleet may ask of the CRMs. Every method raises Unreachable when it cannot be asked."""

    def take(self, allowances: Sequence[str], lane: Lane, *, family: str, call: str) -> Grant:
        """Without a wait: granted."""
        ...

    def finish(self, allowances: Sequence[str], call: str) -> None:
        """The call is over."""
        ...

    def note_outcome(self, crm: str, call: str, outcome: Outcome, code: str = "") -> Noted:
        """For the CRM's breaker."""
        ...

    def note_usage(self, allowance: str, *, used: int, limit: int) -> None:
        """What the CRM itself counts."""
        ...

    def punish(self, allowance: str, for_: timedelta) -> None:
        """Every worker stays away for this long."""
        ...


class Turnstile:
    """Lets one call of a lane through at a time that suits the budget."""

    def __init__(self, budget: CallBudget, lane: Lane) -> None:
        self._budget = budget
        self._lane = lane

    @contextmanager
    def passing(self, family: str, allowances: Sequence[str]) -> Iterator[None]:
        """Throttled if the wait is a long one, Paused if nobody calls this CRM, Unreachable if nobody knows."""
        call = uuid4().hex
        grant = self._wait(family, allowances, call)
        crm = family.partition(".")[0]
        try:
            yield
        except SyncError as problem:
            raise self._judged(crm, call, problem, grant) from None
        except Exception:
            self._note(crm, call, Outcome.UNKNOWN, grant)
            raise
        else:
            self._note(crm, call, Outcome.ANSWERED, grant)
        finally:
            with suppress(Unreachable):
                self._budget.finish(allowances, call)

    def note_usage(self, allowance: str, *, used: int, limit: int) -> None:
        """Best effort: the answer in hand is worth more than the count."""
        with suppress(Unreachable):
            self._budget.note_usage(allowance, used=used, limit=limit)

    def punish(self, allowance: str, for_: timedelta) -> None:
        """Best effort, as above."""
        with suppress(Unreachable):
            self._budget.punish(allowance, for_)

    def _judged(self, crm: str, call: str, problem: SyncError, grant: Grant) -> SyncError:
        """With the breaker open it is no failure of the record, and waits for the next probe as all others do."""
        outcome = _outcome_of(problem)
        noted = self._note(crm, call, outcome, grant, problem.code)
        if outcome is Outcome.ANSWERED or not noted.next_probe:
            return problem
        if isinstance(problem, Halted):
            problem.after = noted.next_probe
            return problem
        return Paused(str(problem), after=noted.next_probe, remedy=GOES_ON, code=problem.code)

    def _note(self, crm: str, call: str, outcome: Outcome, grant: Grant, code: str = "") -> Noted:
        """Best effort; a CRM that was answering and answers still costs nothing here."""
        if not grant.is_watched and outcome in {Outcome.ANSWERED, Outcome.UNKNOWN}:
            return Noted()
        with suppress(Unreachable):
            noted = self._budget.note_outcome(crm, call, outcome, code)
            _tell(crm, noted, code)
            return noted
        return Noted()

    def _wait(self, family: str, allowances: Sequence[str], call: str) -> Grant:
        deadline = time.monotonic() + PATIENCE.total_seconds()
        while (grant := self._budget.take(allowances, self._lane, family=family, call=call)).wait:
            if grant.halted_by:
                raise _nobody_calls(family, grant)
            seconds = grant.wait.total_seconds()
            if time.monotonic() + seconds > deadline:
                raise Throttled(
                    f"{family}: the call budget is used up",
                    after=grant.wait,
                    code="OUT_OF_BUDGET",
                    remedy="Nothing to do: it goes on when there are calls left.",
                )
            # So that those who were told the same moment do not all come back at it.
            time.sleep(seconds + random.uniform(0, 0.05))  # noqa: S311 -- not a secret
        return grant


def _outcome_of(problem: SyncError) -> Outcome:
    """A refusal of one record, or for want of quota, is an answer."""
    if isinstance(problem, Halted):
        return Outcome.REFUSED
    if isinstance(problem, Unreachable):
        return Outcome.UNKNOWN if problem.code == "REDIS_UNREACHABLE" else Outcome.UNANSWERED
    return Outcome.ANSWERED


def _nobody_calls(family: str, grant: Grant) -> Paused:
    crm = family.partition(".")[0]
    problem = f"{family}: nobody calls {crm} at the moment ({grant.halted_by})"
    return Paused(problem, after=grant.wait, remedy=AS_TOLD, code=grant.halted_by)


def _tell(crm: str, noted: Noted, code: str) -> None:
    """Once for the whole fleet: only the call that opened or closed it is told so."""
    if noted.opened:
        log.error("breaker.opened", crm=crm, code=code, next_probe=noted.next_probe.total_seconds(), remedy=AS_TOLD)
    elif noted.closed:
        log.warning("breaker.closed", crm=crm)
