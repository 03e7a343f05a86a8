"""Bodies of requests: no more of them is read than is allowed, and no longer than is reasonable."""

import asyncio
import json
from email.message import Message
from http import HTTPStatus
from typing import Any

from fastapi import Request

from workers.http.problems import Problem

READ_WITHIN_SECONDS = 10
DIGITS_OF_A_LENGTH = 12


def refuse_unless_json(request: Request) -> None:
    """By its headers alone."""
    header = Message()
    header["Content-Type"] = request.headers.get("content-type", "")
    is_json = header.get_content_type() == "application/json"
    is_utf8 = str(header.get_param("charset", "utf-8")).lower() in {"utf-8", "utf8"}
    if not (is_json and is_utf8 and request.headers.get("content-encoding", "identity").lower() == "identity"):
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body has to be application/json, in UTF-8, not compressed."
        )


async def read_body(request: Request, *, limit: int) -> bytes:
    """All of it, or a refusal as soon as it is known to be too large."""
    too_large = Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body may have {limit:,} bytes.")
    announced = request.headers.get("content-length", "0")
    if not announced.isascii() or not announced.isdigit():
        raise Problem(HTTPStatus.BAD_REQUEST, "Content-Length is not a number.")
    if len(announced) > DIGITS_OF_A_LENGTH or int(announced) > limit:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(READ_WITHIN_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise too_large
    except TimeoutError:
        raise Problem(HTTPStatus.REQUEST_TIMEOUT, f"The body did not arrive within {READ_WITHIN_SECONDS} s.") from None
    return bytes(body)


def parse_json(body: bytes) -> Any:
    """What it means."""
    try:
        return json.loads(body.decode("utf-8"))
    except ValueError:  # also what is not UTF-8; its text would quote the body
        raise Problem(HTTPStatus.BAD_REQUEST, "The body is not JSON in UTF-8.") from None
    except RecursionError:
        raise Problem(HTTPStatus.BAD_REQUEST, "The body is nested too deeply.") from None
