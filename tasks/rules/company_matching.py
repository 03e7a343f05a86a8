"""Which company is this account? Decision table T2 from the account's side; a name alone proves nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tasks.contracts.finding import CompanySearch
from tasks.contracts.reasons import Reason
from tasks.contracts.records import (
    Account,
    AccountId,
    Association,
    Company,
    CompanyId,
    DomainMatch,
    NameMatch,
    Switches,
)
from tasks.rules.identity import account_domain, company_domains
from tasks.rules.matching import ANSWERED_BY_SYNC, NAME_REASONS, AskHuman, NoMatch
from tasks.rules.resemblance import find_doubts, name_likeness

UNKNOWN_AGE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AdoptCompany:
    """This company is the account's."""

    company: Company
    reason: Reason
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StartOver:
    """The account lives on in this one: match that instead."""

    account_id: AccountId
    reason: Reason = Reason.ACCOUNT_MERGED


CompanyMatch = AdoptCompany | StartOver | AskHuman | NoMatch


@dataclass(frozen=True, slots=True)
class CompanyCandidates:
    """The companies a search brought, and what is known about them."""

    companies: Sequence[Company]
    links: Mapping[CompanyId, AccountId]
    """The ledger's links of these companies; they outrank what a record says of itself."""
    people: Sequence[Association] = ()
    """Where the HubSpot contacts sit that are the account's Salesforce contacts."""
    contact_counts: Mapping[CompanyId, int] = field(default_factory=dict)
    """How many contacts each company has."""
    rivals: Sequence[Account] = ()
    """Other accounts that have the account's domain."""

    def is_free(self, company: Company, account: Account) -> bool:
        """Not linked with another account; an id of another account that it merely carries binds nothing."""
        return self.links.get(company.id, account.id) == account.id

    def ids_of(self, companies: Iterable[Company]) -> dict[str, object]:
        """Evidence: which companies."""
        return {"companies": sorted(company.id for company in companies)}


def company_search(account: Account, homes: Sequence[Association], switches: Switches) -> CompanySearch:
    """Every way the account's company could be known."""
    by_contact = {one.company_id for one in homes if one.is_primary}
    company_ids = by_contact | ({account.company_id} if account.company_id else set())
    domain = None if switches.domain_match is DomainMatch.OFF else account_domain(account, switches.opt_out_domains)
    name = "" if switches.name_match is NameMatch.OFF else account.name
    return CompanySearch(account.id, tuple(sorted(company_ids)), (domain,) if domain else (), name)


def has_rival_evidence(account: Account, companies: Iterable[Company], switches: Switches) -> bool:
    """A company has the account's domain, so that it matters whether another account has it too."""
    domain = account_domain(account, switches.opt_out_domains)
    is_evidence = domain and switches.domain_match is not DomainMatch.OFF
    return bool(is_evidence) and any(domain in company_domains(one, switches.opt_out_domains) for one in companies)


def match_company(
    account: Account, candidates: CompanyCandidates, switches: Switches, *, forced: bool = False
) -> CompanyMatch:
    """Top-down, the first row that applies decides. None of them takes a company from the account it is linked with."""
    match = _match(account, candidates, switches)
    return NoMatch() if forced and isinstance(match, AskHuman) and match.reason in ANSWERED_BY_SYNC else match


def _match(account: Account, candidates: CompanyCandidates, switches: Switches) -> CompanyMatch:
    if account.master_id:
        return StartOver(account.master_id)
    if account.is_deleted or account.is_person_account:
        return NoMatch()
    return (
        _match_by_id(account, candidates)
        or _match_by_contacts(account, candidates)
        or _match_by_domain(account, candidates, switches)
        or _match_by_name(account, candidates, switches)
        or NoMatch()
    )


def find_claimants(account: Account, candidates: CompanyCandidates) -> list[Company]:
    """The companies that an id gives to the account."""
    return [one for one in candidates.companies if _claims(one, account, candidates)]


