"""A company that comes from an account gets its domain from the website (7.4)."""

import pytest

from tasks.rules.company_domain import choose_company_domain


@pytest.mark.parametrize(
    ("domain", "website", "written"),
    [
        pytest.param("", "https://www.shop.acme.com/en", "acme.com", id="7.4-from-the-website"),
        pytest.param("  ", "acme.com", "acme.com", id="7.4-blanks-are-no-domain"),
        pytest.param("other.com", "acme.com", None, id="7.4-never-overwritten"),
        pytest.param("", "", None, id="7.4-no-website"),
        pytest.param("", "under construction", None, id="7.4-a-website-that-is-none"),
        pytest.param("", "https://gmail.com/", None, id="7.4-not-a-mail-providers"),
        pytest.param("", "https://www.linkedin.com/company/acme", None, id="7.4-not-a-page-on-somebody-elses-site"),
    ],
)
def test_7_4_the_domain_of_a_company_from_an_account(domain, website, written):
    assert choose_company_domain(domain, website) == written
