"""Facts that are fresh enough are not read again: the ledger's snapshots stand in front of the CRM's reads."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from tasks.contracts.errors import SyncError
from workers.ledger.postgres_ledger import PostgresLedger
from workers.toolbox.reach import reach_ledger

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A fact about a record, no older than `as_of`."""

    record_id: str
    as_of: datetime


class Shelf(Generic[V]):
    """The snapshots of one kind of fact. Absence is a fact too, and is kept as null."""

    def __init__(
        self, ledger: PostgresLedger, kind: str, shape: Any, *, is_whole: Callable[[V], bool] = lambda _: True
    ) -> None:
        self._ledger = ledger
        self._kind = kind
        self._is_whole = is_whole
        """A fact that lacks what is asked for now, because nobody asked for it then, is read anew."""
        self._shape: TypeAdapter[V] = TypeAdapter(shape)

    def read(
        self, wanted: Sequence[Wanted], read_now: Callable[[list[str]], Mapping[Any, V | SyncError] | Mapping[Any, V]]
    ) -> dict[str, V | SyncError]:
        """Each fact from its snapshot, if that was read since; otherwise from the CRM, and kept.

        An announcement says that the record has changed already, so whatever was read after it shows the change.
        """
        newest: dict[str, datetime] = {}
        for one in wanted:
            newest[one.record_id] = max(one.as_of, newest.get(one.record_id, one.as_of))
        facts: dict[str, V | SyncError] = {**self.find([Wanted(key, as_of) for key, as_of in newest.items()])}
        missing = [key for key in newest if key not in facts]
        if missing:
            read_at = reach_ledger(self._ledger.now)
            fresh = read_now(missing)
            self.keep({key: fact for key, fact in fresh.items() if not isinstance(fact, SyncError)}, read_at=read_at)
            facts.update(fresh)
        return facts

    def find(self, wanted: Sequence[Wanted]) -> dict[str, V]:
        """Those that were read since."""
        keys = [(self._kind, one.record_id, one.as_of) for one in wanted]
        found = reach_ledger(lambda: self._ledger.find_snapshots(keys))
        facts: dict[str, V] = {}
        for (_, key), body in found.items():
            # Kept by a version that knew another shape: read anew, or one such row would fail everybody who asks.
            with suppress(ValidationError):
                facts[key] = self._shape.validate_python(body)
        return {key: fact for key, fact in facts.items() if self._is_whole(fact)}

    def forget(self, record_ids: Iterable[str]) -> None:
        """After a write whose effect is not known in full."""
        reach_ledger(lambda: self._ledger.forget_snapshots(self._kind, list(record_ids)))

    def correct(self, corrections: Mapping[str, Mapping[str, object]]) -> None:
        """After a write of ours: the snapshot with our own change on top is as good as a new read."""
        if corrections:
            reach_ledger(lambda: self._ledger.patch_snapshots(self._kind, corrections))

    def keep(self, facts: Mapping[Any, V | SyncError] | Mapping[Any, V], *, read_at: datetime) -> None:
        """What was true at that moment; what was read after it stays."""
        if not facts:
            return
        bodies = {key: self._shape.dump_python(fact, mode="json") for key, fact in facts.items()}  # type: ignore[arg-type]
        reach_ledger(lambda: self._ledger.record_snapshots(self._kind, bodies, read_at=read_at))
