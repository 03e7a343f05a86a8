"""What HubSpot's webhooks tell, as changes. Pure: payload in, changes out, and nothing is passed over in silence.

An event says that a record may have changed; of its values only one is looked at, and only to know an echo of our own
write ("Webhooks guide").
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tasks.contracts.changes import HUBSPOT_ID, Change, Malformed, What, malformed_event
from tasks.contracts.records import Kind

PRODUCER = "hubspot"
OURS = "INTEGRATION"
"""The source of what an app wrote; which app, it does not say reliably."""

KINDS = {"company": Kind.COMPANY, "contact": Kind.CONTACT}
KINDS_BY_TYPE_ID = {"0-1": Kind.CONTACT, "0-2": Kind.COMPANY}
KINDS_BY_LEGACY_NAME = {"COMPANY": Kind.COMPANY, "CONTACT": Kind.CONTACT}

WHATS = {
    "creation": What.CREATED,
    "restore": What.RESTORED,
    "propertyChange": What.CHANGED,
    "deletion": What.DELETED,
    "privacyDeletion": What.DELETED,
    "merge": What.MERGED,
    "associationChange": What.ASSOCIATED,
}
IDENTITY = ("portalId", "subscriptionId", "eventId", "objectId", "occurredAt", "fromObjectId", "toObjectId")
"""With the type: what is the same when an event comes again. `eventId` alone need not be unique."""
WITHOUT_VALUES = (*IDENTITY, "appId", "subscriptionType", "eventType", "objectTypeId", "propertyName", "changeSource")
"""What of an event nobody understands may be kept: values are people's."""
END_OF_TIME_MS = 253_402_300_800_000


@dataclass(frozen=True, slots=True)
class WrittenValue:
    """A property that an app set: if it was Tandem, the ledger knows the value."""

    kind: Kind
    record_id: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Told:
    """One change, and what would make it an echo."""

    change: Change
    written: WrittenValue | None = None


@dataclass(frozen=True, slots=True)
class WebhookEvents:
    """A batch, sorted."""

    told: tuple[Told, ...]
    malformed: tuple[Malformed, ...]
    not_followed: Mapping[str, int]
    """Events of a type, or about records, that nothing of ours depends on; by type."""
    of_other_portals: int


class _Strange(Exception):
    """An event of a known type that lacks what such an event has."""


def read_events(payload: Any, *, portal: str) -> WebhookEvents:
    """Sort a batch, or a single event. Events of another portal are counted and nothing else."""
    told: list[Told] = []
    malformed: list[Malformed] = []
    not_followed: Counter[str] = Counter()
    of_other_portals = 0
    for event in payload if isinstance(payload, list) else [payload]:
        if not isinstance(event, Mapping):
            malformed.append(malformed_event(type(event).__name__, "a webhook's event is a JSON object"))
        elif str(event.get("portalId")) != portal:
            of_other_portals += 1
        else:
            try:
                found = tuple(_told_by(event))
            except _Strange as strange:
                malformed.append(_kept(event, str(strange)))
                continue
            told += found
            if not found:
                not_followed[_type_of(event)] += 1
    return WebhookEvents(tuple(told), tuple(malformed), not_followed, of_other_portals)


def _told_by(event: Mapping[str, Any]) -> Iterator[Told]:
    subject, _, happened = _type_of(event).partition(".")
    what = WHATS.get(happened)
    if what is None or (subject != "object" and subject not in KINDS):
        return
    records = _associated(event) if what is What.ASSOCIATED else _concerned(subject, what, event)
    for kind, record_id in records:
        yield Told(_change(event, kind, record_id, what), _written_value(event, kind, record_id))


def _type_of(event: Mapping[str, Any]) -> str:
    """Real events have `subscriptionType`, the documentation's table has `eventType`."""
    return str(event.get("subscriptionType") or event.get("eventType") or "")


def _concerned(subject: str, what: What, event: Mapping[str, Any]) -> Sequence[tuple[Kind, str]]:
    kind = KINDS_BY_TYPE_ID.get(str(event.get("objectTypeId"))) if subject == "object" else KINDS[subject]
    if kind is None:
        return []
    if what is not What.MERGED:
        return [(kind, _id(event.get("objectId"), "objectId"))]
    # The survivor may have a number of its own, and every one of the others is gone.
    merged = event.get("mergedObjectIds")
    named = [(name, event.get(name)) for name in ("newObjectId", "primaryObjectId", "objectId")]
    named += [("mergedObjectIds", one) for one in (merged if isinstance(merged, list) else [merged])]
    ids = dict.fromkeys(_id(value, name) for name, value in named if value not in (None, 0))
    if not ids:
        raise _Strange("a merge names no record")
    return [(kind, one) for one in ids]


def _associated(event: Mapping[str, Any]) -> Sequence[tuple[Kind, str]]:
    """Both ends, where both are followed."""
    if "fromObjectTypeId" in event:
        ends = [KINDS_BY_TYPE_ID.get(str(event.get(name))) for name in ("fromObjectTypeId", "toObjectTypeId")]
    else:
        names = str(event.get("associationType", "")).partition("_TO_")[::2]
        ends = [KINDS_BY_LEGACY_NAME.get(name) for name in names]
    ids = [(name, event.get(name)) for name in ("fromObjectId", "toObjectId")]
    followed = [kind for kind in ends if kind is not None]
    if len(followed) < len(ends):
        return []
    return [(kind, _id(value, name)) for kind, (name, value) in zip(followed, ids, strict=True)]


def _id(value: Any, name: str) -> str:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not HUBSPOT_ID.fullmatch(text):
        raise _Strange(f"{name}: a record's id is a positive number")
    return text


def _change(event: Mapping[str, Any], kind: Kind, record_id: str, what: What) -> Change:
    return Change(
        version=1,
        event_id=f"{PRODUCER}:{_digest(event)}:{kind.rpartition('.')[2]}:{record_id}",
        record=kind,
        id=record_id,
        what=what,
        occurred_at=_moment(event.get("occurredAt")),
        producer=PRODUCER,
    )


def _digest(event: Mapping[str, Any]) -> str:
    identity = [_type_of(event), *(event.get(name) for name in IDENTITY)]
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def _moment(milliseconds: Any) -> datetime | None:
    """When it happened, if that can be believed at all; nothing depends on it."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    if not 0 <= milliseconds < END_OF_TIME_MS:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _written_value(event: Mapping[str, Any], kind: Kind, record_id: str) -> WrittenValue | None:
    name, value = event.get("propertyName"), event.get("propertyValue")
    is_of_an_app = event.get("changeSource") == OURS and _type_of(event).endswith(".propertyChange")
    if not is_of_an_app or not isinstance(name, str):
        return None
    return WrittenValue(kind, record_id, name, "" if value is None else str(value))


def _kept(event: Mapping[str, Any], problem: str) -> Malformed:
    return malformed_event({name: event[name] for name in WITHOUT_VALUES if name in event}, problem)
