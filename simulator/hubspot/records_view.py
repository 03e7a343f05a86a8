"""How a record looks in an answer."""

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.hubspot.crm import Crm
from simulator.hubspot.drafts import record_source
from simulator.hubspot.gate import Call
from simulator.hubspot.object_types import ObjectType
from simulator.hubspot.store import Record, Version
from simulator.hubspot.timestamps import now_text

MAX_REMEMBERED = 10_000


def shown_names(crm: Crm, kind: ObjectType, asked: Iterable[str]) -> tuple[str, ...]:
    """Asked for and defined; what is not defined is left out without a word."""
    wanted = (kind.plural, *asked)
    shown = crm.schema.shown.get(wanted)
    if shown is None:
        known = crm.schema.of(kind)
        names = dict.fromkeys(name for name in wanted[1:] if name in known)
        always = dict.fromkeys(("createdate", kind.modified, "hs_object_id"))
        shown = tuple(names | always) if names else kind.shown
        if len(crm.schema.shown) < MAX_REMEMBERED:
            crm.schema.shown[wanted] = shown
    return shown


def view(record: Record, names: Iterable[str], properties: Mapping[str, str] | None = None) -> dict[str, Any]:
    held = record.properties if properties is None else properties
    seen = {
        "id": record.id,
        "properties": {name: held.get(name) for name in names},
        "createdAt": record.created_at,
        "updatedAt": record.updated_at if properties is None else held[record.kind.modified],
        "archived": record.archived_at is not None,
    }
    if record.archived_at:
        seen["archivedAt"] = record.archived_at
    return seen


def history(record: Record, names: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    return {name: [_version_view(each) for each in _versions(record, name)] for name in names}


def _versions(record: Record, name: str) -> list[Version]:
    if name in record.history:
        return record.history[name]
    value = record.properties.get(name)
    return [] if value is None else [Version(value, record.created_at, *record_source(record))]


def _version_view(version: Version) -> dict[str, str]:
    return {
        "value": version.value,
        "timestamp": version.timestamp,
        "sourceType": version.source,
        "sourceId": version.source_id,
    }


def batch_view(
    results: list[dict[str, Any]], errors: list[dict[str, Any]] | None = None, *, started: str
) -> dict[str, Any]:
    body: dict[str, Any] = {"status": "COMPLETE", "results": results}
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return body | {"startedAt": started, "completedAt": now_text()}


def paging(call: Call, after: str) -> dict[str, Any]:
    """The link asks for the same again, from there on."""
    return {"next": {"after": after, "link": link(call, after=after)}}


def link(call: Call, **cursor: str) -> str:
    kept = [(key, value) for key, value in call.query.items() if key not in {"after", "before"}]
    return str(call.request.url.with_query(kept).extend_query(cursor))
