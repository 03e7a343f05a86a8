"""How far a stage is, and which of several is the furthest: rows 2 and 3 of decision table T3."""

import pytest

from tasks.contracts.reasons import Reason
from tasks.contracts.records import BLANK_STAGE, CompanyId, ContactId, HubSpotCascade, StageMove, StageName, Switches
from tasks.rules.lifecycle import (
    Keep,
    Raise,
    SetBack,
    StageCandidate,
    StageOrder,
    choose_stage,
    find_cascade_problem,
    repair,
)

STAGES = [StageName(name) for name in ("lead", "9001", "customer", "other")]
LADDER, STRICT_LADDER = StageOrder(STAGES), StageOrder(STAGES, rank_other=True)
DELETED = StageName("1234567890")
LEAD, OWN, CUSTOMER, OTHER = STAGES


@pytest.mark.parametrize(
    ("stage", "rank", "strict_rank"),
    [
        pytest.param(LEAD, 0, 0, id="the-first"),
        pytest.param(OWN, 1, 1, id="one-of-the-portals-own"),
        pytest.param(CUSTOMER, 2, 2, id="the-last-but-one"),
        pytest.param(OTHER, None, 3, id="other-is-last-or-nowhere"),
        pytest.param(DELETED, None, None, id="a-deleted-one"),
        pytest.param(BLANK_STAGE, None, None, id="blank"),
    ],
)
def test_rank(stage, rank, strict_rank):
    assert (LADDER.rank(stage), STRICT_LADDER.rank(stage)) == (rank, strict_rank)


@pytest.mark.parametrize(
    ("stages", "furthest", "strictly"),
    [
        pytest.param([OTHER, CUSTOMER, LEAD], CUSTOMER, OTHER, id="other-wins-only-in-the-strict-order"),
        pytest.param([OTHER], None, OTHER, id="alone-as-well"),
        pytest.param([DELETED, BLANK_STAGE], None, None, id="nothing-with-a-rank"),
    ],
)
def test_the_furthest(stages, furthest, strictly):
    assert (LADDER.furthest(stages), STRICT_LADDER.furthest(stages)) == (furthest, strictly)


@pytest.mark.parametrize(
    ("current", "candidate", "forced", "kind", "strict_kind"),
    [
        pytest.param(CUSTOMER, OTHER, False, Keep, Raise, id="other-is-further-only-in-the-strict-order"),
        pytest.param(OTHER, CUSTOMER, False, Keep, Keep, id="nothing-replaces-other-by-itself"),
        pytest.param(OTHER, CUSTOMER, True, SetBack, SetBack, id="but-a-person-may"),
        pytest.param(BLANK_STAGE, OTHER, False, Raise, Raise, id="blank-takes-anything"),
    ],
)
def test_choose_stage(current, candidate, forced, kind, strict_kind):
    candidates = [StageCandidate(ContactId("1"), candidate)]
    for order, wanted in ((LADDER, kind), (STRICT_LADDER, strict_kind)):
        assert type(choose_stage(current, candidates, order, forced=forced)) is wanted


def moving(came_from: StageName, to: StageName) -> StageMove:
    return StageMove(CompanyId("1"), came_from, to, ContactId("1"))


NOBODY = Keep(Reason.STAGE_NO_CANDIDATE)


@pytest.mark.parametrize(
    ("current", "move", "stage"),
    [
        pytest.param(BLANK_STAGE, moving(CUSTOMER, OWN), OWN, id="a-company-we-cleared-gets-what-it-was-to-have"),
        pytest.param(BLANK_STAGE, moving(CUSTOMER, DELETED), CUSTOMER, id="or-what-it-had-if-that-was-deleted"),
        pytest.param(BLANK_STAGE, moving(CUSTOMER, OTHER), OTHER, id="with-a-rank-or-without"),
        pytest.param(BLANK_STAGE, moving(DELETED, DELETED), None, id="nothing-is-left-of-either"),
        pytest.param(BLANK_STAGE, None, None, id="a-company-that-others-cleared-stays-blank"),
        pytest.param(LEAD, moving(CUSTOMER, OWN), None, id="a-company-that-has-a-stage-keeps-it"),
    ],
)
def test_rule_8_2_2_an_unfinished_move_is_repaired(current, move, stage):
    repaired = repair(NOBODY, current, move, LADDER)
    assert repaired == (Raise(stage, ContactId("1")) if stage else NOBODY)


def test_rule_8_2_2_the_contacts_of_now_come_before_what_was_meant_then():
    decision = Raise(LEAD, ContactId("2"))
    assert repair(decision, BLANK_STAGE, moving(CUSTOMER, OWN), LADDER) is decision


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        pytest.param(False, "on", "", id="theirs-alone-is-fine"),
        pytest.param(False, "unknown", "", id="where-ours-is-off-nobody-has-to-know"),
        pytest.param(True, "off", "", id="ours-alone-is-fine"),
        pytest.param(True, "unknown", "nobody has said", id="a-question-that-nobody-has-answered"),
        pytest.param(True, "on", "does nothing", id="two-cascades-are-one-too-many"),
    ],
)
def test_a8_the_operator_is_warned_of_two_cascades(ours, theirs, words):
    problem = find_cascade_problem(Switches(stage_to_contacts=ours, hubspot_cascade=HubSpotCascade(theirs)))
    assert bool(problem) == bool(words)
    assert words in problem
