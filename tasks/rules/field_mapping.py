"""Which side wins a field: the baseline, HubSpot now and Salesforce now, and the rule of the field.

The rules are those of "Map HubSpot properties to Salesforce fields". "Just cleared" and "always blank" look alike
without a baseline, so a first sync never clears anything.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from tasks.contracts.mapping import SyncRule
from tasks.contracts.reasons import Reason
from tasks.rules.field_values import Problem
from tasks.rules.plain_values import BLANK, Common

Value = Common | Problem
"""A value that cannot be read is still a value: not blank, and equal to nothing."""


@dataclass(frozen=True, slots=True)
class Sides:
    """One field of one pair of records, in the common form."""

    baseline: Common | None
    """What both sides agreed on last; None: they never did."""
    hubspot: Value
    salesforce: Value
    hubspot_changed_at: datetime | None = None
    """When the property got its value."""
    salesforce_changed_at: datetime | None = None
    """When anything about the record changed: Salesforce does not say more."""


@dataclass(frozen=True, slots=True)
class WriteSalesforce:
    """Salesforce is to have this value; blank clears."""

    value: Common
    reason: Reason


@dataclass(frozen=True, slots=True)
class WriteHubSpot:
    """HubSpot is to have this value; blank clears."""

    value: Common
    reason: Reason


@dataclass(frozen=True, slots=True)
class Agree:
    """Both sides have this value already."""

    value: Common


@dataclass(frozen=True, slots=True)
class Leave:
    """Nothing is written on either side."""

    reason: Reason
    problem: Problem | None = None
    """What a person has to mend before it can be carried."""


FieldVerdict = WriteSalesforce | WriteHubSpot | Agree | Leave


def decide_field(rule: SyncRule, sides: Sides) -> FieldVerdict:
    """The truth table of the four rules."""
    if rule is SyncRule.DONT_SYNC:
        return Leave(Reason.FIELD_NOT_SYNCED)
    if isinstance(sides.hubspot, str) and sides.hubspot == sides.salesforce:
        return Agree(sides.hubspot)
    match rule:
        case SyncRule.PREFER_SALESFORCE:
            return _follow_salesforce(sides) or push(sides.hubspot, Reason.FIELD_SALESFORCE_BLANK)
        case SyncRule.ALWAYS_SALESFORCE:
            return _follow_salesforce(sides) or Leave(Reason.FIELD_NEVER_PUSHED)
        case SyncRule.TWO_WAY:
            return _first_sync(sides) if sides.baseline is None else _follow_the_newer(sides, sides.baseline)
        case _:
            assert_never(rule)


def pull(value: Value, reason: Reason) -> FieldVerdict:
    """HubSpot is to have Salesforce's value."""
    return Leave(value.reason, value) if isinstance(value, Problem) else WriteHubSpot(value, reason)


def push(value: Value, reason: Reason) -> FieldVerdict:
    """Salesforce is to have HubSpot's value."""
    return Leave(value.reason, value) if isinstance(value, Problem) else WriteSalesforce(value, reason)


def _follow_salesforce(sides: Sides) -> FieldVerdict | None:
    """None if Salesforce is blank and, as far as we know, always was."""
    if sides.salesforce != BLANK:
        return pull(sides.salesforce, Reason.FIELD_SALESFORCE_WINS)
    if sides.baseline:
        return pull(BLANK, Reason.FIELD_SALESFORCE_CLEARED)
    return None


def _first_sync(sides: Sides) -> FieldVerdict:
    return _follow_salesforce(sides) or push(sides.hubspot, Reason.FIELD_SALESFORCE_BLANK)


def _follow_the_newer(sides: Sides, baseline: Common) -> FieldVerdict:
    """Only if both have moved do the times matter; at the same moment, or at one nobody knows, Salesforce wins."""
    if sides.hubspot == baseline:
        return pull(sides.salesforce, Reason.FIELD_SALESFORCE_CHANGED)
    if sides.salesforce == baseline:
        return push(sides.hubspot, Reason.FIELD_HUBSPOT_CHANGED)
    ours, theirs = sides.hubspot_changed_at, sides.salesforce_changed_at
    if ours and theirs and ours > theirs:
        return push(sides.hubspot, Reason.FIELD_HUBSPOT_NEWER)
    return pull(sides.salesforce, Reason.FIELD_SALESFORCE_NEWER)
