"""What Tandem writes is bounded by what people do, and nothing at all where nobody does anything."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from workers.demo.people_at_work.journal import Journal
from workers.demo.people_at_work.world import Company, World, short

WRITES_PER_ACT = 4.0
"""Measured are one to two: most acts change one record, whose partner follows."""


@dataclass(frozen=True, slots=True)
class Writes:
    """Rows that one program has written to each CRM."""

    hubspot: int
    salesforce: int

    @property
    def in_all(self) -> int:
        return self.hubspot + self.salesforce

    def __sub__(self, before: "Writes") -> "Writes":
        return Writes(self.hubspot - before.hubspot, self.salesforce - before.salesforce)


def writes_of(counters: Mapping[str, Mapping[str, int]], *, app_id: str, user_id: str) -> Writes:
    """As the simulated CRMs count them, by who wrote."""
    return Writes(
        counters["hubspot"].get(f"writes_by_app_{app_id}", 0),
        counters["salesforce"].get(f"records.written_by.{user_id}", 0),
    )


def too_many_writes(writes: Writes, journal: Journal) -> Iterator[str]:
    acts = sum(act.is_done for act in journal.acts)
    if writes.in_all > WRITES_PER_ACT * acts:
        yield f"{writes.in_all:,} writes by Tandem for {acts:,} acts of people, more than {WRITES_PER_ACT:g} for each"


def values_to_and_fro(world: World, journal: Journal, *, app_id: str, since: datetime) -> Iterator[str]:
    """A value is written by Tandem at most once for every act that could be the reason, and once at first.

    Stages are left out: they only ever go forward, which is checked by itself.
    """
    acts = _acts_by_record(journal)
    for company in world.companies.values():
        for name, versions in company.history.items():
            ours = sum(version.by == app_id and version.at >= since for version in versions)
            reasons = _reasons(company, world, acts) if ours > 1 and name != "lifecyclestage" else ours
            if ours > reasons + 1:
                yield f"company {company.id}: {name} was written {ours} times for {reasons} acts of people"


def _acts_by_record(journal: Journal) -> dict[str, int]:
    acts: dict[str, int] = {}
    for act in journal.acts:
        for key in {short(record) for record in act.touched}:
            acts[key] = acts.get(key, 0) + 1
    return acts


def _reasons(company: Company, world: World, acts: Mapping[str, int]) -> int:
    """Acts upon the company and what was merged into it, its contacts, its account, and the people there."""
    losers = [loser for loser, survivor in world.survivor_of.items() if survivor == company.id]
    contacts = [contact.id for contact in world.contacts if company.id in contact.company_ids]
    people = [person.id for person in world.people if company.account_id and person.account_id == company.account_id]
    accounts = [key for key in world.accounts if _leads_to(key, company, world)]
    return sum(acts.get(key, 0) for key in (company.id, *losers, *contacts, *people, *accounts))


def _leads_to(account_id: str, company: Company, world: World) -> bool:
    survivor = world.surviving_account(account_id)
    return bool(company.account_id) and survivor is not None and survivor.id == company.account_id
