"""Which account is this company? Strongest evidence first; a name alone proves nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tasks.contracts.reasons import Reason
from tasks.contracts.records import Account, AccountId, Company, CompanyId, DomainMatch, SyncingContact
from tasks.contracts.tools import AccountSearch
from tasks.rules.identity import company_domains, registrable_domain


@dataclass(frozen=True, slots=True)
class Adopt:
    """This account is the company's."""

    account: Account
    reason: Reason
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskHuman:
    """The evidence points somewhere, but not far enough to act on."""

    reason: Reason
    evidence: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class NoMatch:
    """No account is known to be this company."""


Match = Adopt | AskHuman | NoMatch


def search_terms(company: Company, people: Sequence[SyncingContact]) -> AccountSearch:
    """Every way the company's account could be known."""
    stored = (company.account_id, company.native_account_id)
    by_contact = (one.person.account_id for one in people if one.is_primary and one.person)
    account_ids = sorted({account_id for account_id in (*stored, *by_contact) if account_id})
    return AccountSearch(company.id, tuple(account_ids), company_domains(company))


@dataclass(frozen=True, slots=True)
class Candidates:
    """The accounts a search brought, and which companies they are linked with."""

    accounts: Sequence[Account]
    owners: Mapping[AccountId, CompanyId]

    def is_free(self, account: Account, company: Company) -> bool:
        """Neither our links nor the account's own key give it to another company."""
        return self.owner(account) in {None, company.id}

    def owner(self, account: Account) -> CompanyId | None:
        """The company the account belongs to; the ledger outranks the key on the account."""
        return self.owners.get(account.id) or account.company_id


def match_account(
    company: Company, people: Sequence[SyncingContact], candidates: Candidates, mode: DomainMatch
) -> Match:
    """Decision table T2 from the company's side: our key, the stored id, shared contacts, the domain."""
    return (
        _refuse_person_account(company, candidates)
        or _match_by_key(company, candidates)
        or _match_by_stored_id(company, candidates)
        or _match_by_contacts(company, people, candidates)
        or _match_by_domain(company, candidates, mode)
        or NoMatch()
    )


def _refuse_person_account(company: Company, candidates: Candidates) -> Match | None:
    """A person account is a person, though the strongest evidence there is names it; a new account would not do.

    By its key the account would only be found again, and a stored id was put there by somebody.
    """
    by_id = {account.id: account for account in candidates.accounts}
    carrying = [account for account in candidates.accounts if account.company_id == company.id]
    stored = [by_id[one] for one in (company.account_id, company.native_account_id) if one in by_id]
    people = [account for account in carrying or stored[:1] if account.is_person_account]
    return AskHuman(Reason.PERSON_ACCOUNT, _account_ids(people)) if people else None


def _match_by_key(company: Company, candidates: Candidates) -> Match | None:
    carrying = [account for account in candidates.accounts if account.company_id == company.id]
    free = [account for account in carrying if candidates.is_free(account, company)]
    if len(free) == 1 == len(carrying):
        return Adopt(free[0], Reason.LINKED_BY_KEY)
    if carrying:
        return AskHuman(Reason.CONFLICT_DUP_LINK, _account_ids(carrying))
    return None


def _match_by_stored_id(company: Company, candidates: Candidates) -> Match | None:
    by_id = {account.id: account for account in candidates.accounts}
    for stored in (company.account_id, company.native_account_id):
        account = by_id.get(stored) if stored else None
        if account is None:
            continue
        if candidates.is_free(account, company):
            return Adopt(account, Reason.LINKED_BY_STORED_ID)
        evidence = {"account": account.id, "linked_company": candidates.owner(account)}
        return AskHuman(Reason.CONFLICT_DUP_LINK, evidence)
    return None


def _match_by_contacts(company: Company, people: Sequence[SyncingContact], candidates: Candidates) -> Match | None:
    """Companies are deduplicated by associated contacts ("Manage your Salesforce integration settings")."""
    free = {
        account.id: account
        for account in candidates.accounts
        if candidates.is_free(account, company) and not account.is_person_account
    }
    shared = Counter(
        one.person.account_id for one in people if one.is_primary and one.person and one.person.account_id in free
    )
    if not shared:
        return None
    most = max(shared.values())
    leaders = sorted(account_id for account_id, count in shared.items() if count == most and account_id)
    if len(leaders) > 1:
        return AskHuman(Reason.CONFLICT_CONTACTS, {"accounts": leaders, "shared_contacts": most})
    return Adopt(free[leaders[0]], Reason.LINKED_BY_CONTACTS, {"shared_contacts": most})


def _match_by_domain(company: Company, candidates: Candidates, mode: DomainMatch) -> Match | None:
    """HubSpot's own integration never looks at the domain, which is where its duplicates come from."""
    domains = set(company_domains(company))
    same = [
        account
        for account in candidates.accounts
        if not account.is_person_account and registrable_domain(account.website) in domains
    ]
    free = [account for account in same if candidates.is_free(account, company)]
    if mode is DomainMatch.OFF or not same:
        return None
    evidence = {"domains": sorted(domains), **_account_ids(same)}
    if not free:
        owners = sorted({owner for account in same if (owner := candidates.owner(account))})
        return AskHuman(Reason.CONFLICT_DOMAIN_TAKEN, {**evidence, "linked_companies": owners})
    if len(same) > 1:
        return AskHuman(Reason.CONFLICT_DOMAIN, evidence)
    if mode is DomainMatch.AUTO:
        return Adopt(free[0], Reason.LINKED_BY_DOMAIN, {"domains": sorted(domains)})
    return AskHuman(Reason.SUGGEST_DOMAIN, evidence)


def _account_ids(accounts: Sequence[Account]) -> dict[str, object]:
    return {"accounts": sorted(account.id for account in accounts)}
