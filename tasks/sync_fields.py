"""Carry field changes across, three-way, each field by its rule; one that cannot be carried never keeps the others."""

from dataclasses import replace
from functools import partial

from tasks.contracts.fields import FieldMemory, FieldReport, UsableMapping
from tasks.contracts.reasons import Reason
from tasks.contracts.records import CompanyId, Kind, Link, Verdict
from tasks.contracts.tools import Subject, Tools
from tasks.fields import directory_of, pair_of, write_apart
from tasks.rules.field_mapping import WriteHubSpot
from tasks.rules.field_plan import FieldPlan, Pair, plan_fields
from tasks.rules.field_report import Writes, choose_writes, reasons_of, report_on
from tasks.sync_task import Outcome, sync_task


@sync_task("sync_fields", of=Kind.COMPANY)
async def sync_fields(company_id: CompanyId, tools: Tools) -> Outcome:
    """Looks at both records as they are now; whatever is equal already is not written."""
    link = await tools.ledger.find_link(company_id)
    if link is None or not tools.switches.company_sync:
        return Outcome.LEFT_ALONE
    mapping = await tools.fields.read_mapping()
    memory = await tools.ledger.find_field_memory(link)
    company = await tools.hubspot.find_company(company_id)
    if company is None:
        return await _leave_alone(company_id, Reason.COMPANY_GONE, tools)
    account = await tools.salesforce.find_account_fields(link.account_id, [one.name for one in mapping.fields])
    if account is None:
        return await _leave_alone(company_id, Reason.ACCOUNT_DELETED, tools)
    return await _bring_into_step(link, mapping, memory, pair_of(company, account, memory), tools)


async def _bring_into_step(
    link: Link, mapping: UsableMapping, memory: FieldMemory, pair: Pair, tools: Tools
) -> Outcome:
    plan = await _plan(link.company_id, mapping, pair, tools)
    writes = choose_writes(mapping.fields, pair, plan, memory, forced=tools.forced)
    refused = {}
    if writes.names:
        # Why first, what afterwards: a crash in between leaves no change nobody can explain.
        await tools.ledger.record_verdict(Subject(Kind.COMPANY, link.company_id), _verdict(plan, writes))
        to_account = partial(tools.salesforce.write_account_fields, link.account_id)
        to_company = partial(tools.hubspot.write_properties, link.company_id)
        refused = await write_apart(writes.to_salesforce, to_account)
        refused |= await write_apart(writes.to_hubspot, to_company)

    # A crash before this line is safe: what was written is found equal, and agreed on then.
    report = replace(report_on(mapping.fields, pair, plan, writes, refused), paused=mapping.paused)
    if _is_news(report, memory):
        await tools.ledger.record_fields(link, report)
    return Outcome.DONE if writes.names else Outcome.ALREADY_DONE


async def _plan(company_id: CompanyId, mapping: UsableMapping, pair: Pair, tools: Tools) -> FieldPlan:
    """HubSpot is asked for times only where they decide something: where both sides of a two-way field have moved."""
    plan = plan_fields(mapping.fields, pair, directory_of(mapping))
    moved = [
        name
        for one in mapping.fields
        if isinstance(verdict := plan.verdicts[one.name], WriteHubSpot)
        and verdict.reason is Reason.FIELD_SALESFORCE_NEWER
        for name in one.entry.properties
    ]
    if not moved:
        return plan
    times = await tools.hubspot.find_change_times(company_id, moved)
    return plan_fields(mapping.fields, replace(pair, hubspot_changed_at=times), directory_of(mapping))


def _verdict(plan: FieldPlan, writes: Writes) -> Verdict:
    evidence = {
        "to_hubspot": reasons_of(plan.verdicts, writes.to_hubspot),
        "to_salesforce": reasons_of(plan.verdicts, writes.to_salesforce),
    }
    return Verdict(Reason.FIELDS_SYNCED, {side: fields for side, fields in evidence.items() if fields})


def _is_news(report: FieldReport, memory: FieldMemory) -> bool:
    looked_at = {name: one for name, one in memory.left_out.items() if name not in report.paused}
    return bool(report.agreed) or {one.field: one for one in report.left_out} != looked_at


async def _leave_alone(company_id: CompanyId, reason: Reason, tools: Tools) -> Outcome:
    await tools.ledger.record_verdict(Subject(Kind.COMPANY, company_id), Verdict(reason))
    return Outcome.LEFT_ALONE
