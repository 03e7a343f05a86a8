"""The demo's judge finds every way in which the end can be wrong."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from workers.demo.cast import write_story
from workers.demo.readback import Readback
from workers.demo.story import Author, Expected, Phase, Story
from workers.demo.verdicts import Judgement, judge

ACCOUNT = "001Dm0000000901AAA"


@pytest.fixture
def author() -> Author:
    author = Author(seed=1)
    for phase in Phase:
        author.company(Expected(phase, "N1_NO_CONTACTS"))
    return author


def as_it_should_be(story: Story) -> tuple[Readback, dict[str, list[str]]]:
    """An end with nothing wrong: written from what is expected, so every test spoils one thing."""
    accounts = [{"Website": None, **one} for one in story.salesforce["Account"]]
    by_id = {one["Id"]: one for one in accounts}
    companies: dict[str, dict[str, str]] = {}
    groups: set[str] = set()
    properties: dict[str, Any] = {str(one["id"]): one["properties"] for one in story.companies}
    for number, (company_id, expected) in enumerate(story.expected.items()):
        companies[company_id] = {"lifecyclestage": expected.stage} if expected.stage else {}
        wanted = expected.account
        if expected.one_of and expected.one_of not in groups:
            groups.add(expected.one_of)
            wanted = "created"
        if wanted == "created":
            wanted = f"001New{number:09d}AAA"
            named = {"Name": properties[company_id].get("name"), "Website": properties[company_id].get("domain")}
            accounts.append({"Id": wanted, **named})
            by_id[wanted] = accounts[-1]
        if wanted != "none":
            by_id[wanted]["HubSpot_Company_Id__c"] = company_id
            companies[company_id]["sf_account_id"] = wanted
    for account in accounts:
        account.setdefault("HubSpot_Company_Id__c", None)
    stages: dict[str, str] = {str(one["id"]): _stage(one) for one in story.contacts}
    stages |= {contact: stage for one in story.expected.values() for contact, stage in one.contact_stages.items()}
    on_account = {str(one["Id"]): str(one["AccountId"]) for one in story.salesforce["Contact"] if "AccountId" in one}
    on_account |= {
        person: companies[company_id]["sf_account_id"]
        for company_id, one in story.expected.items()
        for person in one.given_account
    }
    on_companies: dict[str, set[str]] = {str(one["id"]): set() for one in story.contacts}
    for pair in story.associations:
        on_companies[str(pair["contact"])].add(str(pair["company"]))
    for company_id, one in story.expected.items():
        for contact in one.associated:
            on_companies[contact].add(company_id)
    sits_on = {contact: frozenset(one) for contact, one in on_companies.items()}
    reasons = {company_id: [expected.reason, *expected.also] for company_id, expected in story.expected.items()}
    return Readback(companies, stages, sits_on, accounts, on_account), reasons


def _stage(contact: Any) -> str:
    return str(contact["properties"].get("lifecyclestage", ""))


def judged(story: Story, spoil: Callable[[Readback, dict[str, list[str]]], None] = lambda *_: None) -> Judgement:
    found, reasons = as_it_should_be(story)
    found, reasons = copy.deepcopy(found), copy.deepcopy(reasons)
    spoil(found, reasons)
    return judge(story, found, reasons, malformed=13)


def test_the_whole_story_can_end_well():
    assert judged(write_story(backlog=5)).problems == ()


@pytest.mark.parametrize("kind", ["created", "adopted"])
def test_a_missing_account_is_seen(author, kind):
    account = author.account() if kind == "adopted" else "created"
    company = author.company(Expected(Phase.MAIN, "C3", account=account))

    def unlink(found, _reasons):
        for one in found.accounts:
            one["HubSpot_Company_Id__c"] = None
        del found.companies[company]["sf_account_id"]

    (problem,) = judged(author.story, unlink).problems
    assert company in problem
    assert "has none" in problem


def test_an_account_nobody_was_to_have_is_seen(author):
    company = author.company(Expected(Phase.MAIN, "N2_ALL_LEADS"))

    def give(found, _reasons):
        found.accounts.append({"Id": ACCOUNT, "HubSpot_Company_Id__c": company, "Name": "A", "Website": None})
        found.companies[company]["sf_account_id"] = ACCOUNT

    assert any("must have no account" in one for one in judged(author.story, give).problems)


def test_a_second_account_is_a_duplicate(author):
    company = author.company(Expected(Phase.MAIN, "C3", account="created"))

    def twice(found, _reasons):
        found.accounts.append({"Id": ACCOUNT, "HubSpot_Company_Id__c": company, "Name": "A", "Website": None})

    judgement = judged(author.story, twice)
    assert judgement.duplicates == 1
    assert any("has 2 accounts" in one for one in judgement.problems)


def test_a_second_account_without_a_key_is_seen_too(author):
    author.company(Expected(Phase.MAIN, "C3", account="created"))

    def stray(found, _reasons):
        found.accounts.append({"Id": ACCOUNT, "HubSpot_Company_Id__c": None, "Name": "A", "Website": None})

    judgement = judged(author.story, stray)
    assert judgement.duplicates == 1
    assert any("accounts in Salesforce instead of" in one for one in judgement.problems)


@pytest.mark.parametrize("field", ["Name", "Website"])
@pytest.mark.parametrize("kind", ["created", "adopted"])
def test_an_account_with_another_companys_name_or_website_is_seen(author, kind, field):
    account = author.account() if kind == "adopted" else "created"
    company = author.company(Expected(Phase.MAIN, "C3", account=account))

    def rename(found, _reasons):
        (account,) = [one for one in found.accounts if one["HubSpot_Company_Id__c"] == company]
        account[field] = "somebody else's"

    (problem,) = judged(author.story, rename).problems
    assert "somebody else's" in problem


def test_people_who_were_not_to_change_stage_or_account_are_seen(author):
    contact, email = author.contact(author.company(Expected(Phase.MAIN, "N1_NO_CONTACTS")), stage="lead")
    person = author.salesforce_contact(email, account=author.account())

    def move(found, _reasons):
        found.contact_stages[contact] = "customer"
        found.account_of_contact[person] = ACCOUNT

    problems = judged(author.story, move).problems
    assert [contact in problems[0], person in problems[1]] == [True, True]


def test_two_accounts_for_companies_of_one_customer_are_a_duplicate(author):
    companies = [author.company(Expected(Phase.MAIN, "X", one_of="shared.com"), domain="shared.com") for _ in range(2)]

    def both(found, _reasons):
        found.accounts.append({"Id": ACCOUNT, "HubSpot_Company_Id__c": companies[1], "Name": "A", "Website": None})
        found.companies[companies[1]]["sf_account_id"] = ACCOUNT

    judgement = judged(author.story, both)
    assert judgement.duplicates == 1
    assert any("shared.com" in one for one in judgement.problems)


def test_the_wrong_account_a_new_one_instead_of_the_old_one_and_the_reverse_are_seen(author):
    old, other = author.account(), author.account()
    company = author.company(Expected(Phase.MAIN, "LINKED_BY_KEY", account=old))

    def swap(found, _reasons):
        by_id = {one["Id"]: one for one in found.accounts}
        by_id[old]["HubSpot_Company_Id__c"], by_id[other]["HubSpot_Company_Id__c"] = None, company
        found.companies[company]["sf_account_id"] = other

    assert any("must have adopted" in one for one in judged(author.story, swap).problems)


@pytest.mark.parametrize("carried", [None, ACCOUNT])
def test_a_company_that_does_not_carry_its_account_is_seen(author, carried):
    company = author.company(Expected(Phase.MAIN, "C3", account="created"))

    def forget(found, _reasons):
        found.companies[company]["sf_account_id"] = carried

    assert any("carries" in one for one in judged(author.story, forget).problems)


def test_a_wrong_stage_a_wrong_reason_and_a_contact_left_behind_are_seen(author):
    expected = Expected(Phase.MAIN, "C2_PRIVATE_CONTACT", account="created", stage="lead")
    company = author.company(expected)
    _contact, email = author.contact(company)
    expected.given_account.append(author.salesforce_contact(email))
    expected.contact_stages["30000000000"] = "customer"

    def spoil(found, reasons):
        found.companies[company]["lifecyclestage"] = "customer"
        found.account_of_contact.clear()
        found.contact_stages["30000000000"] = "lead"
        reasons[company] = ["N1_NO_CONTACTS"]

    problems = " ".join(judged(author.story, spoil).problems)
    for words in ("is at 'customer' instead of 'lead'", "is not on the account", "contact 30000000000", "expected C2_"):
        assert words in problems


def test_a_seeded_account_that_is_gone_is_seen(author):
    author.account()
    assert any("are gone" in one for one in judged(author.story, lambda found, _: found.accounts.clear()).problems)


def test_a_story_without_anybody_for_a_phase_is_seen():
    assert any("nobody for" in one for one in judged(Author(seed=1).story).problems)
