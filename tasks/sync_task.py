"""How every task behaves: a flow about one record, and what becomes of a run that goes wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from traceback import extract_tb
from typing import Any

from tasks.contracts.errors import NeedsHuman, ProblemClass, TryAgain, Unreachable
from tasks.contracts.machinery import Done, Job, Later, Parked, Settlement
from tasks.contracts.records import Kind
from tasks.contracts.tools import Tools
from tasks.rules.retry_policy import Attempt, next_wait, uses_up_an_attempt

DEPTH_OF_A_FAULT = 5


class Outcome(StrEnum):
    """What a run amounted to."""

    DONE = "done"
    ALREADY_DONE = "already_done"
    LEFT_ALONE = "left_alone"


Flow = Callable[[Any, Tools], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class SyncTask:
    """A flow with its name, as other services call it, and the kind of record it is about."""

    name: str
    of: Kind
    flow: Flow

    async def __call__(self, record_id: Any, tools: Tools) -> Outcome:
        """Run the flow for one record."""
        return await self.flow(record_id, tools)


def sync_task(name: str, *, of: Kind) -> Callable[[Flow], SyncTask]:
    """Make a flow a task. It may be run any number of times for the same record."""

    def make(flow: Flow) -> SyncTask:
        return SyncTask(name, of, flow)

    return make


async def run_job(
    task: SyncTask, job: Job, tools: Tools, *, now: datetime, interruptions: tuple[type[Exception], ...] = ()
) -> Settlement:
    """Run the flow for one record; whatever goes wrong is that record's alone and is never lost.

    `interruptions` are what the machinery raises wherever the flow happens to be, when its time is up.
    """
    try:
        await task(job.record_id, tools)
    except interruptions:
        return cut_short(task, job, now=now)
    except TryAgain as problem:
        return _try_again(job, problem, now=now)
    except NeedsHuman as problem:
        return Parked(job, str(problem), problem.problem_class, problem.code, problem.remedy, problem.evidence)
    except Exception as fault:  # noqa: BLE001 -- the one place: a fault of ours must not cost the slice
        return _fault(task, job, fault)
    return Done(job)


def cut_short(task: SyncTask, job: Job, *, now: datetime) -> Settlement:
    """Its time was up. How far it came is not known, and whatever it has done may be repeated."""
    return _try_again(
        job, Unreachable(f"{task.name} took too long on {task.of} {job.record_id}", code="TIME_LIMIT"), now=now
    )


def _fault(task: SyncTask, job: Job, fault: Exception) -> Settlement:
    """Its text may hold anything, people's data included: its type and its place are told."""
    return Parked(
        job,
        f"{task.name} failed on {task.of} {job.record_id} with {type(fault).__name__}",
        ProblemClass.UNKNOWN,
        "FAULT",
        "This is a fault in Tandem itself: please report it with its evidence. Replay after an update.",
        {"fault": type(fault).__name__, "where": _places_of(fault)},
    )


def _places_of(fault: Exception) -> list[str]:
    """The innermost steps of its traceback, without the lines themselves."""
    steps = extract_tb(fault.__traceback__)[-DEPTH_OF_A_FAULT:]
    return [f"{Path(step.filename).name}:{step.lineno} {step.name}" for step in steps]


def _try_again(job: Job, problem: TryAgain, *, now: datetime) -> Settlement:
    wait = next_wait(problem, Attempt(job.failures, now - job.owed_since))
    if wait is None:
        remedy = problem.remedy or "Replay it when the cause is gone; it also runs again when the record changes."
        evidence = {"failures": job.failures, **problem.evidence}
        return Parked(job, str(problem), problem.problem_class, problem.code or "GAVE_UP", remedy, evidence)
    return Later(job, wait, str(problem), problem.problem_class, counts=uses_up_an_attempt(problem))
