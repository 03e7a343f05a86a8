"""What was deleted: restorable for a while, then gone, and remembered by the delete log a little longer."""

import time
from collections import Counter, deque
from collections.abc import Iterable

from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.settings import Settings
from simulator.salesforce.store import Record, Store, Table


class RecycleBin:
    """Records that went together come back together, and only through the one that was deleted itself.

    What a rolled back deletion left here does no harm: its records live.
    """

    def __init__(self, settings: Settings, store: Store, counters: Counter[str]) -> None:
        self.purged: dict[str, dict[str, str]] = {}  # by object: the ids that are gone, and when they were deleted
        self._settings = settings
        self._store = store
        self._counters = counters
        self._by_age: deque[tuple[float, Table, Record]] = deque()
        self._members: dict[str, list[tuple[Table, str]]] = {}  # by the id of what was deleted itself
        self._root_of: dict[str, str] = {}

    def take(self, table: Table, record: Record, *, root_id: str) -> None:
        """`record` as it lies in the bin; `root_id` is what it was deleted with, maybe itself."""
        short_id = record["Id"][:15]
        if record["Id"] == root_id:
            self._members[root_id] = []
        self._members[root_id].append((table, short_id))
        self._root_of[short_id] = root_id
        self._by_age.append((time.time(), table, record))

    def find_together(self, table: Table, short_id: str) -> list[tuple[Table, Record]]:
        """The record and what was deleted with it; UNDELETE_FAILED if it was not deleted itself."""
        self.purge_expired()
        record = table.rows.get(short_id)
        if record is None or not record.get("IsDeleted"):
            raise not_in_bin()
        record_id = record["Id"]
        if self._root_of.get(short_id, record_id) != record_id:
            raise not_in_bin()
        members = self._members.get(record_id) or [(table, short_id)]
        found = ((each, each.rows.get(member_id)) for each, member_id in members)
        return [(each, member) for each, member in found if member and member.get("IsDeleted")]

    def purge(self, records: Iterable[tuple[Table, Record]]) -> None:
        for table, record in records:
            if table.rows.get(record["Id"][:15]) is record:
                self._store.remove(table, record["Id"][:15])
                self.purged.setdefault(table.sobject.name, {})[record["Id"]] = record["SystemModstamp"]
                self._counters["records.purged"] += 1

    def purge_expired(self) -> None:
        oldest = time.time() - self._settings.recycle_bin_seconds
        while self._by_age and self._by_age[0][0] <= oldest:
            _, table, record = self._by_age.popleft()
            self.purge([(table, record)])


def not_in_bin() -> SalesforceError:
    return SalesforceError("UNDELETE_FAILED", "Entity is not in the recycle bin", fields=[])