def _match_by_id(account: Account, candidates: CompanyCandidates) -> CompanyMatch | None:
    claiming = find_claimants(account, candidates)
    free = [company for company in claiming if candidates.is_free(company, account)]
    if not free:
        return None

    def strength(company: Company) -> tuple[bool, bool, int, datetime, int, str]:
        return (
            company.id not in candidates.links,
            company.id != account.company_id,
            -candidates.contact_counts.get(company.id, 0),
            company.created_at or UNKNOWN_AGE,
            len(company.id),
            company.id,
        )

    kept, *others = sorted(free, key=strength)
    others += [company for company in claiming if company not in free]
    if others:
        return AdoptCompany(kept, Reason.CONFLICT_DUP_LINK, {"others": sorted(one.id for one in others)})
    if kept.id in candidates.links:
        return AdoptCompany(kept, Reason.LINKED_ALREADY)
    by_key = kept.id == account.company_id
    return AdoptCompany(kept, Reason.LINKED_BY_KEY if by_key else Reason.LINKED_BY_STORED_ID)


def _claims(company: Company, account: Account, candidates: CompanyCandidates) -> bool:
    """Our link, our key on the account, our property on the company or the one HubSpot's own integration left."""
    return (
        candidates.links.get(company.id) == account.id
        or company.id == account.company_id
        or account.id in {company.account_id, company.native_account_id}
    )


def _match_by_contacts(account: Account, candidates: CompanyCandidates) -> CompanyMatch | None:
    """Companies are deduplicated by associated contacts ("Manage your Salesforce integration settings")."""
    free = {company.id: company for company in candidates.companies if candidates.is_free(company, account)}
    seen = {(one.contact_id, one.company_id) for one in candidates.people if one.is_primary}
    shared = Counter(company_id for _, company_id in seen if company_id in free)
    if not shared:
        return None
    most = max(shared.values())
    leaders = sorted(company_id for company_id, count in shared.items() if count == most)
    if len(leaders) > 1:
        return AskHuman(Reason.CONFLICT_CONTACTS, {"companies": leaders, "shared_contacts": most})
    return AdoptCompany(free[leaders[0]], Reason.LINKED_BY_CONTACTS, {"shared_contacts": most})


def _match_by_domain(account: Account, candidates: CompanyCandidates, switches: Switches) -> CompanyMatch | None:
    """HubSpot's own integration never looks at the domain, which is where its duplicates come from."""
    opt_outs = switches.opt_out_domains
    domain = account_domain(account, opt_outs)
    if switches.domain_match is DomainMatch.OFF or not domain:
        return None
    same = [one for one in candidates.companies if domain in company_domains(one, opt_outs)]
    if not same:
        return None
    free = [company for company in same if candidates.is_free(company, account)]
    evidence = {"domains": [domain], **candidates.ids_of(same)}
    rivals = sorted(one.id for one in candidates.rivals if account_domain(one, opt_outs) == domain)
    if not free:
        return AskHuman(Reason.CONFLICT_DOMAIN_TAKEN, evidence)
    if len(same) > 1 or rivals:
        return AskHuman(Reason.CONFLICT_DOMAIN, evidence | ({"accounts": rivals} if rivals else {}))
    if switches.domain_match is DomainMatch.SUGGEST:
        return AskHuman(Reason.SUGGEST_DOMAIN, evidence)
    doubts = find_doubts(free[0], account, domain)
    if doubts:
        return AskHuman(Reason.SUGGEST_DOMAIN_DOUBTFUL, {**evidence, "against": list(doubts)})
    return AdoptCompany(free[0], Reason.LINKED_BY_DOMAIN, {"domains": [domain]})


def _match_by_name(account: Account, candidates: CompanyCandidates, switches: Switches) -> CompanyMatch | None:
    if switches.name_match is NameMatch.OFF:
        return None
    free = [company for company in candidates.companies if candidates.is_free(company, account)]
    for likeness, reason in NAME_REASONS:
        alike = [company for company in free if name_likeness(company, account) is likeness]
        if alike:
            return AskHuman(reason, candidates.ids_of(alike))
    return None
