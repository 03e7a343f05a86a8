"""The web domain of a company that comes from an account: the one value that is not mapped but derived."""

from tasks.rules.identity import identifying_domain


def choose_company_domain(domain: str, website: str, opt_outs: tuple[str, ...] = ()) -> str | None:
    """What to write to a company's `domain`. None: nothing, because it has one or the website does not say any.

    HubSpot finds companies by it, so it is never overwritten, and never one that many share.
    """
    if domain.strip():
        return None
    return identifying_domain(website, opt_outs)
