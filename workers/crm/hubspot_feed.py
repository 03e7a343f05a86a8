"""What changed in HubSpot: search for which records, a read by id for what they are now, lists for what is archived."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from pydantic import TypeAdapter

from tasks.contracts.errors import Gone, SyncError
from tasks.contracts.feeds import Fate, Listed, Page, Place, Sighting
from tasks.contracts.records import Company, Contact, Kind
from tasks.rules.news import MERGED, PRIMARY
from workers.crm.chunks import ask_in_chunks
from workers.crm.door import segment_gone
from workers.crm.hubspot import BATCH, MEMBER_PAGE, HubSpotDoor
from workers.crm.hubspot_calls import Call
from workers.crm.hubspot_records import (
    COMPANY_PROPERTIES,
    CONTACT_PROPERTIES,
    company_of,
    contact_of,
    next_page_of,
    properties_of,
    rows_of,
)

PAGE = 200
"""Results of a search. No search is paged: each starts where the last one ended, so the cap on results is never met."""
NAMES = {Kind.COMPANY: "companies", Kind.CONTACT: "contacts"}
STAMPS = {Kind.COMPANY: "hs_lastmodifieddate", Kind.CONTACT: "lastmodifieddate"}
READS = {Kind.COMPANY: Call.READ_COMPANIES, Kind.CONTACT: Call.READ_CONTACTS}
MERGED_PROPERTIES = ("hs_merged_object_ids", "hs_calculated_merged_vids")
OF_COMPANY = "associatedcompanyid"
ONE_STEP = timedelta(milliseconds=1)
"""The grain of HubSpot's stamps."""
_COMPANY: TypeAdapter[Company] = TypeAdapter(Company)
_CONTACT: TypeAdapter[Contact] = TypeAdapter(Contact)


class HubSpotDoorFeed:
    """Through the door of one lane, and so within the budget. Raises SyncError."""

    def __init__(self, door: HubSpotDoor, *, account_property: str, mapped: Sequence[str] = ()) -> None:
        self._door = door
        self._mapped = mapped
        self._account_property = account_property

    def find_modified(self, kind: Kind, place: Place) -> Page:
        """One search: what changed from the place on; within one stamp, by id."""
        path = self._door.paths.search(NAMES[kind])
        answer = self._door.calls.post(Call.SEARCH, path, question(kind, place, self._properties(kind)))
        rows = [self._sighting(kind, row) for row in rows_of(answer)]
        return Page(tuple(rows), place_after(place, rows))

    def find_current(self, kind: Kind, ids: Sequence[str]) -> Mapping[str, Sighting]:
        """A hundred in a call."""
        read = partial(self._door.read, READS[kind], NAMES[kind], self._properties(kind), partial(self._sighting, kind))
        current: dict[str, Sighting] = {}
        for id_, found in ask_in_chunks(ids, BATCH, read).items():
            if isinstance(found, SyncError):
                raise found
            current[id_] = found or Sighting(kind, id_, fate=Fate.DELETED)
        return current

    def find_archived(self, kind: Kind, after: str) -> Listed:
        """A hundred in a call. HubSpot lists records in the order of their ids."""
        query: dict[str, str | int] = {"limit": BATCH, "archived": "true", **({"after": after} if after else {})}
        answer = self._door.calls.get(READS[kind], self._door.paths.records(NAMES[kind]), query)
        return Listed(tuple(str(row["id"]) for row in rows_of(answer)), next_page_of(answer) or "")

    def find_members(self, segment: str, after: str) -> Listed:
        """250 in a call, in the order of their ids."""
        query: dict[str, str | int] = {"limit": MEMBER_PAGE, **({"after": after} if after else {})}
        try:
            answer = self._door.calls.get(Call.READ_SEGMENT, self._door.paths.members(segment), query)
        except Gone:
            raise segment_gone(segment) from None
        return Listed(tuple(str(row["recordId"]) for row in rows_of(answer)), next_page_of(answer) or "")

    def _properties(self, kind: Kind) -> list[str]:
        of_company = (*COMPANY_PROPERTIES, self._account_property, *self._mapped)
        names = of_company if kind is Kind.COMPANY else (*CONTACT_PROPERTIES, OF_COMPANY)
        return list(dict.fromkeys([*names, STAMPS[kind], *MERGED_PROPERTIES]))

    def _sighting(self, kind: Kind, row: Mapping[str, Any]) -> Sighting:
        properties = properties_of(row)
        facts = (
            _COMPANY.dump_python(company_of(row, self._account_property, self._mapped), mode="json")
            if kind is Kind.COMPANY
            else {**_CONTACT.dump_python(contact_of(row), mode="json"), PRIMARY: properties_of(row).get(OF_COMPANY, "")}
        )
        stamp = properties.get(STAMPS[kind]) or str(row["updatedAt"])
        return Sighting(
            kind, str(row["id"]), {**facts, MERGED: merged_ids_in(properties)}, datetime.fromisoformat(stamp)
        )


def question(kind: Kind, place: Place, properties: Sequence[str]) -> dict[str, Any]:
    """The search for what stands at the place and after it."""
    if place.last_id and place.stamp:
        filters = [
            {"propertyName": STAMPS[kind], "operator": "EQ", "value": _milliseconds(place.stamp)},
            {"propertyName": "hs_object_id", "operator": "GT", "value": place.last_id},
        ]
        order = "hs_object_id"
    else:
        start = _milliseconds(place.stamp or place.since)
        filters = [{"propertyName": STAMPS[kind], "operator": "GTE", "value": start}]
        order = STAMPS[kind]
    return {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": order, "direction": "ASCENDING"}],
        "properties": list(properties),
        "limit": PAGE,
    }


def place_after(place: Place, rows: Sequence[Sighting]) -> Place:
    """Where the next search starts. A stamp that fills a page of its own is gone through by id."""
    is_last = len(rows) < PAGE
    if place.last_id and place.stamp:
        if is_last:
            return _at(place, place.stamp + ONE_STEP)
        return _at(place, place.stamp, last_id=rows[-1].id)
    if is_last:
        return Place(place.since, place.begun_at, is_read=True)
    first, last = rows[0].stamp, rows[-1].stamp
    return _at(place, last, last_id="0" if first == last else "")


def merged_ids_in(properties: Mapping[str, str]) -> list[str]:
    """Of records that were merged into this one: `1;2`, or `1:when;2:when`."""
    listed = ";".join(properties.get(name, "") for name in MERGED_PROPERTIES)
    return sorted({part.partition(":")[0].strip() for part in listed.split(";") if part.strip()}, key=_by_size)


def _at(place: Place, stamp: datetime | None, *, last_id: str = "") -> Place:
    return Place(place.since, place.begun_at, stamp, last_id)


def _by_size(record_id: str) -> tuple[int, str]:
    return len(record_id), record_id


def _milliseconds(moment: datetime) -> str:
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return str(since // ONE_STEP)
