"""What became of companies and contacts: in few calls, and one by one only for those that are nowhere else."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tasks.contracts.errors import Gone, NeedsHuman, SyncError
from tasks.contracts.fates import End, Fate
from tasks.contracts.records import CompanyId, Kind
from workers.crm.chunks import ask_in_chunks
from workers.crm.hubspot_calls import Call, HubSpotCalls
from workers.crm.hubspot_paths import Paths
from workers.crm.hubspot_records import NO_ROW, properties_of, row_problems_of, rows_of, unless_absent

BATCH = 100
RECORDS = {Kind.COMPANY: "companies", Kind.CONTACT: "contacts"}
READS = {Kind.COMPANY: Call.READ_COMPANIES, Kind.CONTACT: Call.READ_CONTACTS}
WRITES = {Kind.COMPANY: Call.WRITE_COMPANIES, Kind.CONTACT: Call.WRITE_CONTACTS}
MERGED = "hs_merged_object_ids"

Answer = Fate | SyncError | None
Pair = tuple[CompanyId, CompanyId]


class HubSpotFatesDoor:
    """The part of the door to HubSpot that is about records that may be gone."""

    def __init__(self, calls: HubSpotCalls, paths: Paths) -> None:
        self._calls = calls
        self._paths = paths

    def read_fates(self, kind: Kind, ids: Iterable[str]) -> dict[str, Fate | SyncError]:
        """Living ones by batch, archived ones by another, and by single calls whoever is left: merged away, or unknown.

        Only a call for one record follows a merged record's id to its survivor.
        """
        found = ask_in_chunks(ids, BATCH, lambda some: self._read(kind, some, archived=False))
        missing = [one for one, answer in found.items() if answer is None]
        found |= ask_in_chunks(missing, BATCH, lambda some: self._read(kind, some, archived=True))
        for one in missing:
            if found[one] is None:
                found[one] = self._read_one(kind, one)
        return {one: answer for one, answer in found.items() if answer is not None}

    def merge_companies(self, pairs: Iterable[Pair]) -> dict[Pair, SyncError | None]:
        """The survivor of each pair comes first; a call for each."""
        return {(one, other): self.merge(Kind.COMPANY, survivor=one, loser=other) for one, other in pairs}

    def merge(self, kind: Kind, *, survivor: str, loser: str) -> SyncError | None:
        """Again, it does nothing."""
        body = {"primaryObjectId": survivor, "objectIdToMerge": loser}
        try:
            self._calls.post(WRITES[kind], f"{self._paths.objects}/{RECORDS[kind]}/merge", body)
        except NeedsHuman as refusal:
            # HubSpot refuses to merge a record with itself, which is what the two are after the first time.
            return None if self._are_one(kind, survivor, loser) else refusal
        except SyncError as problem:
            return problem
        return None

    def archive(self, kind: Kind, ids: Iterable[str]) -> dict[str, SyncError | None]:
        """Again, it does nothing."""

        def ask(some: Sequence[str]) -> dict[str, SyncError | None]:
            inputs = {"inputs": [{"id": one} for one in some]}
            self._calls.post(WRITES[kind], self._paths.batch(RECORDS[kind], "archive"), inputs)
            return dict.fromkeys(some)

        return ask_in_chunks(ids, BATCH, ask)

    def _are_one(self, kind: Kind, survivor: str, loser: str) -> bool:
        fates = self.read_fates(kind, [survivor, loser]).values()
        there = [fate for fate in fates if isinstance(fate, Fate) and not fate.survivor_is_gone]
        return len(there) == 2 and len({fate.survivor_id for fate in there}) == 1

    def _read(self, kind: Kind, ids: Sequence[str], *, archived: bool) -> dict[str, Answer]:
        body = {"properties": [MERGED], "inputs": [{"id": one} for one in ids]}
        path = self._paths.batch(RECORDS[kind], "read") + ("?archived=true" if archived else "")
        answer = self._calls.post(READS[kind], path, body)
        found = {str(row["id"]): _fate_of(kind, row, archived=archived) for row in rows_of(answer)}
        problems = row_problems_of(answer, READS[kind])
        return {one: found.get(one) or unless_absent(problems.get(one) or problems.get(NO_ROW)) for one in ids}

    def _read_one(self, kind: Kind, record_id: str) -> Fate | SyncError:
        path = f"{self._paths.objects}/{RECORDS[kind]}/{record_id}"
        try:
            row = self._calls.get(READS[kind], path, {"properties": MERGED})
        except Gone:
            return Fate(kind, record_id, End.UNKNOWN, record_id, survivor_is_gone=True)
        except SyncError as problem:
            return problem
        survivor = str(row["id"])
        # One that came back between the calls is living, not merged into itself.
        return Fate(kind, record_id, End.LIVING if survivor == record_id else End.MERGED, survivor)


def _fate_of(kind: Kind, row: Mapping[str, Any], *, archived: bool) -> Fate:
    record_id = str(row["id"])
    absorbed = tuple(filter(None, properties_of(row).get(MERGED, "").split(";")))
    end = End.DELETED if archived else End.LIVING
    return Fate(kind, record_id, end, record_id, survivor_is_gone=archived, absorbed=absorbed)
