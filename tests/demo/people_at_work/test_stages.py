"""The checker finds companies that lag behind their contacts, and those that were taken back."""

from dataclasses import replace

import pytest

from tests.demo.people_at_work.agreeing import PEOPLE, PERSON, TANDEM, version
from workers.demo.people_at_work.world import Person, Role


def test_a_company_behind_its_contact_is_found(crms):
    crms.contacts["11"] = replace(crms.contacts["11"], stage="customer")
    assert crms.problems() == ["company 1 is at 'lead', but its contact 11 at 'customer'"]


@pytest.mark.parametrize(("is_won", "stage"), [(False, "opportunity"), (True, "customer")])
def test_a_company_behind_an_opportunity_is_found(crms, is_won, stage):
    crms.roles.append(Role(PERSON, is_open=not is_won, is_won=is_won))
    assert crms.problems() == [f"company 1 is at 'lead', but its contact 11 at {stage!r}"]


@pytest.mark.parametrize(
    "change",
    [
        {"stage_by": TANDEM},
        {"stage": "other"},
        {"stage": "no longer there"},
        {"company_id": ""},
        {"email": "nobody@one.com"},
        {"email": ""},
    ],
)
def test_a_contact_without_a_say_lifts_nobody(crms, change):
    crms.contacts["11"] = replace(crms.contacts["11"], **{"stage": "customer", **change})
    assert crms.problems() == []


def test_a_lost_opportunity_lifts_nobody(crms):
    crms.roles.append(Role(PERSON, is_open=False, is_won=False))
    assert crms.problems() == []


def test_whose_opportunity_it_is_among_two_of_one_address_is_not_judged(crms):
    crms.people["003000000000002"] = Person("003000000000002", "ann@one.com")
    crms.roles.append(Role(PERSON, is_open=True, is_won=False))
    assert crms.problems() == []


def test_a_company_that_is_unranked_itself_may_stay(crms):
    crms.contacts["11"] = replace(crms.contacts["11"], stage="customer")
    crms.set_company("1", lifecyclestage="other")
    assert crms.problems() == []


@pytest.mark.parametrize("to", ["subscriber", ""])
def test_a_company_that_was_taken_back_is_found(crms, to):
    past = {"lifecyclestage": [version("lead", 30), version(to, 20), version("lead", 10, PEOPLE)]}
    crms.companies["1"] = replace(crms.companies["1"], history=past)
    assert crms.problems() == [f"company 1 was taken back from 'lead' to {to!r}"]


@pytest.mark.parametrize(("by", "seconds"), [(PEOPLE, 20), (TANDEM, -20)])
def test_people_may_take_a_company_back_and_what_was_before_is_not_judged(crms, by, seconds):
    past = {"lifecyclestage": [version("lead", 30), version("", seconds, by), version("lead", -30, PEOPLE)]}
    crms.companies["1"] = replace(crms.companies["1"], history=past)
    assert crms.problems() == []
