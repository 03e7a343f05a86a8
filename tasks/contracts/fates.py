"""What can become of a record, and what the tasks need to follow it: merged, deleted, restored, converted."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tasks.contracts.records import CompanyId, ContactId, ContactLink, Kind, Link, Owed, Verdict


class End(StrEnum):
    """How it stands with a record."""

    LIVING = "living"
    DELETED = "deleted"
    """In the recycle bin, archived, or out of there for good."""
    MERGED = "merged"
    CONVERTED = "converted"
    """A lead that has become a Salesforce contact."""
    UNKNOWN = "unknown"
    """Its CRM knows nothing of it: never there, or gone for good."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a record, as its CRM tells it now."""

    kind: Kind
    record_id: str
    end: End = End.LIVING
    survivor_id: str = ""
    """Who answers in its place, at the end of the chain; its own id if nobody else does."""
    survivor_is_gone: bool = False
    """Nobody answers any more: the record at the end of the chain is deleted."""
    key: str | None = None
    """The id of the other side that the survivor carries; accounts only."""
    absorbed: tuple[str, ...] = ()
    """The ids of those that were merged into it; HubSpot's records only."""

    @property
    def is_moved(self) -> bool:
        """Another record answers in its place."""
        return self.end in {End.MERGED, End.CONVERTED}


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A record that is gone. Nothing is upserted by it, or by the key it carried, while it stands."""

    kind: Kind
    record_id: str
    fate: End
    survivor_id: str | None = None
    key: str | None = None
    """The company's id that a deleted account may still hold, so that an upsert by it would make another account."""


@dataclass(frozen=True, slots=True)
class Note:
    """A verdict and whose timeline it is for."""

    kind: Kind
    record_id: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of a link and of the records it joins: written together, or not at all."""

    was: Link | None = None
    becomes: Link | None = None
    """None: the link ends."""
    ends: tuple[Link, ...] = ()
    """Other links that end with it."""
    tombstones: tuple[Tombstone, ...] = ()
    living: tuple[tuple[Kind, str], ...] = ()
    """Records whose tombstones are lifted."""
    released: tuple[CompanyId, ...] = ()
    """Companies whose ids no deleted account's tombstone keeps from being upserted by any more."""
    contact_links: tuple[ContactLink, ...] = ()
    """The person behind a contact, from now on."""
    notes: tuple[Note, ...] = ()


class HubSpotFates(Protocol):
    """Part of `HubSpot`."""

    async def find_fates(self, kind: Kind, record_ids: Sequence[str]) -> Sequence[Fate]:
        """One for each company, or contact, read now: a record that was merged away leads to its survivor.

        A call per hundred records, and one for each that is neither there nor archived.
        """
        ...

    async def merge_companies(self, survivor: CompanyId, loser: CompanyId) -> None:
        """The loser's contacts move along. Cannot be undone; again, it does nothing. Gone if either is."""
        ...

    async def archive_company(self, company_id: CompanyId) -> None:
        """A person can restore it for 90 days. Again, it does nothing."""
        ...

    async def archive_contact(self, contact_id: ContactId) -> None:
        """As above."""
        ...


class SalesforceFates(Protocol):
    """Part of `Salesforce`."""

    async def find_fates(self, record_ids: Sequence[str]) -> Sequence[Fate]:
        """One for each account, contact or lead, read now, deleted ones included; chains of merges to their end."""
        ...


class Graveyard(Protocol):
    """Part of `Ledger`: links that end or move, and tombstones."""

    async def find_tombstones(self, kind: Kind, record_ids: Sequence[str]) -> Sequence[Tombstone]: ...

    async def find_all_links_of_account(self, account_id: str) -> Sequence[Link]:
        """Also those that rest because their company was deleted, or that a person has to look at."""
        ...

    async def settle(self, settlement: Settlement, *, fence: int, then: Sequence[Owed] = ()) -> None:
        """All of it and what is owed next, or nothing; safe to repeat.

        Busy if the link is not what it was, a later holder of the lease has written, or somebody took a record.
        """
        ...
