"""Which apps want to be told of which changes, and where."""

from collections.abc import Iterable
from dataclasses import dataclass, field

DEFAULT_CONCURRENCY = 10
MAX_SUBSCRIPTIONS = 1_000
_OF_OBJECTS = ("creation", "deletion", "propertyChange", "merge", "restore", "associationChange")
_OBJECTS = ("contact", "company", "deal", "ticket", "product", "line_item", "object")
EVENT_TYPES = frozenset(
    {f"{each}.{what}" for each in _OBJECTS for what in _OF_OBJECTS} - {"product.associationChange"}
    | {"contact.privacyDeletion"}
    | {f"conversation.{what}" for what in ("creation", "deletion", "newMessage", "privacyDeletion", "propertyChange")}
)


@dataclass(slots=True)
class Subscription:
    id: int
    event_type: str
    property_name: str | None
    object_type_id: str | None
    active: bool
    created_at: str
    updated_at: str


@dataclass(slots=True)
class App:
    """Without a target URL it has no webhooks."""

    id: str
    secret: str
    target_url: str = ""
    max_concurrent: int = DEFAULT_CONCURRENCY
    created_at: str = ""
    updated_at: str = ""
    subscriptions: dict[int, Subscription] = field(default_factory=dict)


Wanted = tuple[App, Subscription]


class Webhooks:
    """`wanted`, by event type, is all that a change of a record looks at; it is empty unless somebody subscribed."""

    def __init__(self, apps: Iterable[App]) -> None:
        self.apps = {each.id: each for each in apps}
        self.wanted: dict[str, tuple[Wanted, ...]] = {}
        self._last_id = 0

    def new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def take_effect(self) -> None:
        wanted: dict[str, list[Wanted]] = {}
        for app in self.apps.values():
            for each in app.subscriptions.values():
                if each.active and app.target_url:
                    wanted.setdefault(each.event_type, []).append((app, each))
        self.wanted = {event_type: tuple(those) for event_type, those in wanted.items()}
