"""The checker finds what people entered and Tandem said nothing about."""

import pytest

from tests.demo.people_at_work.agreeing import ONE
from workers.demo.people_at_work.told import Told

NEW = "001000000000009"


def enter_an_account(crms, act: str = "create_account") -> None:
    crms.add_account(NEW)
    crms.did("salesforce", act, created=(NEW + "AAA", "003000000000009AAA"))


def enter_a_company(crms) -> None:
    crms.add_company("9")
    crms.did("hubspot", "create_company", created=("9",))


@pytest.mark.parametrize("act", ["create_account", "convert_lead"])
def test_an_account_without_a_company_or_a_reason_is_found(crms, act):
    enter_an_account(crms, act)
    assert crms.problems() == [f"account {NEW}, entered by a person, has neither a company nor a reason"]


def test_a_company_without_an_account_or_a_reason_is_found(crms):
    enter_a_company(crms)
    assert crms.problems() == ["company 9, entered by a person, has neither an account nor a reason"]


def test_a_reason_is_an_answer(crms):
    enter_an_account(crms)
    enter_a_company(crms)
    crms.told = Told({"9": ["N1_NO_CONTACTS"]}, {NEW: ["PERSON_ACCOUNT"]})
    assert crms.problems() == []


@pytest.mark.parametrize("code", ["STAGE_RAISED", "FIELDS_SYNCED", "IDS_WRITTEN"])
def test_what_was_written_is_no_reason(crms, code):
    enter_a_company(crms)
    crms.told = Told({"9": [code]})
    assert len(crms.problems()) == 1


def test_nobody_asks_about_what_is_gone_or_what_was_not_done(crms):
    enter_an_account(crms)
    crms.set_account(NEW, IsDeleted=True)
    crms.did("hubspot", "create_company", is_done=False)
    crms.did("salesforce", "create_account", created=(ONE + "AAA",))
    assert crms.problems() == []
