"""The types an association may have, HubSpot's own and those an admin makes, and how many of each are allowed."""

from collections.abc import Iterator
from typing import NamedTuple

from simulator.hubspot.object_types import ObjectType

HUBSPOT_DEFINED, USER_DEFINED = "HUBSPOT_DEFINED", "USER_DEFINED"
FIRST_OWN_TYPE = 1_001
Ends = tuple[str, str]  # the plurals of both object types


class Label(NamedTuple):
    type_id: int
    label: str | None
    inverse: int  # the type as seen from the other end
    category: str = HUBSPOT_DEFINED


STANDARD: dict[Ends, tuple[Label, ...]] = {  # the first of each is the unlabelled type
    ("contacts", "companies"): (Label(279, None, 280), Label(1, "Primary", 2)),
    ("companies", "contacts"): (Label(280, None, 279), Label(2, "Primary", 1)),
    ("companies", "companies"): (
        Label(450, None, 450),
        Label(13, "Child Company", 14),
        Label(14, "Parent Company", 13),
    ),
    ("contacts", "contacts"): (Label(449, None, 449),),
}


class Labels:
    def __init__(self) -> None:
        self._between = {ends: {each.type_id: each for each in labels} for ends, labels in STANDARD.items()}
        self._by_id = {each.type_id: each for labels in STANDARD.values() for each in labels}
        self._unlabelled = {ends: labels[0].type_id for ends, labels in STANDARD.items()}
        self._next_id = FIRST_OWN_TYPE
        self.limits: dict[int, int] = {}  # by type, how many records one record may have

    def between(self, from_kind: ObjectType, to_kind: ObjectType) -> list[Label]:
        return list(self._between[from_kind.plural, to_kind.plural].values())

    def everywhere(self) -> Iterator[Label]:
        return iter(self._by_id.values())

    def unlabelled(self, from_kind: ObjectType, to_kind: ObjectType) -> int:
        return self._unlabelled[from_kind.plural, to_kind.plural]

    def find(self, type_id: int) -> Label | None:
        return self._by_id.get(type_id)

    def get(self, type_id: int) -> Label:
        return self._by_id[type_id]

    def inverse(self, type_id: int) -> int:
        return self._by_id[type_id].inverse

    def add(self, from_kind: ObjectType, to_kind: ObjectType, label: str, inverse_label: str | None) -> list[Label]:
        """One type, or two where the ends differ or are called differently."""
        first, self._next_id = self._next_id, self._next_id + 1
        if from_kind is to_kind and inverse_label in {None, label}:
            made = [Label(first, label, first, USER_DEFINED)]
        else:
            second, self._next_id = self._next_id, self._next_id + 1
            back = inverse_label or label
            made = [Label(first, label, second, USER_DEFINED), Label(second, back, first, USER_DEFINED)]
        for each, ends in zip(made, ((from_kind, to_kind), (to_kind, from_kind)), strict=False):
            self._put((ends[0].plural, ends[1].plural), each)
        return made

    def rename(self, type_id: int, label: str) -> None:
        changed = self._by_id[type_id]._replace(label=label)
        for ends in self._ends_of(type_id):
            self._put(ends, changed)

    def remove(self, type_id: int) -> None:
        """With what it is called from the other end."""
        for each in {type_id, self.inverse(type_id)}:
            for ends in self._ends_of(each):
                del self._between[ends][each]
            self.limits.pop(each, None)
        for each in {type_id, self.inverse(type_id)}:
            del self._by_id[each]

    def _put(self, ends: Ends, label: Label) -> None:
        self._between[ends][label.type_id] = label
        self._by_id[label.type_id] = label

    def _ends_of(self, type_id: int) -> list[Ends]:
        return [ends for ends, labels in self._between.items() if type_id in labels]
