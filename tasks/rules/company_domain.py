"""The web domain of a company that comes from an account: the one value that is not mapped but derived."""

from tasks.rules.identity import is_free_mail, registrable_domain


def choose_company_domain(domain: str, website: str) -> str | None:
    """What to write to a company's `domain`. None: nothing, because it has one or the website does not say any.

    HubSpot finds companies by it, so it is never overwritten, and never a mail provider's.
    """
    if domain.strip():
        return None
    found = registrable_domain(website)
    return found if found and not is_free_mail(found) else None
