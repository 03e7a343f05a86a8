"""Counts every record that is about to be written, and leaves out those that are written in a loop."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from tasks.contracts.errors import Ambiguous, SyncError
from workers.coordination.fuses import WriteFuses, Written
from workers.telemetry.logs import get_logger

log = get_logger(__name__)

K = TypeVar("K")
V = TypeVar("V")

WRITE_FUSE = "WRITE_FUSE"
WHAT_TO_DO = (
    "Something changes this record back each time Tandem has written it: look for a workflow, a flow or another tool"
    " that sets the same fields, and stop it. Then `tandem parked replay ID`."
)


class Fuse:
    """In front of the writes of one slice. No call to a CRM, and one exchange with Redis for a whole batch."""

    def __init__(self, fuses: WriteFuses) -> None:
        self._fuses = fuses

    def find_blown(self, records: Mapping[K, Written]) -> dict[K, Ambiguous]:
        """Why these must not be written; the others are counted. Several keys may stand for one record."""
        distinct = list(dict.fromkeys(records.values()))
        counts = dict(zip(distinct, self._fuses.count(distinct), strict=True))
        for one, count in counts.items():
            if count == self._fuses.limit + 1:
                self._tell(one)
        return {key: self._refusal(one) for key, one in records.items() if counts[one] > self._fuses.limit}

    def guard(
        self, records: Mapping[K, Written], write: Callable[[Sequence[K]], Mapping[K, V | SyncError]]
    ) -> dict[K, V | SyncError]:
        """As `write` answers, or why a record was not written."""
        blown = self.find_blown(records)
        going = [key for key in records if key not in blown]
        answers: dict[K, Any] = {**blown, **(write(going) if going else {})}
        return {key: answers[key] for key in records}

    def _tell(self, one: Written) -> None:
        """Once: whoever tries afterwards counts on."""
        about = {"crm": one.crm, "kind": one.kind, "record_id": one.record_id}
        log.error("fuse.blown", **about, writes=self._fuses.limit, seconds=self._fuses.window.total_seconds())

    def _refusal(self, one: Written) -> Ambiguous:
        minutes = self._fuses.window.total_seconds() / 60
        return Ambiguous(
            f"{one.crm}: {one.kind} {one.record_id} was written {self._fuses.limit} times within {minutes:g} minutes",
            code=WRITE_FUSE,
            remedy=WHAT_TO_DO,
            evidence={"crm": one.crm, "kind": one.kind, "record_id": one.record_id},
        )


def guarded(
    fuse: Fuse, crm: str, kind: str, write: Callable[[Sequence[K]], Mapping[K, V | SyncError]]
) -> Callable[[Sequence[K]], Mapping[K, V | SyncError]]:
    """`write` behind the fuse, for keys that are the records' ids."""

    def go(keys: Sequence[K]) -> Mapping[K, V | SyncError]:
        return fuse.guard({one: Written(crm, kind, str(one)) for one in keys}, write)

    return go
