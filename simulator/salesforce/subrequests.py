"""A request inside a request: how it is read, sent on, and answered."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from multidict import CIMultiDict

from simulator.salesforce.call import Answer, Call
from simulator.salesforce.engine import Engine
from simulator.salesforce.errors import SalesforceError, cannot_deserialize, not_found
from simulator.salesforce.references import resolve

URL = re.compile(r"/services/data/v(\d{2,3}\.0)/(.+)")
REFERENCE_ID = re.compile(r"[A-Za-z0-9_]+")
METHODS = frozenset({"GET", "POST", "PATCH", "DELETE", "PUT", "HEAD"})
OF_THE_CALL = frozenset({"accept", "authorization", "content-type"})
INHERITED = "Sforce-Duplicate-Rule-Header"

Dispatch = Callable[[Engine, Call], Answer]
Response = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subrequest:
    method: str
    url: str
    reference_id: str
    body: Any
    headers: Mapping[str, str]

    @property
    def resource(self) -> list[str]:
        """The parts of its path behind the version, in lower case."""
        return [part for part in _parts_of(self.url).path.lower().split("/")[4:] if part]


@dataclass(frozen=True, slots=True)
class Outcome:
    responses: list[Response]
    failed: bool
    rows: int


def read_subrequests(items: Any) -> list[Subrequest]:
    if not isinstance(items, list) or not items:
        raise cannot_deserialize("list", items)
    subrequests = [_read_subrequest(item) for item in items]
    if len({subrequest.reference_id for subrequest in subrequests}) < len(subrequests):
        raise SalesforceError("INVALID_INPUT", "Duplicate referenceId provided in a batch.")
    return subrequests


def perform(
    engine: Engine, call: Call, subrequests: list[Subrequest], dispatch: Dispatch, *, all_or_none: bool
) -> Outcome:
    """One after the other; the first failure undoes them all, or just answers for itself."""
    answers: dict[str, Any] = {}
    responses: list[Response] = []
    failed, rows = False, 0
    with engine.store.transaction() as roll_back:
        for subrequest in subrequests:
            answer = _answer(engine, call, subrequest, answers, dispatch)
            rows += answer.rows
            responses.append(_response(subrequest, answer))
            if answer.status < 300:
                answers[subrequest.reference_id] = answer.body
                continue
            failed = True
            if all_or_none:
                roll_back()
                return Outcome(_all_but(subrequests, responses[-1]), failed, rows)
    return Outcome(responses, failed, rows)


def halt(subrequests: list[Subrequest], message: str) -> list[Response]:
    error = SalesforceError("PROCESSING_HALTED", message)
    return [_response(subrequest, Answer(error.as_answer(), 400)) for subrequest in subrequests]


def subcall(call: Call, method: str, url: str, payload: Any, headers: Mapping[str, str]) -> Call:
    parts = _parts_of(url)
    match = URL.fullmatch(parts.path)
    if match is None or parts.scheme or parts.netloc:
        raise not_found()
    path = tuple(unquote(part) for part in match[2].split("/") if part)
    inherited = {INHERITED: call.headers[INHERITED]} if INHERITED in call.headers else {}
    return Call(
        method,
        path,
        dict(parse_qsl(parts.query, keep_blank_values=True)),
        CIMultiDict({**inherited, **headers}),
        float(match[1]),
        call.user_id,
        payload=payload,
    )


def _parts_of(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # an address in brackets that is none
        return SplitResult("", "", "", "", "")


def limit_exceeded(message: str) -> SalesforceError:
    return SalesforceError("LIMIT_EXCEEDED", message)


def _answer(
    engine: Engine, call: Call, subrequest: Subrequest, answers: Mapping[str, Any], dispatch: Dispatch
) -> Answer:
    try:
        url = resolve(subrequest.url, answers)
        payload = resolve(subrequest.body, answers)
        inner = subcall(call, subrequest.method, url, payload, subrequest.headers)
        if inner.path[:1] == ("jobs",) or (inner.path[:1] == ("composite",) and inner.path[1:2] != ("sobjects",)):
            raise SalesforceError("PROCESSING_HALTED", "A composite request cannot contain this request")
        return dispatch(engine, inner)
    except SalesforceError as error:
        engine.counters[f"error.{error.code}"] += 1
        return Answer(error.as_answer(), error.status)


def _response(subrequest: Subrequest, answer: Answer) -> Response:
    return {
        "body": answer.body,
        "httpHeaders": answer.headers,
        "httpStatusCode": answer.status,
        "referenceId": subrequest.reference_id,
    }


def _all_but(subrequests: list[Subrequest], failed: Response) -> list[Response]:
    message = "The transaction was rolled back since another operation in the same transaction failed."
    return [
        failed if response["referenceId"] == failed["referenceId"] else response
        for response in halt(subrequests, message)
    ]


def _read_subrequest(item: Any) -> Subrequest:
    if not isinstance(item, dict):
        raise cannot_deserialize("object", item)
    method, url, reference_id = (item.get(name) for name in ("method", "url", "referenceId"))
    if not isinstance(method, str) or method not in METHODS or not isinstance(url, str):
        raise SalesforceError("INVALID_INPUT", "method and url are required for every subrequest")
    if not isinstance(reference_id, str) or not REFERENCE_ID.fullmatch(reference_id):
        raise SalesforceError("INVALID_INPUT", f"Provided referenceId ('{reference_id}') is invalid.")
    headers = item.get("httpHeaders") or {}
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise cannot_deserialize("map", headers)
    if own := [name for name in headers if name.lower() in OF_THE_CALL]:
        raise SalesforceError("INVALID_INPUT", f"The header {own[0]} is the whole call's, not a subrequest's")
    return Subrequest(method, url, reference_id, item.get("body"), headers)
