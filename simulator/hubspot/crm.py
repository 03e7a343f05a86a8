"""Everything one portal remembers, and what follows from a change of it."""

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from simulator.hubspot.agenda import Agenda
from simulator.hubspot.announcer import Announcer
from simulator.hubspot.associations import PRIMARY_TYPES, Associations, Pair
from simulator.hubspot.courier import Courier
from simulator.hubspot.errors import value_taken
from simulator.hubspot.limits import Limits
from simulator.hubspot.list_folders import Folders
from simulator.hubspot.lists import Lists
from simulator.hubspot.oauth import Grants
from simulator.hubspot.object_types import COMPANIES, CONTACTS, ObjectType
from simulator.hubspot.properties import company_properties, contact_properties
from simulator.hubspot.schema import Schema
from simulator.hubspot.search_index import SearchIndex
from simulator.hubspot.sources import APP, Source
from simulator.hubspot.store import Record, Store, unique_values
from simulator.hubspot.switches import Switches
from simulator.hubspot.timestamps import now_text
from simulator.hubspot.webhooks import App, Webhooks

Listener = Callable[["Crm", Record, Collection[str], Source], None]


@dataclass(frozen=True, slots=True)
class Token:
    name: str
    app_id: str
    scopes: frozenset[str]
    by_oauth: bool = False  # it expires, has a lower burst limit, and its answers do not tell of the day


@dataclass(frozen=True, slots=True)
class Owner:
    id: str
    email: str
    first_name: str = ""
    last_name: str = ""
    user_id: int | None = None
    type: str = "PERSON"
    archived: bool = False
    created_at: str = "2024-01-01T00:00:00.000Z"
    updated_at: str = "2024-01-01T00:00:00.000Z"


