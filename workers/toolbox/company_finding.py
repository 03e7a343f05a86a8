"""Every way a company may be known, asked for many accounts at once: keys, the ledger, and HubSpot's search last."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tasks.contracts.errors import SyncError
from tasks.contracts.finding import CompanySearch
from tasks.contracts.records import AccountId, Company, CompanyId
from tasks.rules.company_names import is_same_name, normal_name
from tasks.rules.identity import company_domains
from workers.crm.hubspot import HubSpotDoor
from workers.crm.hubspot_search import NATIVE_PROPERTY, Term
from workers.ledger.postgres_ledger import PostgresLedger
from workers.toolbox.freshness import Shelf, Wanted
from workers.toolbox.reach import reach_ledger


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for; what was read before `as_of` will not do."""

    search: CompanySearch
    as_of: datetime


class CompanyFinder:
    """The companies a slice looks for, each read once."""

    def __init__(self, door: HubSpotDoor, ledger: PostgresLedger, shelf: Shelf[Company | None]) -> None:
        self._door = door
        self._ledger = ledger
        self._shelf = shelf

    def find(self, sought: Sequence[Sought]) -> list[Sequence[Company] | SyncError]:
        """For each its companies as they are now. Raises SyncError where nobody could be answered."""
        searches = [one.search for one in sought]
        by_key = self._read_by_key(searches)
        ids = {company_id for one in searches for company_id in one.company_ids}
        ids |= {one.id for one in by_key.values() if isinstance(one, Company)}
        ids |= self._door.index.find(_terms_of(searches))
        ids |= self._known_by_domain(searches)
        as_of = max(one.as_of for one in sought)
        facts = self._shelf.read(
            [Wanted(one, as_of) for one in sorted(ids)],
            lambda missing: self._door.read_companies([CompanyId(one) for one in missing]),
        )
        return [_dealt(one, by_key, facts) for one in searches]

    def _read_by_key(self, searches: Sequence[CompanySearch]) -> dict[AccountId, Company | SyncError | None]:
        account_ids = [one.account_id for one in searches if one.account_id]
        if not account_ids:
            return {}
        read_at = reach_ledger(self._ledger.now)
        found = self._door.keyed.read_companies_of_accounts(account_ids)
        self._shelf.keep({one.id: one for one in found.values() if isinstance(one, Company)}, read_at=read_at)
        return found

    def _known_by_domain(self, searches: Sequence[CompanySearch]) -> set[CompanyId]:
        """The search does not know yet what was written a moment ago; whoever wrote or read it has noted it."""
        domains = {domain for one in searches for domain in one.domains}
        known = reach_ledger(lambda: self._ledger.find_companies_by_domain(domains)) if domains else {}
        return {CompanyId(company_id) for company_ids in known.values() for company_id in company_ids}


def _terms_of(searches: Iterable[CompanySearch]) -> list[Term]:
    terms: list[Term] = []
    for one in searches:
        for domain in one.domains:
            terms += [("domain", domain), ("hs_additional_domains", domain)]
        if one.account_id:
            terms.append((NATIVE_PROPERTY, one.account_id))
        terms += [("name", name) for name in (one.name, normal_name(one.name)) if name]
    return terms


def _dealt(
    search: CompanySearch,
    by_key: Mapping[AccountId, Company | SyncError | None],
    facts: Mapping[str, Company | SyncError | None],
) -> Sequence[Company] | SyncError:
    asked = [by_key.get(search.account_id)] if search.account_id else []
    asked += [facts.get(company_id) for company_id in search.company_ids]
    if problem := next((one for one in asked if isinstance(one, SyncError)), None):
        return problem
    return [one for one in facts.values() if isinstance(one, Company) and _is_sought(one, search)]


def _is_sought(company: Company, search: CompanySearch) -> bool:
    return (
        company.id in search.company_ids
        or (search.account_id is not None and search.account_id in {company.account_id, company.native_account_id})
        or not set(company_domains(company)).isdisjoint(search.domains)
        or bool(search.name and is_same_name(company.name, search.name))
    )
