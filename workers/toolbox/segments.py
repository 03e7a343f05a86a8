"""Who is on which of HubSpot's lists: remembered like any fact, and asked for in whichever way is cheaper."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from tasks.contracts.records import Kind
from workers.coordination.turns import Turns
from workers.crm.hubspot import BATCH, HubSpotDoor
from workers.ledger.postgres_ledger import PostgresLedger
from workers.toolbox.freshness import Wanted
from workers.toolbox.reach import reach_ledger

WHOLE_LIST = "list"
"""The snapshot of a list that was read whole says only when; its members have snapshots of their own."""
NEVER = datetime.min.replace(tzinfo=UTC)


class CountOwed(Protocol):
    """How many records are owed a decision by facts that are younger than this."""

    def __call__(self, *, as_of_after: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class Known:
    """Who is on a list and who is not, as far as snapshots tell, and when the list was read whole."""

    told: Mapping[str, bool]
    read_whole_at: datetime = NEVER

    def missing(self, newest: Mapping[str, datetime]) -> list[str]:
        return sorted(newest.keys() - self.told.keys())


class Segments:
    """Asking about the records costs a call per 100 of them, reading the whole list a call per 250 members.

    When much is owed, a list that is read once for everybody saves more than half of the calls.
    """

    def __init__(self, door: HubSpotDoor, ledger: PostgresLedger, turns: Turns, *, count_owed: CountOwed) -> None:
        self._door = door
        self._ledger = ledger
        self._turns = turns
        self._count_owed = count_owed

    def find_members(self, segment: str, kind: Kind, wanted: Sequence[Wanted]) -> frozenset[str]:
        """Those of the records that are on the list. Raises SyncError: half an answer would mislead."""
        newest: dict[str, datetime] = {}
        for one in wanted:
            newest[one.record_id] = max(one.as_of, newest.get(one.record_id, one.as_of))
        known = self._known(segment, newest)
        if self._is_cheaper_whole(segment, known, newest):
            known = self._read_whole(segment, newest)
        told = dict(known.told)
        if missing := known.missing(newest):
            told |= self._ask(segment, kind, missing)
        return frozenset(record_id for record_id, is_on in told.items() if is_on)

    def _known(self, segment: str, newest: Mapping[str, datetime]) -> Known:
        if not newest:
            return Known({})
        wanted = [(_on(segment), record_id, as_of) for record_id, as_of in newest.items()]
        found = reach_ledger(lambda: self._ledger.find_snapshots([*wanted, (WHOLE_LIST, segment, NEVER)]))
        read_at = datetime.fromisoformat(found.pop((WHOLE_LIST, segment), NEVER.isoformat()))
        told = {record_id: bool(body) for (_, record_id), body in found.items()}
        # A whole list also says who is not on it.
        absent = (record_id for record_id, as_of in newest.items() if as_of <= read_at)
        return Known(dict.fromkeys(absent, False) | told, read_at)

    def _is_cheaper_whole(self, segment: str, known: Known, newest: Mapping[str, datetime]) -> bool:
        missing = len(known.missing(newest))
        pages = self._door.count_pages(segment) if missing > BATCH else None
        if pages is None:
            return False
        # Whoever is owed by facts from before the last reading gains nothing from another one.
        others = reach_ledger(lambda: self._count_owed(as_of_after=known.read_whole_at))
        return pages < math.ceil(max(missing, others) / BATCH)

    def _read_whole(self, segment: str, newest: Mapping[str, datetime]) -> Known:
        with self._turns.wait_for(f"{WHOLE_LIST}:{segment}"):
            # Whoever was first may have read it for everybody.
            known = self._known(segment, newest)
            if not self._is_cheaper_whole(segment, known, newest):
                return known
            read_at = reach_ledger(self._ledger.now)
            self._keep(_on(segment), dict.fromkeys(self._door.read_whole_segment(segment), True), read_at)
            # Last, because it says that all of them are there.
            self._keep(WHOLE_LIST, {segment: read_at.isoformat()}, read_at)
        return self._known(segment, newest)

    def _ask(self, segment: str, kind: Kind, missing: Sequence[str]) -> dict[str, bool]:
        read_at = reach_ledger(self._ledger.now)
        members = self._door.read_members(segment, kind, missing)
        told = {record_id: record_id in members for record_id in missing}
        self._keep(_on(segment), told, read_at)
        return told

    def _keep(self, kind: str, bodies: Mapping[str, object], read_at: datetime) -> None:
        reach_ledger(partial(self._ledger.record_snapshots, kind, bodies, read_at=read_at))


def _on(segment: str) -> str:
    return f"on_list.{segment}"
