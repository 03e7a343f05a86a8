"""What search believes: every change arrives here late, and some much later."""

import bisect
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
from simulator.hubspot.timestamps import milliseconds_of

TAIL_SHARE = 0.01


class Entry(NamedTuple):
    record: Record
    version: int
    properties: Mapping[str, str]


class SearchIndex:
    def __init__(self, switches: Switches, counters: Counter[str]) -> None:
        self._switches = switches
        self._counters = counters
        self._random = random.Random(switches.random_seed)
        self._arriving: list[tuple[float, int, Entry]] = []
        self._order = itertools.count()
        self._entries: dict[str, dict[str, Entry]] = {kind.plural: {} for kind in OBJECT_TYPES}
        self._by_time: dict[str, list[tuple[int, str]]] = {kind.plural: [] for kind in OBJECT_TYPES}

    def changed(self, record: Record) -> None:
        lag = self._switches.search_lag
        if self._random.random() < TAIL_SHARE:
            lag *= self._switches.search_lag_tail
        entry = Entry(record, record.version, record.properties)
        if lag <= 0:
            self._arrive(entry)
        else:
            self._counters["search_changes_late"] += 1
            heapq.heappush(self._arriving, (time.monotonic() + lag, next(self._order), entry))
        self._catch_up()

    def seeded(self, records: Iterable[Record]) -> None:
        """Many at once, known from the beginning."""
        touched = set()
        for record in records:
            plural = record.kind.plural
            touched.add(plural)
            self._entries[plural][record.id] = Entry(record, record.version, record.properties)
            self._by_time[plural].append((_modified(record.kind, record.properties), record.id))
        for plural in touched:
            self._by_time[plural].sort()

    def entries(self, kind: ObjectType) -> list[Entry]:
        self._catch_up()
        return list(self._entries[kind.plural].values())

    def entries_modified(self, kind: ObjectType, since: int, until: int) -> list[Entry]:
        """Those whose last change, as known here, lies between two moments in milliseconds, both included."""
        self._catch_up()
        by_time, known = self._by_time[kind.plural], self._entries[kind.plural]
        start = bisect.bisect_left(by_time, (since, ""))
        end = bisect.bisect_left(by_time, (until + 1, ""))
        return [known[record_id] for _, record_id in by_time[start:end]]

    def forget(self, record: Record) -> None:
        entry = self._entries[record.kind.plural].pop(record.id, None)
        if entry:
            self._remove_time(entry)

    def _catch_up(self) -> None:
        now = time.monotonic()
        while self._arriving and self._arriving[0][0] <= now:
            self._arrive(heapq.heappop(self._arriving)[2])

    def _arrive(self, entry: Entry) -> None:
        record = entry.record
        known = self._entries[record.kind.plural]
        before = known.get(record.id)
        if record.archived_at or (before and before.version >= entry.version):
            return
        if before:
            self._remove_time(before)
        known[record.id] = entry
        moment = (_modified(record.kind, entry.properties), record.id)
        bisect.insort(self._by_time[record.kind.plural], moment)

    def _remove_time(self, entry: Entry) -> None:
        by_time = self._by_time[entry.record.kind.plural]
        moment = (_modified(entry.record.kind, entry.properties), entry.record.id)
        place = bisect.bisect_left(by_time, moment)
        if place < len(by_time) and by_time[place] == moment:
            del by_time[place]


def _modified(kind: ObjectType, properties: Mapping[str, str]) -> int:
    return milliseconds_of(properties[kind.modified]) or 0
