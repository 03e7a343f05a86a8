"""The field mapping as a flow sees it: checked against what both CRMs say about themselves, which is read seldom.

The fleet shares what was read through the ledger's snapshots; each process looks there every half minute.
"""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from tasks.contracts.descriptions import (
    Described,
    FieldDescription,
    HubSpotOwner,
    MappedField,
    PropertyDescription,
    SalesforceUser,
)
from tasks.contracts.errors import Rejected, SyncError
from tasks.contracts.fields import Everybody, UsableMapping
from tasks.contracts.mapping import Effect, FieldMapping, Finding, MappedObject, SyncRule, ValueType
from tasks.rules.mapping_check import Checked, check_mapping
from tasks.rules.owners import check_owners
from workers.crm.descriptions import field_descriptions, hubspot_owner, property_description, salesforce_user
from workers.crm.hubspot import HubSpotDoor
from workers.crm.salesforce import SalesforceDoor
from workers.gather import Gather
from workers.ledger.field_book import FieldBook
from workers.ledger.postgres_ledger import PostgresLedger
from workers.telemetry.logs import get_logger
from workers.toolbox.freshness import Shelf, Wanted
from workers.toolbox.reach import reach_ledger

log = get_logger(__name__)

LOOKED_AT_EVERY = timedelta(seconds=30)
GRACE = timedelta(minutes=5)
"""Their clock is not ours, and what was changed while we were reading counts as changed."""
EVER = datetime(2000, 1, 1, tzinfo=UTC)
OBJECT = "Account"
CURSOR = "mapping"


@dataclass(frozen=True, slots=True)
class DescribedObject:
    """A Salesforce object's fields, and when they were last known to be so."""

    fields: tuple[FieldDescription, ...]
    looked_at: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """The mapping beside both CRMs: what can be carried, and what a person should know."""

    findings: tuple[Finding, ...]
    fields: Mapping[str, MappedField]
    """By Salesforce field."""
    everybody: Everybody
    digests: Mapping[str, str]
    """By Salesforce field: what both CRMs say about it, and what speaks against it."""


def mapped_properties(mapping: FieldMapping) -> tuple[str, ...]:
    """What is read of every company."""
    entries = (one for one in mapping.entries.get(MappedObject.COMPANY, ()) if one.rule is not SyncRule.DONT_SYNC)
    return tuple(dict.fromkeys(name for entry in entries for name in entry.properties))


def version_of(mapping: FieldMapping) -> str:
    """A digest: equal for files that say the same."""
    return hashlib.sha256(repr(mapping).encode()).hexdigest()[:16]


