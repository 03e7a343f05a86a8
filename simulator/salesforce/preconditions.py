"""Conditional requests: the entity tag of an account, and the last-modified date of every row."""

import hashlib
import re
from datetime import datetime

from simulator.salesforce import timestamps
from simulator.salesforce.call import Answer, Call
from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.schema import SObject
from simulator.salesforce.store import Record

ENTITY_TAGS = re.compile(r'\s*(?:\*|(?:W/)?"[^"]*"(?:\s*,\s*(?:W/)?"[^"]*")*)\s*')


def entity_tag(record: Record) -> str:
    digest = hashlib.blake2b(repr(sorted(record.items())).encode("utf-8", "replace"), digest_size=12)
    return f'"{digest.hexdigest()}"'


def row_headers(sobject: SObject, record: Record) -> dict[str, str]:
    headers = {"Last-Modified": timestamps.http_date(record["LastModifiedDate"])}
    if sobject.name == "Account":
        headers["ETag"] = entity_tag(record)
    return headers


def check(call: Call, sobject: SObject, record: Record) -> Answer | None:
    """None: go ahead. A read of what the caller has is answered 304; a failed precondition raises 412."""
    if sobject.name == "Account":
        tag = entity_tag(record)
        wanted = _tags(call, "If-Match")
        if wanted and not _names(wanted, tag):
            raise precondition_failed()
        known = _tags(call, "If-None-Match")
        if known and _names(known, tag):
            return _not_modified(call)
    return check_dates(call, record["LastModifiedDate"])


def check_dates(call: Call, last_modified: str) -> Answer | None:
    modified = timestamps.find_datetime(last_modified)
    since = _date(call, "If-Modified-Since")
    unmodified_since = _date(call, "If-Unmodified-Since")
    if modified and unmodified_since and modified > unmodified_since:
        raise precondition_failed()
    if modified and since and modified <= since:
        return _not_modified(call)
    return None


def precondition_failed() -> SalesforceError:
    return SalesforceError(
        "PRECONDITION_FAILED", "The precondition given in the request header was not met", status=412
    )


def _not_modified(call: Call) -> Answer:
    if call.method != "GET":
        raise precondition_failed()
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
