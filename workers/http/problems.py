"""Refusals as problem details (RFC 9457): what is wrong and what to do, without repeating what was sent."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

MEDIA_TYPE = "application/problem+json"
MEANINGS = {
    400: "The body is no JSON, or did not arrive",
    401: "Nobody who may do this: no good key, no good signature",
    403: "Events of another portal",
    404: "No webhooks are set up",
    408: "The body did not arrive in time",
    413: "The body is too large, or holds too many events",
    415: "The body is not said to be JSON",
    422: "Nobody can act on what was sent",
    429: "Too many requests of this producer at once",
    503: "Nothing can be stored now: come back after `Retry-After` seconds",
}


class RefusedEvent(BaseModel):
    """What is wrong with one event of a message."""

    index: int
    """Of the event in the message, from 0."""
    field: str
    """Empty where the event as a whole is meant."""
    problem: str


class ProblemDetails(BaseModel):
    """Why a request was refused."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[RefusedEvent] | None = None


class Problem(Exception):
    """A request is refused."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[RefusedEvent] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers
        self.details = ProblemDetails(
            title=status.phrase, status=status, detail=detail, errors=None if errors is None else list(errors)
        )


class Away(Problem):
    """Come back a little later: nothing is known to have been stored."""

    def __init__(self, detail: str, *, after_seconds: int = 5) -> None:
        super().__init__(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": str(after_seconds)})


def answer_with_problems(app: FastAPI) -> None:
    """Also what the framework refuses by itself, and what is a fault of ours."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _refused_by_framework)
    app.add_exception_handler(RequestValidationError, _wrong_parameters)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _fault)


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: these answers are problem details."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    return {one: {"description": MEANINGS[one], "content": content} for one in statuses}


def _answer(problem: Problem) -> JSONResponse:
    body = problem.details.model_dump(exclude_none=True)
    # What is left of the request is not read, however much of it there is.
    headers = {"Connection": "close", **(problem.headers or {})}
    return JSONResponse(body, problem.status, headers=headers, media_type=MEDIA_TYPE)


def _problem(_request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, Problem)
    return _answer(problem)


def _refused_by_framework(_request: Request, refusal: Exception) -> JSONResponse:
    assert isinstance(refusal, HTTPException)
    status = HTTPStatus(refusal.status_code)
    return _answer(Problem(status, f"{status.description or status.phrase}.", headers=refusal.headers))


def _wrong_parameters(_request: Request, wrong: Exception) -> JSONResponse:
    assert isinstance(wrong, RequestValidationError)
    named = sorted({str(error["loc"][-1]) for error in wrong.errors()})
    return _answer(Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"Not as it has to be: {', '.join(named)}."))


def _gone(_request: Request, _problem: Exception) -> JSONResponse:
    return _answer(Problem(HTTPStatus.BAD_REQUEST, "The connection ended before the body did."))


def _fault(_request: Request, _problem: Exception) -> JSONResponse:
    return _answer(
        Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "A fault of Tandem's, which its log tells. Try again later.")
    )
