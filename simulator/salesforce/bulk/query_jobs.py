"""Jobs that read: a query whose records are fetched as CSV, page by page."""

import base64
from typing import Any

from simulator.salesforce.bulk.csv_text import read_format
from simulator.salesforce.bulk.ingest_jobs import CSV_HEADERS
from simulator.salesforce.bulk.jobs import Job, State, invalid_job, wrong_state
from simulator.salesforce.bulk.work import start
from simulator.salesforce.call import Answer, Call
from simulator.salesforce.engine import Engine
from simulator.salesforce.errors import SalesforceError, unreadable
from simulator.salesforce.soql.parser import parse
from simulator.salesforce.soql.queries import run_query
from simulator.salesforce.store import Store

DEFAULT_PAGE = 50_000


def create(engine: Engine, call: Call) -> Answer:
    body = call.read_object()
    operation, query = body.get("operation"), body.get("query")
    if operation not in ("query", "queryAll") or not isinstance(query, str):
        raise unreadable("A query job needs an operation, query or queryAll, and a query")
    if body.get("contentType", "CSV") != "CSV":
        raise invalid_job(f"Unsupported content type: {body['contentType']}")
    if engine.quotas.bulk_query_jobs >= engine.settings.daily_bulk_query_jobs:
        raise SalesforceError("EXCEEDEDQUOTA", "ExceededQuota : Query jobs Limit exceeded.")
    select = parse(query)
    if select.is_grouped or select.offset or not select.paths or len(select.paths) < len(select.fields):
        problem = "Groups, aggregates, OFFSET, FIELDS() and child queries are not supported in Bulk Query"
        raise SalesforceError("API_ERROR", problem)
    # Over no records, so that it only refuses what makes no sense.
    run_query(query, engine.schema, Store(engine.schema), root="", with_deleted=False)
    job = engine.jobs.add(
        Job(
            operation=operation,
            user_id=call.user_id,
            version=call.version,
            format=read_format(body),
            object_name=select.object_name.text,
            query=query,
            columns=[path.text for path in select.paths],
        )
    )
    engine.quotas.bulk_query_jobs += 1
    engine.counters["bulk.query"] += 1
    start(engine, job)
    return Answer(job.describe())


def serve_results(call: Call, job: Job) -> Answer:
    call.demand_method("GET")
    if job.state is not State.JOB_COMPLETE or job.found is None:
        raise wrong_state(job, "it has no results")
    start_at, size = _read_locator(call.query.get("locator", "")), _read_size(call.query.get("maxRecords", ""))
    records = job.found.records[start_at : start_at + size]
    rows = [[_cell(job.found.render(record), column) for column in job.columns] for record in records]
    end = start_at + len(records)
    locator = base64.b64encode(str(end).encode()).decode() if end < len(job.found.records) else "null"
    headers = {**CSV_HEADERS, "Sforce-Locator": locator, "Sforce-NumberOfRecords": str(len(records))}
    return Answer(job.format.write(job.columns, rows), headers=headers)


def _cell(rendered: dict[str, Any], column: str) -> str:
    value: Any = rendered
    for name in column.lower().split("."):
        value = next((value[key] for key in value if key.lower() == name), None) if value else None
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def _read_locator(locator: str) -> int:
    if not locator:
        return 0
    try:
        return max(0, int(base64.b64decode(locator, validate=True).decode("ascii")))
    except ValueError:
        raise SalesforceError("INVALID_QUERY_LOCATOR", "invalid query locator") from None


def _read_size(text: str) -> int:
    if not text:
        return DEFAULT_PAGE
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text)):
        raise SalesforceError("INVALID_REQUEST_PARAMETER", f"maxRecords cannot be {text}")
    return int(text)