class Crm:
    def __init__(
        self, switches: Switches, counters: Counter[str], tokens: dict[str, Token], apps: Iterable[App] = ()
    ) -> None:
        self.switches = switches
        self.counters = counters
        self.random = random.Random(switches.random_seed)
        self.tokens = tokens
        self.grants = Grants()
        self.owners: dict[str, Owner] = {}
        standard = {COMPANIES.plural: company_properties(), CONTACTS.plural: contact_properties()}
        self.schema = Schema(standard, switches, counters)
        self.schema.owner_ids = self.owners.keys()
        self.store = Store(switches.random_seed)
        self.associations = Associations()
        self.lists = Lists()
        self.folders = Folders()
        self.index = SearchIndex(switches, counters)
        self.agenda = Agenda()
        self.limits = Limits(switches, counters)
        self.listeners: list[Listener] = []
        self.webhooks = Webhooks(apps)
        self.courier = Courier(
            switches, counters, look=self.agenda.catch_up, wants_more=lambda: bool(self.webhooks.wanted)
        )
        self.announcer = Announcer(self.webhooks, self.associations.labels, self.courier.post, switches, counters)
        self._severed: dict[tuple[str, str], list[tuple[Pair, frozenset[int]]]] = {}  # until they are restored

    def now(self) -> str:
        return now_text()

    def written(self, record: Record, names: Collection[str], source: Source) -> None:
        self.count_write(source)
        self.index.changed(record)
        for listener in self.listeners:
            listener(self, record, names, source)

    def count_write(self, by: Source) -> None:
        """A record or an association that an app has written, whether that changed it or not."""
        if by.code == APP:
            self.counters[f"writes_by_app_{by.id}"] += 1

    def webhooks_changed(self) -> None:
        """Now or, as on the real one, some time later."""
        delay = self.switches.webhook_settings_delay
        if delay:
            self.agenda.after(delay, self._webhooks_take_effect)
        else:
            self._webhooks_take_effect()

    def associate(self, pair: Pair, type_ids: Iterable[int], *, by: Source | None = None) -> None:
        """Label a pair anew; the labels it had go. Nobody is told of it unless somebody did it."""
        types = set(type_ids)
        before = self.associations.types(pair)
        if not self.switches.labels_replace:
            types |= before
        elif before - types - {self.associations.labels.unlabelled(pair.from_kind, pair.to_kind)}:
            self.counters["labels_replaced"] += 1
        with self._telling(by, [pair, *self._displaced(pair, types)]):
            self.associations.relabel(pair, types)
            self._recount([pair])

    def associate_by_default(self, pair: Pair, *, by: Source) -> None:
        """Make sure of the unlabelled type and leave other labels alone."""
        types = set(self.associations.types(pair))
        contact_first = pair if pair.from_kind is CONTACTS else pair.turned()
        is_employment = contact_first.from_kind is CONTACTS and contact_first.to_kind is COMPANIES
        has_company = bool(self.associations.of(CONTACTS, contact_first.from_id, COMPANIES))
        if is_employment and not has_company and self.switches.first_company_is_primary:
            types.add(1 if pair.from_kind is CONTACTS else 2)
        self.associate(pair, types, by=by)

    def dissociate(self, pair: Pair, *, by: Source) -> None:
        with self._telling(by, [pair]):
            if self.associations.remove(pair):
                self._recount([pair])

    def remove_labels(self, pair: Pair, type_ids: Collection[int], *, by: Source) -> None:
        with self._telling(by, [pair]):
            self.associations.remove_labels(pair, type_ids)
            self._recount([pair])

    def archive(self, record: Record, *, by: Source | None = None) -> None:
        if by:
            self.count_write(by)
        self.store.archive(record, self.schema.unique_names(record.kind), self.now())
        severed = self._let_go(record)
        if severed:
            self._severed[record.kind.plural, record.id] = severed

    def restore(self, record: Record, *, by: Source) -> None:
        """With its associations; raises RefusalError if one of its unique values is another's by now."""
        unique_names = self.schema.unique_names(record.kind)
        for value in unique_values(record.kind, record.properties, unique_names):
            if owner := self.store.owners.get(value):
                raise value_taken(
                    record.kind,
                    portal_id=self.switches.portal_id,
                    name=value.name,
                    value=value.value,
                    record_id=record.id,
                    owner_id=owner,
                )
        self.store.restore(record, unique_names)
        self.index.changed(record)
        for pair, types in self._severed.pop((record.kind.plural, record.id), []):
            if self.store.find(pair.to_kind, pair.to_id):
                self.associate(pair, types)
        self.counters["restored"] += 1
        self.announcer.restored(record, by)

    def remove(self, record: Record) -> None:
        self.store.remove(record, self.schema.unique_names(record.kind))
        record.archived_at = record.archived_at or self.now()
        self._severed.pop((record.kind.plural, record.id), None)
        self._let_go(record)

    def _webhooks_take_effect(self) -> None:
        self.webhooks.take_effect()
        self.courier.start()

    def _displaced(self, pair: Pair, types: set[int]) -> list[Pair]:
        """The pair that is about to lose the contact's primary company."""
        if not types & PRIMARY_TYPES:
            return []
        contact_id = pair.from_id if pair.from_kind is CONTACTS else pair.to_id
        company_id = pair.to_id if pair.from_kind is CONTACTS else pair.from_id
        before = self.associations.primary_company(contact_id)
        if before in {None, company_id}:
            return []
        self.counters["primaries_displaced"] += 1
        return [Pair(CONTACTS, contact_id, COMPANIES, before)] if before else []

    @contextmanager
    def _telling(self, by: Source | None, pairs: Iterable[Pair]) -> Iterator[None]:
        if by:
            self.count_write(by)
        if by is None or not self.announcer.has_listeners:
            yield
            return
        both_ways = [each for pair in pairs for each in (pair, pair.turned())]
        before = {each: set(self.associations.types(each)) for each in both_ways}
        yield
        for pair, types in before.items():
            now = self.associations.types(pair)
            self.announcer.associated(pair, now - types, types - now, by)

    def _let_go(self, record: Record) -> list[tuple[Pair, frozenset[int]]]:
        self.index.forget(record)
        self.lists.forget(record.kind, record.id)
        severed = self.associations.forget(record.kind, record.id)
        self._recount(pair for pair, _ in severed)
        return severed

    def recount(self, pairs: Iterable[Pair]) -> list[Record]:
        """Correct what records tell about their associations; gives those that told something else."""
        ends = dict.fromkeys((each.from_kind.plural, each.from_id) for pair in pairs for each in (pair, pair.turned()))
        found = (self.store.live[plural].get(record_id) for plural, record_id in ends)
        return [record for record in found if record and self._set_derived(record)]

    def _recount(self, pairs: Iterable[Pair]) -> None:
        for record in self.recount(pairs):
            self.index.changed(record)

    def _set_derived(self, record: Record) -> bool:
        name, value = self._derived(record.kind, record.id)
        if record.properties.get(name) == value:
            return False
        properties = {**record.properties}
        if value is None:
            properties.pop(name, None)
        else:
            properties[name] = value
        if self.switches.associations_touch_records:
            record.updated_at = properties[record.kind.modified] = self.now()
        record.properties = properties
        record.version += 1
        return True

    def _derived(self, kind: ObjectType, record_id: str) -> tuple[str, str | None]:
        if kind is CONTACTS:
            return "associatedcompanyid", self.associations.primary_company(record_id)
        contacts = self.associations.of(COMPANIES, record_id, CONTACTS)
        return "num_associated_contacts", str(len(contacts)) if contacts else None
