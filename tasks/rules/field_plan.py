"""One pair of records, all its fields: what to write to each side, what is agreed, and what has to be mended.

A field that cannot be carried is left out with its problem; the others go on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from tasks.contracts.descriptions import MappedField
from tasks.contracts.errors import ProblemClass
from tasks.contracts.fields import JsonValue
from tasks.contracts.mapping import MappedObject, SyncRule, ValueType
from tasks.contracts.reasons import Reason
from tasks.rules.field_mapping import Agree, FieldVerdict, Leave, Sides, WriteHubSpot, WriteSalesforce, decide_field
from tasks.rules.field_remedies import REMEDIES
from tasks.rules.field_values import Problem, from_hubspot, from_salesforce, to_hubspot, to_salesforce
from tasks.rules.owners import OwnerDirectory, decide_owner
from tasks.rules.places import find_misplaced
from tasks.rules.plain_values import BLANK, Common


@dataclass(frozen=True, slots=True)
class Pair:
    """Two linked records as just read. What was not answered at all is not in there; what is blank is."""

    hubspot: Mapping[str, str | None] = field(default_factory=dict)
    salesforce: Mapping[str, object] = field(default_factory=dict)
    hubspot_changed_at: Mapping[str, datetime] = field(default_factory=dict)
    """By property."""
    salesforce_changed_at: datetime | None = None
    baselines: Mapping[str, str] = field(default_factory=dict)
    """By Salesforce field."""
    derived: Mapping[str, str] = field(default_factory=dict)
    """By Salesforce field: what we made up. It is nobody's value, and counts as blank until somebody changes it."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """A field that was left out, and why. It ends when the record changes, or the mapping."""

    field: str
    reason: Reason
    evidence: Mapping[str, object]

    @property
    def problem_class(self) -> ProblemClass:
        """A value is for whoever keeps the record; a field that has gone is for whoever keeps the mapping."""
        is_gone = self.reason in {Reason.PROPERTY_MISSING, Reason.FIELD_MISSING}
        return ProblemClass.CONFIG if is_gone else ProblemClass.DATA

    @property
    def remedy(self) -> str:
        """What a person can do about it."""
        return REMEDIES[self.reason]


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """Everything to do about one pair. No field is ever written to both sides."""

    to_hubspot: Mapping[str, str]
    """By property."""
    to_salesforce: Mapping[str, JsonValue]
    """By field, a country before its state."""
    agreed: Mapping[str, str]
    """New baselines, by field: both sides have these values already."""
    agreed_after_hubspot: Mapping[str, str]
    """New baselines once HubSpot has taken its values; before, they would hide a write that was lost."""
    agreed_after_salesforce: Mapping[str, str]
    problems: tuple[FieldProblem, ...]
    verdicts: Mapping[str, FieldVerdict]
    """By field, for whoever asks why."""


@dataclass(frozen=True, slots=True)
class ToHubSpot:
    """What to write there, and what both sides then agree on."""

    values: Mapping[str, str]
    common: Common


@dataclass(frozen=True, slots=True)
class ToSalesforce:
    """As above."""

    value: JsonValue
    common: Common


Words = ToHubSpot | ToSalesforce | Problem | None


def may_carry_fields(kind: MappedObject, *, in_segment: bool) -> Reason | None:
    """None: yes. A contact outside the segment shares nothing, but its company's link stands by itself."""
    return Reason.CONTACT_OUTSIDE_SEGMENT if kind is MappedObject.CONTACT and not in_segment else None


