"""Countries and states: names on one side, codes on the other, and never one without the other (7.2.10)."""

import pytest

from tasks.contracts.mapping import SyncRule, ValueType
from tasks.contracts.reasons import Reason
from tasks.rules.field_plan import Pair, plan_fields
from tasks.rules.owners import OwnerDirectory
from tests.rules.mapped import COUNTRIES, STATES, apply, mapped

TWO_WAY = SyncRule.TWO_WAY
NOBODY = OwnerDirectory()
STATE = mapped(ValueType.STATE, TWO_WAY, names=("state",), field="BillingStateCode", salesforce=STATES)
COUNTRY = mapped(
    ValueType.COUNTRY,
    TWO_WAY,
    names=("country",),
    field="BillingCountryCode",
    salesforce=COUNTRIES,
    values={"Deutschland": "DE", "USA": "US", "Freedonia": "FR"},
)


def place(state: str, country: str, state_code: str | None, country_code: str | None, **baselines: str) -> Pair:
    return Pair(
        {"state": state, "country": country},
        {"BillingStateCode": state_code, "BillingCountryCode": country_code},
        baselines=baselines,
    )


@pytest.mark.parametrize(
    ("pair", "written", "problems"),
    [
        pytest.param(
            place("California", "usa", None, None),
            {"BillingCountryCode": "US", "BillingStateCode": "CA"},
            {},
            id="7.2.10-names-and-mapped-spellings-become-codes-in-one-write",
        ),
        pytest.param(
            place("by", "de", None, None),
            {"BillingCountryCode": "DE", "BillingStateCode": "BY"},
            {},
            id="7.2.10-codes-in-any-case-are-understood",
        ),
        pytest.param(
            place("California", "", None, None),
            {},
            {"BillingStateCode": Reason.STATE_WITHOUT_COUNTRY},
            id="7.2.10-no-state-without-a-country",
        ),
        pytest.param(
            place("California", "Freedonia", None, None),
            {},
            {
                "BillingStateCode": Reason.STATE_WITHOUT_COUNTRY,
                "BillingCountryCode": Reason.VALUE_UNKNOWN_IN_SALESFORCE,
            },
            id="7.2.10-nor-with-one-whose-code-the-org-does-not-have",
        ),
        pytest.param(
            place("California", "Nowhere", None, None),
            {},
            {
                "BillingStateCode": Reason.STATE_WITHOUT_COUNTRY,
                "BillingCountryCode": Reason.VALUE_UNKNOWN_IN_SALESFORCE,
            },
            id="7.2.10-nor-with-one-that-salesforce-does-not-know",
        ),
        pytest.param(
            place("California", "US", None, "US", BillingCountryCode="US", BillingStateCode=""),
            {"BillingStateCode": "CA"},
            {},
            id="7.2.10-the-country-that-is-there-already-is-enough",
        ),
        pytest.param(
            place("Bavaria", "United States", None, None),
            {},
            {"BillingStateCode": Reason.STATE_NOT_IN_COUNTRY, "BillingCountryCode": Reason.STATE_NOT_IN_COUNTRY},
            id="7.2.10-a-state-of-another-country-would-cost-the-whole-record",
        ),
        pytest.param(
            place("California", "Canada", "CA", "US", BillingCountryCode="US", BillingStateCode="CA"),
            {},
            {"BillingCountryCode": Reason.STATE_NOT_IN_COUNTRY},
            id="7.2.10-so-would-a-country-that-leaves-its-state-behind",
        ),
        pytest.param(
            place("Ontario", "Canada", "CA", "US", BillingCountryCode="US", BillingStateCode="CA"),
            {"BillingCountryCode": "CA", "BillingStateCode": "ON"},
            {},
            id="7.2.10-both-move-together",
        ),
        pytest.param(
            place("California", "", "CA", "US", BillingCountryCode="US", BillingStateCode="CA"),
            {"BillingCountryCode": None},
            {},
            id="7.2.10-a-country-may-go-and-salesforce-clears-the-state-itself",
        ),
        pytest.param(
            place("", "", "CA", "US", BillingCountryCode="US", BillingStateCode="CA"),
            {"BillingCountryCode": None, "BillingStateCode": None},
            {},
            id="7.2.10-both-may-go-together",
        ),
        pytest.param(
            place("Twin", "US", None, "US", BillingCountryCode="US", BillingStateCode=""),
            {},
            {"BillingStateCode": Reason.VALUE_AMBIGUOUS},
            id="7.2.10-a-name-of-two-states-is-not-guessed",
        ),
    ],
)
def test_rule_7_2_10_countries_and_states_for_salesforce(pair, written, problems):
    plan = plan_fields([STATE, COUNTRY], pair, NOBODY)
    assert plan.to_salesforce == written
    assert list(plan.to_salesforce) == list(written), "the country goes before the state"
    assert {one.field: one.reason for one in plan.problems} == problems


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        pytest.param((), "CA", "California", id="7.2.10-the-name-for-free-text"),
        pytest.param((), "WA", "WA", id="7.2.10-the-code-where-two-states-share-it"),
        pytest.param(("ca_usa", "California"), "CA", "California", id="7.2.10-the-dropdowns-own-value-for-the-name"),
        pytest.param(("CA", "NY"), "CA", "CA", id="7.2.10-or-for-the-code"),
    ],
)
def test_rule_7_2_10_states_for_hubspot(options, code, said):
    field = mapped(ValueType.STATE, names=("state",), field="BillingStateCode", salesforce=STATES, hubspot=options)
    pair = Pair({"state": ""}, {"BillingStateCode": code})
    plan = plan_fields([field], pair, NOBODY)
    assert plan.to_hubspot == {"state": said}
    assert plan_fields([field], apply(plan, pair), NOBODY).to_hubspot == {}


def test_rule_7_2_10_a_spelling_that_means_the_same_code_is_left_as_it_is():
    plan = plan_fields([COUNTRY], Pair({"country": "Deutschland"}, {"BillingCountryCode": "DE"}), NOBODY)
    assert (plan.to_hubspot, plan.to_salesforce, plan.agreed) == ({}, {}, {"BillingCountryCode": "DE"})


def test_rule_7_2_10_in_an_org_without_codes_names_are_plain_text():
    country = mapped(ValueType.COUNTRY, names=("country",), field="BillingCountry", values={"USA": "US"})
    state = mapped(ValueType.STATE, names=("state",), field="BillingState")
    pair = Pair({"country": "USA", "state": "California"}, {"BillingCountry": None, "BillingState": None})
    assert plan_fields([country, state], pair, NOBODY).to_salesforce == {
        "BillingCountry": "USA",
        "BillingState": "California",
    }
