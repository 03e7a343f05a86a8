"""Tandem makes no second account and no second company for a customer that has one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from tldextract import TLDExtract

from workers.demo.people_at_work.world import World

SAME_MOMENT = timedelta(seconds=10)
"""No program can see a record that a person enters between its last look and its own write."""


@dataclass(frozen=True, slots=True)
class Makers:
    """Under which names Tandem writes, and from when on it is watched."""

    app_id: str
    user_id: str
    since: datetime


@dataclass(frozen=True, slots=True)
class _Made:
    record: str
    customer: str
    at: datetime
    is_ours: bool


def duplicates(world: World, makers: Makers) -> Iterator[str]:
    """A customer is known by its web domain. Whatever people enter twice by hand is theirs."""
    yield from _second_ones(_accounts(world, makers), makers.since)
    yield from _second_ones(_companies(world, makers), makers.since)


def _accounts(world: World, makers: Makers) -> Iterator[_Made]:
    for account in world.living_accounts.values():
        is_ours = account.values["CreatedById"] == makers.user_id
        customer = domain_of(account.values["Website"] or "")
        yield _Made(f"account {account.id}", customer, account.created_at, is_ours)


def _companies(world: World, makers: Makers) -> Iterator[_Made]:
    for company in world.companies.values():
        made_at = datetime.fromisoformat(company.properties["createdate"])
        is_ours = company.properties.get("hs_object_source_id") == makers.app_id
        yield _Made(f"company {company.id}", domain_of(company.properties.get("domain", "")), made_at, is_ours)


def _second_ones(made: Iterator[_Made], since: datetime) -> Iterator[str]:
    by_customer: dict[str, list[_Made]] = {}
    for one in made:
        if one.customer:
            by_customer.setdefault(one.customer, []).append(one)
    for customer, ones in by_customer.items():
        for one in ones:
            before = [other for other in ones if other.at < one.at - (timedelta() if other.is_ours else SAME_MOMENT)]
            if one.is_ours and one.at >= since and before:
                yield f"{one.record} was made for {customer}, which has {before[0].record}"


@cache
def _public_suffixes() -> TLDExtract:
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def domain_of(address: str) -> str:
    """The domain somebody registered; blank where there is none."""
    return str(_public_suffixes()(address).top_domain_under_public_suffix).lower()
