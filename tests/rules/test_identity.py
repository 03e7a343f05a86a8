"""Two spellings of one web address are one domain; lookalikes are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.contracts.records import Company, CompanyId
from tasks.rules.identity import (
    MAX_OPT_OUTS,
    company_domains,
    domain_identities,
    find_opt_out_problem,
    identifying_domain,
    registrable_domain,
)


@pytest.mark.parametrize(
    ("spelling", "domain"),
    [
        ("acme.com", "acme.com"),
        ("https://WWW.Acme.COM/", "acme.com"),
        ("http://acme.com:8080/a/b?c=d#e", "acme.com"),
        ("HTTP://user@shop.acme.co.uk", "acme.co.uk"),
        ("  acme.com.  ", "acme.com"),
        ("https://www.bücher.de/x", "xn--bcher-kva.de"),
        ("XN--BCHER-KVA.de", "xn--bcher-kva.de"),
        ("acme.github.io", "acme.github.io"),
        ("github.io", None),
        ("co.uk", None),
        ("localhost", None),
        ("10.1.2.3", None),
        ("http://[::1]/", None),
        ("", None),
        ("not a domain", None),
        ("acme..com", None),
    ],
)
def test_registrable_domain(spelling, domain):
    assert registrable_domain(spelling) == domain


@given(st.text(max_size=300))
def test_anything_people_type_is_a_domain_or_none(spelling):
    domain = registrable_domain(spelling)
    assert domain is None or (domain.isascii() and domain == domain.lower() and registrable_domain(domain) == domain)


def test_free_mail_identifies_nobody_and_every_other_domain_counts_once():
    company = Company(
        CompanyId("1"),
        domain="Acme.com",
        website="https://www.acme.com/en",
        additional_domains=("acme.de", "gmail.com", "nonsense"),
    )
    assert company_domains(company) == ("acme.com", "acme.de")


@pytest.mark.parametrize(
    ("spelling", "domain"),
    [
        ("https://www.linkedin.com/company/acme", None),
        ("facebook.com/acme", None),
        ("linktr.ee/acme", None),
        ("https://acme.wordpress.com", None),
        ("wixsite.com", None),
        ("https://acme.wixsite.com/home", "acme.wixsite.com"),
        ("https://sites.google.com/view/acme", None),
        ("https://about.google.com", "google.com"),
        ("hugedomains.com/acme.com", None),
        ("example.com", None),
        ("https://shop.acme.com", "acme.com"),
    ],
)
def test_a_page_on_somebody_elses_site_identifies_nobody(spelling, domain):
    assert identifying_domain(spelling) == domain


def test_a_domain_that_is_opted_out_identifies_nobody_however_it_was_written():
    company = Company(CompanyId("1"), domain="acme.com", website="our-agency.com")
    opted_out = ("https://www.Our-Agency.com/", "not a domain")
    assert company_domains(company, opted_out) == ("acme.com",)
    assert [identity.value for identity in domain_identities(company, opted_out)] == ["acme.com"]


@pytest.mark.parametrize(
    ("spellings", "problem"),
    [
        pytest.param(["acme.com", "www.bücher.de"], None, id="domains"),
        pytest.param([], None, id="nothing"),
        pytest.param(["acme.com", "acme"], "'acme' is no domain that somebody can register", id="no-domain"),
        pytest.param([f"acme{n}.com" for n in range(MAX_OPT_OUTS)], None, id="as-many-as-hubspot-allows"),
        pytest.param(
            ["acme.com"] * (MAX_OPT_OUTS + 1),
            "1,001 domains are too many: at most 1,000 can be opted out",
            id="one-too-many",
        ),
    ],
)
def test_what_can_be_opted_out(spellings, problem):
    assert find_opt_out_problem(spellings) == problem
