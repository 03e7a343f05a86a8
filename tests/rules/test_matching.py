"""Decision table T2 from the company's side, where it goes beyond what whole flows show: guards, doubts and names."""

import pytest

from tasks.contracts.records import CompanyId, DomainMatch, NameMatch, Switches
from tasks.rules.matching import Adopt, AskHuman, Candidates, NoMatch, match_account, search_terms
from tests.rules.records import account, account_id, company

AUTO = Switches(domain_match=DomainMatch.AUTO)
NAMES = Switches(domain_match=DomainMatch.AUTO, name_match=NameMatch.SUGGEST)
ACME = company(1, domain="acme.com", country="DE")


def matched(accounts, *, of=ACME, switches=AUTO, owners=None, rivals=(), forced=False):
    owned = {account_id(number): CompanyId(str(owner)) for number, owner in (owners or {}).items()}
    both = [
        match_account(of, (), Candidates(accounts[::step], owned, rivals[::step]), switches, forced=forced)
        for step in (1, -1)
    ]
    assert both[0] == both[1], "the order of the candidates must not matter"
    match both[0]:
        case Adopt(found, reason, _):
            return (found.id, reason.value)
        case AskHuman(reason, _):
            return ("ask", reason.value)
        case NoMatch():
            return "none"


@pytest.mark.parametrize(
    ("accounts", "facts", "found"),
    [
        pytest.param(
            [account(1, website="acme.com")], {}, (account_id(1), "LINKED_BY_DOMAIN"), id="T2-row-4-the-only-account"
        ),
        pytest.param(
            [account(1, website="acme.com")],
            {"rivals": [company(2, domain="www.acme.com")]},
            ("ask", "CONFLICT_DOMAIN"),
            id="T2-row-4-companies-that-share-the-domain-are-never-linked-by-it",
        ),
        pytest.param(
            [account(1, website="acme.com")],
            {"rivals": [company(2, domain="acme.org")]},
            (account_id(1), "LINKED_BY_DOMAIN"),
            id="T2-row-4-a-company-of-another-domain-is-no-rival",
        ),
        pytest.param(
            [account(1, website="acme.com"), account(2, website="acme.com/fr")],
            {"owners": {2: 7}},
            ("ask", "CONFLICT_DOMAIN"),
            id="T2-row-4-not-even-if-all-but-one-are-linked",
        ),
        pytest.param(
            [account(1, website="acme.com", name="Zeta Holding")],
            {},
            ("ask", "SUGGEST_DOMAIN_DOUBTFUL"),
            id="T2-row-4-another-name-makes-it-a-question",
        ),
        pytest.param(
            [account(1, website="acme.com", country="France")],
            {},
            ("ask", "SUGGEST_DOMAIN_DOUBTFUL"),
            id="T2-row-4-another-country-makes-it-a-question",
        ),
        pytest.param([account(1, website="acme.com", is_deleted=True)], {}, "none", id="a-deleted-account-is-nobodys"),
        pytest.param([account(1, company_id=CompanyId("1"), is_deleted=True)], {}, "none", id="not-even-by-its-key"),
        pytest.param(
            [account(1, name="ACME GmbH", country="Germany")],
            {"switches": NAMES},
            ("ask", "SUGGEST_NAME"),
            id="T2-row-5-the-same-name-in-the-same-country",
        ),
        pytest.param(
            [account(1, name="ACME GmbH", country="Germany")], {}, "none", id="T2-row-5-only-where-it-is-asked-for"
        ),
        pytest.param([account(1, country="FR")], {"switches": NAMES}, "none", id="T2-row-5-not-in-another-country"),
        pytest.param(
            [account(1)], {"switches": NAMES}, ("ask", "SUGGEST_SIMILAR_NAME"), id="T2-row-5-an-unknown-country"
        ),
        pytest.param(
            [account(1, country="DE")],
            {"switches": NAMES, "owners": {1: 7}},
            "none",
            id="T2-row-5-a-linked-one-is-not-suggested",
        ),
        pytest.param(
            [account(1, country="DE", is_person_account=True)],
            {"switches": NAMES},
            "none",
            id="A16-a-person-account-is-not-suggested",
        ),
        pytest.param(
            [account(1, country="DE")],
            {"switches": NAMES, "forced": True},
            "none",
            id="pressing-sync-is-the-answer-that-it-is-another-customer",
        ),
    ],
)
def test_match_account(accounts, facts, found):
    assert matched(accounts, **facts) == found


def test_an_opted_out_domain_is_neither_looked_for_nor_believed():
    switches = Switches(domain_match=DomainMatch.AUTO, opt_out_domains=("www.acme.com",))
    assert search_terms(ACME, (), switches).domains == ()
    assert search_terms(ACME, (), AUTO).domains == ("acme.com",)
    assert matched([account(1, website="acme.com")], switches=switches) == "none"
