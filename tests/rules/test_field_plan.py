"""A pair of records as a whole: one bad field never blocks it, and doing what the plan says ends the matter."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.contracts.descriptions import HubSpotOwner, MappedField, SalesforceUser
from tasks.contracts.errors import ProblemClass
from tasks.contracts.mapping import MappedObject, OnTooLong, OwnerMapping, OwnerOverride, SyncRule, ValueType
from tasks.contracts.reasons import Reason
from tasks.rules.field_mapping import Agree, Leave
from tasks.rules.field_plan import FieldPlan, FieldProblem, Pair, may_carry_fields, plan_fields
from tasks.rules.field_remedies import REMEDIES
from tasks.rules.field_values import from_salesforce
from tasks.rules.owners import OwnerDirectory, match_owners
from tests.rules.mapped import COUNTRIES, STATES, apply, mapped

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
PREFER, ALWAYS, TWO_WAY, DONT = SyncRule
NOBODY = OwnerDirectory()
NAME = mapped(names=("name",), field="Name", is_nillable=False, length=255)
CITY = mapped(names=("city",), field="BillingCity", length=40)
STAFF = mapped(ValueType.INTEGER, names=("numberofemployees",), field="NumberOfEmployees", digits=8)
PHONE = mapped(rule=TWO_WAY, names=("phone",), field="Phone", length=40)


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


def test_every_problem_there_can_be_comes_with_what_to_do():
    problems = {reason for reason in Reason if reason.startswith(("VALUE_", "STATE_WITHOUT", "STATE_NOT", "OWNER_"))}
    assert set(REMEDIES) == problems | {Reason.PROPERTY_MISSING, Reason.FIELD_MISSING}
    assert FieldProblem("City", Reason.VALUE_TOO_LONG, {}).remedy == REMEDIES[Reason.VALUE_TOO_LONG]


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


def test_a_new_account_starts_with_what_its_company_has():
    fields = [NAME, CITY, PHONE, mapped(rule=ALWAYS, names=("rank",), field="Rank__c")]
    company = {"name": "Acme", "city": "", "phone": "1", "rank": "2"}
    plan = plan_fields(fields, Pair(company, dict.fromkeys(("Name", "BillingCity", "Phone", "Rank__c"))), NOBODY)
    assert (plan.to_salesforce, plan.to_hubspot) == ({"Name": "Acme", "Phone": "1"}, {})


def test_a_new_company_starts_with_what_its_account_has():
    account = {"Name": "Acme", "BillingCity": None, "Phone": "1"}
    plan = plan_fields([NAME, CITY, PHONE], Pair(dict.fromkeys(("name", "city", "phone")), account), NOBODY)
    assert (plan.to_hubspot, plan.to_salesforce) == ({"name": "Acme", "phone": "1"}, {})


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
        pytest.param("", "005xyz", {}, {}, [], id="A19-nobody-in-hubspot-and-a-user-without-a-counterpart"),
    ],
)
def test_7_2_6_owners_in_a_plan(hubspot, salesforce, to_hubspot, to_salesforce, reasons):
    plan = plan_fields([OWNER], Pair({"hubspot_owner_id": hubspot}, {"OwnerId": salesforce}), KNOWN)
    assert (plan.to_hubspot, plan.to_salesforce) == (to_hubspot, to_salesforce)
    assert [one.reason for one in plan.problems] == reasons


# Whatever the values are

TEXTS = st.sampled_from(
    [
        *("", " ", "a", "b\nc", "x" * 30, "\n\n, a\nb\nc", "x", "Red", "RED", "RED;BLUE", "true", "a@x.example"),
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
CHOICES = {"RED": ("Red", "Crimson"), "BLUE": "Blue", "AZURE": "Blue", "x": "a"}


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
        salesforce=options[type_] if is_place else ("Red", "Blue", "Crimson", "a", "x") if is_choice else (),
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


SITE = mapped(names=("website",), field="Website")
OWNED = mapped(ValueType.OWNER, TWO_WAY, names=("hubspot_owner_id",), field="OwnerId")
ANN, DESK = "005000000000001AAA", "005000000000009AAA"
PEOPLE = match_owners(
    OwnerMapping(fallback="desk@x.example"),
    [HubSpotOwner("1", "ann@x.example"), HubSpotOwner("9", "desk@x.example")],
    [SalesforceUser(ANN, "ann@x.example"), SalesforceUser(DESK, "desk@x.example")],
)


def about_the_site(ours: str, theirs: str | None, *, baseline: str | None = None) -> FieldPlan:
    baselines = {} if baseline is None else {"Website": baseline}
    pair = Pair({"website": ours}, {"Website": theirs}, baselines=baselines, derived={"Website": "acme.com"})
    return plan_fields([SITE], pair, NOBODY)


@pytest.mark.parametrize("baseline", [None, ""])
def test_what_we_made_up_is_not_carried_back(baseline):
    plan = about_the_site("", "acme.com", baseline=baseline)
    assert (plan.to_hubspot, plan.to_salesforce, plan.problems) == ({}, {}, ())


def test_what_we_made_up_gives_way_to_the_first_value_hubspot_has():
    plan = about_the_site("https://acme.com/en", "acme.com", baseline="")
    assert (plan.to_hubspot, plan.to_salesforce) == ({}, {"Website": "https://acme.com/en"})


def test_what_somebody_put_in_place_of_what_we_made_up_is_carried_back():
    assert about_the_site("", "acme.example", baseline="").to_hubspot == {"website": "acme.example"}


def test_what_we_made_up_counts_no_more_once_both_sides_have_had_a_value():
    plan = about_the_site("www.acme.com", "acme.com", baseline="www.acme.com")
    assert plan.to_hubspot == {"website": "acme.com"}


def test_what_both_sides_have_is_agreed_on_although_we_made_it_up():
    plan = about_the_site("acme.com", "acme.com")
    assert (plan.agreed, plan.to_salesforce) == ({"Website": "acme.com"}, {})


@pytest.mark.parametrize(
    ("ours", "theirs", "to_hubspot", "to_salesforce"),
    [
        ("", DESK, {}, {}),
        ("", ANN, {"hubspot_owner_id": "1"}, {}),
        ("1", DESK, {}, {"OwnerId": ANN}),
    ],
    ids=["stays-hubspot-s-nobody", "follows-salesforce-s-choice", "gives-way-to-hubspot-s-choice"],
)
def test_7_2_6a_the_fallback_owner(ours, theirs, to_hubspot, to_salesforce):
    pair = Pair({"hubspot_owner_id": ours}, {"OwnerId": theirs}, baselines={"OwnerId": ""}, derived={"OwnerId": DESK})
    plan = plan_fields([OWNED], pair, PEOPLE)
    assert (plan.to_hubspot, plan.to_salesforce) == (to_hubspot, to_salesforce)
