"""The order of stages, and which one wins: decision table T3. Forward only, unless a person asks otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tasks.contracts.reasons import Reason
from tasks.contracts.records import (
    BLANK_STAGE,
    ContactId,
    HubSpotCascade,
    OpportunitySignal,
    StageMove,
    StageName,
    Switches,
    SyncingContact,
)

OPPORTUNITY = StageName("opportunity")
CUSTOMER = StageName("customer")
OTHER = StageName("other")


@dataclass(frozen=True, slots=True)
class StageOrder:
    """The portal's stages, least advanced first, as its property options list them.

    `other` stands last in HubSpot's list without being more advanced than `customer`, so it has a rank only on request.
    """

    stages: Sequence[StageName]
    rank_other: bool = False

    def rank(self, stage: StageName) -> int | None:
        """None for blank, deleted and unknown stages, and for `other`."""
        if stage not in self.stages or (stage == OTHER and not self.rank_other):
            return None
        return self.stages.index(stage)

    def furthest(self, stages: Sequence[StageName]) -> StageName | None:
        """The most advanced one that has a rank."""
        ranked = [stage for stage in stages if self.rank(stage) is not None]
        return max(ranked, key=self.stages.index, default=None)


@dataclass(frozen=True, slots=True)
class Raise:
    """The company moves forward to this stage."""

    stage: StageName
    because_of: ContactId


@dataclass(frozen=True, slots=True)
class SetBack:
    """A person wants the company's stage to follow its contacts: clear, verify, set, verify."""

    stage: StageName
    because_of: ContactId


@dataclass(frozen=True, slots=True)
class Keep:
    """The company's stage stays as it is."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class StageCandidate:
    """A contact that has a say, and the furthest stage it speaks for."""

    contact_id: ContactId
    stage: StageName


def choose_candidates(
    people: Sequence[SyncingContact],
    signals: Mapping[str, OpportunitySignal],
    written: Mapping[ContactId, StageName],
    order: StageOrder,
    *,
    all_contacts: bool,
) -> tuple[StageCandidate, ...]:
    """Contacts whose primary company this is and that sync (or all), each with its own or its opportunities' stage.

    A stage that we ourselves wrote to a contact says nothing: it would only come back as an echo.
    """
    candidates = []
    for one in people:
        if not one.is_primary or not (one.person or all_contacts):
            continue
        own = one.contact.lifecycle_stage
        stages = [] if written.get(one.contact.id) == own else [own]
        signal = signals.get(one.person.id) if one.person else None
        if signal and signal.has_open:
            stages.append(OPPORTUNITY)
        if signal and signal.has_won:
            stages.append(CUSTOMER)
        furthest = order.furthest(stages)
        if furthest:
            candidates.append(StageCandidate(one.contact.id, furthest))
    return tuple(candidates)


def choose_stage(
    current: StageName, candidates: Sequence[StageCandidate], order: StageOrder, *, forced: bool
) -> Raise | SetBack | Keep:
    """The most advanced contact lifts the company; equal or lower changes nothing; forced follows both ways."""
    best = max(candidates, key=lambda one: (order.rank(one.stage) or 0, one.contact_id), default=None)
    if best is None:
        return Keep(Reason.STAGE_NO_CANDIDATE)
    if best.stage == current:
        return Keep(Reason.STAGE_KEPT)
    if current == BLANK_STAGE:
        return Raise(best.stage, best.contact_id)
    current_rank, best_rank = order.rank(current), order.rank(best.stage)
    if current_rank is not None and best_rank is not None and best_rank > current_rank:
        return Raise(best.stage, best.contact_id)
    if forced:
        return SetBack(best.stage, best.contact_id)
    return Keep(Reason.STAGE_UNRANKED if current_rank is None else Reason.STAGE_KEPT)


def repair(
    decision: Raise | SetBack | Keep, current: StageName, unfinished: StageMove | None, order: StageOrder
) -> Raise | SetBack | Keep:
    """A company that we have cleared is never left blank, whatever has become of the contacts it was to follow."""
    if unfinished is None or current != BLANK_STAGE or not isinstance(decision, Keep):
        return decision
    known = [stage for stage in (unfinished.to, unfinished.came_from) if stage in order.stages]
    return Raise(known[0], unfinished.because_of) if known else decision


def choose_lifts(
    company_stage: StageName, people: Sequence[SyncingContact], order: StageOrder
) -> tuple[ContactId, ...]:
    """The contacts that follow their primary company forward; nobody is ever lowered."""
    target = order.rank(company_stage)
    if target is None:
        return ()
    lifts = []
    for one in people:
        stage = one.contact.lifecycle_stage
        rank = order.rank(stage)
        if one.is_primary and (stage == BLANK_STAGE or (rank is not None and rank < target)):
            lifts.append(one.contact.id)
    return tuple(lifts)


def may_lift_contacts(switches: Switches) -> bool:
    """T3 row 6: where the operator wants it, and HubSpot does not do it itself; two cascades would chase each other."""
    return switches.stage_to_contacts and switches.hubspot_cascade is not HubSpotCascade.ON


def find_cascade_problem(switches: Switches) -> str:
    """Ambiguity A8, in words for the operator; empty where there is none."""
    if not switches.stage_to_contacts or switches.hubspot_cascade is HubSpotCascade.OFF:
        return ""
    if switches.hubspot_cascade is HubSpotCascade.ON:
        return (
            "stage_to_contacts is on and does nothing, because HubSpot lifts contacts to their company's stage itself"
        )
    return (
        "stage_to_contacts is on, and nobody has said whether HubSpot lifts contacts to their company's stage as well"
    )


CASCADE_REMEDY = (
    "Look in HubSpot at Settings, Objects, Companies, Lifecycle Stage: `Sync lifecycle stages`. Then"
    " `tandem switch set hubspot_cascade off` (or on); one of the two cascades is enough."
)
