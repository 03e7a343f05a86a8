"""What both kinds of jobs have in common: being listed, described, aborted and deleted."""

from typing import Any

from simulator.salesforce.bulk import ingest_jobs, query_jobs
from simulator.salesforce.bulk.jobs import Job, State, wrong_state
from simulator.salesforce.bulk.work import start
from simulator.salesforce.call import Answer, Call, method_not_allowed
from simulator.salesforce.engine import Engine
from simulator.salesforce.errors import SalesforceError, not_found, unreadable

ABORTABLE = frozenset({State.OPEN, State.UPLOAD_COMPLETE, State.IN_PROGRESS})


def serve(engine: Engine, call: Call) -> Answer:
    if not engine.settings.bulk_api:
        raise SalesforceError("API_DISABLED_FOR_ORG", "The Bulk API is not enabled for this org", status=403)
    match tuple(part.lower() for part in call.path[1:2]), call.path[2:]:
        case ("ingest" | "query" as kind,), ():
            return _serve_all(engine, call, kind)
        case ("ingest" | "query" as kind,), (job_id,):
            return _serve_one(engine, call, engine.jobs.require(job_id, is_query=kind == "query"))
        case ("ingest",), (job_id, part):
            return ingest_jobs.serve_part(engine, call, engine.jobs.require(job_id, is_query=False), part)
        case ("query",), (job_id, part) if part.lower() == "results":
            return query_jobs.serve_results(call, engine.jobs.require(job_id, is_query=True))
        case _:
            raise not_found()


def _serve_all(engine: Engine, call: Call, kind: str) -> Answer:
    match call.method:
        case "POST" if kind == "query":
            return query_jobs.create(engine, call)
        case "POST":
            return ingest_jobs.create(engine, call)
        case "GET":
            return _list(engine, call, is_query=kind == "query")
        case _:
            raise method_not_allowed(call, "GET,POST")


def _serve_one(engine: Engine, call: Call, job: Job) -> Answer:
    match call.method:
        case "GET":
            engine.counters["bulk.poll"] += 1
            return Answer(job.describe_progress())
        case "PATCH":
            return _change(engine, call, job)
        case "DELETE":
            if job.state in {State.OPEN, State.IN_PROGRESS}:
                raise wrong_state(job, "it cannot be deleted")
            engine.jobs.remove(job)
            job.enter(State.ABORTED)
            return Answer(status=204)
        case _:
            raise method_not_allowed(call, "DELETE,GET,PATCH")


def _change(engine: Engine, call: Call, job: Job) -> Answer:
    match call.read_object().get("state"):
        case "Aborted":
            if job.state not in ABORTABLE:
                raise wrong_state(job, "it cannot be aborted")
            ingest_jobs.leave_unprocessed(job)
            job.enter(State.ABORTED)
            engine.counters["bulk.aborted"] += 1
        case "UploadComplete" if not job.is_query:
            if job.state is not State.OPEN or job.upload is None:
                raise wrong_state(job, "there is no upload to complete")
            start(engine, job)
        case other:
            raise unreadable(f"{other!r} is not a state that a job can be given")
    return Answer(job.describe())


def _list(engine: Engine, call: Call, *, is_query: bool) -> Answer:
    engine.counters["bulk.list"] += 1
    jobs = list(engine.jobs.all(is_query=is_query))
    if (kind := call.query.get("jobType", "")) and kind != ("V2Query" if is_query else "V2Ingest"):
        jobs = []
    start_at, size = _read_position(call.query.get("queryLocator", "")), max(1, engine.settings.bulk_list_size)
    end = start_at + size
    resource = f"{call.root}/jobs/{'query' if is_query else 'ingest'}"
    done = end >= len(jobs)
    page: dict[str, Any] = {
        "done": done,
        "records": [job.describe() | {"jobType": job.describe_progress()["jobType"]} for job in jobs[start_at:end]],
        "nextRecordsUrl": None if done else f"{resource}?queryLocator={end}",
    }
    return Answer(page)


def _read_position(locator: str) -> int:
    if not locator:
        return 0
    if not (locator.isascii() and locator.isdigit() and len(locator) < 10):
        raise SalesforceError("INVALID_QUERY_LOCATOR", "invalid query locator")
    return int(locator)
