"""What people did, as their own journal tells it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Act:
    """Something a person did in one of the CRMs."""

    system: str
    act: str
    at: datetime
    """When the CRM had answered."""
    records: tuple[str, ...] = ()
    created: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    is_done: bool = True
    """False: the CRM refused or ignored it, or nobody knows."""
    calls_done: int = 1

    @property
    def touched(self) -> tuple[str, ...]:
        """The records it was about, and those it made."""
        return (*self.records, *self.created)


@dataclass(frozen=True, slots=True)
class Journal:
    """Every act, the oldest first."""

    acts: Sequence[Act]

    def done(self, system: str, *names: str) -> Iterator[Act]:
        """The acts of these names that were done."""
        return (act for act in self.acts if act.is_done and act.system == system and act.act in names)

    def created(self, system: str, *names: str) -> dict[str, datetime]:
        """The first record that each of these acts made, and when."""
        return {act.created[0]: act.at for act in self.done(system, *names) if act.created}

    @property
    def last_at(self) -> datetime | None:
        """None: nobody did anything."""
        return self.acts[-1].at if self.acts else None


def read_journal(path: Path) -> Journal:
    """Of a simulation that is over."""
    return Journal([_act(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()])


def _act(line: Mapping[str, Any]) -> Act:
    return Act(
        system=line["system"],
        act=line["act"],
        at=datetime.fromisoformat(line["at"]),
        records=tuple(line["records"]),
        created=tuple(line["created"]),
        fields=line["fields"],
        is_done=line["outcome"] == "done",
        calls_done=line["calls_done"],
    )
