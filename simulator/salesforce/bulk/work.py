"""Takes the jobs one step at a time, so that they need the time they would need and can be aborted on the way."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from simulator.salesforce.bulk.csv_text import UnusableUploadError
from simulator.salesforce.bulk.ingest import CHUNK, Ingest
from simulator.salesforce.bulk.jobs import Job, Jobs, State
from simulator.salesforce.engine import Engine
from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.soql.queries import run_query

_running: set[asyncio.Task[None]] = set()  # or a task nobody holds could be collected


def start(engine: Engine, job: Job) -> None:
    job.enter(State.UPLOAD_COMPLETE)
    work = _query(engine, engine.jobs, job) if job.is_query else _ingest(engine, engine.jobs, job)
    _keep(work)


def _keep(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.get_running_loop().create_task(work)
    _running.add(task)
    task.add_done_callback(_running.discard)


async def _ingest(engine: Engine, jobs: Jobs, job: Job) -> None:
    if not await _begin(engine, jobs, job):
        return
    locks = engine.writer.row_locks
    try:
        ingest = Ingest(engine, job)
        for start_row in range(0, len(job.rows), CHUNK):
            if start_row % max(CHUNK, engine.settings.bulk_batch_records) < CHUNK:
                _spend_batch(engine)
            began = await _stay_open(engine)
            if _is_over(jobs, job):
                return
            locks.touched.clear()
            with engine.transactions.committing(began):
                ingest.write_chunk(start_row)
            with locks.holding(locks.touched):
                await asyncio.sleep(_pause(engine))
    except UnusableUploadError as problem:
        engine.counters["bulk.failed"] += 1
        job.enter(State.FAILED, str(problem))
    else:
        if not _is_over(jobs, job):
            job.enter(State.JOB_COMPLETE)


async def _query(engine: Engine, jobs: Jobs, job: Job) -> None:
    if not await _begin(engine, jobs, job):
        return
    await asyncio.sleep(engine.settings.bulk_batch_seconds)
    if _is_over(jobs, job):
        return
    with_deleted = job.operation == "queryAll"
    try:
        job.found = run_query(job.query, engine.schema, engine.store, root="", with_deleted=with_deleted)
    except SalesforceError as problem:  # the org has been changed since the job was made
        engine.counters["bulk.failed"] += 1
        job.enter(State.FAILED, f"{problem.code} : {problem.message}")
    else:
        job.processed = len(job.found.records)
        job.enter(State.JOB_COMPLETE)


async def _begin(engine: Engine, jobs: Jobs, job: Job) -> bool:
    await asyncio.sleep(engine.settings.bulk_queue_seconds)
    if jobs.closed or job.state is not State.UPLOAD_COMPLETE:
        return False
    job.enter(State.IN_PROGRESS)
    return True


async def _stay_open(engine: Engine) -> str | None:
    """A chunk is a transaction like any other: it may commit late."""
    settings = engine.settings
    return await engine.transactions.stay_open() if settings.late_commit_rate or settings.hold_commits else None


def _is_over(jobs: Jobs, job: Job) -> bool:
    """Aborted, deleted, or forgotten with the whole org."""
    return jobs.closed or job.state is not State.IN_PROGRESS


def _pause(engine: Engine) -> float:
    settings = engine.settings
    return settings.bulk_batch_seconds * CHUNK / max(1, settings.bulk_batch_records) + settings.chunk_seconds


def _spend_batch(engine: Engine) -> None:
    if engine.quotas.bulk_batches >= engine.settings.daily_bulk_batches:
        raise UnusableUploadError("ExceededQuota : ApiBatchItems Limit exceeded.")
    engine.quotas.bulk_batches += 1
    engine.counters["bulk.batches"] += 1
