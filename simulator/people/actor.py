"""Somebody who does one thing after another in both CRMs, at an even pace, by chance but repeatably."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from simulator.people.calls import Line, RefusedError, UnansweredError
from simulator.people.invention import Invention
from simulator.people.journal import Act, Journal, Outcome
from simulator.people.plans import Kind, Learned, Plan


class Crm(Protocol):
    name: str
    line: Line
    records: Any

    async def call(self, request: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Workplace:
    """A CRM, and what is done there."""

    crm: Crm
    kinds: Sequence[Kind[Any]]


@dataclass(frozen=True, slots=True)
class Pace:
    """Ends with the number of acts or the time, whichever is reached first."""

    rate: float  # acts per second
    acts: int | None = None
    seconds: float | None = None


class Actor:
    """`weights` replace those of the kinds, by name: `hubspot.merge_companies`. 0 is never.

    With the same seed and the same records before it, it does the same, as long as it gets the same answers.
    """

    def __init__(
        self, workplaces: Sequence[Workplace], journal: Journal, *, seed: int, weights: Mapping[str, float]
    ) -> None:
        self._choices = {f"{each.crm.name}.{kind.name}": (each.crm, kind) for each in workplaces for kind in each.kinds}
        if unknown := sorted(weights.keys() - self._choices.keys()):
            raise ValueError(f"unknown act {unknown[0]!r}; known are {', '.join(self._choices)}")
        self._weights = {name: weights.get(name, kind.weight) for name, (_, kind) in self._choices.items()}
        if not any(weight > 0 for weight in self._weights.values()):
            raise ValueError("nothing is left to do: every weight is 0")
        self._journal = journal
        self._invention = Invention(seed)
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """After the act that is going on, so that all that was done is in the journal."""
        self._stopped.set()

    async def work(self, pace: Pace) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in count():
            due = began + number / pace.rate
            is_late = pace.seconds is not None and max(due, loop.time()) - began >= pace.seconds
            if is_late or number == pace.acts or await self._is_stopped(due - loop.time()):
                return
            chosen = self._choose()
            if chosen:
                await self._do(number, *chosen)

    async def _is_stopped(self, within: float) -> bool:
        try:
            await asyncio.wait_for(self._stopped.wait(), max(0.0, within))
        except TimeoutError:
            return self._stopped.is_set()
        return True

    def _choose(self) -> tuple[Crm, str, Plan] | None:
        """Chance decides among all acts, then among the others if there is no record for that one."""
        left = {name: weight for name, weight in self._weights.items() if weight > 0}
        while left:
            name = self._invention.weighted(tuple(left), tuple(left.values()))
            del left[name]
            crm, kind = self._choices[name]
            plan = kind.plan(crm.records, self._invention)
            if plan:
                return crm, kind.name, plan
        return None

    async def _do(self, number: int, crm: Crm, name: str, plan: Plan) -> None:
        calls_done, learned = 0, Learned()
        problem: RefusedError | UnansweredError | None = None
        try:
            for call in plan.calls:
                answer = await crm.call(call)
                calls_done += 1
            learned = plan.learn(answer)
        except (RefusedError, UnansweredError) as failed:
            problem = failed
        self._journal.add(
            Act(
                number=number,
                system=crm.name,
                act=name,
                records=plan.records,
                fields=plan.fields,
                outcome=_outcome(learned, problem),
                created=learned.created,
                calls_done=calls_done,
                status=getattr(problem, "status", None),
                code=getattr(problem, "code", ""),
                message=problem.message if problem else "",
            )
        )


def _outcome(learned: Learned, problem: Exception | None) -> Outcome:
    match problem:
        case RefusedError():
            return "refused"
        case UnansweredError():
            return "unanswered"
        case _:
            return "ignored" if learned.is_ignored else "done"
