"""The demo's story has somebody for every row of the decision tables, and its judge sees when one ends otherwise."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.demo.test_verdicts import judged
from workers.demo.cast import write_story
from workers.demo.readback import Readback
from workers.demo.stage_cast import DELETED_STAGE
from workers.demo.story import STAGES, Phase, Story

ROWS_OF_T1 = {
    *("OBJECT_SYNC_OFF", "MANUAL", "COMPANY_NOT_IN_SEGMENT", "COMPANY_SEGMENT", "N1_NO_CONTACTS", "N3_NONE_QUALIFIES"),
    *("N2_ALL_LEADS", "C2_PRIVATE_CONTACT", "C1_AUTO_CREATED", "C3_QUALIFYING_CONTACT", "PENDING_CONTACT_SYNC"),
}
ROWS_OF_T2 = {
    *("LINKED_BY_KEY", "LINKED_BY_STORED_ID", "LINKED_BY_CONTACTS", "LINKED_BY_DOMAIN"),
    *("SUGGEST_DOMAIN", "CONFLICT_DOMAIN", "CONFLICT_DOMAIN_TAKEN", "CONFLICT_DUP_LINK", "CONFLICT_CONTACTS"),
}
REASONS_OF_T3 = {"STAGE_RAISED", "STAGE_KEPT", "STAGE_UNRANKED", "STAGE_NO_CANDIDATE"}

Spoil = Callable[[Readback, dict[str, list[str]]], None]


@pytest.fixture(scope="module")
def story() -> Story:
    return write_story(backlog=1)


def company_with(story: Story, **what: Any) -> str:
    """The first one that was built to end so."""
    return next(
        company_id
        for company_id, expected in story.expected.items()
        if all(getattr(expected, name) == value for name, value in what.items())
    )


def stage_of(record: Any) -> str:
    return str(record["properties"].get("lifecyclestage", ""))


def contacts_of(story: Story, company_id: str, *, primary: bool = True) -> list[str]:
    pairs = [one for one in story.associations if one["company"] == company_id and one["primary"] is primary]
    return [str(one["contact"]) for one in pairs]


def test_every_row_of_the_account_tables_occurs(story):
    assert {expected.reason for expected in story.expected.values()} >= ROWS_OF_T1 | ROWS_OF_T2


def test_every_reason_for_a_stage_occurs(story):
    assert {reason for expected in story.expected.values() for reason in expected.also} >= REASONS_OF_T3


def test_stages_that_the_portal_has_no_more_occur_on_both_sides(story):
    assert DELETED_STAGE not in STAGES
    assert DELETED_STAGE in {stage_of(one) for one in story.contacts}
    assert DELETED_STAGE in {stage_of(one) for one in story.companies}


def complaints(story: Story, spoil: Spoil) -> str:
    return " ".join(judged(story, spoil).problems)


def test_a_deleted_stage_that_wins_or_loses_is_seen(story):
    """T3, row 2."""
    deleted = {str(one["id"]) for one in story.contacts if stage_of(one) == DELETED_STAGE}
    spared = company_with(story, stage="lead", also=("STAGE_NO_CANDIDATE",), phase=Phase.MAIN)
    replaced = company_with(story, stage=DELETED_STAGE)

    def spoil(found: Readback, _reasons: Any) -> None:
        found.companies[spared]["lifecyclestage"] = DELETED_STAGE
        found.companies[replaced]["lifecyclestage"] = "customer"
        found.contact_stages[min(deleted)] = "lead"

    said = complaints(story, spoil)
    assert f"company {spared} is at '{DELETED_STAGE}' instead of 'lead'" in said
    assert f"company {replaced} is at 'customer' instead of '{DELETED_STAGE}'" in said
    assert f"contact {min(deleted)} is at 'lead' instead of '{DELETED_STAGE}'" in said


def test_a_guest_that_is_lifted_with_the_companys_own_contacts_is_seen(story):
    """T3, row 6."""
    (guest,) = contacts_of(story, company_with(story, phase=Phase.CASCADE), primary=False)

    def lift(found: Readback, _reasons: Any) -> None:
        found.contact_stages[guest] = "customer"

    assert f"contact {guest} is at 'customer' instead of 'lead'" in complaints(story, lift)


def test_a_contact_that_lifts_the_company_that_lifted_it_is_seen(story):
    """T3, row 7."""
    company = company_with(story, phase=Phase.ECHO)
    (contact,) = contacts_of(story, company)
    assert story.lowered[company] == "lead"
    assert contact in story.echoing_contacts

    def echo(found: Readback, reasons: dict[str, list[str]]) -> None:
        found.companies[company]["lifecyclestage"] = "customer"
        reasons[company].remove("STAGE_NO_CANDIDATE")

    said = complaints(story, echo)
    assert f"company {company} is at 'customer' instead of 'lead'" in said
    assert f"company {company}: expected STAGE_NO_CANDIDATE" in said


@pytest.mark.parametrize("reason", ["CONFLICT_DUP_LINK", "CONFLICT_CONTACTS"])
def test_a_conflict_that_is_decided_without_a_person_is_seen(story, reason):
    company = company_with(story, reason=reason)

    def decide(found: Readback, reasons: dict[str, list[str]]) -> None:
        account = {"Id": "001Dm0000000901AAA", "HubSpot_Company_Id__c": company, "Name": "A", "Website": None}
        found.accounts.append(account)
        found.companies[company]["sf_account_id"] = account["Id"] or ""
        reasons[company] = ["LINKED_BY_CONTACTS"]

    said = complaints(story, decide)
    assert f"company {company} ({reason}) must have no account" in said
    assert f"company {company}: expected {reason} on its timeline" in said


def test_a_loser_of_a_shared_domain_without_its_reason_is_seen(story):
    losers = [key for key, one in story.expected.items() if one.reason == "CONFLICT_DOMAIN_TAKEN"][1:3]

    def forget(_found: Readback, reasons: dict[str, list[str]]) -> None:
        for company in losers:
            reasons[company] = []

    said = complaints(story, forget)
    assert all(f"company {company}: expected CONFLICT_DOMAIN_TAKEN" in said for company in losers)


@pytest.mark.parametrize("wrong", ["left alone", "on another company"])
def test_a_contact_of_the_account_that_is_not_put_on_the_company_is_seen(story, wrong):
    company, stranger = next(
        (company, contact) for company, one in story.expected.items() for contact in one.associated
    )

    def misplace(found: Readback, _reasons: Any) -> None:
        found.companies_of_contact[stranger] = frozenset({"1"} if wrong != "left alone" else ())

    assert f"contact {stranger} sits on companies" in complaints(story, misplace)
    assert f"instead of ['{company}']" in complaints(story, misplace)


def test_a_contact_that_is_put_on_a_company_without_reason_is_seen(story):
    company = company_with(story, phase=Phase.MAIN)
    (contact, *_) = contacts_of(story, company)

    def add(found: Readback, _reasons: Any) -> None:
        found.companies_of_contact[contact] |= {"1"}

    assert f"contact {contact} sits on companies ['1', '{company}']" in complaints(story, add)
