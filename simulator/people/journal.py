"""What was done, when, to which records, and what the CRM said to it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import IO, Any, Literal

Outcome = Literal["done", "ignored", "refused", "unanswered"]


@dataclass(frozen=True, slots=True)
class Act:
    """`records` are those it was about, `created` those it made. Unanswered: it may have been done or not."""

    number: int
    system: str
    act: str
    records: Sequence[str]
    fields: Mapping[str, Any]
    outcome: Outcome
    created: Sequence[str] = ()
    calls_done: int = 0
    status: int | None = None
    code: str = ""
    message: str = ""
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))


class Journal:
    """Keeps every act, and writes each as a line of JSON at once if there is a file."""

    def __init__(self, file: IO[str] | None = None) -> None:
        self.acts: list[Act] = []
        self._file = file

    def add(self, act: Act) -> None:
        self.acts.append(act)
        if self._file:
            self._file.write(json.dumps(asdict(act), ensure_ascii=False) + "\n")
            self._file.flush()

    def summary(self) -> dict[str, Any]:
        by_act: dict[str, Counter[str]] = {}
        for each in self.acts:
            by_act.setdefault(f"{each.system}.{each.act}", Counter())[each.outcome] += 1
        return {
            "acts": len(self.acts),
            "outcomes": dict(Counter(each.outcome for each in self.acts)),
            "by_act": {name: dict(outcomes) for name, outcomes in sorted(by_act.items())},
            "refusals": dict(Counter(f"{each.status} {each.code}" for each in self.acts if each.outcome == "refused")),
        }
