"""Which records were changed or deleted in a span of time, and how far the answer can be relied on."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from simulator.salesforce import timestamps
from simulator.salesforce.call import Answer, Call
from simulator.salesforce.engine import Engine
from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.schema import SObject

DAY = 86_400.0
UPDATED_DAYS = 30
DELETED_DAYS = 15


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` on and before `end`, in seconds since 1970 and as the org writes moments."""

    start: float
    end: float

    def __contains__(self, stamp: str) -> bool:
        return _stamp(self.start) <= stamp < _stamp(self.end)


def updated(engine: Engine, call: Call, sobject: SObject) -> Answer:
    span = _read_span(engine, call, longest_days=UPDATED_DAYS)
    first, end = _stamp(span.start), _stamp(span.end)
    rows = engine.store.tables[sobject.name].rows.values()
    ids = [row["Id"] for row in rows if first <= row["SystemModstamp"] < end and not row.get("IsDeleted")]
    _demand_size(engine, ids)
    return Answer({"ids": ids, "latestDateCovered": _covered(engine, span)})


def deleted(engine: Engine, call: Call, sobject: SObject) -> Answer:
    span = _read_span(engine, call, longest_days=DELETED_DAYS)
    engine.recycle_bin.purge_expired()
    earliest = max(0.0, time.time() - engine.settings.delete_log_seconds)
    remembered = Span(max(span.start, earliest), span.end)
    records = [
        {"deletedDate": stamp, "id": record_id}
        for record_id, stamp in _deletions(engine, sobject)
        if stamp in remembered
    ]
    _demand_size(engine, records)
    return Answer(
        {
            "deletedRecords": records,
            "earliestDateAvailable": _stamp(earliest),
            "latestDateCovered": _covered(engine, span),
        }
    )


def _deletions(engine: Engine, sobject: SObject) -> Iterable[tuple[str, str]]:
    for row in engine.store.tables[sobject.name].rows.values():
        if row.get("IsDeleted"):
            yield row["Id"], row["SystemModstamp"]
    yield from engine.recycle_bin.purged.get(sobject.name, {}).items()


def _covered(engine: Engine, span: Span) -> str:
    """Until when nothing is missing: an open transaction may still commit rows older than now."""
    grain = engine.settings.feed_granularity
    oldest_open = engine.transactions.oldest_open()
    reached = min(span.end, time.time())
    if oldest_open is not None and oldest_open < reached:
        engine.counters["feeds.held_back"] += 1
        reached = oldest_open
    return _stamp(_floor(reached, grain))


def _read_span(engine: Engine, call: Call, *, longest_days: int) -> Span:
    grain = engine.settings.feed_granularity
    start, end = _read_moment(call, "start"), _read_moment(call, "end")
    if end - start <= grain:
        raise _bad_date("endDate must be at least one minute greater than startDate")
    if start < time.time() - longest_days * DAY:
        raise _bad_date(f"startDate cannot be more than {longest_days} days ago")
    return Span(_floor(start, grain), _floor(end, grain))


def _read_moment(call: Call, name: str) -> float:
    text = call.query.get(name, "")
    moment = timestamps.find_datetime(text)
    if moment is None:
        raise _bad_date(f"{name} is not a date with time: {text!r}" if text else f"{name} is required")
    return moment.timestamp()


def _floor(seconds: float, grain: float) -> float:
    return seconds // grain * grain if grain else seconds


def _stamp(seconds: float) -> str:
    return timestamps.stamp(datetime.fromtimestamp(seconds, UTC))


def _demand_size(engine: Engine, found: list[Any]) -> None:
    most = engine.settings.feed_id_limit
    if len(found) > most:
        raise SalesforceError("EXCEEDED_ID_LIMIT", f"more than {most} ids found; choose dates that are closer together")


def _bad_date(message: str) -> SalesforceError:
    return SalesforceError("INVALID_REPLICATION_DATE", message)
