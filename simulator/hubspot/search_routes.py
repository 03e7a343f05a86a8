"""Search: filters over an index that lags, with limits of its own."""

from operator import itemgetter
from typing import Any

from simulator.hubspot import scopes
from simulator.hubspot.crm import Crm
from simulator.hubspot.errors import invalid, malformed
from simulator.hubspot.gate import Call, Reply, Route, is_number, optional, text_list
from simulator.hubspot.object_types import ObjectType
from simulator.hubspot.records_view import shown_names, view
from simulator.hubspot.search_filters import Filter, comparable, matches_text, parse_filter, window_of, without_window
from simulator.hubspot.search_index import Entry

MAX_BODY, MAX_PAGE = 3_000, 200
MAX_GROUPS, MAX_FILTERS_PER_GROUP, MAX_FILTERS = 5, 6, 18


def search(crm: Crm, call: Call) -> Reply:
    kind, fields = call.kind(), call.fields()
    if len(call.raw) > MAX_BODY:
        raise invalid(f"The search request body may have at most {MAX_BODY} characters")
    groups = _groups(crm, kind, fields)
    limit, start = _page(crm, fields)
    sort = _sort(crm, kind, fields)
    query = optional(fields, "query", str) or ""
    found = _matching(crm, kind, groups)
    if query:
        found = [entry for entry in found if matches_text(entry.properties, kind, query)]
    if len(groups) == 1 and sort and sort[0] == kind.modified:
        found = found[::-1] if sort[1] else found  # the index keeps them in this order
    else:
        _order(crm, kind, found, sort)
    names = shown_names(crm, kind, text_list(fields, "properties"))
    page = found[start : start + limit]
    body: dict[str, Any] = {
        "total": len(found),
        "results": [view(entry.record, names, entry.properties) for entry in page],
    }
    if start + limit < len(found):
        body["paging"] = {"next": {"after": str(start + limit)}}
    return Reply(200, body)


def _groups(crm: Crm, kind: ObjectType, fields: dict[str, Any]) -> list[list[Filter]]:
    raw = optional(fields, "filterGroups", list) or []
    if len(raw) > MAX_GROUPS:
        raise invalid(f"A search takes at most {MAX_GROUPS} filter groups, not {len(raw)}")
    groups = []
    for group in raw:
        filters = group.get("filters") if isinstance(group, dict) else None
        if not isinstance(filters, list):
            raise malformed("a filter group must have filters")
        if len(filters) > MAX_FILTERS_PER_GROUP:
            raise invalid(f"A filter group takes at most {MAX_FILTERS_PER_GROUP} filters, not {len(filters)}")
        groups.append([parse_filter(crm, kind, each) for each in filters])
    if sum(map(len, groups)) > MAX_FILTERS:
        raise invalid(f"A search takes at most {MAX_FILTERS} filters in all")
    return groups


def _page(crm: Crm, fields: dict[str, Any]) -> tuple[int, int]:
    limit, after = fields.get("limit"), fields.get("after")
    limit = 10 if limit is None else limit
    if not isinstance(limit, int) or isinstance(limit, bool) or not 0 < limit <= MAX_PAGE:
        raise invalid(f"limit must be a number from 1 to {MAX_PAGE}, not {limit}")
    text = "0" if after in (None, "") else str(after)
    if not is_number(text):
        raise invalid(f"after must be an integer, not {text[:50]}")
    most = crm.switches.search_result_cap
    if int(text) + limit > most:
        crm.counters["searches_past_the_cap"] += 1
        raise invalid(f"A search gives at most {most} results; after {text} goes past them")
    return limit, int(text)


def _sort(crm: Crm, kind: ObjectType, fields: dict[str, Any]) -> tuple[str, bool] | None:
    sorts = optional(fields, "sorts", list) or []
    if len(sorts) > 1:
        raise invalid("A search takes one sort only")
    if not sorts:
        return None
    name, direction = _named_sort(sorts[0])
    if name not in crm.schema.of(kind):
        raise invalid(f"There is no property {name} to sort by")
    if direction not in {"ASCENDING", "DESCENDING"}:
        raise invalid(f"{direction} is not a sort direction")
    return name, direction == "DESCENDING"


def _named_sort(sort: Any) -> tuple[str, str]:
    if isinstance(sort, str):
        return sort.removeprefix("-"), "DESCENDING" if sort.startswith("-") else "ASCENDING"
    if isinstance(sort, dict) and isinstance(sort.get("propertyName"), str):
        return sort["propertyName"], str(sort.get("direction", "ASCENDING"))
    raise malformed("a sort must name a property")


def _matching(crm: Crm, kind: ObjectType, groups: list[list[Filter]]) -> list[Entry]:
    if not groups:
        return crm.index.entries(kind)
    found = [_matching_all(crm, kind, filters) for filters in groups]
    if len(found) == 1:
        return found[0]
    return list({entry.record.id: entry for entries in found for entry in entries}.values())


def _matching_all(crm: Crm, kind: ObjectType, filters: list[Filter]) -> list[Entry]:
    entries = crm.index.entries_modified(kind, *window_of(filters, kind.modified))
    for _, matches in without_window(filters, kind.modified):
        entries = [entry for entry in entries if matches(entry)]
    return entries


def _order(crm: Crm, kind: ObjectType, found: list[Entry], sort: tuple[str, bool] | None) -> None:
    """By id unless asked otherwise, and among equals; without a value comes last."""
    found.sort(key=lambda entry: int(entry.record.id))
    if sort is None:
        return
    name, is_descending = sort
    definition = crm.schema.of(kind)[name]
    present: list[tuple[Any, Entry]] = []
    absent: list[tuple[Any, Entry]] = []
    for entry in found:
        value = comparable(definition, entry.properties.get(name, ""))
        (absent if value is None else present).append((value, entry))
    present.sort(key=itemgetter(0), reverse=is_descending)
    found[:] = [entry for _, entry in present + absent]


ROUTES = (Route("POST", "/crm/v3/objects/{object_type}/search", search, "search", scopes.objects("read")),)
