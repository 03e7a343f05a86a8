"""Everything one portal remembers, and what follows from a change of it."""

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from simulator.hubspot.agenda import Agenda
from simulator.hubspot.associations import Associations, Pair
from simulator.hubspot.limits import Limits
from simulator.hubspot.lists import Lists
from simulator.hubspot.object_types import COMPANIES, CONTACTS, ObjectType
from simulator.hubspot.properties import company_properties, contact_properties
from simulator.hubspot.schema import Schema
from simulator.hubspot.search_index import SearchIndex
from simulator.hubspot.sources import Source
from simulator.hubspot.store import Record, Store
from simulator.hubspot.switches import Switches
from simulator.hubspot.timestamps import now_text

Listener = Callable[["Crm", Record, Collection[str], Source], None]


@dataclass(frozen=True, slots=True)
class Token:
    name: str
    app_id: str
    scopes: frozenset[str]


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
    def __init__(self, switches: Switches, counters: Counter[str], tokens: dict[str, Token]) -> None:
        self.switches = switches
        self.counters = counters
        self.random = random.Random(switches.random_seed)
        self.tokens = tokens
        self.owners: dict[str, Owner] = {}
        standard = {COMPANIES.plural: company_properties(), CONTACTS.plural: contact_properties()}
        self.schema = Schema(standard, lambda: switches.portal_id)
        self.schema.owner_ids = self.owners.keys()
        self.store = Store(switches.random_seed)
        self.associations = Associations()
        self.lists = Lists()
        self.index = SearchIndex(switches)
        self.agenda = Agenda()
        self.limits = Limits(switches, counters)
        self.listeners: list[Listener] = []

    def now(self) -> str:
        return now_text()

    def written(self, record: Record, names: Collection[str], source: Source) -> None:
        self.index.changed(record)
        for listener in self.listeners:
            listener(self, record, names, source)

    def associate(self, pair: Pair, type_ids: Iterable[int]) -> None:
        """Label a pair anew; the labels it had go."""
        self.associations.relabel(pair, tuple(type_ids))
        self._recount([pair])

    def associate_by_default(self, pair: Pair) -> None:
        """Make sure of the unlabelled type and leave other labels alone."""
        types = set(self.associations.types(pair))
        contact_first = pair if pair.from_kind is CONTACTS else pair.turned()
        is_employment = contact_first.from_kind is CONTACTS and contact_first.to_kind is COMPANIES
        has_company = bool(self.associations.of(CONTACTS, contact_first.from_id, COMPANIES))
        if is_employment and not has_company and self.switches.first_company_is_primary:
            types.add(1 if pair.from_kind is CONTACTS else 2)
        self.associate(pair, types)

    def dissociate(self, pair: Pair) -> None:
        if self.associations.remove(pair):
            self._recount([pair])

    def remove_labels(self, pair: Pair, type_ids: Collection[int]) -> None:
        self.associations.remove_labels(pair, type_ids)
        self._recount([pair])

    def archive(self, record: Record) -> None:
        self.store.archive(record, self.schema.unique_names(record.kind), self.now())
        self._let_go(record)

    def remove(self, record: Record) -> None:
        self.store.remove(record, self.schema.unique_names(record.kind))
        record.archived_at = record.archived_at or self.now()
        self._let_go(record)

    def _let_go(self, record: Record) -> None:
        self.index.forget(record)
        self.lists.forget(record.kind, record.id)
        self._recount(self.associations.forget(record.kind, record.id))

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
