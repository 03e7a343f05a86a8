"""People merge, delete, restore and convert in both simulated CRMs; real workers are told and follow."""

from collections.abc import Iterator

import pytest

from tests.acceptance.office import Office
from tests.running import Running
from workers.demo.story import Author, Expected, Phase
from workers.ledger.postgres_ledger import PostgresLedger

COMPANIES = 40

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def office(database_url, redis_url, engine, tmp_path_factory) -> Iterator[Office]:
    author = Author(seed=1)
    companies = [author.company(Expected(Phase.MAIN, "")) for _ in range(COMPANIES)]
    for one in companies:
        author.contact(one)
    with Running(tmp_path_factory.mktemp("logs"), database_url, redis_url, engine, author.story) as running:
        yield Office(running, iter(companies))


@pytest.fixture(autouse=True)
def _as_it_was(office) -> Iterator[None]:
    yield
    office.running.crms.configure({"hubspot": {"merge_makes_new_id": False, "archived_holds_unique": False}})


def test_a_deleted_account_comes_back_and_so_does_its_link(office):
    ((company, account),) = office.linked(1)
    office.hand.delete(account)
    office.tell("salesforce.account", account, "deleted")
    office.settled()
    assert office.link(company) == (account, "sf_deleted")
    office.tell("hubspot.company", company)
    office.settled()
    assert office.account_of(company) == [], "an upsert by its key would have made a second account"
    office.hand.undelete(account)
    office.tell("salesforce.account", account[:15], "restored")
    office.settled()
    assert office.link(company) == (account, "linked")
    assert office.account_of(company) == [account]


def test_an_ordinary_event_about_a_deleted_account_leads_there_as_well(office):
    ((company, account),) = office.linked(1)
    office.hand.delete(account)
    office.tell("hubspot.company", company)
    office.settled()
    assert office.link(company) == (account, "sf_deleted")
    assert not office.parked(company)


def test_the_link_follows_an_account_that_was_merged_into_an_unlinked_one(office):
    (company, loser), (other, survivor) = office.linked(2)
    # The survivor's own company goes first, so that its account is nobody's.
    office.hand.archive("companies", other)
    office.tell("hubspot.company", other, "deleted")
    office.settled()
    assert office.link(other) == (survivor, "company_deleted")
    office.hand.merge_in_salesforce(survivor, loser)
    office.tell("salesforce.account", loser, "merged")
    office.settled()
    assert office.link(company) == (survivor, "linked")
    assert office.account_of(company) == [survivor], "the key of a company that is gone is as good as none"
    assert office.company(company)["sf_account_id"] == survivor


def test_two_linked_accounts_that_were_merged_are_reviewed_and_merging_the_companies_ends_it(office):
    (one, survivor), (two, loser) = office.linked(2)
    office.hand.merge_in_salesforce(survivor, loser)
    office.tell("salesforce.account", loser, "merged")
    office.tell("hubspot.company", two)
    office.settled()
    (parked,) = office.parked(one, two)
    assert (parked.record_id, parked.code) == (two, "CONFLICT_ACCOUNTS_MERGED")
    assert parked.evidence["companies"] == sorted([one, two])
    assert parked.evidence["accounts"] == sorted([survivor, loser])
    assert office.account_of(two) == [], "never again by the loser's key"
    office.hand.merge_in_hubspot("companies", one, two)
    office.tell("hubspot.company", one, "merged")
    office.settled()
    assert office.parked(one, two) == []
    assert (office.link(one), office.link(two)) == ((survivor, "linked"), None)


def test_or_the_company_gets_an_account_of_its_own_as_the_remedy_says(office):
    (one, survivor), (two, loser) = office.linked(2)
    office.hand.merge_in_salesforce(survivor, loser)
    office.tell("salesforce.account", loser, "merged")
    office.settled()
    (parked,) = office.parked(one, two)
    assert "tandem sync company ID --force" in parked.remedy
    office.tell("hubspot.company", two, "sync_requested")
    office.settled()
    (account,) = office.account_of(two)
    assert office.link(two) == (account, "linked")
    assert account not in {survivor, loser}


@pytest.mark.parametrize("new_id", [False, True])
def test_the_switch_merges_the_companies_as_well(office, new_id):
    (one, survivor), (two, loser) = office.linked(2)
    office.running.crms.configure({"hubspot": {"merge_makes_new_id": new_id}})
    ledger = PostgresLedger(office.running.engine)
    ledger.write_switch("merged_accounts", "merge_companies", "test")
    try:
        office.hand.merge_in_salesforce(survivor, loser)
        office.tell("salesforce.account", loser, "merged")
        office.settled()
    finally:
        ledger.write_switch("merged_accounts", "review", "test")
    companies = office.running.read_back().companies
    (left,) = [one for one, values in companies.items() if values.get("sf_account_id") == survivor]
    assert two not in companies
    assert (left == one) is not new_id
    assert office.link(left) == (survivor, "linked")
    assert office.account_of(left) == [survivor]
    assert not office.parked(one, two, left)


