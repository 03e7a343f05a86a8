"""Which records belong together and under which labels, always known from both ends."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from simulator.hubspot.labels import STANDARD, Labels
from simulator.hubspot.object_types import COMPANIES, CONTACTS, OBJECT_TYPES, ObjectType

PRIMARY_COMPANY = 1
PRIMARY_TYPES = frozenset({1, 2})  # seen from either end
NOTHING: Mapping[str, frozenset[int]] = {}
_KEPT: dict[frozenset[int], frozenset[int]] = {}


class Pair(NamedTuple):
    from_kind: ObjectType
    from_id: str
    to_kind: ObjectType
    to_id: str

    def turned(self) -> "Pair":
        return Pair(self.to_kind, self.to_id, self.from_kind, self.from_id)


class Associations:
    def __init__(self) -> None:
        self.labels = Labels()
        self._types: dict[tuple[str, str], dict[str, dict[str, frozenset[int]]]] = {pair: {} for pair in STANDARD}

    def of(self, from_kind: ObjectType, from_id: str, to_kind: ObjectType) -> Mapping[str, frozenset[int]]:
        return self._types[from_kind.plural, to_kind.plural].get(from_id, NOTHING)

    def types(self, pair: Pair) -> frozenset[int]:
        return self.of(pair.from_kind, pair.from_id, pair.to_kind).get(pair.to_id, frozenset())

    def relabel(self, pair: Pair, type_ids: Collection[int]) -> None:
        """The pair now has these labels and no others; the unlabelled type is always among them."""
        types = {self.labels.unlabelled(pair.from_kind, pair.to_kind), *type_ids}
        self._drop(pair)
        self._put(pair, types)
        if types & PRIMARY_TYPES:
            self._dethrone_others(pair)

    def remove(self, pair: Pair) -> bool:
        existed = bool(self.types(pair))
        self._drop(pair)
        return existed

    def remove_labels(self, pair: Pair, type_ids: Collection[int]) -> None:
        left = self.types(pair) - set(type_ids)
        if self.labels.unlabelled(pair.from_kind, pair.to_kind) in left:
            self.relabel(pair, left)
        else:
            self._drop(pair)  # without the unlabelled type there is no association

    def primary_company(self, contact_id: str) -> str | None:
        companies = self.of(CONTACTS, contact_id, COMPANIES)
        return next((company for company, types in companies.items() if PRIMARY_COMPANY in types), None)

    def forget(self, kind: ObjectType, record_id: str) -> list[tuple[Pair, frozenset[int]]]:
        severed = [(pair, self.types(pair)) for pair in self._pairs_of(kind, record_id)]
        for pair, _ in severed:
            self._drop(pair)
        return severed

    def remove_label(self, type_id: int) -> None:
        """The label goes, the associations that had it stay."""
        gone = {type_id, self.labels.inverse(type_id)}
        for pair, types in list(self.everything()):
            if types & gone:
                self._put(pair, types - gone)
        self.labels.remove(type_id)

    def everything(self) -> Iterator[tuple[Pair, frozenset[int]]]:
        by_plural = {kind.plural: kind for kind in OBJECT_TYPES}
        for (from_plural, to_plural), by_from in self._types.items():
            for from_id, by_to in by_from.items():
                for to_id, types in by_to.items():
                    yield Pair(by_plural[from_plural], from_id, by_plural[to_plural], to_id), types

    def _pairs_of(self, kind: ObjectType, record_id: str) -> Iterator[Pair]:
        for other in OBJECT_TYPES:
            for to_id in self.of(kind, record_id, other):
                yield Pair(kind, record_id, other, to_id)

    def _put(self, pair: Pair, types: Collection[int]) -> None:
        mirrored = [self.labels.inverse(type_id) for type_id in types]
        for each, labels in ((pair, types), (pair.turned(), mirrored)):
            by_from = self._types[each.from_kind.plural, each.to_kind.plural]
            by_from.setdefault(each.from_id, {})[each.to_id] = _kept(labels)

    def _drop(self, pair: Pair) -> None:
        for each in (pair, pair.turned()):
            by_from = self._types[each.from_kind.plural, each.to_kind.plural]
            linked = by_from.get(each.from_id)
            if linked and linked.pop(each.to_id, None) is not None and not linked:
                del by_from[each.from_id]

    def _dethrone_others(self, pair: Pair) -> None:
        contact_first = pair if pair.from_kind is CONTACTS else pair.turned()
        others = dict(self.of(CONTACTS, contact_first.from_id, COMPANIES))
        others.pop(contact_first.to_id)
        for company_id, types in others.items():
            if PRIMARY_COMPANY in types:
                self._put(contact_first._replace(to_id=company_id), types - {PRIMARY_COMPANY})


def _kept(type_ids: Collection[int]) -> frozenset[int]:
    """One object for all pairs with the same labels: there are few combinations, and many pairs."""
    types = frozenset(type_ids)
    return _KEPT.setdefault(types, types)
