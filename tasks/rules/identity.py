"""When two spellings of a web address mean the same company."""

from collections.abc import Sequence
from functools import lru_cache

import idna
from tldextract import TLDExtract
from tldextract.tldextract import ExtractResult

from tasks.contracts.records import Account, Association, Company, CompanyId, Identity, SyncingContact
from tasks.rules.shared_domains import SHARED_HOSTS, is_free_mail, is_shared

MAX_HOST_LENGTH = 253
MAX_OPT_OUTS = 1_000
"""As many as HubSpot lets a portal exclude from associating companies by domain."""


@lru_cache(maxsize=1)
def _public_suffixes() -> TLDExtract:
    # The list that ships with the library, never a download; private suffixes count, because
    # acme.myshopify.com and zeta.myshopify.com are two customers.
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@lru_cache(maxsize=65_536)
def _parts(spelling: str) -> ExtractResult:
    return _public_suffixes()(spelling.strip().rstrip("./"))


@lru_cache(maxsize=65_536)
def registrable_domain(spelling: str) -> str | None:
    """`https://WWW.Bücher.example.de/shop` → `xn--…`: lower case, ASCII, without host names; None if there is none.

    The domain a company registered identifies it; `www`, scheme, port and path do not.
    """
    found = _parts(spelling).top_domain_under_public_suffix
    if not found or len(found) > MAX_HOST_LENGTH:
        return None
    try:
        return idna.encode(found, uts46=True).decode().lower()
    except idna.IDNAError:
        return None


def identifying_domain(spelling: str, opt_outs: tuple[str, ...] = ()) -> str | None:
    """The registrable domain; None where it identifies nobody: free mail, somebody else's site, opted out."""
    domain = registrable_domain(spelling)
    if not domain or domain in _opted_out(opt_outs) or is_free_mail(domain) or is_shared(domain):
        return None
    return None if _parts(spelling).fqdn.lower() in SHARED_HOSTS else domain


@lru_cache(maxsize=8)
def _opted_out(spellings: tuple[str, ...]) -> frozenset[str]:
    """The operator's list as registrable domains; what is no domain is passed over."""
    return frozenset(domain for spelling in spellings if (domain := registrable_domain(spelling)))


def find_opt_out_problem(spellings: Sequence[str]) -> str | None:
    """What keeps this from being a list of opted-out domains, in words for whoever wrote it."""
    if len(spellings) > MAX_OPT_OUTS:
        return f"{len(spellings):,} domains are too many: at most {MAX_OPT_OUTS:,} can be opted out"
    strange = [spelling for spelling in spellings if not registrable_domain(spelling)]
    if strange:
        return f"{strange[0]!r} is no domain that somebody can register"
    return None


def company_domains(company: Company, opt_outs: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The registrable domains that identify the company, the main one first."""
    spellings = (company.domain, company.website, *company.additional_domains)
    domains = dict.fromkeys(identifying_domain(spelling, opt_outs) for spelling in spellings if spelling)
    return tuple(domain for domain in domains if domain)


def account_domain(account: Account, opt_outs: tuple[str, ...] = ()) -> str | None:
    """The registrable domain that identifies the account."""
    return identifying_domain(account.website, opt_outs)


def domain_identities(company: Company, opt_outs: tuple[str, ...] = ()) -> tuple[Identity, ...]:
    """What a new account for this company is about to occupy."""
    return tuple(Identity("domain", domain) for domain in company_domains(company, opt_outs))


def company_identity(company_id: CompanyId) -> Identity:
    """The company itself."""
    return Identity("company", company_id)


def account_domain_identities(account: Account, opt_outs: tuple[str, ...] = ()) -> tuple[Identity, ...]:
    """What a new company for this account is about to occupy."""
    domain = account_domain(account, opt_outs)
    return (Identity("domain", domain),) if domain else ()


def account_identities_at_stake(
    account: Account, homes: Sequence[Association], opt_outs: tuple[str, ...] = ()
) -> tuple[Identity, ...]:
    """As below, from the account's side; `homes` is where its contacts sit in HubSpot."""
    company_ids = {one.company_id for one in homes if one.is_primary}
    company_ids |= {account.company_id} if account.company_id else set()
    companies = sorted(map(company_identity, company_ids), key=str)
    return (Identity("account", account.id), *account_domain_identities(account, opt_outs), *companies)


def identities_at_stake(
    company: Company, people: tuple[SyncingContact, ...], opt_outs: tuple[str, ...] = ()
) -> tuple[Identity, ...]:
    """Everything two workers must not decide about at the same time, in one fixed order."""
    account_ids = {person.account_id for one in people if one.is_primary and (person := one.person)}
    account_ids |= {company.account_id, company.native_account_id}
    accounts = (Identity("account", account_id) for account_id in account_ids if account_id)
    return (company_identity(company.id), *domain_identities(company, opt_outs), *sorted(accounts, key=str))
