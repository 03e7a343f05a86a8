"""What an app is told when records change: one event for every subscription that fits."""

import random
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import Any

from simulator.hubspot.associations import Pair
from simulator.hubspot.labels import Labels
from simulator.hubspot.object_types import ObjectType
from simulator.hubspot.sources import Source
from simulator.hubspot.store import Record
from simulator.hubspot.switches import Switches
from simulator.hubspot.webhooks import App, Subscription, Webhooks

Event = dict[str, Any]
Post = Callable[[App, Event], None]


class Announcer:
    """Does nothing, and costs as much, while nobody has subscribed."""

    def __init__(
        self, webhooks: Webhooks, labels: Labels, post: Post, switches: Switches, counters: Counter[str]
    ) -> None:
        self._webhooks = webhooks
        self._labels = labels
        self._post = post
        self._switches = switches
        self._counters = counters
        self._random = random.Random(switches.random_seed)

    @property
    def has_listeners(self) -> bool:
        return bool(self._webhooks.wanted)

    def created(self, record: Record, names: Collection[str], source: Source) -> None:
        if self._webhooks.wanted:
            self._tell(record.kind, "creation", source, _of(record, changeFlag="CREATED"))
            self.changed(record, [name for name in names if name in record.properties], source)

    def changed(self, record: Record, names: Iterable[str], source: Source) -> None:
        if not self._webhooks.wanted:
            return
        for name in names:
            value = record.properties.get(name, "")
            details = _of(record, propertyName=name, propertyValue=value)
            self._tell(record.kind, "propertyChange", source, details)

    def archived(self, record: Record, source: Source) -> None:
        if self._webhooks.wanted:
            self._tell(record.kind, "deletion", source, _of(record, changeFlag="DELETED"))

    def forgotten(self, record: Record, source: Source) -> None:
        """After a privacy request: two events, in no particular order."""
        if self._webhooks.wanted:
            self._tell(record.kind, "privacyDeletion", source, _of(record, changeFlag="DELETED"))
            self.archived(record, source)

    def restored(self, record: Record, source: Source) -> None:
        if self._webhooks.wanted:
            self._tell(record.kind, "restore", source, _of(record, changeFlag="RESTORED"))

    def merged(self, survivor: Record, *, primary_id: str, loser_id: str, moved: int, source: Source) -> None:
        if self._webhooks.wanted:
            details = {
                "objectId": int(survivor.id),
                "primaryObjectId": int(primary_id),
                "mergedObjectIds": [int(loser_id)],
                "newObjectId": int(survivor.id),
                "numberOfPropertiesMoved": moved,
            }
            self._tell(survivor.kind, "merge", source, details)

    def associated(self, pair: Pair, added: Iterable[int], removed: Iterable[int], source: Source) -> None:
        """Both ends are told, each from its own side, of every type that came or went."""
        for type_ids, is_removed in ((added, False), (removed, True)):
            for type_id in sorted(type_ids):
                self._tell_of_association(pair, type_id, source, is_removed=is_removed)

    def _tell_of_association(self, pair: Pair, type_id: int, source: Source, *, is_removed: bool) -> None:
        details = {
            "associationType": f"{pair.from_kind.legacy_name}_TO_{pair.to_kind.legacy_name}",
            "fromObjectId": int(pair.from_id),
            "toObjectId": int(pair.to_id),
            "associationRemoved": is_removed,
            "isPrimaryAssociation": type_id in {1, 2},
        }
        generic = {
            "fromObjectTypeId": pair.from_kind.type_id,
            "toObjectTypeId": pair.to_kind.type_id,
            "associationTypeId": type_id,
            "associationCategory": self._labels.get(type_id).category,
        }
        self._tell(pair.from_kind, "associationChange", source, details, generic)

    def _tell(
        self, kind: ObjectType, what: str, source: Source, details: Event, of_generic: Event | None = None
    ) -> None:
        wanted = self._webhooks.wanted
        for app, subscription in wanted.get(f"{kind.singular}.{what}", ()):
            self._send(app, subscription, source, details)
        for app, subscription in wanted.get(f"object.{what}", ()):
            if subscription.object_type_id in {None, kind.type_id}:
                extra = {"objectTypeId": kind.type_id} if of_generic is None else of_generic
                self._send(app, subscription, source, {**details, **extra})

    def _send(self, app: App, subscription: Subscription, source: Source, details: Event) -> None:
        if subscription.property_name not in {None, details.get("propertyName")}:
            return
        is_echo = source.code == "INTEGRATION" and source.id == app.id
        if is_echo:
            if not self._switches.webhook_echo:
                return
            self._counters["webhook_echoes"] += 1
        event = {
            "eventId": self._random.randrange(1, 2**31),
            "subscriptionId": subscription.id,
            "portalId": self._switches.portal_id,
            "appId": int(app.id),
            "occurredAt": time.time_ns() // 1_000_000,
            "subscriptionType": subscription.event_type,
            "attemptNumber": 0,
            "changeSource": source.code,
            "sourceId": source.id,
        }
        self._post(app, {**event, **details})


def _of(record: Record, **details: Any) -> Event:
    return {"objectId": int(record.id), **details}
