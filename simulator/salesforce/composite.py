"""Up to 25 requests in one call, later ones referring to the answers of earlier ones."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from multidict import CIMultiDict

from simulator.salesforce.call import Answer, Call, method_not_allowed
from simulator.salesforce.engine import Engine
from simulator.salesforce.errors import SalesforceError, cannot_deserialize
from simulator.salesforce.references import resolve

MOST_SUBREQUESTS = 25
MOST_HEAVY_SUBREQUESTS = 5
URL = re.compile(r"/services/data/v(\d{2,3}\.0)/(.+)")
REFERENCE_ID = re.compile(r"[A-Za-z0-9_]+")
METHODS = frozenset({"GET", "POST", "PATCH", "DELETE", "PUT", "HEAD"})
HEAVY = frozenset({"query", "queryall"})

Dispatch = Callable[[Engine, Call], Answer]


@dataclass(frozen=True, slots=True)
class Subrequest:
    method: str
    url: str
    reference_id: str
    body: Any
    headers: Mapping[str, str]

    @property
    def is_heavy(self) -> bool:
        parts = urlsplit(self.url).path.lower().split("/")[4:]
        return bool(parts) and (parts[0] in HEAVY or parts[:2] == ["composite", "sobjects"])


def serve(engine: Engine, call: Call, dispatch: Dispatch) -> Answer:
    if call.method != "POST":
        raise method_not_allowed(call, "POST")
    body = call.read_object()
    all_or_none = body.get("allOrNone", False)
    if not isinstance(all_or_none, bool):
        raise cannot_deserialize("boolean", all_or_none)
    subrequests = _read_subrequests(body.get("compositeRequest"))
    answers: dict[str, Any] = {}
    responses: list[dict[str, Any]] = []
    rows = 0
    with engine.store.transaction() as roll_back:
        for subrequest in subrequests:
            answer = _answer(engine, call, subrequest, answers, dispatch)
            rows += answer.rows
            responses.append(_response(subrequest, answer))
            if answer.status < 300:
                answers[subrequest.reference_id] = answer.body
            elif all_or_none:
                roll_back()
                engine.counters["composite.rolled_back"] += 1
                responses = _halted(subrequests, failed=responses[-1])
                break
    return Answer({"compositeResponse": responses}, rows=rows)


def _answer(
    engine: Engine, call: Call, subrequest: Subrequest, answers: Mapping[str, Any], dispatch: Dispatch
) -> Answer:
    try:
        url = resolve(subrequest.url, answers)
        payload = resolve(subrequest.body, answers)
        return dispatch(engine, _subcall(call, subrequest, url, payload))
    except SalesforceError as error:
        engine.counters[f"error.{error.code}"] += 1
        return Answer(error.as_answer(), error.status)


def _subcall(call: Call, subrequest: Subrequest, url: str, payload: Any) -> Call:
    parts = urlsplit(url)
    match = URL.fullmatch(parts.path)
    if match is None:
        raise SalesforceError("NOT_FOUND", "The requested resource does not exist", status=404)
    path = tuple(unquote(part) for part in match[2].split("/") if part)
    if path[:1] == ("composite",) and path[1:2] != ("sobjects",):
        raise SalesforceError("PROCESSING_HALTED", "A composite request cannot contain a composite request")
    return Call(
        subrequest.method,
        path,
        dict(parse_qsl(parts.query, keep_blank_values=True)),
        CIMultiDict({**_inherited(call), **subrequest.headers}),
        float(match[1]),
        call.user_id,
        payload=payload,
    )


def _inherited(call: Call) -> dict[str, str]:
    name = "Sforce-Duplicate-Rule-Header"
    return {name: call.headers[name]} if name in call.headers else {}


def _response(subrequest: Subrequest, answer: Answer) -> dict[str, Any]:
    return {
        "body": answer.body,
        "httpHeaders": answer.headers,
        "httpStatusCode": answer.status,
        "referenceId": subrequest.reference_id,
    }


def _halted(subrequests: list[Subrequest], failed: dict[str, Any]) -> list[dict[str, Any]]:
    error = SalesforceError(
        "PROCESSING_HALTED",
        "The transaction was rolled back since another operation in the same transaction failed.",
    )
    return [
        failed
        if subrequest.reference_id == failed["referenceId"]
        else _response(subrequest, Answer(error.as_answer(), 400))
        for subrequest in subrequests
    ]


def _read_subrequests(items: Any) -> list[Subrequest]:
    if not isinstance(items, list) or not items:
        raise cannot_deserialize("list", items)
    if len(items) > MOST_SUBREQUESTS:
        raise _limit(f"Limit of {MOST_SUBREQUESTS} subrequests exceeded")
    subrequests = [_read_subrequest(item) for item in items]
    if sum(subrequest.is_heavy for subrequest in subrequests) > MOST_HEAVY_SUBREQUESTS:
        raise _limit(f"Limit of {MOST_HEAVY_SUBREQUESTS} collection and query subrequests exceeded")
    if len({subrequest.reference_id for subrequest in subrequests}) < len(subrequests):
        raise SalesforceError("INVALID_INPUT", "Duplicate referenceId provided in a batch.")
    return subrequests


def _read_subrequest(item: Any) -> Subrequest:
    if not isinstance(item, dict):
        raise cannot_deserialize("object", item)
    method, url, reference_id = (item.get(name) for name in ("method", "url", "referenceId"))
    if method not in METHODS or not isinstance(url, str):
        raise SalesforceError("INVALID_INPUT", "method and url are required for every subrequest")
    if not isinstance(reference_id, str) or not REFERENCE_ID.fullmatch(reference_id):
        raise SalesforceError("INVALID_INPUT", f"Provided referenceId ('{reference_id}') is invalid.")
    headers = item.get("httpHeaders") or {}
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise cannot_deserialize("map", headers)
    return Subrequest(method, url, reference_id, item.get("body"), headers)


def _limit(message: str) -> SalesforceError:
    return SalesforceError("LIMIT_EXCEEDED", message)
