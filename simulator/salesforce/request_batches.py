"""Requests that only share a call: none knows of the others, and what is done stays done."""

from typing import Any

from simulator.salesforce.call import Answer, Call
from simulator.salesforce.engine import Engine
from simulator.salesforce.errors import SalesforceError, cannot_deserialize
from simulator.salesforce.subrequests import METHODS, Dispatch, limit_exceeded, subcall

ROOT = "/services/data/"


def serve(engine: Engine, call: Call, dispatch: Dispatch) -> Answer:
    call.demand_method("POST")
    body = call.read_object()
    halt_on_error = call.read_flag(body, "haltOnError")
    requests = _read_requests(body.get("batchRequests"), engine.settings.batch_requests)
    engine.counters["composite.batch"] += 1
    engine.quotas.spend(len(requests) - 1)  # each of them counts
    results: list[dict[str, Any]] = []
    rows, failed = 0, False
    for request in requests:
        if failed and halt_on_error:
            engine.counters["composite.batch.halted"] += 1
            answer = _refused(_halted())
        else:
            answer = _answer(engine, call, request, dispatch)
        rows += answer.rows
        failed = failed or answer.status >= 400
        results.append({"statusCode": answer.status, "result": answer.body})
    return Answer({"hasErrors": failed, "results": results}, rows=rows)


def _answer(engine: Engine, call: Call, request: dict[str, Any], dispatch: Dispatch) -> Answer:
    url = request["url"].lstrip("/")
    path = f"/{url}" if url.startswith(ROOT.lstrip("/")) else f"{ROOT}{url}"
    try:
        inner = subcall(call, request["method"].upper(), path, request.get("richInput"), {})
        if inner.path[:1] == ("jobs",) or inner.path[:2] == ("composite", "batch"):
            raise SalesforceError("INVALID_BATCH_REQUEST", f"{url} cannot be part of a batch")
        return dispatch(engine, inner)
    except SalesforceError as error:
        engine.counters[f"error.{error.code}"] += 1
        return _refused(error)


def _read_requests(items: Any, most: int) -> list[dict[str, Any]]:
    if not isinstance(items, list) or not items:
        raise cannot_deserialize("list", items)
    if len(items) > most:
        raise limit_exceeded(f"Limit of {most} subrequests exceeded")
    for item in items:
        if not isinstance(item, dict):
            raise cannot_deserialize("object", item)
        if str(item.get("method")).upper() not in METHODS or not isinstance(item.get("url"), str):
            raise SalesforceError("INVALID_INPUT", "method and url are required for every subrequest")
    return items


def _halted() -> SalesforceError:
    return SalesforceError(
        "BATCH_PROCESSING_HALTED", "Batch processing halted per request because of an error", status=412
    )


def _refused(error: SalesforceError) -> Answer:
    return Answer(error.as_answer(), error.status)
