"""The checker finds writes that no act of people accounts for."""

from dataclasses import replace

from tests.demo.people_at_work.agreeing import OUR_USER, PEOPLE, TANDEM, version
from workers.demo.people_at_work.ping_pong import WRITES_PER_ACT, Writes, too_many_writes, writes_of

COUNTED = {
    "hubspot": {"calls": 99, f"writes_by_app_{TANDEM}": 5, f"writes_by_app_{PEOPLE}": 70},
    "salesforce": {f"records.written_by.{OUR_USER}": 3},
}


def test_the_writes_of_tandem_are_told_from_those_of_people():
    writes = writes_of(COUNTED, app_id=TANDEM, user_id=OUR_USER)
    assert writes == Writes(5, 3)
    assert writes - Writes(1, 1) == Writes(4, 2)
    assert writes_of({"hubspot": {}, "salesforce": {}}, app_id=TANDEM, user_id=OUR_USER) == Writes(0, 0)


def test_more_writes_than_people_can_be_the_reason_for_are_found(crms):
    crms.did("hubspot", "edit_company", "1")
    crms.did("hubspot", "edit_company", "1", is_done=False)
    allowed = int(WRITES_PER_ACT)
    assert list(too_many_writes(Writes(allowed, 0), crms.journal)) == []
    assert list(too_many_writes(Writes(allowed, 1), crms.journal)) != []


def test_a_value_that_goes_to_and_fro_is_found(crms):
    crms.did("hubspot", "edit_company", "1")
    past = {"name": [version("a", 30), version("b", 20), version("a", 10), version("b", 5, PEOPLE)]}
    crms.companies["1"] = replace(crms.companies["1"], history=past)
    assert crms.problems() == ["company 1: name was written 3 times for 1 acts of people"]
    crms.did("salesforce", "edit_account", "001000000000001AAA")
    assert crms.problems() == []


def test_acts_upon_what_was_merged_into_the_pair_are_reasons_too(crms):
    past = {"name": [version("a", 30), version("b", 20), version("a", 10)]}
    crms.set_company("1", hs_merged_object_ids="7")
    crms.companies["1"] = replace(crms.companies["1"], history=past)
    crms.add_account("001000000000008", IsDeleted=True, MasterRecordId="001000000000001AAA")
    assert len(crms.problems()) == 1
    crms.did("hubspot", "edit_company", "7")
    crms.did("salesforce", "edit_account", "001000000000008AAA")
    assert crms.problems() == []


def test_what_was_written_before_people_came_is_not_judged(crms):
    past = {"name": [version("a", -10), version("b", -20), version("a", -30)]}
    crms.companies["1"] = replace(crms.companies["1"], history=past)
    assert crms.problems() == []
