"""A company is at least as far as its furthest contact that syncs, and only people ever take it back."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from workers.demo.people_at_work.world import Company, World

UNRANKED = "other"
"""Last in the portal's order, and yet no stage beyond customer."""


def wrong_stages(world: World, *, app_id: str, since: datetime) -> Iterator[str]:
    ranks = {stage: rank for rank, stage in enumerate(world.stages, start=1) if stage != UNRANKED}
    lifts = _lifts(world, ranks, app_id)
    for company in world.companies.values():
        yield from _moved_back(company, ranks, app_id, since)
        is_unranked = company.stage and company.stage not in ranks
        furthest = max(lifts.get(company.id, ()), default=(0, ""))
        if not is_unranked and furthest[0] > ranks.get(company.stage, 0):
            stage, contact = world.stages[furthest[0] - 1], furthest[1]
            yield f"company {company.id} is at {company.stage!r}, but its contact {contact} at {stage!r}"


def _lifts(world: World, ranks: dict[str, int], app_id: str) -> dict[str, list[tuple[int, str]]]:
    """By company: the rank of every contact that has a say, and whose it is.

    A stage that Tandem wrote to a contact is its company's own, and no reason to lift that company.
    """
    signals = _signals(world, ranks)
    lifts: dict[str, list[tuple[int, str]]] = {}
    for contact in world.contacts:
        people = world.people_by_email.get(contact.email, [])
        if people and contact.company_id:
            # Which of several people of one address is the contact's, only Tandem knows.
            signal = signals.get(people[0].id, 0) if len(people) == 1 else 0
            own = ranks.get(contact.stage, 0) if contact.stage_by != app_id else 0
            rank = max(own, signal)
            lifts.setdefault(contact.company_id, []).append((rank, contact.id))
    return lifts


def _signals(world: World, ranks: dict[str, int]) -> dict[str, int]:
    """The stage that a Salesforce contact's opportunities stand for."""
    signals: dict[str, int] = {}
    for role in world.roles:
        rank = ranks["customer"] if role.is_won else ranks["opportunity"] if role.is_open else 0
        signals[role.contact_id] = max(rank, signals.get(role.contact_id, 0))
    return signals


def _moved_back(company: Company, ranks: dict[str, int], app_id: str, since: datetime) -> Iterator[str]:
    versions = company.history.get("lifecyclestage", ())
    for now, before in pairwise(versions):
        is_backwards = ranks.get(now.value, 0) < ranks.get(before.value, 0)
        if is_backwards and now.by == app_id and now.at >= since:
            yield f"company {company.id} was taken back from {before.value!r} to {now.value!r}"
