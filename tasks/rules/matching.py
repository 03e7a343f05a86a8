"""Which account is this company? Strongest evidence first; a name alone proves nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tasks.contracts.finding import AccountSearch
from tasks.contracts.reasons import Reason
from tasks.contracts.records import (
    Account,
    AccountId,
    Company,
    CompanyId,
    DomainMatch,
    NameMatch,
    Switches,
    SyncingContact,
)
from tasks.rules.identity import account_domain, company_domains
from tasks.rules.resemblance import Likeness, find_doubts, name_likeness

NAME_REASONS = ((Likeness.SAME, Reason.SUGGEST_NAME), (Likeness.SIMILAR, Reason.SUGGEST_SIMILAR_NAME))
ANSWERED_BY_SYNC = frozenset(
    {Reason.CONFLICT_DOMAIN_TAKEN, Reason.SUGGEST_MERGE, Reason.SUGGEST_NAME, Reason.SUGGEST_SIMILAR_NAME}
)
"""Pressing Sync is a person's answer to "is this the same customer as the other one?": no."""


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
    """Nothing that is known is this customer on the other side."""


Match = Adopt | AskHuman | NoMatch


def search_terms(company: Company, people: Sequence[SyncingContact], switches: Switches) -> AccountSearch:
    """Every way the company's account could be known."""
    stored = (company.account_id, company.native_account_id)
    by_contact = (one.person.account_id for one in people if one.is_primary and one.person)
    account_ids = sorted({account_id for account_id in (*stored, *by_contact) if account_id})
    domains = company_domains(company, switches.opt_out_domains)
    return AccountSearch(company.id, tuple(account_ids), domains)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The accounts a search brought, and which companies they are linked with."""

    accounts: Sequence[Account]
    owners: Mapping[AccountId, CompanyId]
    rivals: Sequence[Company] = ()
    """Other companies that have one of the company's domains, linked or not."""

    def is_free(self, account: Account, company: Company) -> bool:
        """Neither our links nor the account's own key give it to another company."""
        return self.owner(account) in {None, company.id}

    def owner(self, account: Account) -> CompanyId | None:
        """The company the account belongs to; the ledger outranks the key on the account."""
        return self.owners.get(account.id) or account.company_id

    def living(self) -> list[Account]:
        """Nothing is ever linked with a deleted account."""
        return [account for account in self.accounts if not account.is_deleted]

    def businesses(self) -> list[Account]:
        """Those a company could be: person accounts are people."""
        return [account for account in self.living() if not account.is_person_account]


def match_account(
    company: Company,
    people: Sequence[SyncingContact],
    candidates: Candidates,
    switches: Switches,
    *,
    forced: bool = False,
) -> Match:
    """Decision table T2 from the company's side: our key, the stored id, shared contacts, the domain, the name."""
    match = (
        _refuse_person_account(company, candidates)
        or _match_by_key(company, candidates)
        or _match_by_stored_id(company, candidates)
        or _match_by_contacts(company, people, candidates)
        or _match_by_domain(company, candidates, switches)
        or _match_by_name(company, candidates, switches)
        or NoMatch()
    )
    return NoMatch() if forced and isinstance(match, AskHuman) and match.reason in ANSWERED_BY_SYNC else match


def _refuse_person_account(company: Company, candidates: Candidates) -> Match | None:
    """A person account is a person, though the strongest evidence there is names it; a new account would not do.

    By its key the account would only be found again, and a stored id was put there by somebody.
    """
    by_id = {account.id: account for account in candidates.living()}
    carrying = [account for account in candidates.living() if account.company_id == company.id]
    stored = [by_id[one] for one in (company.account_id, company.native_account_id) if one in by_id]
    people = [account for account in carrying or stored[:1] if account.is_person_account]
    return AskHuman(Reason.PERSON_ACCOUNT, _account_ids(people)) if people else None


def _match_by_key(company: Company, candidates: Candidates) -> Match | None:
    carrying = [account for account in candidates.living() if account.company_id == company.id]
    free = [account for account in carrying if candidates.is_free(account, company)]
    if len(free) == 1 == len(carrying):
        return Adopt(free[0], Reason.LINKED_BY_KEY)
    if carrying:
        return AskHuman(Reason.CONFLICT_DUP_LINK, _account_ids(carrying))
    return None


def _match_by_stored_id(company: Company, candidates: Candidates) -> Match | None:
    by_id = {account.id: account for account in candidates.living()}
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
    free = {account.id: account for account in candidates.businesses() if candidates.is_free(account, company)}
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


def _match_by_domain(company: Company, candidates: Candidates, switches: Switches) -> Match | None:
    """HubSpot's own integration never looks at the domain, which is where its duplicates come from."""
    opt_outs = switches.opt_out_domains
    domains = set(company_domains(company, opt_outs))
    same = [one for one in candidates.businesses() if account_domain(one, opt_outs) in domains]
    free = [account for account in same if candidates.is_free(account, company)]
    if switches.domain_match is DomainMatch.OFF or not same:
        return None
    evidence = {"domains": sorted(domains), **_account_ids(same)}
    rivals = [one.id for one in candidates.rivals if domains.intersection(company_domains(one, opt_outs))]
    if not free:
        owners = sorted({owner for account in same if (owner := candidates.owner(account))})
        evidence = {**evidence, "linked_companies": owners}
        if company.created_automatically:
            # What HubSpot itself made for a domain that has its company already is a twin, not another customer.
            return AskHuman(Reason.SUGGEST_MERGE, evidence)
        return AskHuman(Reason.CONFLICT_DOMAIN_TAKEN, evidence)
    if len(same) > 1 or rivals:
        return AskHuman(Reason.CONFLICT_DOMAIN, evidence | ({"companies": sorted(rivals)} if rivals else {}))
    if switches.domain_match is DomainMatch.SUGGEST:
        return AskHuman(Reason.SUGGEST_DOMAIN, evidence)
    doubts = find_doubts(company, free[0], account_domain(free[0], opt_outs) or "")
    if doubts:
        return AskHuman(Reason.SUGGEST_DOMAIN_DOUBTFUL, {**evidence, "against": list(doubts)})
    return Adopt(free[0], Reason.LINKED_BY_DOMAIN, {"domains": sorted(domains)})


def _match_by_name(company: Company, candidates: Candidates, switches: Switches) -> Match | None:
    if switches.name_match is NameMatch.OFF:
        return None
    free = [one for one in candidates.businesses() if candidates.is_free(one, company)]
    for likeness, reason in NAME_REASONS:
        alike = [account for account in free if name_likeness(company, account) is likeness]
        if alike:
            return AskHuman(reason, _account_ids(alike))
    return None


def _account_ids(accounts: Sequence[Account]) -> dict[str, object]:
    return {"accounts": sorted(account.id for account in accounts)}
