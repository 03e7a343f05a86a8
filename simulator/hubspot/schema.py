"""Which properties the portal knows, and what it does with the values offered for them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from simulator.hubspot.errors import properties_invalid, property_problem
from simulator.hubspot.object_types import COMPANIES, CONTACTS, ObjectType
from simulator.hubspot.properties import Option, Property
from simulator.hubspot.property_values import MAX_TEXT, as_text, is_free_text, judge
from simulator.hubspot.switches import Switches
from simulator.shared_values import SharedValues


class Schema:
    """The properties of both object types of one portal."""

    def __init__(self, standard: Mapping[str, Iterable[Property]], switches: Switches, counters: Counter[str]) -> None:
        self._by_type: dict[str, dict[str, Property]] = {
            plural: {each.name: each for each in properties} for plural, properties in standard.items()
        }
        self._archived: dict[str, dict[str, Property]] = {plural: {} for plural in self._by_type}
        self._switches = switches
        self._counters = counters
        self.owner_ids: Collection[str] = ()
        self.groups: dict[str, dict[str, dict[str, Any]]] = {
            COMPANIES.plural: {"companyinformation": _group("companyinformation", "Company information")},
            CONTACTS.plural: {"contactinformation": _group("contactinformation", "Contact information")},
        }
        self._unique: dict[str, tuple[str, ...]] = {}
        self._stage_order: dict[str, dict[str, int]] = {}
        self._free_texts: dict[str, frozenset[str]] = {}
        self.shared = SharedValues()
        self.shown: dict[tuple[str, ...], tuple[str, ...]] = {}  # kept by those who show records
        for plural in self._by_type:
            self._remember_derived(plural)

    def of(self, kind: ObjectType) -> dict[str, Property]:
        return self._by_type[kind.plural]

    def archived_of(self, kind: ObjectType) -> dict[str, Property]:
        return self._archived[kind.plural]

    def put(self, kind: ObjectType, definition: Property) -> None:
        self._by_type[kind.plural][definition.name] = definition
        self._archived[kind.plural].pop(definition.name, None)
        self._remember_derived(kind.plural)

    def archive(self, kind: ObjectType, name: str) -> None:
        self._archived[kind.plural][name] = self._by_type[kind.plural].pop(name)
        self._remember_derived(kind.plural)

    def unique_names(self, kind: ObjectType) -> tuple[str, ...]:
        return self._unique[kind.plural]

    def is_key(self, kind: ObjectType, name: str) -> bool:
        """May the property stand as `idProperty`?"""
        return name in self._unique[kind.plural] or (kind is CONTACTS and name == "email")

    def set_stages(self, stages: Iterable[Option]) -> None:
        options = tuple(stages)
        for kind in (COMPANIES, CONTACTS):
            self.put(kind, replace(self.of(kind)["lifecyclestage"], options=options))

    def goes_back(self, kind: ObjectType, before: str | None, after: str | None) -> bool:
        order = self._stage_order[kind.plural]
        if before not in order or after not in order:
            return False
        return order[after] < order[before]

    def accept(self, kind: ObjectType, values: Mapping[str, Any]) -> dict[str, str]:
        """The values as they are stored, "" for cleared; refuses all if one is wrong."""
        accepted: dict[str, str] = {}
        problems = []
        known, free_texts, share = self._by_type[kind.plural], self._free_texts[kind.plural], self.shared.share
        for name, value in values.items():
            definition = known.get(name)
            if definition and name in free_texts and type(value) is str and len(value) <= MAX_TEXT:
                text, problem = value, None
            elif definition and not self._switches.validate_properties:
                text, problem = as_text(value), None
            elif self._switches.validate_properties:
                text, problem = self._accept_one(definition, name, value)
            else:
                continue  # not known and not minded
            if problem:
                problems.append(problem)
            elif definition:
                accepted[definition.name] = share(definition.name, text)
        if problems:
            self._counters["property_values_refused"] += len(problems)
            raise properties_invalid(problems)
        return accepted

    def _accept_one(self, definition: Property | None, name: str, value: Any) -> tuple[str, dict[str, Any] | None]:
        text = as_text(value)
        if definition is None:
            code, message = "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'
        elif definition.read_only:
            code, message = "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.'
        elif not text:
            return "", None
        else:
            stored, code, message = judge(definition, text, self.owner_ids)
            if not code:
                return stored, None
        return "", property_problem(code, name, message, self._switches.portal_id)

    def _remember_derived(self, plural: str) -> None:
        known = self._by_type[plural]
        self.shown.clear()
        self._free_texts[plural] = frozenset(name for name, each in known.items() if is_free_text(each))
        self._unique[plural] = tuple(each.name for each in known.values() if each.unique)
        self._stage_order[plural] = {each.value: each.display_order for each in known["lifecyclestage"].options}


def _group(name: str, label: str) -> dict[str, Any]:
    return {"name": name, "label": label, "displayOrder": 0, "archived": False}
