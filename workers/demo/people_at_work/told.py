"""What Tandem says about its own decisions, as codes: the checker counts them as an answer, never as a proof."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

ABOUT_VALUES = ("STAGE_", "FIELD", "IDS_WRITTEN")
"""Codes that begin so say what was written, not why a record has no partner."""


@dataclass(frozen=True, slots=True)
class Told:
    """Codes on the timelines and of parked work, the oldest first; accounts by their short id."""

    companies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    accounts: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def of(self, *record_ids: str) -> list[str]:
        """Every code about any of these companies and accounts."""
        return [code for key in record_ids for told in (self.companies, self.accounts) for code in told.get(key, ())]

    def answers(self, *record_ids: str) -> list[str]:
        """The codes that say why a record has or has not a partner."""
        return [code for code in self.of(*record_ids) if not code.startswith(ABOUT_VALUES)]

    def excuses(self, beginnings: Iterable[str], *record_ids: str) -> bool:
        """Whether any code about these records begins like that."""
        return any(code.startswith(tuple(beginnings)) for code in self.of(*record_ids))
