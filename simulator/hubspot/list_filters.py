"""Lists that follow a filter: DYNAMIC ones for ever, a SNAPSHOT once, both some time after the change.

Of the filters HubSpot has, those by property are simulated; others are refused, so that no list is silently empty.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from simulator.hubspot.crm import Crm
from simulator.hubspot.errors import invalid, malformed
from simulator.hubspot.gate import required
from simulator.hubspot.lists import RecordList
from simulator.hubspot.object_types import ObjectType, find_object_type
from simulator.hubspot.sources import Source
from simulator.hubspot.store import Record

MAX_DEPTH = 8
Branch = Mapping[str, Any]


def check_branch(crm: Crm, kind: ObjectType | None, branch: Branch | None, depth: int = 0) -> None:
    """Raises RefusalError for what is malformed, unknown or not simulated."""
    if branch is None or kind is None:
        return
    if depth > MAX_DEPTH:
        raise invalid("The filter branches are nested too deeply")
    if branch.get("filterBranchType") not in {"AND", "OR"}:
        raise invalid(f"Filter branches of type {branch.get('filterBranchType')} are not supported here")
    for each in branch.get("filters") or ():
        _check_filter(crm, kind, each)
    for each in branch.get("filterBranches") or ():
        if not isinstance(each, dict):
            raise malformed("a filter branch must be an object")
        check_branch(crm, kind, each, depth + 1)


def fill(crm: Crm, record_list: RecordList) -> None:
    """Find its members anew, after the delay."""
    if record_list.filter_branch:
        crm.agenda.after(crm.switches.dynamic_list_delay, lambda: _fill_now(crm, record_list))


def on_written(crm: Crm, record: Record, _names: Collection[str], _source: Source) -> None:
    if crm.lists.filtered and any(each.object_type_id == record.kind.type_id for each in crm.lists.filtered):
        crm.agenda.after(crm.switches.dynamic_list_delay, lambda: _sort_in(crm, record))


def _check_filter(crm: Crm, kind: ObjectType, each: Any) -> None:
    if not isinstance(each, dict):
        raise malformed("a filter must be an object")
    if each.get("filterType") != "PROPERTY":
        raise invalid(f"Filters of type {each.get('filterType')} are not supported here")
    if required(each, "property", str) not in crm.schema.of(kind):
        raise invalid(f"Property {each['property']} does not exist")
    if required(each, "operation", dict).get("operator") not in _OPERATORS:
        raise invalid(f"The operator {each['operation'].get('operator')} is not supported here")


def _fill_now(crm: Crm, record_list: RecordList) -> None:
    kind, branch = find_object_type(record_list.object_type_id), record_list.filter_branch
    if kind and branch:
        found = [each.id for each in crm.store.live[kind.plural].values() if fits(branch, each.properties)]
        record_list.replace_members(found, crm.now())
        crm.counters["list_recalculations"] += 1


def _sort_in(crm: Crm, record: Record) -> None:
    if record.archived_at:
        return
    for each in crm.lists.filtered:
        if each.object_type_id != record.kind.type_id or each.filter_branch is None:
            continue
        belongs = fits(each.filter_branch, record.properties)
        if belongs == (record.id in each.members):
            continue
        if belongs:
            each.members[record.id] = crm.now()
        else:
            del each.members[record.id]
        each.version += 1
        each.updated_at = crm.now()
        crm.counters["list_recalculations"] += 1


def fits(branch: Branch, properties: Mapping[str, str]) -> bool:
    parts = [_passes(each, properties) for each in branch.get("filters") or ()]
    parts += [fits(each, properties) for each in branch.get("filterBranches") or ()]
    return any(parts) if branch["filterBranchType"] == "OR" else all(parts)


def _passes(each: Mapping[str, Any], properties: Mapping[str, str]) -> bool:
    operation = each["operation"]
    given = operation.get("values") if isinstance(operation.get("values"), list) else [operation.get("value")]
    wanted = [str(value).casefold() for value in given if value is not None]
    return _OPERATORS[operation["operator"]](properties.get(each["property"], "").casefold(), wanted)


def _compared(holds: Callable[[float, float], bool]) -> Callable[[str, list[str]], bool]:
    def compare(value: str, wanted: list[str]) -> bool:
        try:
            return bool(value) and all(holds(float(value), float(each)) for each in wanted)
        except ValueError:
            return False

    return compare


def _is_any(value: str, wanted: list[str]) -> bool:
    return not set(value.split(";")).isdisjoint(wanted)


_OPERATORS: dict[str, Callable[[str, list[str]], bool]] = {
    "IS_EQUAL_TO": lambda value, wanted: value in wanted,
    "IS_NOT_EQUAL_TO": lambda value, wanted: value not in wanted,
    "IS_ANY_OF": _is_any,
    "IS_NONE_OF": lambda value, wanted: not _is_any(value, wanted),
    "CONTAINS": lambda value, wanted: any(each in value for each in wanted),
    "DOES_NOT_CONTAIN": lambda value, wanted: not any(each in value for each in wanted),
    "STARTS_WITH": lambda value, wanted: any(value.startswith(each) for each in wanted),
    "ENDS_WITH": lambda value, wanted: any(value.endswith(each) for each in wanted),
    "IS_KNOWN": lambda value, _wanted: bool(value),
    "IS_UNKNOWN": lambda value, _wanted: not value,
    "IS_GREATER_THAN": _compared(lambda value, other: value > other),
    "IS_GREATER_THAN_OR_EQUAL_TO": _compared(lambda value, other: value >= other),
    "IS_LESS_THAN": _compared(lambda value, other: value < other),
    "IS_LESS_THAN_OR_EQUAL_TO": _compared(lambda value, other: value <= other),
}
