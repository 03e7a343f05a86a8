"""What search believes: every change arrives here late, and some much later."""

import heapq
import itertools
import random
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from simulator.hubspot.object_types import OBJECT_TYPES, ObjectType
from simulator.hubspot.store import Record
from simulator.hubspot.switches import Switches
from simulator.hubspot.timeline import Timeline
from simulator.hubspot.timestamps import milliseconds_of

TAIL_SHARE = 0.01


class Entry(NamedTuple):
    record: Record
    version: int
    properties: Mapping[str, str]
    modified: int  # in milliseconds, by these properties


class SearchIndex:
    def __init__(self, switches: Switches, counters: Counter[str], *, outdated_allowed: int = 10_000) -> None:
        self._switches = switches
        self._counters = counters
        self._outdated_allowed = outdated_allowed
        self._random = random.Random(switches.random_seed)
        self._arriving: list[tuple[float, int, Entry]] = []
        self._order = itertools.count()
        self._entries: dict[str, dict[str, Entry]] = {kind.plural: {} for kind in OBJECT_TYPES}
        self._by_time = {kind.plural: Timeline() for kind in OBJECT_TYPES}

    def changed(self, record: Record) -> None:
        lag = self._switches.search_lag
        if self._random.random() < TAIL_SHARE:
            lag *= self._switches.search_lag_tail
        entry = _entry_of(record)
        if lag <= 0:
            self._arrive(entry)
        else:
            self._counters["search_changes_late"] += 1
            heapq.heappush(self._arriving, (time.monotonic() + lag, next(self._order), entry))
        self._catch_up()

    def seeded(self, records: Iterable[Record]) -> None:
        """Many at once, known from the beginning."""
        for record in records:
            self._learn(_entry_of(record))

    def entries(self, kind: ObjectType) -> list[Entry]:
        self._catch_up()
        return list(self._entries[kind.plural].values())

    def entries_modified(self, kind: ObjectType, since: int, until: int) -> list[Entry]:
        """Those whose last change, as known here, lies between two moments in milliseconds, both included."""
        self._catch_up()
        known = self._entries[kind.plural]
        places = self._by_time[kind.plural].between(since, until)
        return [entry for moment, each in places if (entry := known.get(each)) and entry.modified == moment]

    def forget(self, record: Record) -> None:
        self._entries[record.kind.plural].pop(record.id, None)

    def _catch_up(self) -> None:
        now = time.monotonic()
        while self._arriving and self._arriving[0][0] <= now:
            self._arrive(heapq.heappop(self._arriving)[2])

    def _arrive(self, entry: Entry) -> None:
        before = self._entries[entry.record.kind.plural].get(entry.record.id)
        if not entry.record.archived_at and not (before and before.version >= entry.version):
            self._learn(entry)

    def _learn(self, entry: Entry) -> None:
        plural, record_id = entry.record.kind.plural, entry.record.id
        known, by_time = self._entries[plural], self._by_time[plural]
        known[record_id] = entry
        by_time.add(entry.modified, record_id)
        if len(by_time) > 2 * len(known) + self._outdated_allowed:
            by_time.keep(lambda moment, each: each in known and known[each].modified == moment)


def _entry_of(record: Record) -> Entry:
    modified = milliseconds_of(record.properties[record.kind.modified]) or 0
    return Entry(record, record.version, record.properties, modified)
