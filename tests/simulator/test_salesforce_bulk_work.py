"""A job that is aborted while it works, at each of the moments when it looks up."""

import asyncio
from typing import Any

from simulator.salesforce.bulk.csv_text import Format
from simulator.salesforce.bulk.jobs import Job, State
from simulator.salesforce.bulk.work import start
from simulator.salesforce.engine import INTEGRATION_USER_ID, Engine


def begun(**switches: Any) -> tuple[Engine, Job]:
    engine = Engine()
    engine.configure({"bulk_queue_seconds": 0, "bulk_batch_seconds": 0, **switches})
    job = Job(operation="insert", user_id=INTEGRATION_USER_ID, version=62.0, format=Format(), object_name="Account")
    job.upload = b"Name\nAcme\n"
    start(engine, engine.jobs.add(job))
    return engine, job


async def counted(engine: Engine, name: str) -> None:
    while not engine.counters[name]:  # noqa: ASYNC110 - a counter wakes nobody
        await asyncio.sleep(0.001)


async def names_after_a_while(engine: Engine) -> list[str]:
    """Long enough for the work to have looked up."""
    await asyncio.sleep(0.2)
    return [record["Name"] for record in engine.store.tables["Account"].rows.values()]


async def test_work_that_nobody_aborts_is_completed() -> None:
    engine, job = begun()
    assert await names_after_a_while(engine) == ["Acme"]
    assert job.state is State.JOB_COMPLETE


async def test_a_job_aborted_in_the_queue_does_not_begin() -> None:
    engine, job = begun(bulk_queue_seconds=0.05)
    job.enter(State.ABORTED)
    assert await names_after_a_while(engine) == []
    assert job.state is State.ABORTED


async def test_a_job_aborted_before_its_chunk_commits_writes_nothing() -> None:
    engine, job = begun(hold_commits=True)
    await counted(engine, "commits.late")
    job.enter(State.ABORTED)
    engine.configure({"hold_commits": False})
    assert await names_after_a_while(engine) == []
    assert job.state is State.ABORTED


async def test_a_job_aborted_after_its_last_chunk_stays_aborted() -> None:
    engine, job = begun(bulk_batch_seconds=2.5)  # a twentieth of a second per chunk
    await counted(engine, "records.created")
    job.enter(State.ABORTED)
    assert await names_after_a_while(engine) == ["Acme"]
    assert job.state is State.ABORTED
