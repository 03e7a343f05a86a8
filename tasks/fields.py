"""What the flows share about mapped fields: who is who, what a new account starts with, writing field by field."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from tasks.contracts.errors import Ambiguous, ProblemClass, Rejected, SyncError
from tasks.contracts.fields import AccountFields, FieldMemory, FieldReport, JsonValue, UsableMapping
from tasks.contracts.finding import AccountValues, Upserted
from tasks.contracts.mapping import SyncRule, ValueType
from tasks.contracts.records import Company, Link
from tasks.contracts.tools import Tools
from tasks.rules.field_plan import FieldPlan, Pair, plan_fields
from tasks.rules.owners import OwnerDirectory, choose_first_owner, match_owners

Value = TypeVar("Value")
EVERY_RECORD_S = frozenset({ProblemClass.CONFIG, ProblemClass.UNKNOWN})
"""Refusals for which, if they name no field, no field is to blame."""


@lru_cache(maxsize=2)
def directory_of(mapping: UsableMapping) -> OwnerDirectory:
    """Who is who; worked out once for all who use the same mapping."""
    everybody = mapping.everybody
    return match_owners(everybody.mapping, everybody.owners, everybody.users)


def pair_of(company: Company, account: AccountFields, memory: FieldMemory) -> Pair:
    """Both records as the field rules see them."""
    return Pair(
        hubspot=_said(company),
        salesforce=account.mapped,
        salesforce_changed_at=account.modified_at,
        baselines=memory.baselines,
        derived=memory.derived,
    )


def first_plan(company: Company, mapping: UsableMapping) -> FieldPlan:
    """As for an account in which everything is blank."""
    blank = Pair(_said(company), dict.fromkeys((one.name for one in mapping.fields), None))
    return plan_fields(mapping.fields, blank, directory_of(mapping))


def first_values(company: Company, mapping: UsableMapping, plan: FieldPlan) -> dict[str, JsonValue]:
    """What a new account gets of the company, and an owner."""
    values = {**plan.to_salesforce}
    for one in mapping.fields:
        held = company.mapped.get(one.entry.properties[0])
        match one.entry.type:
            case ValueType.BOOLEAN if held == "true" and one.entry.rule is not SyncRule.ALWAYS_SALESFORCE:
                # A box that nobody has ticked is false, and not blank, in every account but one to come.
                values[one.name] = True
            case ValueType.OWNER if one.entry.rule is SyncRule.TWO_WAY:
                values[one.name] = choose_first_owner(held, directory_of(mapping))
    return {name: value for name, value in values.items() if value is not None}


async def upsert_with_values(company: Company, name: str, tools: Tools) -> Upserted:
    """An account with every mapped value that Salesforce takes; what it refuses is for sync_fields to tell.

    What both sides agree on now is kept, so that the first look at their fields finds nothing to write.
    """
    mapping = await tools.fields.read_mapping()
    plan = first_plan(company, mapping)
    values = first_values(company, mapping, plan)
    offered = AccountValues(name, company.website or company.domain, tuple(values.items()))
    # Made up first, created afterwards: a crash in between leaves no value that passes for somebody's.
    if derived := _made_up(company, offered, plan, mapping):
        await tools.ledger.record_derived(company.id, derived)
    upserted, taken = await _upsert(company, offered, tools)
    agreed = {one: value for one, value in plan.agreed_after_salesforce.items() if one in taken}
    # After a crash before this line the first look at the fields finds them equal, and agrees on that.
    if agreed:
        link = Link(company.id, upserted.account_id)
        await tools.ledger.record_fields(link, FieldReport(agreed, paused=mapping.paused))
    return upserted


def _made_up(company: Company, values: AccountValues, plan: FieldPlan, mapping: UsableMapping) -> dict[str, str]:
    """What the account is given although the company has no such value."""
    given = {"Name": values.name, "Website": values.website} | dict(values.fields)
    own = {"Name": company.name, "Website": company.website}
    owners = [one.name for one in mapping.fields if one.entry.type is ValueType.OWNER]
    names = [*(name for name in own if not own[name]), *owners]
    return {name: str(given[name]) for name in names if given.get(name) and name not in plan.agreed_after_salesforce}


async def _upsert(company: Company, values: AccountValues, tools: Tools) -> tuple[Upserted, Collection[str]]:
    """Returns which of the fields Salesforce has taken along."""
    fields = dict(values.fields)
    while True:
        try:
            offered = replace(values, fields=tuple(fields.items()))
            return await tools.salesforce.upsert_account(company.id, offered), fields
        except Rejected as refusal:
            guilty = fields.keys() & set(refusal.fields)
            if not fields or (refusal.fields and not guilty):
                raise
            fields = {one: value for one, value in fields.items() if one not in guilty} if guilty else {}


async def write_apart(
    units: Mapping[str, Mapping[str, Value]], write: Callable[[Mapping[str, Value]], Awaitable[None]]
) -> dict[str, SyncError]:
    """Write all of it at once; what the CRM refuses is left out and returned, and the rest is written all the same.

    A refusal that does not say which field it is about is narrowed down by halves.
    """
    refused: dict[str, SyncError] = {}
    left = dict(units)
    while left:
        try:
            await write({name: value for unit in left.values() for name, value in unit.items()})
        except (Rejected, Ambiguous) as problem:
            guilty = [field for field, unit in left.items() if not unit.keys().isdisjoint(problem.fields)]
            if not guilty and problem.problem_class in EVERY_RECORD_S:
                raise
            if not guilty and len(left) > 1:
                return refused | await _write_in_halves(left, write)
            refused |= dict.fromkeys(guilty or left, problem)
            left = {field: unit for field, unit in left.items() if field not in refused}
        else:
            break
    return refused


async def _write_in_halves(
    units: Mapping[str, Mapping[str, Value]], write: Callable[[Mapping[str, Value]], Awaitable[None]]
) -> dict[str, SyncError]:
    names = list(units)
    first, second = names[: len(names) // 2], names[len(names) // 2 :]
    refused = await write_apart({name: units[name] for name in first}, write)
    return refused | await write_apart({name: units[name] for name in second}, write)


def _said(company: Company) -> dict[str, str | None]:
    return {name: value for name, value in company.mapped.items() if value is not None}
