"""The four sync rules, cell by cell (7.1), and what a first sync may do (A9)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.contracts.mapping import SyncRule
from tasks.contracts.reasons import Reason
from tasks.rules.field_mapping import Agree, Leave, Sides, WriteHubSpot, WriteSalesforce, decide_field
from tasks.rules.field_values import Problem
from tasks.rules.plain_values import BLANK, Common

PREFER, ALWAYS, TWO_WAY, DONT = SyncRule
WINS, BLANK_THERE, CLEARED = (
    Reason.FIELD_SALESFORCE_WINS,
    Reason.FIELD_SALESFORCE_BLANK,
    Reason.FIELD_SALESFORCE_CLEARED,
)
EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
OLD, NEW, OTHER = Common("old"), Common("new"), Common("other")
UNREADABLE = Problem(Reason.VALUE_NOT_A_NUMBER)


def pulls(value: Common, reason: Reason) -> WriteHubSpot:
    return WriteHubSpot(value, reason)


def pushes(value: Common, reason: Reason) -> WriteSalesforce:
    return WriteSalesforce(value, reason)


@pytest.mark.parametrize(
    ("rule", "baseline", "hubspot", "salesforce", "verdict"),
    [
        pytest.param(PREFER, OLD, OLD, NEW, pulls(NEW, WINS), id="prefer-salesforce-changed-hubspot-follows"),
        pytest.param(PREFER, BLANK, BLANK, NEW, pulls(NEW, WINS), id="prefer-salesforce-set-hubspot-follows"),
        pytest.param(PREFER, OLD, OLD, BLANK, pulls(BLANK, CLEARED), id="prefer-salesforce-cleared-clears-hubspot"),
        pytest.param(PREFER, BLANK, NEW, BLANK, pushes(NEW, BLANK_THERE), id="prefer-blank-salesforce-gets-hubspots"),
        pytest.param(PREFER, OLD, NEW, OLD, pulls(OLD, WINS), id="prefer-filled-salesforce-puts-hubspot-back"),
        pytest.param(PREFER, OLD, BLANK, OLD, pulls(OLD, WINS), id="prefer-a-cleared-hubspot-is-refilled"),
        pytest.param(PREFER, OLD, NEW, BLANK, pulls(BLANK, CLEARED), id="prefer-clearing-beats-a-change-in-hubspot"),
        pytest.param(PREFER, OLD, NEW, OTHER, pulls(OTHER, WINS), id="prefer-both-changed-salesforce-wins"),
        pytest.param(ALWAYS, OLD, OLD, NEW, pulls(NEW, WINS), id="always-salesforce-changed-hubspot-follows"),
        pytest.param(ALWAYS, OLD, OLD, BLANK, pulls(BLANK, CLEARED), id="always-salesforce-cleared-clears-hubspot"),
        pytest.param(ALWAYS, BLANK, NEW, BLANK, Leave(Reason.FIELD_NEVER_PUSHED), id="always-nothing-pushed-ever"),
        pytest.param(ALWAYS, OLD, NEW, OLD, pulls(OLD, WINS), id="always-filled-salesforce-puts-hubspot-back"),
        pytest.param(ALWAYS, OLD, BLANK, OLD, pulls(OLD, WINS), id="always-a-cleared-hubspot-is-refilled"),
        pytest.param(
            TWO_WAY, OLD, OLD, NEW, pulls(NEW, Reason.FIELD_SALESFORCE_CHANGED), id="two-way-salesforce-changed"
        ),
        pytest.param(
            TWO_WAY, OLD, OLD, BLANK, pulls(BLANK, Reason.FIELD_SALESFORCE_CHANGED), id="two-way-salesforce-cleared"
        ),
        pytest.param(
            TWO_WAY, BLANK, NEW, BLANK, pushes(NEW, Reason.FIELD_HUBSPOT_CHANGED), id="two-way-blank-salesforce-filled"
        ),
        pytest.param(TWO_WAY, OLD, NEW, OLD, pushes(NEW, Reason.FIELD_HUBSPOT_CHANGED), id="two-way-hubspot-changed"),
        pytest.param(
            TWO_WAY, OLD, BLANK, OLD, pushes(BLANK, Reason.FIELD_HUBSPOT_CHANGED), id="two-way-hubspot-cleared"
        ),
        pytest.param(DONT, OLD, NEW, OTHER, Leave(Reason.FIELD_NOT_SYNCED), id="dont-sync-nothing-happens"),
        pytest.param(DONT, None, NEW, NEW, Leave(Reason.FIELD_NOT_SYNCED), id="dont-sync-not-even-a-baseline"),
        *(
            pytest.param(rule, baseline, NEW, NEW, Agree(NEW), id=f"{rule}-the-same-on-both-sides-is-not-written-{n}")
            for rule in (PREFER, ALWAYS, TWO_WAY)
            for n, baseline in enumerate((None, OLD, NEW))
        ),
    ],
)
def test_7_1_each_cell_of_the_truth_table(rule, baseline, hubspot, salesforce, verdict):
    assert decide_field(rule, Sides(baseline, hubspot, salesforce, EARLY, EARLY)) == verdict


@pytest.mark.parametrize(
    ("baseline", "verdict"),
    [
        pytest.param(OLD, pulls(BLANK, CLEARED), id="a-baseline-says-it-was-just-cleared"),
        pytest.param(BLANK, pushes(OLD, BLANK_THERE), id="a-blank-baseline-says-it-was-always-blank"),
        pytest.param(None, pushes(OLD, BLANK_THERE), id="without-a-baseline-nothing-is-cleared"),
    ],
)
def test_7_1_note_cleared_and_always_blank_are_told_apart_by_the_baseline(baseline, verdict):
    assert decide_field(PREFER, Sides(baseline, OLD, BLANK)) == verdict


@pytest.mark.parametrize(
    ("hubspot_at", "salesforce_at", "verdict"),
    [
        pytest.param(LATE, EARLY, pushes(NEW, Reason.FIELD_HUBSPOT_NEWER), id="hubspot-is-newer"),
        pytest.param(EARLY, LATE, pulls(OTHER, Reason.FIELD_SALESFORCE_NEWER), id="salesforce-is-newer"),
        pytest.param(EARLY, EARLY, pulls(OTHER, Reason.FIELD_SALESFORCE_NEWER), id="a-tie-is-salesforces"),
        pytest.param(None, EARLY, pulls(OTHER, Reason.FIELD_SALESFORCE_NEWER), id="so-is-an-unknown-time-of-hubspots"),
        pytest.param(LATE, None, pulls(OTHER, Reason.FIELD_SALESFORCE_NEWER), id="so-is-an-unknown-time-of-its-own"),
    ],
)
def test_7_1_note_two_way_the_newer_of_two_changes_wins(hubspot_at, salesforce_at, verdict):
    assert decide_field(TWO_WAY, Sides(OLD, NEW, OTHER, hubspot_at, salesforce_at)) == verdict


def test_7_1_note_the_times_do_not_matter_where_only_one_side_has_moved():
    verdict = decide_field(TWO_WAY, Sides(OLD, NEW, OLD, EARLY, LATE))
    assert verdict == pushes(NEW, Reason.FIELD_HUBSPOT_CHANGED), "the record may have changed for another field"


@pytest.mark.parametrize(
    ("rule", "hubspot", "salesforce", "verdict"),
    [
        *(
            pytest.param(rule, OLD, NEW, pulls(NEW, WINS), id=f"A9-{rule}-filled-salesforce-wins")
            for rule in (PREFER, ALWAYS, TWO_WAY)
        ),
        *(
            pytest.param(rule, BLANK, NEW, pulls(NEW, WINS), id=f"A9-{rule}-blank-hubspot-is-filled")
            for rule in (PREFER, ALWAYS, TWO_WAY)
        ),
        *(
            pytest.param(rule, NEW, BLANK, pushes(NEW, BLANK_THERE), id=f"A9-{rule}-blank-salesforce-gets-hubspots")
            for rule in (PREFER, TWO_WAY)
        ),
        pytest.param(
            ALWAYS, NEW, BLANK, Leave(Reason.FIELD_NEVER_PUSHED), id="A9-always-salesforce-never-clears-first"
        ),
    ],
)
def test_rule_A9_a_first_sync_never_clears(rule, hubspot, salesforce, verdict):
    assert decide_field(rule, Sides(None, hubspot, salesforce, LATE, EARLY)) == verdict


@pytest.mark.parametrize(
    ("rule", "baseline", "hubspot", "salesforce", "verdict"),
    [
        pytest.param(PREFER, OLD, UNREADABLE, NEW, pulls(NEW, WINS), id="is-replaced-where-the-other-wins"),
        pytest.param(PREFER, None, UNREADABLE, BLANK, Leave(UNREADABLE.reason, UNREADABLE), id="is-not-pushed"),
        pytest.param(TWO_WAY, OLD, UNREADABLE, OLD, Leave(UNREADABLE.reason, UNREADABLE), id="counts-as-changed"),
        pytest.param(ALWAYS, OLD, NEW, UNREADABLE, Leave(UNREADABLE.reason, UNREADABLE), id="is-not-pulled"),
        pytest.param(
            PREFER, OLD, UNREADABLE, UNREADABLE, Leave(UNREADABLE.reason, UNREADABLE), id="does-not-equal-another"
        ),
    ],
)
def test_a_value_that_cannot_be_read(rule, baseline, hubspot, salesforce, verdict):
    assert decide_field(rule, Sides(baseline, hubspot, salesforce)) == verdict


VALUES = st.sampled_from([BLANK, OLD, NEW, OTHER])
TIMES = st.sampled_from([None, EARLY, LATE])
SIDES = st.builds(Sides, st.one_of(st.none(), VALUES), VALUES, VALUES, TIMES, TIMES)


@given(st.sampled_from(list(SyncRule)), SIDES)
def test_deciding_again_after_the_write_writes_nothing(rule, sides):
    match decide_field(rule, sides):
        case WriteHubSpot(value):
            after = Sides(value, value, sides.salesforce, LATE, EARLY)
        case WriteSalesforce(value):
            after = Sides(value, sides.hubspot, value, EARLY, LATE)
        case Agree(value):
            after = Sides(value, sides.hubspot, sides.salesforce)
        case Leave():
            after = sides
    assert isinstance(decide_field(rule, after), Agree | Leave)


@given(st.sampled_from(list(SyncRule)), SIDES)
def test_what_is_written_is_what_the_other_side_has(rule, sides):
    match decide_field(rule, sides):
        case WriteHubSpot(value):
            assert value == sides.salesforce != sides.hubspot
        case WriteSalesforce(value):
            assert value == sides.hubspot != sides.salesforce
            assert rule in {PREFER, TWO_WAY}
        case Agree(value):
            assert value == sides.hubspot == sides.salesforce


@given(st.sampled_from(list(SyncRule)), VALUES, VALUES)
def test_rule_A9_a_first_sync_only_ever_writes_values(rule, hubspot, salesforce):
    verdict = decide_field(rule, Sides(None, hubspot, salesforce, LATE, EARLY))
    assert not isinstance(verdict, WriteHubSpot | WriteSalesforce) or verdict.value != BLANK
