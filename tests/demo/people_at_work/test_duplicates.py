"""The checker finds what Tandem made twice, and leaves people what they entered twice."""

import pytest

from tests.demo.people_at_work.agreeing import MAKERS, OUR_USER, TANDEM
from workers.demo.people_at_work.duplicates import domain_of, duplicates


def account(crms, number: int, seconds: int, *, ours: bool, website: str = "https://www.acme-people.com/start") -> None:
    moment = f"2026-11-25T12:{seconds // 60:02}:{seconds % 60:02}.000+0000"
    ours_or_theirs = {"CreatedById": OUR_USER} if ours else {}
    crms.add_account(f"001000000000{number:03}", Website=website, CreatedDate=moment, **ours_or_theirs)


def company(crms, company_id: str, seconds: int, *, ours: bool) -> None:
    moment = f"2026-11-25T12:{seconds // 60:02}:{seconds % 60:02}.000Z"
    ours_or_theirs = {"hs_object_source_id": TANDEM} if ours else {}
    crms.add_company(company_id, domain="acme-people.com", createdate=moment, **ours_or_theirs)


def found(crms) -> list[str]:
    return list(duplicates(crms.world, MAKERS))


def test_an_account_made_beside_one_that_was_there_is_found(crms):
    account(crms, 8, 10, ours=False)
    account(crms, 9, 40, ours=True, website="http://shop.acme-people.com")
    assert found(crms) == ["account 001000000000009 was made for acme-people.com, which has account 001000000000008"]


def test_two_accounts_made_by_tandem_are_found_however_soon_one_follows_the_other(crms):
    account(crms, 8, 10, ours=True)
    account(crms, 9, 11, ours=True)
    assert found(crms) == ["account 001000000000009 was made for acme-people.com, which has account 001000000000008"]


def test_a_company_made_beside_one_that_was_there_is_found(crms):
    company(crms, "8", 10, ours=False)
    company(crms, "9", 40, ours=True)
    assert found(crms) == ["company 9 was made for acme-people.com, which has company 8"]


def test_what_people_enter_beside_ours_or_at_the_same_moment_is_theirs(crms):
    account(crms, 7, 10, ours=False)
    account(crms, 8, 15, ours=True)
    account(crms, 9, 60, ours=False)
    company(crms, "8", 10, ours=True)
    company(crms, "9", 40, ours=False)
    assert found(crms) == []


def test_deleted_ones_and_those_of_no_domain_are_no_duplicates(crms):
    account(crms, 8, 10, ours=False)
    crms.set_account("001000000000008", IsDeleted=True)
    account(crms, 9, 40, ours=True)
    for number in (10, 11):
        account(crms, number, 10 * number, ours=True, website="")
    assert found(crms) == []


def test_what_was_there_before_people_came_is_not_judged(crms):
    account(crms, 8, 10, ours=False)
    crms.add_account("001000000000009", Website="acme-people.com", CreatedById=OUR_USER)
    assert found(crms) == []


@pytest.mark.parametrize(
    ("address", "domain"),
    [("https://WWW.Acme.co.uk:8080/x", "acme.co.uk"), ("acme.com", "acme.com"), ("", ""), ("localhost", "")],
)
def test_a_customer_is_known_by_the_domain_somebody_registered(address, domain):
    assert domain_of(address) == domain
