"""Conditional requests: the entity tag of an account, and the last-modified date of every row."""

import hashlib
import re
from datetime import datetime

from simulator.salesforce import timestamps
from simulator.salesforce.call import Answer, Call
from simulator.salesforce.engine import Engine
from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.schema import SObject
from simulator.salesforce.store import Record

CONDITIONS = ("If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since")
ENTITY_TAGS = re.compile(r'\s*(?:\*|(?:W/)?"[^"]*"(?:\s*,\s*(?:W/)?"[^"]*")*)\s*')


def entity_tag(record: Record) -> str:
    digest = hashlib.blake2b(repr(sorted(record.items())).encode("utf-8", "replace"), digest_size=12)
    return f'"{digest.hexdigest()}"'


def row_headers(engine: Engine, sobject: SObject, record: Record) -> dict[str, str]:
    headers = {"Last-Modified": timestamps.http_date(record["LastModifiedDate"])}
    if sobject.name in engine.settings.etag_objects:
        headers["ETag"] = entity_tag(record)
    return headers


def check(engine: Engine, call: Call, sobject: SObject, record: Record) -> Answer | None:
    """None: go ahead. A read of what the caller has is answered 304; a failed precondition raises 412."""
    if any(name in call.headers for name in CONDITIONS):
        return _check(engine, call, sobject, record)
    return None


def _check(engine: Engine, call: Call, sobject: SObject, record: Record) -> Answer | None:
    if sobject.name in engine.settings.etag_objects:
        tag = entity_tag(record)
        wanted = _tags(call, "If-Match")
        if wanted and not _names(wanted, tag):
            raise _failed(engine)
        known = _tags(call, "If-None-Match")
        if known and _names(known, tag):
            return _not_modified(engine, call)
    return check_dates(engine, call, record["LastModifiedDate"])


def check_dates(engine: Engine, call: Call, last_modified: str) -> Answer | None:
    if not engine.settings.conditional_dates:
        return None
    modified = timestamps.find_datetime(last_modified)
    since = _date(call, "If-Modified-Since")
    unmodified_since = _date(call, "If-Unmodified-Since")
    if modified and unmodified_since and modified > unmodified_since:
        raise _failed(engine)
    if modified and since and modified <= since:
        return _not_modified(engine, call)
    return None


def _failed(engine: Engine) -> SalesforceError:
    engine.counters["preconditions.failed"] += 1
    return SalesforceError(
        "PRECONDITION_FAILED", "The precondition given in the request header was not met", status=412
    )


def _not_modified(engine: Engine, call: Call) -> Answer:
    if call.method != "GET":
        raise _failed(engine)
    engine.counters["preconditions.not_modified"] += 1
    return Answer(status=304)


def _names(tags: str, tag: str) -> bool:
    return "*" in tags or tag in tags


def _tags(call: Call, header: str) -> str:
    tags = call.headers.get(header, "")
    if tags and not ENTITY_TAGS.fullmatch(tags) and call.method != "GET":
        raise SalesforceError("INVALID_HEADER", f"Malformed value of header {header}: {tags}")
    return tags


def _date(call: Call, header: str) -> datetime | None:
    text = call.headers.get(header)
    moment = timestamps.find_http_date(text) if text else None
    if text and moment is None and call.method != "GET":
        raise SalesforceError("INVALID_HEADER", f"Malformed value of header {header}: {text}")
    return moment
