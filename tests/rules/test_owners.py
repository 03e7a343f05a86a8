"""Who owns a record on the other side (7.2.6 to 7.2.6c, A19)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.contracts.descriptions import HubSpotOwner, SalesforceUser, UserType
from tasks.contracts.mapping import Effect, OwnerMapping, OwnerOverride, SyncRule
from tasks.contracts.reasons import Reason
from tasks.rules.field_mapping import Agree, Leave, Sides, WriteHubSpot, WriteSalesforce
from tasks.rules.field_values import Problem
from tasks.rules.owners import OwnerDirectory, check_owners, choose_first_owner, decide_owner, match_owners
from tasks.rules.plain_values import BLANK, Common

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
ANN, BEN, OLD, TWIN, PARTNER, QUEUE, PORTAL = (
    f"005{name}" for name in ("ann", "ben", "old", "twi", "par", "que", "por")
)
USERS = (
    SalesforceUser(ANN, "Ann@x.example"),
    SalesforceUser(BEN, "ben@sales.example"),
    SalesforceUser(OLD, "old@x.example", is_active=False),
    SalesforceUser("005bla", ""),
    SalesforceUser(TWIN, "twin@x.example"),
    SalesforceUser("005tw2", "twin@x.example"),
    SalesforceUser("005an0", "ann@x.example", is_active=False),
    SalesforceUser(PARTNER, "partner@x.example", type=UserType.POWER_PARTNER),
    SalesforceUser(QUEUE, "queue@x.example", type=UserType.QUEUE),
    SalesforceUser(PORTAL, "portal@x.example", type=UserType.OTHER),
)
OWNERS = (
    HubSpotOwner("1", "ann@x.example"),
    HubSpotOwner("2", "ben@hubspot.example"),
    HubSpotOwner("3", "old@x.example"),
    HubSpotOwner("4", "twin@x.example"),
    HubSpotOwner("5", "nobody@x.example"),
    HubSpotOwner("6", "partner@x.example"),
    HubSpotOwner("7", "queue@x.example"),
    HubSpotOwner("8", "portal@x.example"),
    HubSpotOwner("9", ""),
)
MAPPING = OwnerMapping((OwnerOverride("Ben@hubspot.example", "ben@sales.example", 7),))
KNOWN = match_owners(MAPPING, OWNERS, USERS)


@pytest.mark.parametrize(
    ("owner", "user"),
    [
        pytest.param("1", ANN, id="7.2.6-the-active-user-with-the-owners-address-in-any-case"),
        pytest.param("2", BEN, id="A19-an-override-names-another-address"),
        pytest.param("3", OLD, id="an-inactive-user-is-still-who-it-is"),
        pytest.param(None, BLANK, id="nobody"),
        pytest.param("", BLANK, id="a-cleared-owner"),
        pytest.param("4", Reason.OWNER_AMBIGUOUS, id="A19-two-active-users-with-one-address"),
        pytest.param("5", Reason.OWNER_UNMATCHED, id="A19-no-user-with-that-address"),
        pytest.param("9", Reason.OWNER_UNMATCHED, id="A19-no-address-is-nobodys-address"),
        pytest.param("77", Reason.OWNER_UNMATCHED, id="A19-an-owner-nobody-has-heard-of"),
    ],
)
def test_rule_7_2_6_who_a_hubspot_owner_is_in_salesforce(owner, user):
    found = KNOWN.from_hubspot(owner)
    assert (found.reason if isinstance(found, Problem) else found) == user


@pytest.mark.parametrize(
    ("user", "owner"),
    [
        pytest.param(ANN, "1", id="7.2.6c-a-standard-user"),
        pytest.param(PARTNER, "6", id="7.2.6c-a-partner"),
        pytest.param(QUEUE, "7", id="7.2.6c-a-queue"),
        pytest.param(BEN, "2", id="A19-by-override"),
        pytest.param(OLD, "3", id="an-inactive-user-whose-owner-there-still-is"),
        pytest.param(PORTAL, Reason.OWNER_UNMATCHED, id="7.2.6c-no-other-kind-of-user"),
        pytest.param(TWIN, Reason.OWNER_UNMATCHED, id="A19-one-of-two-with-the-same-address"),
    ],
)
def test_rule_7_2_6c_who_a_salesforce_user_is_in_hubspot(user, owner):
    found = KNOWN.to_hubspot(Common(user))
    assert (found.reason if isinstance(found, Problem) else found) == owner


def test_an_archived_owner_is_known_but_is_not_given_anything():
    known = match_owners(MAPPING, [HubSpotOwner("1", "ann@x.example", is_archived=True)], USERS)
    assert known.from_hubspot("1") == ANN
    assert isinstance(known.to_hubspot(Common(ANN)), Problem)


def test_of_two_owners_who_stand_for_one_user_the_one_with_the_users_own_address_is_given_records():
    overrides = OwnerMapping((OwnerOverride("assistant@x.example", ANN),))
    owners = [HubSpotOwner("0", "assistant@x.example"), HubSpotOwner("1", "ann@x.example")]
    known = match_owners(overrides, owners, USERS)
    assert known.from_hubspot("0") == known.from_hubspot("1") == ANN
    assert known.to_hubspot(Common(ANN)) == "1"


def test_an_override_outranks_an_equal_address_and_ends_an_ambiguity():
    overrides = OwnerMapping((OwnerOverride("ann@x.example", BEN), OwnerOverride("twin@x.example", TWIN)))
    known = match_owners(overrides, OWNERS, USERS)
    assert (known.from_hubspot("1"), known.from_hubspot("4")) == (BEN, TWIN)


def verdict_of(hubspot: str | None, salesforce: str, baseline: str | None = None, *, newer: datetime = EARLY):
    sides = Sides(
        None if baseline is None else Common(baseline), KNOWN.from_hubspot(hubspot), Common(salesforce), newer, EARLY
    )
    return decide_owner(SyncRule.TWO_WAY, sides, KNOWN)


@pytest.mark.parametrize(
    ("hubspot", "salesforce", "verdict"),
    [
        pytest.param("1", BEN, WriteHubSpot(Common(BEN), Reason.FIELD_SALESFORCE_WINS), id="7.2.6b-salesforces-wins"),
        pytest.param(None, BEN, WriteHubSpot(Common(BEN), Reason.FIELD_SALESFORCE_WINS), id="7.2.6b-fills-a-blank"),
        pytest.param("1", ANN, Agree(Common(ANN)), id="7.2.6b-the-same-already"),
        pytest.param(
            "1", OLD, WriteSalesforce(Common(ANN), Reason.FIELD_OWNER_REPLACED), id="7.2.6b-but-only-if-active"
        ),
    ],
)
def test_rule_7_2_6b_linking_an_existing_account(hubspot, salesforce, verdict):
    assert verdict_of(hubspot, salesforce) == verdict


@pytest.mark.parametrize(
    ("hubspot", "salesforce", "newer", "verdict"),
    [
        pytest.param("2", ANN, EARLY, WriteSalesforce(Common(BEN), Reason.FIELD_HUBSPOT_CHANGED), id="only-hubspot"),
        pytest.param("1", BEN, EARLY, WriteHubSpot(Common(BEN), Reason.FIELD_SALESFORCE_CHANGED), id="only-salesforce"),
        pytest.param(
            "2", PARTNER, LATE, WriteSalesforce(Common(BEN), Reason.FIELD_HUBSPOT_NEWER), id="both-and-hubspot"
        ),
        pytest.param(
            "2", PARTNER, EARLY, WriteHubSpot(Common(PARTNER), Reason.FIELD_SALESFORCE_NEWER), id="both-at-once"
        ),
        pytest.param(
            None, ANN, LATE, WriteHubSpot(Common(ANN), Reason.FIELD_SALESFORCE_WINS), id="a-cleared-owner-comes-back"
        ),
    ],
)
def test_rule_7_2_6b_afterwards_the_most_recent_change_wins(hubspot, salesforce, newer, verdict):
    assert verdict_of(hubspot, salesforce, ANN, newer=newer) == verdict


@pytest.mark.parametrize(
    ("hubspot", "baseline", "reason"),
    [
        pytest.param("5", None, Reason.OWNER_UNMATCHED, id="A19-at-the-first-sync"),
        pytest.param("5", ANN, Reason.OWNER_UNMATCHED, id="A19-and-later"),
        pytest.param("4", ANN, Reason.OWNER_AMBIGUOUS, id="A19-one-of-two"),
    ],
)
def test_rule_A19_an_owner_nobody_knows_leaves_both_and_says_so(hubspot, baseline, reason):
    verdict = verdict_of(hubspot, ANN, baseline, newer=LATE)
    assert isinstance(verdict, Leave)
    assert verdict.problem == Problem(reason, {"hubspot_owner": hubspot})


def test_rule_A19_an_owner_nobody_knows_does_not_keep_salesforces_new_owner_out():
    assert verdict_of("5", BEN, ANN, newer=EARLY) == WriteHubSpot(Common(BEN), Reason.FIELD_SALESFORCE_NEWER)


def test_an_inactive_user_is_not_written_to_salesforce():
    problem = KNOWN.to_salesforce(Common(OLD))
    assert problem == Problem(Reason.OWNER_INACTIVE, {"salesforce_user": OLD})
    assert isinstance(KNOWN.to_salesforce(Common(QUEUE)), Problem), "nor a queue: accounts belong to users"


def test_an_owner_that_is_not_synced_is_left_alone():
    assert decide_owner(SyncRule.DONT_SYNC, Sides(None, BLANK, Common(ANN)), KNOWN) == Leave(Reason.FIELD_NOT_SYNCED)


@pytest.mark.parametrize(
    ("owner", "fallback", "user"),
    [
        pytest.param("1", "", ANN, id="7.2.6a-a-valid-owner"),
        pytest.param("5", "", None, id="7.2.6a-an-unknown-one-means-the-integration-user"),
        pytest.param(None, "", None, id="7.2.6a-so-does-none"),
        pytest.param("3", "", None, id="7.2.6a-so-does-an-inactive-one"),
        pytest.param("5", "ben@sales.example", BEN, id="A19-or-the-fallback"),
        pytest.param(None, BEN, BEN, id="A19-a-fallback-by-id"),
        pytest.param("1", BEN, ANN, id="A19-which-never-outranks-the-owner"),
        pytest.param("5", "old@x.example", None, id="A19-an-inactive-fallback-is-none"),
        pytest.param("5", "nobody@x.example", None, id="A19-an-unknown-fallback-is-none"),
    ],
)
def test_rule_7_2_6a_who_owns_a_new_account(owner, fallback, user):
    known = match_owners(OwnerMapping(MAPPING.overrides, fallback), OWNERS, USERS)
    assert choose_first_owner(owner, known) == user


@pytest.mark.parametrize(
    ("mapping", "line", "where", "problem"),
    [
        (
            OwnerMapping((OwnerOverride("a@x.example", "gone@x.example", 7),)),
            7,
            "owner.overrides",
            "no Salesforce user",
        ),
        (OwnerMapping((OwnerOverride("a@x.example", "twin@x.example", 7),)), 7, "owner.overrides", "several"),
        (OwnerMapping((OwnerOverride("a@x.example", QUEUE, 7),)), 7, "owner.overrides", "may not be given"),
        (OwnerMapping(fallback="old@x.example", fallback_line=9), 9, "owner.fallback", "may not be given"),
    ],
)
def test_a_user_who_cannot_be_meant_is_a_finding_without_the_address(mapping, line, where, problem):
    (finding,) = check_owners(mapping, USERS)
    assert (finding.line, finding.where, finding.effect) == (line, where, Effect.NOTHING)
    assert problem in finding.problem
    assert "@" not in str(finding)


def test_overrides_and_a_fallback_that_fit_are_no_finding():
    assert check_owners(OwnerMapping(MAPPING.overrides, ANN), USERS) == ()


ADDRESSES = st.sampled_from(["a@x.example", "A@x.example", "b@x.example", "c@x.example", ""])
SOME_USERS = st.lists(
    st.builds(SalesforceUser, st.sampled_from([ANN, BEN, OLD]), ADDRESSES, st.booleans(), st.sampled_from(UserType)),
    unique_by=lambda one: one.id,
)
SOME_OWNERS = st.lists(
    st.builds(HubSpotOwner, st.sampled_from(["1", "2", "3"]), ADDRESSES, st.booleans()), unique_by=lambda one: one.id
)
SOME_OVERRIDES = st.lists(st.builds(OwnerOverride, ADDRESSES, st.one_of(ADDRESSES, st.sampled_from([ANN, BEN]))))


@given(SOME_OVERRIDES.map(tuple), SOME_OWNERS, SOME_USERS)
def test_whoever_is_given_a_record_in_hubspot_leads_back_to_the_same_user(overrides, owners, users):
    known: OwnerDirectory = match_owners(OwnerMapping(overrides), owners, users)
    for user in users:
        owner = known.to_hubspot(Common(user.id))
        assert isinstance(owner, Problem) or known.from_hubspot(owner) == user.id
