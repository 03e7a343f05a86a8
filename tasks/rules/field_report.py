"""What to write, field by field, and what a run says about the fields of a pair once it has written."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tasks.contracts.descriptions import MappedField
from tasks.contracts.errors import ProblemClass, SyncError
from tasks.contracts.fields import FieldMemory, FieldReport, JsonValue, LeftOut
from tasks.contracts.reasons import IN_PLAIN_WORDS
from tasks.rules.field_mapping import Agree, FieldVerdict
from tasks.rules.field_plan import FieldPlan, FieldProblem, Pair


@dataclass(frozen=True, slots=True)
class Writes:
    """By Salesforce field, so that each can be left out by itself."""

    to_hubspot: Mapping[str, Mapping[str, str]]
    """A street is two properties and one field."""
    to_salesforce: Mapping[str, Mapping[str, JsonValue]]
    held_back: tuple[LeftOut, ...]
    """Refused before, and nothing has changed since: not tried again."""

    @property
    def names(self) -> frozenset[str]:
        """The fields that are written, on either side."""
        return frozenset({*self.to_hubspot, *self.to_salesforce})


def choose_writes(
    fields: Sequence[MappedField], pair: Pair, plan: FieldPlan, memory: FieldMemory, *, forced: bool
) -> Writes:
    """Everything the plan asks for, except what would only be refused again."""
    # What was wrong with a field's set-up is over when the field is not paused any more.
    known = {
        name: one
        for name, one in memory.left_out.items()
        if one.attempt and one.problem_class is not ProblemClass.CONFIG
    }
    held_back = () if forced or not known else tuple(_still_refused(known, fields, pair))
    held = {one.field for one in held_back}
    properties = {one.name: one.entry.properties for one in fields}
    return Writes(
        {
            name: {one: plan.to_hubspot[one] for one in properties[name]}
            for name in plan.agreed_after_hubspot
            if name not in held
        },
        {name: {name: value} for name, value in plan.to_salesforce.items() if name not in held},
        tuple(one for one in held_back if one.field in {*plan.agreed_after_hubspot, *plan.to_salesforce}),
    )


def report_on(
    fields: Sequence[MappedField],
    pair: Pair,
    plan: FieldPlan,
    writes: Writes,
    refused: Mapping[str, SyncError],
) -> FieldReport:
    """What is agreed on now, and every field that could not be carried."""
    written = writes.names - refused.keys()
    after = {**plan.agreed_after_hubspot, **plan.agreed_after_salesforce}
    attempt = attempt_of(fields, after_writing(pair, writes, written), wrote=bool(written)) if refused else ""
    return FieldReport(
        {**plan.agreed, **{name: after[name] for name in written}},
        (
            *(_of_rule(one) for one in plan.problems),
            *writes.held_back,
            *(_of_refusal(name, problem, attempt) for name, problem in refused.items()),
        ),
    )


def reasons_of(verdicts: Mapping[str, FieldVerdict], names: Iterable[str]) -> dict[str, str]:
    """Which rule won, by field. The values stay where they are: a timeline is kept for ever."""
    return {name: str(verdict.reason) for name in names if not isinstance(verdict := verdicts[name], Agree)}


def after_writing(pair: Pair, writes: Writes, written: Iterable[str]) -> Pair:
    """Both records as they are once these fields have been written."""
    hubspot, salesforce = dict(pair.hubspot), dict(pair.salesforce)
    for name in written:
        hubspot |= writes.to_hubspot.get(name, {})
        salesforce |= writes.to_salesforce.get(name, {})
    return Pair(hubspot, salesforce, salesforce_changed_at=pair.salesforce_changed_at)


def attempt_of(fields: Sequence[MappedField], pair: Pair, *, wrote: bool) -> str:
    """What both records and both CRMs look like; who has just written does not know the account's new time."""
    seen = _digest(fields, pair)
    return seen if wrote else f"{seen}@{pair.salesforce_changed_at}"


def _still_refused(known: Mapping[str, LeftOut], fields: Sequence[MappedField], pair: Pair) -> Iterable[LeftOut]:
    now, unchanged = attempt_of(fields, pair, wrote=True), attempt_of(fields, pair, wrote=False)
    for one in known.values():
        if one.attempt in {now, unchanged}:
            yield LeftOut(one.field, one.problem_class, one.code, one.problem, one.remedy, unchanged)


def _digest(fields: Sequence[MappedField], pair: Pair) -> str:
    values = [(name, _plain(value)) for side in (pair.hubspot, pair.salesforce) for name, value in sorted(side.items())]
    return hashlib.sha256(repr((values, fields)).encode(errors="replace")).hexdigest()[:32]


def _plain(value: object) -> str:
    """As both an answer and a write of ours spell it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _of_rule(problem: FieldProblem) -> LeftOut:
    words = IN_PLAIN_WORDS[problem.reason]
    return LeftOut(problem.field, problem.problem_class, problem.reason, words, problem.remedy)


def _of_refusal(name: str, problem: SyncError, attempt: str) -> LeftOut:
    return LeftOut(name, problem.problem_class, problem.code, str(problem), problem.remedy, attempt)