def plan_fields(fields: Sequence[MappedField], pair: Pair, directory: OwnerDirectory) -> FieldPlan:
    """Decide every field, say it in the other side's words, and leave out what cannot be said."""
    # A country goes before its state: Salesforce takes no state without one.
    fields = sorted(fields, key=lambda one: one.entry.type is ValueType.STATE)
    sides = {one.name: _sides(one, pair, directory) for one in fields}
    verdicts = {one.name: _decide(one, sides[one.name], directory) for one in fields}
    words = {one.name: _word(one, verdicts[one.name], directory) for one in fields}
    words |= find_misplaced(fields, _pushed(words), _salesforce_now(sides))
    pulled = {name: said for name, said in words.items() if isinstance(said, ToHubSpot)}
    pushed = {name: said for name, said in words.items() if isinstance(said, ToSalesforce)}
    return FieldPlan(
        to_hubspot={name: text for said in pulled.values() for name, text in said.values.items()},
        to_salesforce={name: said.value for name, said in pushed.items()},
        agreed={
            name: verdict.value
            for name, verdict in verdicts.items()
            if isinstance(verdict, Agree) and verdict.value != pair.baselines.get(name)
        },
        agreed_after_hubspot={name: said.common for name, said in pulled.items()},
        agreed_after_salesforce={name: said.common for name, said in pushed.items()},
        problems=tuple(
            FieldProblem(name, said.reason, said.evidence) for name, said in words.items() if isinstance(said, Problem)
        ),
        verdicts=verdicts,
    )


def _sides(one: MappedField, pair: Pair, directory: OwnerDirectory) -> Sides | Problem:
    names = one.entry.properties
    if missing := [name for name in names if name not in pair.hubspot]:
        return Problem(Reason.PROPERTY_MISSING, {"properties": missing})
    if one.name not in pair.salesforce:
        return Problem(Reason.FIELD_MISSING)
    values = [pair.hubspot[name] for name in names]
    baseline = pair.baselines.get(one.name)
    hubspot = directory.from_hubspot(values[0]) if _is_owner(one) else from_hubspot(one, values)
    salesforce = from_salesforce(one, pair.salesforce[one.name])
    if not baseline and pair.salesforce[one.name] == pair.derived.get(one.name) and salesforce != hubspot:
        salesforce = BLANK
    return Sides(
        None if baseline is None else Common(baseline),
        hubspot,
        salesforce,
        max((pair.hubspot_changed_at[name] for name in names if name in pair.hubspot_changed_at), default=None),
        pair.salesforce_changed_at,
    )


def _decide(one: MappedField, sides: Sides | Problem, directory: OwnerDirectory) -> FieldVerdict:
    if one.entry.rule is SyncRule.DONT_SYNC:
        return Leave(Reason.FIELD_NOT_SYNCED)
    if isinstance(sides, Problem):
        return Leave(sides.reason, sides)
    if _is_owner(one):
        return decide_owner(one.entry.rule, sides, directory)
    return decide_field(one.entry.rule, sides)


def _word(one: MappedField, verdict: FieldVerdict, directory: OwnerDirectory) -> Words:
    match verdict:
        case WriteHubSpot(value):
            values = _owner_to_hubspot(one, value, directory) if _is_owner(one) else to_hubspot(one, value)
            return values if isinstance(values, Problem) else ToHubSpot(values, value)
        case WriteSalesforce(value):
            said = directory.to_salesforce(value) if _is_owner(one) else to_salesforce(one, value)
            return said if isinstance(said, Problem) else ToSalesforce(said, value)
        case Leave(_, problem):
            return problem
        case Agree():
            return None
        case _:
            assert_never(verdict)


def _owner_to_hubspot(one: MappedField, value: Common, directory: OwnerDirectory) -> Mapping[str, str] | Problem:
    owner = directory.to_hubspot(value)
    return owner if isinstance(owner, Problem) else {one.entry.properties[0]: owner}


def _is_owner(one: MappedField) -> bool:
    return one.entry.type is ValueType.OWNER


def _pushed(words: Mapping[str, Words]) -> dict[str, Common]:
    return {name: said.common for name, said in words.items() if isinstance(said, ToSalesforce)}


def _salesforce_now(sides: Mapping[str, Sides | Problem]) -> dict[str, Common]:
    return {
        name: each.salesforce
        for name, each in sides.items()
        if isinstance(each, Sides) and not isinstance(each.salesforce, Problem)
    }
