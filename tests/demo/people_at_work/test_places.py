"""The checker finds contacts that are not where their account is."""

from dataclasses import replace

import pytest

from tests.demo.people_at_work.agreeing import PERSON, TWO
from workers.demo.people_at_work.world import Person


def move_in_hubspot(crms) -> None:
    crms.contacts["11"] = replace(crms.contacts["11"], company_id="2", company_ids=frozenset({"1", "2"}))


def test_a_contact_that_is_not_on_its_accounts_company_is_found(crms):
    crms.people[PERSON] = Person(PERSON, "ann@one.com", TWO)
    assert crms.problems() == [f"contact 11 is not on company 2, whose account {TWO} it belongs to"]


@pytest.mark.parametrize(
    ("system", "act", "who"),
    [
        ("hubspot", "change_primary_company", "11"),
        ("hubspot", "move_contact", "11"),
        ("salesforce", "move_contact", PERSON + "AAA"),
    ],
)
def test_a_move_that_is_not_followed_is_found(crms, system, act, who):
    move_in_hubspot(crms)
    crms.did(system, act, who)
    (problem,) = crms.problems()
    assert problem.startswith("contact 11 is on company 2")


def test_sides_that_differ_without_a_move_stay_as_they_are(crms):
    move_in_hubspot(crms)
    assert crms.problems() == []


@pytest.mark.parametrize(
    "before", [("hubspot", "create_contact", (), ("11",), 30), ("hubspot", "merge_contacts", ("12", "11"), (), 90)]
)
def test_whoever_was_just_entered_or_is_merged_is_not_judged(crms, before):
    system, act, records, created, seconds = before
    move_in_hubspot(crms)
    crms.did(system, act, *records, seconds=seconds, created=created)
    crms.did("hubspot", "change_primary_company", "11")
    assert crms.problems() == []


def test_a_lead_or_one_of_two_of_an_address_is_not_judged(crms):
    crms.people[PERSON] = Person(PERSON, "ann@one.com", TWO)
    crms.people["003000000000002"] = Person("003000000000002", "ann@one.com")
    assert crms.problems() == []
    del crms.people["003000000000002"]
    crms.people[PERSON] = Person(PERSON, "ann@one.com", is_lead=True)
    assert crms.problems() == []
