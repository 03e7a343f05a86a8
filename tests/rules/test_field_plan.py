"""A pair of records as a whole: one bad field never blocks it, and doing what the plan says ends the matter."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.contracts.descriptions import HubSpotOwner, MappedField, Option, SalesforceUser
from tasks.contracts.errors import ProblemClass
from tasks.contracts.mapping import MappedObject, OnTooLong, OwnerMapping, OwnerOverride, SyncRule, ValueType
from tasks.contracts.reasons import Reason
from tasks.rules.field_mapping import Agree, Leave
from tasks.rules.field_plan import FieldPlan, Pair, may_carry_fields, plan_fields
from tasks.rules.field_values import from_salesforce
from tasks.rules.owners import OwnerDirectory, match_owners
from tests.rules.mapped import mapped

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
PREFER, ALWAYS, TWO_WAY, DONT = SyncRule
NOBODY = OwnerDirectory()
NAME = mapped(names=("name",), field="Name", is_nillable=False, length=255)
CITY = mapped(names=("city",), field="BillingCity", length=40)
STAFF = mapped(ValueType.INTEGER, names=("numberofemployees",), field="NumberOfEmployees", digits=8)
PHONE = mapped(rule=TWO_WAY, names=("phone",), field="Phone", length=40)


def apply(plan: FieldPlan, pair: Pair) -> Pair:
    """The pair once both CRMs have taken what the plan says, and the ledger the new baselines."""
    kept = {
        name: value.replace("\n", "\r\n") if isinstance(value, str) else value
        for name, value in plan.to_salesforce.items()
    }
    return Pair(
        {**pair.hubspot, **plan.to_hubspot},
        {**pair.salesforce, **kept},
        pair.hubspot_changed_at,
        pair.salesforce_changed_at,
        {**pair.baselines, **plan.agreed, **plan.agreed_after_hubspot, **plan.agreed_after_salesforce},
    )


def test_one_bad_field_is_left_out_and_the_others_are_written():
    pair = Pair(
        {"name": "Acme", "city": "x" * 41, "numberofemployees": "many", "phone": "1"},
        {"Name": None, "BillingCity": None, "NumberOfEmployees": None, "Phone": None},
    )
    plan = plan_fields([NAME, CITY, STAFF, PHONE], pair, NOBODY)
    assert plan.to_salesforce == {"Name": "Acme", "Phone": "1"}
    assert plan.to_hubspot == {}
    assert plan.agreed_after_salesforce == {"Name": "Acme", "Phone": "1"}
    assert {one.field: one.reason for one in plan.problems} == {
        "BillingCity": Reason.VALUE_TOO_LONG,
        "NumberOfEmployees": Reason.VALUE_NOT_A_NUMBER,
    }
    assert {one.problem_class for one in plan.problems} == {ProblemClass.DATA}


def test_what_is_equal_is_a_baseline_now_and_what_is_written_only_once_it_was():
    pair = Pair(
        {"name": "Acme", "city": "Bonn", "phone": "2"},
        {"Name": "Acme", "BillingCity": "Köln", "Phone": "1"},
        baselines={"Phone": "1", "BillingCity": "Bonn"},
    )
    plan = plan_fields([NAME, CITY, PHONE], pair, NOBODY)
    assert plan.agreed == {"Name": "Acme"}
    assert (plan.to_hubspot, plan.agreed_after_hubspot) == ({"city": "Köln"}, {"BillingCity": "Köln"})
    assert (plan.to_salesforce, plan.agreed_after_salesforce) == ({"Phone": "2"}, {"Phone": "2"})


def test_a_pair_that_agrees_has_nothing_to_do():
    pair = Pair(
        {"name": "Acme", "city": ""},
        {"Name": "Acme", "BillingCity": None},
        baselines={"Name": "Acme", "BillingCity": ""},
    )
    plan = plan_fields([NAME, CITY], pair, NOBODY)
    assert plan == FieldPlan({}, {}, {}, {}, {}, (), plan.verdicts)
    assert all(isinstance(verdict, Agree) for verdict in plan.verdicts.values())


@pytest.mark.parametrize("rule", [PREFER, ALWAYS, TWO_WAY])
@pytest.mark.parametrize(
    ("hubspot", "salesforce", "reason"),
    [
        pytest.param({}, {"Phone": "1"}, Reason.PROPERTY_MISSING, id="a-property-hubspot-did-not-speak-of"),
        pytest.param({"phone": "1"}, {}, Reason.FIELD_MISSING, id="a-field-salesforce-did-not-speak-of"),
    ],
)
def test_what_was_not_answered_is_not_blank(rule, hubspot, salesforce, reason):
    field = mapped(rule=rule, names=("phone",), field="Phone")
    plan = plan_fields([field], Pair(hubspot, salesforce, baselines={"Phone": "1"}), NOBODY)
    assert (plan.to_hubspot, plan.to_salesforce) == ({}, {})
    assert [(one.reason, one.problem_class) for one in plan.problems] == [(reason, ProblemClass.CONFIG)]


def test_a_field_that_is_not_synced_is_not_even_a_problem_where_it_is_missing():
    field = mapped(rule=DONT, names=("phone",), field="Phone")
    plan = plan_fields([field], Pair(), NOBODY)
    assert (plan.problems, plan.verdicts) == ((), {"Phone": Leave(Reason.FIELD_NOT_SYNCED)})


def test_7_2_1_a_new_entry_has_no_baseline_so_old_values_are_carried_and_nothing_is_cleared():
    pair = Pair({"city": "Bonn", "phone": ""}, {"BillingCity": None, "Phone": "1"}, baselines={"Name": "Acme"})
    plan = plan_fields([CITY, PHONE], pair, NOBODY)
    assert (plan.to_salesforce, plan.to_hubspot) == ({"BillingCity": "Bonn"}, {"phone": "1"})


def test_a_required_field_is_not_cleared_by_a_blank_in_hubspot():
    field = mapped(rule=TWO_WAY, names=("name",), field="Name", is_nillable=False)
    plan = plan_fields([field], Pair({"name": ""}, {"Name": "Acme"}, baselines={"Name": "Acme"}), NOBODY)
    assert (plan.to_salesforce, [one.reason for one in plan.problems]) == ({}, [Reason.VALUE_REQUIRED])


def test_the_later_of_two_properties_of_a_street_is_when_it_changed():
    street = mapped(ValueType.STREET, TWO_WAY, names=("address", "address2"), field="BillingStreet")
    pair = Pair(
        {"address": "1 Main St", "address2": "Floor 3"},
        {"BillingStreet": "2 Main St"},
        {"address": datetime(2025, 1, 1, tzinfo=UTC), "address2": LATE},
        EARLY,
        {"BillingStreet": "1 Main St\nFloor 2"},
    )
    assert plan_fields([street], pair, NOBODY).to_salesforce == {"BillingStreet": "1 Main St\nFloor 3"}


@pytest.mark.parametrize(
    ("kind", "in_segment", "reason"),
    [
        pytest.param(MappedObject.COMPANY, True, None, id="A14-a-company-whose-contacts-qualify"),
        pytest.param(MappedObject.COMPANY, False, None, id="A14-a-linked-company-whatever-the-segment-says"),
        pytest.param(MappedObject.CONTACT, True, None, id="A14-a-contact-in-the-segment"),
        pytest.param(
            MappedObject.CONTACT, False, Reason.CONTACT_OUTSIDE_SEGMENT, id="A14-no-personal-values-outside-the-segment"
        ),
    ],
)
def test_a14_who_shares_values(kind, in_segment, reason):
    assert may_carry_fields(kind, in_segment=in_segment) is reason


# Owners

USERS = [SalesforceUser("005ann", "ann@x.example"), SalesforceUser("005old", "old@x.example", is_active=False)]
OWNERS = [HubSpotOwner("1", "ann@x.example"), HubSpotOwner("2", "old@x.example"), HubSpotOwner("3", "new@x.example")]
KNOWN = match_owners(OwnerMapping((OwnerOverride("none@x.example", "005ann"),)), OWNERS, USERS)
OWNER = mapped(ValueType.OWNER, TWO_WAY, names=("hubspot_owner_id",), field="OwnerId", is_nillable=False)


@pytest.mark.parametrize(
    ("hubspot", "salesforce", "to_hubspot", "to_salesforce", "reasons"),
    [
        pytest.param("", "005ann", {"hubspot_owner_id": "1"}, {}, [], id="7.2.6b-salesforces-owner-in-hubspots-words"),
        pytest.param("1", "005old", {}, {"OwnerId": "005ann"}, [], id="7.2.6b-an-active-owner-for-an-inactive-one"),
        pytest.param("2", "005old", {}, {}, [], id="7.2.6-the-same-inactive-owner-on-both-sides"),
        pytest.param("3", "005ann", {}, {}, [Reason.OWNER_UNMATCHED], id="A19-unmatched-leaves-both"),
        pytest.param("1", "005xyz", {}, {"OwnerId": "005ann"}, [], id="7.2.6b-an-owner-who-is-no-active-user"),
        pytest.param("", "005xyz", {}, {}, [Reason.OWNER_UNMATCHED], id="A19-a-user-without-a-counterpart"),
    ],
)
def test_7_2_6_owners_in_a_plan(hubspot, salesforce, to_hubspot, to_salesforce, reasons):
    plan = plan_fields([OWNER], Pair({"hubspot_owner_id": hubspot}, {"OwnerId": salesforce}), KNOWN)
    assert (plan.to_hubspot, plan.to_salesforce) == (to_hubspot, to_salesforce)
    assert [one.reason for one in plan.problems] == reasons


# Countries and states (7.2.10)

COUNTRIES = (Option("US", "United States"), Option("DE", "Germany"), Option("CA", "Canada"))
STATES = (
    Option("CA", "California", valid_for=frozenset({"US"})),
    Option("ON", "Ontario", valid_for=frozenset({"CA"})),
    Option("BY", "Bavaria", valid_for=frozenset({"DE"})),
    Option("WA", "Washington", valid_for=frozenset({"US"})),
    Option("WA", "Western Australia", valid_for=frozenset({"AU"})),
    Option("X1", "Twin", valid_for=frozenset({"US"})),
    Option("X2", "Twin", valid_for=frozenset({"DE"})),
)
STATE = mapped(ValueType.STATE, TWO_WAY, names=("state",), field="BillingStateCode", salesforce=STATES)
COUNTRY = mapped(
    ValueType.COUNTRY,
    TWO_WAY,
    names=("country",),
    field="BillingCountryCode",
    salesforce=COUNTRIES,
    values={"Deutschland": "DE", "USA": "US"},
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
            place("Twin", "US", None, "US", BillingCountryCode="US", BillingStateCode=""),
            {},
            {"BillingStateCode": Reason.VALUE_AMBIGUOUS},
            id="7.2.10-a-name-of-two-states-is-not-guessed",
        ),
    ],
)
def test_7_2_10_countries_and_states_for_salesforce(pair, written, problems):
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
def test_7_2_10_states_for_hubspot(options, code, said):
    field = mapped(ValueType.STATE, names=("state",), field="BillingStateCode", salesforce=STATES, hubspot=options)
    pair = Pair({"state": ""}, {"BillingStateCode": code})
    plan = plan_fields([field], pair, NOBODY)
    assert plan.to_hubspot == {"state": said}
    assert plan_fields([field], apply(plan, pair), NOBODY).to_hubspot == {}


def test_7_2_10_a_spelling_that_means_the_same_code_is_left_as_it_is():
    plan = plan_fields([COUNTRY], Pair({"country": "Deutschland"}, {"BillingCountryCode": "DE"}), NOBODY)
    assert (plan.to_hubspot, plan.to_salesforce, plan.agreed) == ({}, {}, {"BillingCountryCode": "DE"})


def test_7_2_10_in_an_org_without_codes_names_are_plain_text():
    country = mapped(ValueType.COUNTRY, names=("country",), field="BillingCountry", values={"USA": "US"})
    state = mapped(ValueType.STATE, names=("state",), field="BillingState")
    pair = Pair({"country": "USA", "state": "California"}, {"BillingCountry": None, "BillingState": None})
    assert plan_fields([country, state], pair, NOBODY).to_salesforce == {
        "BillingCountry": "USA",
        "BillingState": "California",
    }


# Whatever the values are

TEXTS = st.sampled_from(
    [
        *("", " ", "a", "b\nc", "x" * 30, "\n\n, a\nb\nc", "Red", "RED", "RED;BLUE", "true", "a@x.example"),
        *("12", "12.50", "-1e3", "1767312000000", "2026-01-02", "2026-01-02T03:04:05.678Z"),
        *("US", "Germany", "California", "1", "2", "3"),
    ]
)
ROWS = st.one_of(
    st.none(),
    TEXTS,
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.floats(-1e9, 1e9),
    st.sampled_from(["005ann", "005old"]),
)
CHOICES = {"RED": ("Red", "Crimson"), "BLUE": "Blue", "AZURE": "Blue"}


def field_of(number: int, type_: ValueType, rule: SyncRule, on_too_long: OnTooLong) -> MappedField:
    is_choice = type_ in {ValueType.SELECT, ValueType.MULTI_SELECT}
    is_place = type_ in {ValueType.COUNTRY, ValueType.STATE}
    names = {ValueType.STATE: "BillingStateCode", ValueType.COUNTRY: "BillingCountryCode"}
    options = {ValueType.STATE: STATES, ValueType.COUNTRY: COUNTRIES}
    return mapped(
        type_,
        rule,
        names=(f"a{number}", f"b{number}") if type_ is ValueType.STREET else (f"a{number}",),
        field=names.get(type_, f"F{number}"),
        on_too_long=on_too_long,
        values=CHOICES if is_choice else {},
        hubspot=("RED", "BLUE", "AZURE", "x") if is_choice else (),
        salesforce=options[type_] if is_place else ("Red", "Blue", "Crimson", "a") if is_choice else (),
        length=20,
        digits=8,
        scale=1,
        is_nillable=type_ is not ValueType.OWNER,
    )


@st.composite
def pairs(draw):
    rules = [TWO_WAY] if draw(st.booleans()) else list(SyncRule)
    fields = [
        field_of(
            n,
            type_,
            TWO_WAY if type_ is ValueType.OWNER else draw(st.sampled_from(rules)),
            draw(st.sampled_from(OnTooLong)),
        )
        for n, type_ in enumerate(ValueType)
    ]
    hubspot = {name: draw(TEXTS) for one in fields for name in one.entry.properties}
    salesforce = {one.name: draw(ROWS) for one in fields}
    times = {name: draw(st.sampled_from([EARLY, LATE])) for name in hubspot if draw(st.booleans())}
    baselines = {}
    for one in fields:
        agreed = from_salesforce(one, draw(ROWS))
        if isinstance(agreed, str) and draw(st.booleans()):
            baselines[one.name] = agreed
    return fields, Pair(hubspot, salesforce, times, EARLY, baselines)


@settings(max_examples=300)
@given(pairs())
def test_doing_what_the_plan_says_leaves_nothing_to_do(case):
    fields, pair = case
    plan = plan_fields(fields, pair, KNOWN)
    again = plan_fields(fields, apply(plan, pair), KNOWN)
    assert (again.to_hubspot, again.to_salesforce, again.agreed) == ({}, {}, {})
    assert {one.field for one in again.problems} <= {one.field for one in plan.problems}


@settings(max_examples=300)
@given(pairs())
def test_no_field_is_written_to_both_sides(case):
    fields, pair = case
    plan = plan_fields(fields, pair, KNOWN)
    pulled = {one.name for one in fields if set(one.entry.properties) & set(plan.to_hubspot)}
    assert not pulled & set(plan.to_salesforce)
    assert pulled == set(plan.agreed_after_hubspot)
    assert set(plan.to_salesforce) == set(plan.agreed_after_salesforce)
    touched = pulled | set(plan.to_salesforce)
    assert not touched & ({one.field for one in plan.problems} | set(plan.agreed))


@settings(max_examples=300)
@given(pairs())
def test_a_field_is_decided_alike_whatever_else_is_mapped(case):
    fields, pair = case
    plan = plan_fields(fields, pair, KNOWN)
    for one in fields:
        assert plan_fields([one], pair, KNOWN).verdicts[one.name] == plan.verdicts[one.name]