@pytest.mark.parametrize("new_id", [False, True])
@pytest.mark.parametrize("told", ["the survivor", "the loser"])
def test_the_link_follows_a_company_that_was_merged_away(office, new_id, told):
    (one, account), (two, other) = office.linked(2)
    office.hand.delete(other)
    office.tell("salesforce.account", other, "deleted")
    office.settled()
    office.running.crms.configure({"hubspot": {"merge_makes_new_id": new_id}})
    left = office.hand.merge_in_hubspot("companies", two, one)
    assert (left == two) is not new_id
    office.tell("hubspot.company", left if told == "the survivor" else one, "merged")
    office.settled()
    assert office.link(left) == (account, "linked"), "a living account outranks a deleted one"
    assert office.link(one) is None
    assert office.account_of(left) == [account]
    assert office.company(left)["sf_account_id"] == account


def test_two_linked_companies_that_were_merged_are_reviewed_and_merging_the_accounts_ends_it(office):
    (one, loser), (two, survivor) = office.linked(2)
    office.hand.merge_in_hubspot("companies", two, one)
    office.tell("hubspot.company", two, "merged")
    office.settled()
    (parked,) = office.parked(one, two)
    assert (parked.record_id, parked.code) == (one, "CONFLICT_COMPANIES_MERGED")
    office.hand.merge_in_salesforce(survivor, loser)
    office.tell("salesforce.account", loser, "merged")
    office.settled()
    assert office.parked(one, two) == []
    assert (office.link(one), office.link(two)) == (None, (survivor, "linked"))


@pytest.mark.parametrize("holds", [False, True])
def test_a_company_that_is_restored_gets_its_link_back(office, holds):
    office.running.crms.configure({"hubspot": {"archived_holds_unique": holds}})
    ((company, account),) = office.linked(1)
    office.hand.archive("companies", company)
    office.tell("hubspot.company", company, "deleted")
    office.settled()
    assert office.link(company) == (account, "company_deleted")
    assert office.account_of(company) == [account], "the account stays"
    office.hand.restore("companies", company)
    office.tell("hubspot.company", company, "restored")
    office.settled()
    assert office.link(company) == (account, "linked")


def account_of_an_archived_company_taken(office: Office) -> tuple[str, str, str, str]:
    """The company that has the account now, the account it had, the archived one, and the account."""
    (one, account), (two, other) = office.linked(2)
    office.hand.archive("companies", two)
    office.tell("hubspot.company", two, "deleted")
    office.settled()
    office.hand.merge_in_salesforce(other, account)
    office.tell("salesforce.account", account, "merged")
    office.settled()
    assert office.link(one) == (other, "linked")
    assert office.account_of(one) == [other]
    return one, account, two, other


@pytest.mark.parametrize("holds", [False, True])
def test_an_archived_companys_account_goes_to_the_company_that_follows(office, holds):
    office.running.crms.configure({"hubspot": {"archived_holds_unique": holds}})
    one, account, _, other = account_of_an_archived_company_taken(office)
    assert office.company(one)["sf_account_id"] == (account if holds else other)
    assert not office.parked(one)


def test_a_company_that_comes_back_too_late_is_reviewed_until_the_other_one_goes(office):
    # Otherwise HubSpot itself does not let it come back.
    office.running.crms.configure({"hubspot": {"archived_holds_unique": True}})
    one, _, two, other = account_of_an_archived_company_taken(office)
    office.hand.restore("companies", two)
    office.tell("hubspot.company", two, "restored")
    office.settled()
    (parked,) = office.parked(two)
    assert parked.code == "CONFLICT_RECORD_TAKEN"
    office.hand.archive("companies", one)
    office.tell("hubspot.company", one, "deleted")
    office.settled()
    assert office.link(two) == (other, "linked")
    assert office.parked(one, two) == []


def test_people_that_are_merged_deleted_and_converted_are_followed(office):
    """By the contacts' own timelines; what people did in Salesforce stands."""
    ((company, account),) = office.linked(1)
    first, second, third = (office.person(company, account, kind) for kind in ("Contact", "Contact", "Lead"))
    office.hand.merge_in_salesforce(second.person_id, first.person_id)
    became = office.hand.convert(third.person_id, account)
    office.tell("salesforce.contact", first.person_id, "merged")
    office.tell("salesforce.lead", third.person_id, "converted")
    office.settled()
    assert office.person_behind(first.contact_id) == (second.person_id, "contact")
    assert office.person_behind(third.contact_id) == (became, "contact")
    office.hand.delete(second.person_id)
    office.tell("salesforce.contact", second.person_id, "deleted")
    office.settled()
    assert {"PERSON_MERGED", "PERSON_DELETED"} <= set(office.codes(first.contact_id))
    assert "PERSON_CONVERTED" in office.codes(third.contact_id)
