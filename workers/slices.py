"""Runs a task for many records at once: claim, top up, run side by side, settle, wake what follows."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from celery.exceptions import SoftTimeLimitExceeded

from tasks.contracts.errors import TryAgain
from tasks.contracts.machinery import Job, Later, Messenger, Parked, Settlement
from tasks.contracts.records import Lane
from tasks.sync_task import SyncTask, cut_short, run_job
from workers.telemetry.logs import get_logger
from workers.toolbox.hands import Hands, SliceTools
from workers.toolbox.reach import reach_ledger

log = get_logger(__name__)


def run_slice(task: SyncTask, record_ids: Sequence[str], lane: Lane, hands: Hands, messenger: Messenger) -> int:
    """Work off these records if they are still owed, and more of the same while there is room. Returns how many.

    Killed anywhere, it loses nothing: the rows stay owed, their claims expire, and every step is safe to repeat.
    """
    settings = hands.settings
    jobs = hands.book.claim(task.name, lane, first=record_ids, limit=settings.slice_size, ttl=settings.claim_ttl)
    if not jobs:
        return 0
    tools = SliceTools.of(hands, lane)
    with asyncio.Runner() as runner:
        try:
            settlements = runner.run(_run(task, jobs, tools, hands))
        except SoftTimeLimitExceeded:
            # It struck between the flows, most likely while all of them waited for a CRM that hangs.
            now = hands.ledger.now()
            settlements = [_with_jitter(cut_short(task, job, now=now)) for job in jobs]
        # Before the runner closes: it waits for calls that are under way, and the hard limit may come first.
        _settle(task, settlements, tools, hands, messenger)
    return len(jobs)


def _settle(
    task: SyncTask, settlements: Sequence[Settlement], tools: SliceTools, hands: Hands, messenger: Messenger
) -> None:
    still_owed = hands.book.settle(settlements)
    _report(task, settlements)
    messenger.wake(tuple(dict.fromkeys([*still_owed, *tools.ledger.owed_next])))
    _wake_later(settlements, messenger)


async def _run(task: SyncTask, jobs: Sequence[Job], tools: SliceTools, hands: Hands) -> list[Settlement]:
    keeping = asyncio.create_task(_keep(jobs[0].token, tools, hands))
    now = await asyncio.to_thread(hands.ledger.now)
    try:
        runs = [run_job(task, job, tools.for_job(job), now=now, interruptions=(SoftTimeLimitExceeded,)) for job in jobs]
        settlements = await tools.gather.run(runs)
    finally:
        keeping.cancel()
    return [_with_jitter(settlement) for settlement in settlements]


async def _keep(token: str, tools: SliceTools, hands: Hands) -> None:
    """Renew claims and leases at a third of their time to live, for as long as the slice runs."""
    ttl = hands.settings.claim_ttl
    while True:
        await asyncio.sleep(ttl.total_seconds() / 3)
        # One that could not be kept this time is kept the next time, and is no reason to lose the other.
        for renew in (partial(reach_ledger, partial(hands.book.renew, token, ttl=ttl)), tools.leases.renew):
            with suppress(TryAgain):
                await asyncio.to_thread(renew)


def _with_jitter(settlement: Settlement) -> Settlement:
    """Records that failed together do not come back together."""
    if isinstance(settlement, Later):
        return replace(settlement, after=settlement.after * random.uniform(1.0, 1.5))  # noqa: S311 -- not a secret
    return settlement


# Longer waits are `not_before` alone, and found by the sweep: a countdown beyond the visibility timeout runs twice.
LONGEST_COUNTDOWN_SECONDS = 30


def _wake_later(settlements: Sequence[Settlement], messenger: Messenger) -> None:
    waiting = [one for one in settlements if isinstance(one, Later)]
    short = [one for one in waiting if one.after.total_seconds() <= LONGEST_COUNTDOWN_SECONDS]
    if short:
        longest = max(one.after for one in short)
        messenger.wake([one.job.as_owed() for one in short], after=longest)


def _report(task: SyncTask, settlements: Sequence[Settlement]) -> None:
    for one in settlements:
        record = {"task": task.name, "kind": task.of.value, "record_id": one.job.record_id}
        if isinstance(one, Parked):
            log.warning("record.parked", **record, code=one.code, problem=one.problem, remedy=one.remedy)
        elif isinstance(one, Later) and one.counts:
            log.info("record.retried", **record, problem=one.problem, after=one.after.total_seconds())
    log.info("slice.done", task=task.name, records=len(settlements))
