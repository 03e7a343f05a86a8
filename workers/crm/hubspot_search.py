"""Companies by HubSpot's search: five calls a second for the whole portal, so many values travel in each.

The search lags: what was written a moment ago is not found, and what is found may have changed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tasks.contracts.errors import Rejected
from tasks.contracts.records import CompanyId
from workers.crm.hubspot_calls import Call, HubSpotCalls
from workers.crm.hubspot_paths import Paths
from workers.crm.hubspot_records import next_page_of, rows_of

LONGEST_BODY = 2_900
"""Characters: HubSpot refuses 3,000."""
PAGE = 200
LAST_RESULT = 10_000
NATIVE_PROPERTY = "salesforceaccountid"
"""Exists only in portals that have, or had, HubSpot's own integration."""

Term = tuple[str, str]
"""A property and a value it may have."""


class CompanyIndex:
    """Several values of several properties in one call, as `IN` of a filter group each."""

    def __init__(self, calls: HubSpotCalls, paths: Paths) -> None:
        self._calls = calls
        self._path = paths.search("companies")
        self._unknown: set[str] = set()

    def find(self, terms: Iterable[Term]) -> set[CompanyId]:
        """Companies that have one of them, as far as the search knows. Raises SyncError."""
        found: set[CompanyId] = set()
        wanted = [(name, value.lower()) for name, value in dict.fromkeys(terms) if name not in self._unknown]
        for body in _bodies(wanted):
            found |= self._all_pages(body)
        return found

    def _all_pages(self, body: dict[str, Any]) -> set[CompanyId]:
        found: set[CompanyId] = set()
        after: str | None = "0"
        while after is not None and int(after) < LAST_RESULT:
            answer = self._ask({**body, "after": after})
            found |= {CompanyId(str(row["id"])) for row in rows_of(answer)}
            after = next_page_of(answer)
        return found

    def _ask(self, body: Mapping[str, Any]) -> Any:
        try:
            return self._calls.post(Call.SEARCH, self._path, body)
        except Rejected:
            without = [one for one in body["filterGroups"] if one["filters"][0]["propertyName"] != NATIVE_PROPERTY]
            if len(without) == len(body["filterGroups"]):
                raise
        answer = self._calls.post(Call.SEARCH, self._path, {**body, "filterGroups": without}) if without else {}
        # Learned once, from a refusal that was about nothing else: the portal has no such property.
        self._unknown.add(NATIVE_PROPERTY)
        return answer


def _bodies(terms: Sequence[Term]) -> Iterator[dict[str, Any]]:
    packed: dict[str, list[str]] = {}
    for name, value in terms:
        longer = {**packed, name: [*packed.get(name, []), value]}
        if packed and len(json.dumps(_body(longer))) > LONGEST_BODY:
            yield _body(packed)
            longer = {name: [value]}
        packed = longer
    if packed:
        yield _body(packed)


def _body(values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    groups = [
        {"filters": [{"propertyName": name, "operator": "IN", "values": list(listed)}]}
        for name, listed in values.items()
    ]
    return {"filterGroups": groups, "properties": ["domain"], "limit": PAGE, "after": "0000"}