class MappingDesk:
    """One per process. The doors are asked by whoever comes first after a description has expired."""

    def __init__(
        self,
        mapping: FieldMapping,
        ledger: PostgresLedger,
        book: FieldBook,
        *,
        hubspot: HubSpotDoor,
        salesforce: SalesforceDoor,
        ttl: timedelta,
    ) -> None:
        self.mapping = mapping
        self._ledger, self._book = ledger, book
        self._hubspot, self._salesforce = hubspot, salesforce
        self._ttl = ttl
        self._properties: Shelf[tuple[PropertyDescription, ...]] = Shelf(
            ledger, "described_properties", tuple[PropertyDescription, ...]
        )
        self._fields: Shelf[DescribedObject] = Shelf(ledger, "described_fields", DescribedObject)
        self._owners: Shelf[tuple[HubSpotOwner, ...]] = Shelf(ledger, "owners", tuple[HubSpotOwner, ...])
        self._users: Shelf[tuple[SalesforceUser, ...]] = Shelf(ledger, "users", tuple[SalesforceUser, ...])
        self._looking = Lock()
        self._seen: tuple[float, UsableMapping] | None = None

    def usable(self) -> UsableMapping:
        """What can be carried now. Raises SyncError if a CRM cannot be asked."""
        with self._looking:
            if self._seen and time.monotonic() - self._seen[0] < LOOKED_AT_EVERY.total_seconds():
                return self._seen[1]
            found = self._find_usable()
            if self._seen and _same(found, self._seen[1]):
                found = self._seen[1]
            self._seen = (time.monotonic(), found)
            self._note_version()
            return found

    def usable_for(self, requests: Sequence[None]) -> list[UsableMapping]:
        """The same for everybody who asks at one moment."""
        return [self.usable()] * len(requests)

    def names(self) -> tuple[str, ...]:
        """The Salesforce fields that can be carried now; none while a CRM cannot be asked."""
        try:
            return tuple(sorted(one.name for one in self.usable().fields))
        except SyncError:
            return ()

    def forget(self) -> None:
        """A CRM refused what its description allows: it has changed since."""
        with self._looking:
            self._seen = None
        for shelf in (self._properties, self._fields):
            shelf.forget([MappedObject.COMPANY])

    def review(self, *, as_of: datetime) -> Review:
        """With descriptions no older than that. Raises SyncError if a CRM cannot be asked."""
        described = self._describe(as_of)
        checked = check_mapping(self.mapping, {MappedObject.COMPANY: described})
        everybody, about_owners = self._everybody(as_of)
        fields = {one.name: one for one in checked.fields[OBJECT] if one.entry.rule is not SyncRule.DONT_SYNC}
        if everybody is None:
            fields = {name: one for name, one in fields.items() if one.entry.type is not ValueType.OWNER}
        findings = (*checked.findings, *about_owners)
        return Review(findings, fields, everybody or Everybody(), _digests(checked, described))

    def _find_usable(self) -> UsableMapping:
        review = self.review(as_of=reach_ledger(self._ledger.now) - self._ttl)
        paused = self._still_paused(review)
        usable = tuple(one for name, one in review.fields.items() if name not in paused)
        return UsableMapping(usable, review.everybody, frozenset(paused))

    def _describe(self, as_of: datetime) -> Described:
        wanted = [Wanted(MappedObject.COMPANY, as_of)]
        properties = _told(self._properties.read(wanted, self._read_properties))
        return Described(properties, {OBJECT: _told(self._fields.read(wanted, self._read_fields)).fields})

    def _everybody(self, as_of: datetime) -> tuple[Everybody | None, tuple[Finding, ...]]:
        """None: HubSpot does not tell us its owners, so no owner is carried. Nobody is asked for without need."""
        entries = self.mapping.entries.get(MappedObject.COMPANY, ())
        owned = [one for one in entries if one.type is ValueType.OWNER and one.rule is not SyncRule.DONT_SYNC]
        if not owned:
            return Everybody(self.mapping.owner), ()
        wanted = [Wanted(MappedObject.COMPANY, as_of)]
        users = _told(self._users.read(wanted, self._read_users))
        try:
            owners = _told(self._owners.read(wanted, self._read_owners))
        except Rejected as problem:
            finding = Finding(owned[0].line, str(owned[0]), str(problem), problem.remedy, Effect.FIELD)
            return None, (finding,)
        return Everybody(self.mapping.owner, owners, users), check_owners(self.mapping.owner, users)

    def _still_paused(self, review: Review) -> frozenset[str]:
        """A field is fine again when its description is, and was not when it was paused, or has changed since."""
        paused, now = reach_ledger(self._book.find_paused), review.digests
        known = {name: one.description for name, one in paused.items() if name in now}
        over = {name for name in known.keys() & review.fields.keys() if known[name] not in {"", now[name]}}
        unlike = {name: now[name] for name in known.keys() - over if known[name] != now[name]}
        if unlike:
            reach_ledger(lambda: self._book.note_descriptions(unlike))
        for name in reach_ledger(lambda: self._book.resume(over)) if over else ():
            log.info("field.resumed", field=name)
        return frozenset(paused.keys() - over)

    def _note_version(self) -> None:
        version = version_of(self.mapping)
        known = reach_ledger(lambda: self._ledger.read_cursor(CURSOR))
        if known.get("version") != version:
            reach_ledger(lambda: self._ledger.move_cursor(CURSOR, {**known, "version": version}))
            log.info("mapping.changed", version=version)

    def _read_properties(self, keys: list[str]) -> dict[str, tuple[PropertyDescription, ...]]:
        return dict.fromkeys(keys, tuple(property_description(one) for one in self._hubspot.read_properties()))

    def _read_fields(self, keys: list[str]) -> dict[str, DescribedObject]:
        now = reach_ledger(self._ledger.now)
        known = self._fields.find([Wanted(key, EVER) for key in keys]).get(MappedObject.COMPANY)
        told = self._salesforce.describe(OBJECT, since=known.looked_at - GRACE if known else None)
        if told is None and known:
            return dict.fromkeys(keys, DescribedObject(known.fields, now))
        return dict.fromkeys(keys, DescribedObject(field_descriptions(told or {"fields": []}), now))

    def _read_owners(self, keys: list[str]) -> dict[str, tuple[HubSpotOwner, ...]]:
        return dict.fromkeys(keys, tuple(hubspot_owner(one) for one in self._hubspot.read_owners()))

    def _read_users(self, keys: list[str]) -> dict[str, tuple[SalesforceUser, ...]]:
        return dict.fromkeys(keys, tuple(salesforce_user(one) for one in self._salesforce.read_users()))


class GatheredFields:
    """The `Fields` of one run."""

    def __init__(self, gather: Gather, desk: MappingDesk) -> None:
        self._ask = gather.ask
        self._desk = desk

    async def read_mapping(self) -> UsableMapping:
        mapping: UsableMapping = await self._ask(self._desk.usable_for, None)
        return mapping


def _told(found: Mapping[str, Any]) -> Any:
    (answer,) = found.values()
    return answer


def _same(one: UsableMapping, other: UsableMapping) -> bool:
    return (one.fields, one.everybody, one.paused) == (other.fields, other.everybody, other.paused)


def _digests(checked: Checked, described: Described) -> dict[str, str]:
    """By Salesforce field: what both CRMs say about it and what was found, of every field that anybody maps."""
    findings = "".join(str(one) for one in checked.findings if one.effect is not Effect.NOTHING)
    usable = {one.name: repr((one.field, one.properties)) for one in checked.fields[OBJECT]}
    told = {one.name: usable.get(one.name, findings) for one in described.fields[OBJECT]}
    return {name: hashlib.sha256(text.encode()).hexdigest()[:16] for name, text in told.items()}
