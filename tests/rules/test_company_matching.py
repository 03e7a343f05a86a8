"""Decision table T2 from the account's side, row by row."""

from datetime import UTC, datetime

import pytest

from tasks.contracts.reasons import Reason
from tasks.contracts.records import Association, CompanyId, ContactId, DomainMatch, NameMatch, Switches
from tasks.rules.company_matching import AdoptCompany, CompanyCandidates, StartOver, match_company
from tasks.rules.matching import AskHuman, NoMatch
from tests.rules.records import account, account_id, company

OLD, NEW = datetime(2020, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
ACME = account(1, website="https://www.acme.com", country="DE")
A, B = account_id(1), account_id(2)
OFF = Switches(domain_match=DomainMatch.OFF)
SUGGEST = Switches(domain_match=DomainMatch.SUGGEST)
AUTO = Switches(domain_match=DomainMatch.AUTO)
NAMES = Switches(domain_match=DomainMatch.OFF, name_match=NameMatch.SUGGEST)


def contacts(*places, primary=True):
    """One contact of the account for each of these companies."""
    return [
        Association(CompanyId(str(place)), ContactId(str(1000 + n)), is_primary=primary)
        for n, place in enumerate(places)
    ]


def told(match):
    """(what, which, why) of a match."""
    match match:
        case AdoptCompany(found, reason, _):
            return ("link", found.id, reason.value)
        case AskHuman(reason, evidence):
            return ("ask", evidence.get("companies"), reason.value)
        case StartOver(found_id, reason):
            return ("start over", found_id, reason.value)
        case NoMatch():
            return "none"


def matched(companies, *, of=ACME, switches=OFF, links=None, people=(), counts=None, rivals=()):
    linked = {CompanyId(str(number)): account for number, account in (links or {}).items()}
    counted = {CompanyId(str(number)): count for number, count in (counts or {}).items()}
    candidates = CompanyCandidates(companies, linked, people, counted, rivals)
    answers = {str(told(match_company(of, turned(candidates), switches))) for turned in (as_given, turned_round)}
    assert len(answers) == 1, "the order of the candidates must not matter"
    return told(match_company(of, candidates, switches))


def as_given(candidates):
    return candidates


def turned_round(candidates):
    sides = (candidates.companies[::-1], dict(reversed(candidates.links.items())), candidates.people[::-1])
    return CompanyCandidates(*sides, candidates.contact_counts, candidates.rivals[::-1])


def test_rule_T2_1_a_merge_loser_is_looked_at_as_its_master():
    loser = account(1, is_deleted=True, master_id=B, website="acme.com", company_id=CompanyId("1"))
    assert matched([company(1, domain="acme.com")], of=loser, switches=AUTO) == ("start over", B, "ACCOUNT_MERGED")


def test_rule_T2_1_a_deleted_account_without_a_master_is_nobodys():
    assert matched([company(1, domain="acme.com")], of=account(1, is_deleted=True, website="acme.com")) == "none"


@pytest.mark.parametrize(
    ("companies", "facts", "found"),
    [
        pytest.param([company(1)], {"links": {1: A}}, ("link", "1", "LINKED_ALREADY"), id="the-link-table-decides"),
        pytest.param(
            [company(1, account_id=A)], {}, ("link", "1", "LINKED_BY_STORED_ID"), id="our-property-on-the-company"
        ),
        pytest.param(
            [company(1, native_account_id=A)], {}, ("link", "1", "LINKED_BY_STORED_ID"), id="the-native-property"
        ),
        pytest.param(
            [company(1, account_id=B)],
            {"links": {1: A}},
            ("link", "1", "LINKED_ALREADY"),
            id="the-link-table-outranks-what-the-company-carries",
        ),
        pytest.param(
            [company(1, account_id=A)],
            {"links": {1: B}},
            "none",
            id="a-company-that-is-linked-elsewhere-is-not-taken-whatever-it-carries",
        ),
        pytest.param(
            [company(1, account_id=A), company(2, account_id=A)],
            {"links": {2: A}, "counts": {1: 9}},
            ("link", "2", "CONFLICT_DUP_LINK"),
            id="of-several-the-linked-one",
        ),
        pytest.param(
            [company(1, account_id=A, created_at=OLD), company(2, native_account_id=A, created_at=NEW)],
            {"counts": {1: 1, 2: 3}},
            ("link", "2", "CONFLICT_DUP_LINK"),
            id="else-the-one-with-most-contacts",
        ),
        pytest.param(
            [
                company(1, account_id=A, created_at=NEW),
                company(2, account_id=A, created_at=OLD),
                company(3, account_id=A),
            ],
            {"counts": {1: 3, 2: 3, 3: 3}},
            ("link", "2", "CONFLICT_DUP_LINK"),
            id="then-the-oldest",
        ),
        pytest.param(
            [company(10, account_id=A), company(9, account_id=A)],
            {},
            ("link", "9", "CONFLICT_DUP_LINK"),
            id="then-the-lower-id-as-a-number",
        ),
        pytest.param(
            [company(1, account_id=A), company(2, account_id=A)],
            {"links": {1: B}, "counts": {1: 9}},
            ("link", "2", "CONFLICT_DUP_LINK"),
            id="never-the-one-that-is-linked-elsewhere",
        ),
    ],
)
def test_rule_T2_2_an_id_decides(companies, facts, found):
    assert matched(companies, **facts) == found


def test_rule_T2_2_the_company_our_key_on_the_account_names():
    keyed = account(1, company_id=CompanyId("2"))
    assert matched([company(1), company(2)], of=keyed) == ("link", "2", "LINKED_BY_KEY")


def test_rule_T2_2_the_others_that_carry_the_id_are_listed():
    candidates = CompanyCandidates([company(n, account_id=A) for n in (3, 1, 2)], {CompanyId("2"): A})
    kept = AdoptCompany(candidates.companies[2], Reason.CONFLICT_DUP_LINK, {"others": ["1", "3"]})
    assert match_company(ACME, candidates, OFF) == kept


@pytest.mark.parametrize(
    ("people", "links", "found"),
    [
        pytest.param(contacts(1), {}, ("link", "1", "LINKED_BY_CONTACTS"), id="one-shared-contact-is-enough-A2"),
        pytest.param(contacts(1, 2, 2), {}, ("link", "2", "LINKED_BY_CONTACTS"), id="most-shared-contacts"),
        pytest.param(contacts(1, 2), {}, ("ask", ["1", "2"], "CONFLICT_CONTACTS"), id="a-tie-is-for-a-person-A2"),
        pytest.param(
            contacts(1, 1, 2), {1: B}, ("link", "2", "LINKED_BY_CONTACTS"), id="nothing-is-stolen-the-next-one-is"
        ),
        pytest.param(contacts(1, 1), {1: B}, "none", id="nothing-is-stolen"),
        pytest.param(contacts(1, primary=False), {}, "none", id="only-primary-companies-count"),
        pytest.param(
            [*contacts(1, 2), contacts(1)[0], contacts(1)[0]],
            {},
            ("ask", ["1", "2"], "CONFLICT_CONTACTS"),
            id="a-contact-counts-once",
        ),
        pytest.param(contacts(7), {}, "none", id="a-company-that-was-not-found-is-no-candidate"),
    ],
)
def test_rule_T2_3_shared_contacts_decide(people, links, found):
    assert matched([company(1), company(2)], people=people, links=links) == found


DOMAIN = company(1, domain="acme.com")


@pytest.mark.parametrize(
    ("companies", "switches", "facts", "found"),
    [
        pytest.param([DOMAIN], OFF, {}, "none", id="off-is-what-hubspots-own-integration-does-2.6"),
        pytest.param([DOMAIN], SUGGEST, {}, ("ask", ["1"], "SUGGEST_DOMAIN"), id="suggest"),
        pytest.param([DOMAIN], AUTO, {}, ("link", "1", "LINKED_BY_DOMAIN"), id="auto"),
        pytest.param(
            [company(1, domain="acme.de", additional_domains=("shop.acme.com",))],
            AUTO,
            {},
            ("link", "1", "LINKED_BY_DOMAIN"),
            id="an-additional-domain-counts",
        ),
        pytest.param(
            [DOMAIN, company(2, additional_domains=("acme.com",))],
            AUTO,
            {},
            ("ask", ["1", "2"], "CONFLICT_DOMAIN"),
            id="companies-that-share-the-domain-are-never-linked-by-it",
        ),
        pytest.param(
            [DOMAIN, company(2, domain="acme.com")],
            AUTO,
            {"links": {2: B}},
            ("ask", ["1", "2"], "CONFLICT_DOMAIN"),
            id="not-even-if-all-but-one-are-linked",
        ),
        pytest.param(
            [DOMAIN],
            AUTO,
            {"rivals": [account(2, website="acme.com/fr")]},
            ("ask", ["1"], "CONFLICT_DOMAIN"),
            id="accounts-that-share-the-domain-are-subsidiaries",
        ),
        pytest.param(
            [DOMAIN],
            AUTO,
            {"rivals": [account(2, website="acme.org")]},
            ("link", "1", "LINKED_BY_DOMAIN"),
            id="an-account-of-another-domain-is-no-rival",
        ),
        pytest.param(
            [DOMAIN],
            AUTO,
            {"links": {1: B}},
            ("ask", ["1"], "CONFLICT_DOMAIN_TAKEN"),
            id="nothing-is-stolen-a-person-is-asked",
        ),
        pytest.param(
            [company(1, name="Zeta Holding", domain="acme.com")],
            AUTO,
            {},
            ("ask", ["1"], "SUGGEST_DOMAIN_DOUBTFUL"),
            id="another-name-makes-it-a-question",
        ),
        pytest.param(
            [company(1, domain="acme.com", country="France")],
            AUTO,
            {},
            ("ask", ["1"], "SUGGEST_DOMAIN_DOUBTFUL"),
            id="another-country-makes-it-a-question",
        ),
        pytest.param(
            [company(1, domain="acme.com", country="Deutschland")],
            AUTO,
            {},
            ("link", "1", "LINKED_BY_DOMAIN"),
            id="the-same-country-in-another-language-does-not",
        ),
        pytest.param(
            [company(1, name="", domain="acme.com")],
            AUTO,
            {},
            ("link", "1", "LINKED_BY_DOMAIN"),
            id="a-company-without-a-name-is-called-what-its-domain-says",
        ),
        pytest.param(
            [DOMAIN],
            Switches(domain_match=DomainMatch.AUTO, opt_out_domains=("acme.com",)),
            {},
            "none",
            id="an-opted-out-domain-is-no-evidence",
        ),
    ],
)
def test_rule_T2_4_the_web_domain_is_worth_what_the_operator_chose(companies, switches, facts, found):
    assert matched(companies, switches=switches, **facts) == found


@pytest.mark.parametrize("website", ["gmail.com", "linkedin.com/company/acme", "sites.google.com/acme", "", "acme"])
def test_rule_T2_4_what_identifies_nobody_is_no_evidence(website):
    everybodys = [company(1, domain=website)]
    assert matched(everybodys, of=account(1, website=website), switches=AUTO) == "none"


@pytest.mark.parametrize(
    ("companies", "switches", "links", "found"),
    [
        pytest.param(
            [company(1, name="ACME GmbH", country="Germany")], NAMES, {}, ("ask", ["1"], "SUGGEST_NAME"), id="exact"
        ),
        pytest.param([company(1, country="Germany")], OFF, {}, "none", id="only-where-it-is-asked-for"),
        pytest.param([company(1, country="France")], NAMES, {}, "none", id="not-in-another-country"),
        pytest.param(
            [company(1)], NAMES, {}, ("ask", ["1"], "SUGGEST_SIMILAR_NAME"), id="an-unknown-country-is-not-the-same"
        ),
        pytest.param(
            [company(1, country="DE"), company(2, country="DE")],
            NAMES,
            {},
            ("ask", ["1", "2"], "SUGGEST_NAME"),
            id="all",
        ),
        pytest.param([company(1, country="DE")], NAMES, {1: B}, "none", id="a-linked-one-is-not-suggested"),
        pytest.param([company(1, name="Zeta", country="DE")], NAMES, {}, "none", id="not-another-name"),
    ],
)
def test_rule_T2_5_a_name_is_at_most_a_question(companies, switches, links, found):
    assert matched(companies, switches=switches, links=links) == found


def test_rule_T2_5_names_never_link_whatever_the_domains_may_do():
    trusting = Switches(domain_match=DomainMatch.AUTO, name_match=NameMatch.SUGGEST)
    assert matched([company(1, country="DE")], switches=trusting)[0] == "ask"


def test_rule_T2_6_nothing_is_known():
    assert matched([company(1, name="Zeta", domain="zeta.com")], switches=AUTO) == "none"
    assert matched([], switches=AUTO) == "none"


def test_rule_A16_a_person_account_is_nobodys_company():
    person = account(1, website="acme.com", is_person_account=True)
    assert matched([DOMAIN], of=person, switches=AUTO, people=contacts(1)) == "none"


def test_the_first_row_that_applies_decides():
    companies = [company(1, account_id=A), company(2), company(3, domain="acme.com"), company(4, country="DE")]
    everything = Switches(domain_match=DomainMatch.AUTO, name_match=NameMatch.SUGGEST)
    order = ["LINKED_BY_STORED_ID", "LINKED_BY_CONTACTS", "LINKED_BY_DOMAIN", "SUGGEST_NAME"]
    seen = [matched(companies[n:], switches=everything, people=contacts(2))[2] for n in range(4)]
    assert seen == order
