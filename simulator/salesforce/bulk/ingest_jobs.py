"""Jobs that write: making one, handing over its rows, and asking what became of each."""

import json
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from simulator.salesforce.bulk.csv_text import UnusableUploadError, read_format
from simulator.salesforce.bulk.jobs import Job, State, invalid_job, wrong_state
from simulator.salesforce.bulk.work import start
from simulator.salesforce.call import Answer, Call
from simulator.salesforce.engine import Engine
from simulator.salesforce.errors import SalesforceError, cannot_deserialize, not_found, unreadable
from simulator.salesforce.schema import SObject

OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
LONGEST_MULTIPART = 100_000
CSV_HEADERS = {"Content-Type": "text/csv;charset=UTF-8"}


def create(engine: Engine, call: Call) -> Answer:
    """With `multipart/form-data` the rows come along, and the job begins at once."""
    if engine.quotas.bulk_batches >= engine.settings.daily_bulk_batches:
        raise SalesforceError("EXCEEDEDQUOTA", "ExceededQuota : ApiBatchItems Limit exceeded.")
    content_type = call.headers.get("Content-Type", "")
    upload = None
    if content_type.lower().startswith("multipart/form-data"):
        body, upload = _split(content_type, call.body)
    else:
        body = call.read_object()
    job = engine.jobs.add(_read_job(engine, call, body))
    engine.counters["bulk.ingest"] += 1
    if upload is not None:
        job.upload = upload
        start(engine, job)
    return Answer(job.describe())


def serve_part(engine: Engine, call: Call, job: Job, part: str) -> Answer:
    """Both spellings of the unprocessed records are in use."""
    match part.lower():
        case "batches":
            call.demand_method("PUT")
            return _upload(engine, call, job)
        case "successfulresults":
            rows = [[each.record_id, str(each.created).lower(), *job.rows[each.position]] for each in job.succeeded]
            return _results(call, job, ["sf__Id", "sf__Created", *job.columns], rows)
        case "failedresults":
            rows = [[each.record_id, each.error, *job.rows[each.position]] for each in job.failed]
            return _results(call, job, ["sf__Id", "sf__Error", *job.columns], rows)
        case "unprocessedrecords":
            return _results(call, job, job.columns, job.rows[job.processed :])
        case _:
            raise not_found()


def leave_unprocessed(job: Job) -> None:
    """The rows of a job nobody has begun are still to be had when it is aborted."""
    if job.upload is not None:
        try:
            job.columns, job.rows = job.format.read(job.upload)
        except UnusableUploadError:
            job.columns, job.rows = [], []
        job.upload = None


def _upload(engine: Engine, call: Call, job: Job) -> Answer:
    if job.state is not State.OPEN or job.upload is not None:
        raise wrong_state(job, "it takes no more data")
    if not call.body:
        raise SalesforceError("INVALIDBATCH", "InvalidBatch : there is no data")
    engine.counters["bulk.upload"] += 1
    job.upload = call.body
    return Answer(status=201)


def _results(call: Call, job: Job, header: list[str], rows: list[list[str]]) -> Answer:
    call.demand_method("GET")
    if not job.state.is_final:
        raise wrong_state(job, "it has no results yet")
    return Answer(job.format.write(header, rows), headers=dict(CSV_HEADERS))


def _read_job(engine: Engine, call: Call, body: dict[str, Any]) -> Job:
    operation = body.get("operation")
    if operation not in OPERATIONS:
        raise unreadable(f"{operation!r} is not an operation of ingest jobs: {', '.join(OPERATIONS)}")
    if body.get("contentType", "CSV") != "CSV":
        raise invalid_job(f"Unsupported content type: {body['contentType']}")
    name = body.get("object")
    if not isinstance(name, str):
        raise cannot_deserialize("string", name)
    sobject = engine.schema.find(name)
    if sobject is None or "read" not in sobject.permissions:
        raise SalesforceError("INVALIDENTITY", f"InvalidEntity : Unable to find object: {name}")
    return Job(
        operation=operation,
        user_id=call.user_id,
        version=call.version,
        format=read_format(body),
        object_name=sobject.name,
        key_field=_read_key_field(sobject, body) if operation == "upsert" else "",
    )


def _read_key_field(sobject: SObject, body: dict[str, Any]) -> str:
    name = body.get("externalIdFieldName")
    if not isinstance(name, str):
        raise invalid_job("externalIdFieldName is required for an upsert")
    field = sobject.find_field(name)
    if field is None or not (field.external_id or field.id_lookup):
        raise invalid_job(
            f"Field name provided, {name} does not match an External ID, Salesforce Id, or indexed field "
            f"for {sobject.name}"
        )
    return field.name


def _split(content_type: str, body: bytes) -> tuple[dict[str, Any], bytes]:
    """The parts called `job` and `content`."""
    if len(body) > LONGEST_MULTIPART:
        raise invalid_job(f"A multipart request holds at most {LONGEST_MULTIPART} characters")
    head = f"Content-Type: {content_type}\r\n\r\n".encode("utf-8", "replace")
    message = BytesParser(_class=EmailMessage, policy=policy.HTTP).parsebytes(head + body)
    parts = {part.get_param("name", header="Content-Disposition"): part for part in message.iter_parts()}
    if not {"job", "content"} <= parts.keys():
        raise unreadable("A multipart request has the parts job and content")
    try:
        job = json.loads(_payload(parts["job"]))
    except (ValueError, RecursionError):
        raise unreadable("The part job is not JSON") from None
    if not isinstance(job, dict):
        raise cannot_deserialize("object", job)
    return job, _payload(parts["content"])


def _payload(part: Any) -> bytes:
    return bytes(part.get_payload(decode=True) or b"")
