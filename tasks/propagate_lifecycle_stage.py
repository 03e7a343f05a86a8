"""Contact → company, forward only: the most advanced contact lifts its primary company."""

from collections.abc import Mapping
from typing import assert_never

from tasks.contracts.errors import Rejected
from tasks.contracts.reasons import Reason
from tasks.contracts.records import BLANK_STAGE, Company, CompanyId, Kind, StageMove, StageName, SyncingContact, Verdict
from tasks.contracts.tools import Subject, Tools
from tasks.facts import find_syncing_contacts
from tasks.rules.lifecycle import (
    Keep,
    Raise,
    SetBack,
    StageCandidate,
    StageOrder,
    choose_candidates,
    choose_lifts,
    choose_stage,
    may_lift_contacts,
    repair,
)
from tasks.sync_task import Outcome, sync_task


@sync_task("propagate_lifecycle_stage", of=Kind.COMPANY)
async def propagate_lifecycle_stage(company_id: CompanyId, tools: Tools) -> Outcome:
    """Decision table T3. Forced, the company follows its contacts backwards as well."""
    if not tools.switches.company_sync:
        await tools.ledger.record_verdict(Subject(Kind.COMPANY, company_id), Verdict(Reason.OBJECT_SYNC_OFF))
        return Outcome.LEFT_ALONE
    company = await tools.hubspot.find_company(company_id)
    if company is None:
        await tools.ledger.end_stage_move(company_id)
        return Outcome.LEFT_ALONE
    people = await find_syncing_contacts(company_id, tools)
    order = StageOrder(await tools.hubspot.read_stage_order(), rank_other=tools.switches.rank_other)
    candidates = await _find_candidates(people, order, tools)

    stage = company.lifecycle_stage
    unfinished = await tools.ledger.find_stage_move(company_id)
    forced = tools.forced or (unfinished is not None and unfinished.came_from == stage)
    decision = repair(choose_stage(stage, candidates, order, forced=forced), stage, unfinished, order)
    # Why first, what afterwards: a crash in between leaves no stage nobody can explain.
    match decision:
        case Raise(further, because_of):
            await _record(company, Reason.STAGE_RAISED, {"from": stage, "to": further, "contact": because_of}, tools)
            await _write(company_id, further, tools)
            stage = further
        case SetBack(earlier, because_of):
            unfinished = StageMove(company_id, stage, earlier, because_of)
            await _record(company, Reason.STAGE_SET_BACK, {"from": stage, "to": earlier, "contact": because_of}, tools)
            # Killed or refused in between, the stage is blank, and nothing but this tells what it was to be.
            await tools.ledger.begin_stage_move(unfinished)
            await _write(company_id, BLANK_STAGE, tools)
            await _write(company_id, earlier, tools)
            stage = earlier
        case Keep(reason):
            await _record(company, reason, {"stage": stage}, tools)
        case _:
            assert_never(decision)
    if unfinished:
        await tools.ledger.end_stage_move(company_id)

    lifted = await _lift_contacts(stage, people, order, tools)
    return Outcome.ALREADY_DONE if isinstance(decision, Keep) and not lifted else Outcome.DONE


async def _find_candidates(
    people: tuple[SyncingContact, ...], order: StageOrder, tools: Tools
) -> tuple[StageCandidate, ...]:
    person_ids = [one.person.id for one in people if one.person and not one.is_lead]
    ask_salesforce = tools.switches.opportunity_signals and person_ids
    signals = await tools.salesforce.find_opportunity_signals(person_ids) if ask_salesforce else ()
    contact_ids = [one.contact.id for one in people]
    written = await tools.ledger.find_written_stages(contact_ids) if contact_ids else {}
    return choose_candidates(
        people,
        {signal.person_id: signal for signal in signals},
        written,
        order,
        all_contacts=tools.switches.stages_of_all_contacts,
    )


async def _record(company: Company, reason: Reason, evidence: Mapping[str, object], tools: Tools) -> None:
    await tools.ledger.record_verdict(Subject(Kind.COMPANY, company.id), Verdict(reason, evidence))


async def _write(company_id: CompanyId, stage: StageName, tools: Tools) -> None:
    """HubSpot answers a refused change with success, so only the stage it reports back counts."""
    reported = await tools.hubspot.write_company_stage(company_id, stage)
    if reported != stage:
        raise Rejected(
            f"company {company_id}: HubSpot kept stage {reported!r} instead of taking {stage!r}",
            code=Reason.STAGE_REFUSED,
        )


async def _lift_contacts(stage: StageName, people: tuple[SyncingContact, ...], order: StageOrder, tools: Tools) -> int:
    """The other direction of the cascade, where the operator wants it and HubSpot's own is off; how many moved."""
    if not may_lift_contacts(tools.switches):
        return 0
    lifts = choose_lifts(stage, people, order)
    if not lifts:
        return 0
    # Remembered first: killed in between, a lift that was not written at worst silences a stage nobody has.
    await tools.ledger.record_written_stages(lifts, stage)
    reported = await tools.hubspot.write_contact_stages(lifts, stage)
    kept = [contact_id for contact_id in lifts if reported.get(contact_id) != stage]
    if kept:
        # What they have is theirs, and so it is if they come to the company's stage by themselves.
        await tools.ledger.record_written_stages(kept, BLANK_STAGE)
    for contact_id in lifts:
        verdict = _verdict_of_lift(stage, reported.get(contact_id, BLANK_STAGE))
        await tools.ledger.record_verdict(Subject(Kind.CONTACT, contact_id), verdict)
    return len(lifts) - len(kept)


def _verdict_of_lift(wanted: StageName, reported: StageName) -> Verdict:
    if reported == wanted:
        return Verdict(Reason.STAGE_LIFTED_CONTACT, {"to": wanted})
    return Verdict(Reason.STAGE_REFUSED, {"to": wanted, "kept": reported})
