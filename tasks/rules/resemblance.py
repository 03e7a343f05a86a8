"""What name and country say about a company and an account that something else brought together."""

from enum import StrEnum

from tasks.contracts.records import Account, Company
from tasks.rules.company_names import compact, is_acronym, is_same_name, name_similarity
from tasks.rules.countries import country_code

SIMILAR = 0.8
"""Measured: docs/matching.md has what other values would bring."""


class Likeness(StrEnum):
    """How far two names speak for one company."""

    SAME = "same"
    SIMILAR = "similar"
    DIFFERENT = "different"


def countries_differ(company: Company, account: Account) -> bool:
    """Both are known, and they are two. A blank or unknown country contradicts nothing."""
    codes = {country_code(company.country), country_code(account.country)} - {None}
    return len(codes) == 2


def has_same_country(company: Company, account: Account) -> bool:
    """Both are known, and they are one."""
    code = country_code(company.country)
    return code is not None and code == country_code(account.country)


def name_likeness(company: Company, account: Account) -> Likeness:
    """The same name in the same country, or less than that; never the same where the countries differ."""
    if countries_differ(company, account):
        return Likeness.DIFFERENT
    if is_same_name(company.name, account.name):
        return Likeness.SAME if has_same_country(company, account) else Likeness.SIMILAR
    if has_same_country(company, account) and name_similarity(company.name, account.name) >= SIMILAR:
        return Likeness.SIMILAR
    return Likeness.DIFFERENT


def find_doubts(company: Company, account: Account, domain: str) -> tuple[str, ...]:
    """What speaks against one customer although nobody else has the domain: a group's companies often share one."""
    doubts = []
    if not _names_agree(company.name, account.name, domain):
        doubts.append("name")
    if countries_differ(company, account):
        doubts.append("country")
    return tuple(doubts)


def _names_agree(one: str, other: str, domain: str) -> bool:
    """A record without a name is called what its domain says."""
    label = domain.partition(".")[0]
    one, other = one.strip() or label, other.strip() or label
    return (
        is_same_name(one, other)
        or name_similarity(one, other) >= SIMILAR
        or is_acronym(one, other)
        or {compact(one), compact(other)} == {compact(label), compact(domain)}
    )
