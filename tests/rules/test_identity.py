"""Two spellings of one web address are one domain; lookalikes are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.contracts.records import Company, CompanyId
from tasks.rules.identity import company_domains, registrable_domain


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
