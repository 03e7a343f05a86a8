"""Whatever the evidence: nobody is taken from the record it is linked with, and the order of candidates is nothing."""

import random
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tasks.contracts.records import (
    Account,
    Association,
    Company,
    CompanyId,
    Contact,
    ContactId,
    DomainMatch,
    NameMatch,
    Person,
    PersonId,
    PersonKind,
    Switches,
    SyncingContact,
)
from tasks.rules.company_matching import AdoptCompany, CompanyCandidates, StartOver, match_company
from tasks.rules.matching import Adopt, Candidates, match_account
from tests.rules.records import account_id

NAMES = st.sampled_from(["", "Acme", "ACME GmbH", "Acme Holding", "Zeta"])
ADDRESSES = st.sampled_from(["", "acme.com", "www.acme.com", "acme.de", "gmail.com", "linkedin.com/acme"])
COUNTRIES = st.sampled_from(["", "DE", "Germany", "FR"])
ACCOUNT_IDS = st.integers(1, 4).map(account_id)
COMPANY_IDS = st.integers(1, 4).map(lambda number: CompanyId(str(number)))
MOMENTS = st.sampled_from([None, datetime(2020, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)])
SWITCHES = st.builds(
    Switches,
    domain_match=st.sampled_from(DomainMatch),
    name_match=st.sampled_from(NameMatch),
    opt_out_domains=st.sampled_from([(), ("acme.de",)]),
)
COMPANIES = st.builds(
    Company,
    COMPANY_IDS,
    NAMES,
    domain=ADDRESSES,
    website=ADDRESSES,
    account_id=st.none() | ACCOUNT_IDS,
    native_account_id=st.none() | ACCOUNT_IDS,
    country=COUNTRIES,
    created_at=MOMENTS,
)
ACCOUNTS = st.builds(
    Account,
    ACCOUNT_IDS,
    NAMES,
    ADDRESSES,
    company_id=st.none() | COMPANY_IDS,
    is_person_account=st.booleans(),
    country=COUNTRIES,
    is_deleted=st.booleans(),
    master_id=st.none() | ACCOUNT_IDS,
)
# Each company and each account is in at most one link.
LINKS = st.permutations([account_id(number) for number in range(1, 5)]).flatmap(
    lambda ids: st.sets(st.integers(1, 4)).map(lambda kept: {CompanyId(str(n)): ids[n - 1] for n in kept})
)
PEOPLE = st.lists(
    st.builds(Association, COMPANY_IDS, st.integers(1, 6).map(lambda n: ContactId(str(n))), is_primary=st.booleans()),
    max_size=8,
)
COUNTS = st.dictionaries(COMPANY_IDS, st.integers(0, 3))


def several(records):
    return st.lists(records, max_size=5, unique_by=lambda record: record.id)


@given(ACCOUNTS, several(COMPANIES), LINKS, PEOPLE, COUNTS, several(ACCOUNTS), SWITCHES, st.randoms())
def test_from_the_account(
    account: Account, companies, links, people, counts, rivals, switches: Switches, chance: random.Random
):
    candidates = CompanyCandidates(companies, links, people, counts, rivals)
    match = match_company(account, candidates, switches)
    if isinstance(match, AdoptCompany):
        assert links.get(match.company.id, account.id) == account.id, "it is linked elsewhere"
        assert match.company in companies
        assert not account.is_deleted
        assert not account.is_person_account
        ours = [company_id for company_id, linked in links.items() if linked == account.id]
        known = [company_id for company_id in ours if company_id in {company.id for company in companies}]
        assert known in ([], [match.company.id]), "the account would have two companies"
    assert isinstance(match, StartOver) == (account.master_id is not None)
    assert match == match_company(account, shuffled(candidates, chance), switches)


def shuffled(candidates: CompanyCandidates, chance: random.Random) -> CompanyCandidates:
    return CompanyCandidates(
        chance.sample(candidates.companies, len(candidates.companies)),
        dict(chance.sample(sorted(candidates.links.items()), len(candidates.links))),
        chance.sample(candidates.people, len(candidates.people)),
        candidates.contact_counts,
        chance.sample(candidates.rivals, len(candidates.rivals)),
    )


@given(COMPANIES, several(ACCOUNTS), LINKS, PEOPLE, several(COMPANIES), SWITCHES, st.randoms())
def test_from_the_company(company: Company, accounts, links, people, rivals, switches: Switches, chance: random.Random):
    owners = {linked: company_id for company_id, linked in links.items()}
    contacts = [syncing(one) for one in people]
    match = match_account(company, contacts, Candidates(accounts, owners, rivals), switches)
    if isinstance(match, Adopt):
        owner = owners.get(match.account.id) or match.account.company_id
        assert owner in {None, company.id}, "it is linked elsewhere"
        assert not match.account.is_deleted
    for each in (accounts, contacts, rivals):
        chance.shuffle(each)
    assert match == match_account(company, contacts, Candidates(accounts, owners, rivals), switches)


def syncing(one: Association) -> SyncingContact:
    """A contact whose Salesforce contact sits on the account of the association's number."""
    person = Person(PersonId(one.contact_id), PersonKind.CONTACT, "", datetime(2020, 1, 1, tzinfo=UTC))
    person = Person(person.id, person.kind, person.email, person.created_at, account_id(int(one.company_id)))
    return SyncingContact(Contact(one.contact_id), is_primary=one.is_primary, person=person)


@given(COMPANIES, ACCOUNTS, SWITCHES)
def test_two_strangers_to_everybody_are_told_the_same_from_either_side(
    company: Company, account: Account, switches: Switches
):
    """With nobody else about, a link found from one side is a link from the other."""
    if (
        account.is_deleted
        or account.is_person_account
        or account.master_id
        or account.company_id not in {None, company.id}
    ):
        return
    there = match_company(account, CompanyCandidates([company], {}), switches)
    back = match_account(company, (), Candidates([account], {}), switches)
    assert isinstance(there, AdoptCompany) == isinstance(back, Adopt)
    assert getattr(there, "reason", None) == getattr(back, "reason", None)
