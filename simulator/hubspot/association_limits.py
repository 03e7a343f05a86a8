"""Limits an admin sets on how many records one record may be associated with."""

from collections.abc import Collection

from simulator.hubspot.associations import Pair
from simulator.hubspot.crm import Crm
from simulator.hubspot.errors import invalid


def refuse_beyond_limits(crm: Crm, pair: Pair, type_ids: Collection[int]) -> None:
    """Both ends are looked at; the unlabelled type, which every association has, is looked at as well."""
    labels = crm.associations.labels
    if not labels.limits:
        return
    for type_id in {labels.unlabelled(pair.from_kind, pair.to_kind), *type_ids}:
        _refuse(crm, pair, type_id)
        _refuse(crm, pair.turned(), labels.inverse(type_id))


def _refuse(crm: Crm, pair: Pair, type_id: int) -> None:
    most = crm.associations.labels.limits.get(type_id)
    linked = crm.associations.of(pair.from_kind, pair.from_id, pair.to_kind)
    others = sum(type_id in types for to_id, types in linked.items() if to_id != pair.to_id)
    if most is not None and others >= most:
        crm.counters["association_limit_reached"] += 1
        raise invalid(
            f"{pair.from_kind.singular} {pair.from_id} may have at most {most} associations of type {type_id}",
            subCategory="crm.associations.ASSOCIATION_LIMIT_EXCEEDED",
        )
