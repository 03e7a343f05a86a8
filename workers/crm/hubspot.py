"""The door to HubSpot: companies, contacts and associations, many at a time, each with its own answer."""

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from tasks.contracts.errors import Gone, SyncError
from tasks.contracts.records import Association, Company, CompanyId, Contact, ContactId, Kind, Lane, StageName
from workers.crm.chunks import ask_in_chunks, chunks_of
from workers.crm.door import hubspot_row_problem, no_word_about, segment_gone
from workers.crm.hubspot_calls import Call, HubSpotCalls
from workers.crm.hubspot_keyed import KeyedRecords
from workers.crm.hubspot_paths import PATHS
from workers.crm.hubspot_records import (
    COMPANY_PROPERTIES,
    CONTACT_PROPERTIES,
    NO_ROW,
    associations_of,
    change_times_of,
    company_of,
    contact_of,
    next_page_of,
    properties_of,
    row_problems_of,
    rows_of,
    segment_size_of,
    stage_order_of,
    unless_absent,
)
from workers.crm.hubspot_search import CompanyIndex
from workers.crm.turnstile import CallBudget, Turnstile
from workers.settings import Settings

BATCH = 100
HISTORY_BATCH = 50
"""Records in a batch read that asks for the history of properties."""
WITH_HISTORY = "propertiesWithHistory"
ASSOCIATION_BATCH = 1_000
OWNER_PAGE = 500
MEMBER_PAGE = 250
REMEMBERED_FOR = timedelta(minutes=5)
"""The portal's stage order and the sizes of its lists."""
OBJECT_TYPES = {Kind.COMPANY: "0-2", Kind.CONTACT: "0-1"}
PRIMARY_COMPANY = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]

RecordId = TypeVar("RecordId", bound=str)


class HubSpotDoor:
    """Every method raises nothing for a single record: what went wrong for it stands in its place."""

    def __init__(self, settings: Settings, budget: CallBudget, lane: Lane) -> None:
        self.calls = HubSpotCalls(settings, Turnstile(budget, lane))
        self.paths = PATHS[settings.hubspot_paths]
        self._account_property = settings.hubspot_account_property
        self.keyed = KeyedRecords(self.calls, self.paths, account_property=self._account_property)
        self.index = CompanyIndex(self.calls, self.paths)
        self._remembered: dict[str, tuple[float, Any]] = {}

    def read_companies(
        self, ids: Iterable[CompanyId], mapped: Sequence[str] = ()
    ) -> dict[CompanyId, Company | SyncError | None]:
        """With these properties of the field mapping. None: never there, archived, or merged away."""
        make = partial(company_of, account_property=self._account_property, mapped=mapped)
        names = list(dict.fromkeys([*COMPANY_PROPERTIES, self._account_property, *mapped]))
        read = partial(self.read, Call.READ_COMPANIES, "companies", names, make)
        return ask_in_chunks(ids, BATCH, read)

    def read_change_times(
        self, ids: Iterable[CompanyId], properties: Sequence[str]
    ) -> dict[CompanyId, dict[str, datetime] | SyncError | None]:
        """When each property got its value; None as above."""
        read = partial(self.read, Call.READ_COMPANIES, "companies", properties, change_times_of, key=WITH_HISTORY)
        return ask_in_chunks(ids, HISTORY_BATCH, read)

    def read_properties(self) -> list[Mapping[str, Any]]:
        """The definitions of all company properties, as HubSpot writes them. Raises SyncError."""
        return list(rows_of(self.calls.get(Call.READ_PROPERTY, self.paths.all_properties("companies"))))

    def read_owners(self) -> list[Mapping[str, Any]]:
        """Archived ones included: they still own what they owned. Raises SyncError."""
        found: list[Mapping[str, Any]] = []
        for archived in ("false", "true"):
            query: dict[str, str | int] = {"limit": OWNER_PAGE, "archived": archived}
            while True:
                answer = self.calls.get(Call.READ_OWNERS, self.paths.owners, query)
                found += rows_of(answer)
                after = next_page_of(answer)
                if after is None:
                    break
                query["after"] = after
        return found

    def read_contacts(self, ids: Iterable[ContactId]) -> dict[ContactId, Contact | SyncError | None]:
        """None: never there, archived, or merged away."""
        read = partial(self.read, Call.READ_CONTACTS, "contacts", CONTACT_PROPERTIES, contact_of)
        return ask_in_chunks(ids, BATCH, read)

    def read_contacts_of(
        self, company_ids: Iterable[CompanyId]
    ) -> dict[CompanyId, tuple[Association, ...] | SyncError]:
        """Every contact on each company, however many pages that takes."""
        read = partial(self._read_associations, "companies", "contacts")
        return ask_in_chunks(company_ids, ASSOCIATION_BATCH, read)

    def read_companies_of(
        self, contact_ids: Iterable[ContactId]
    ) -> dict[ContactId, tuple[Association, ...] | SyncError]:
        """Every company each contact is on."""
        read = partial(self._read_associations, "contacts", "companies")
        return ask_in_chunks(contact_ids, ASSOCIATION_BATCH, read)

    def read_members(self, segment: str, kind: Kind, ids: Sequence[str]) -> frozenset[str]:
        """Those of the records that are on the list now, a call per 100. Raises SyncError, never half an answer.

        The list itself is looked at every few minutes: a deleted one would look like one that nobody is on.
        """
        self._size_of(segment)
        return frozenset().union(*(self._ask_memberships(segment, kind, chunk) for chunk in chunks_of(ids, BATCH)))

    def read_whole_segment(self, segment: str) -> frozenset[str]:
        """Everybody who is on the list now, a call per 250. Raises SyncError."""
        members: set[str] = set()
        query: dict[str, str | int] = {"limit": MEMBER_PAGE}
        while True:
            answer = self.calls.get(Call.READ_SEGMENT, self.paths.members(segment), query)
            members.update(str(row["recordId"]) for row in rows_of(answer))
            after = next_page_of(answer)
            if after is None:
                self._remembered[_size(segment)] = (time.monotonic(), len(members))
                return frozenset(members)
            query["after"] = after

    def count_pages(self, segment: str) -> int | None:
        """How many calls the whole list takes, as far as it tells. Raises SyncError; CONFIG if it was deleted."""
        size = self._size_of(segment)
        return None if size is None else max(1, math.ceil(size / MEMBER_PAGE))

    def read_stage_order(self) -> tuple[StageName, ...]:
        """The portal's own order, least advanced first; remembered for a few minutes. Raises SyncError."""
        path = self.paths.property("companies", "lifecyclestage")
        order: tuple[StageName, ...] = self._remember(
            "stage order", lambda: stage_order_of(self.calls.get(Call.READ_PROPERTY, path))
        )
        return order

    def write_companies(
        self, values: Mapping[CompanyId, Mapping[str, str]]
    ) -> dict[CompanyId, dict[str, str] | SyncError]:
        """The properties HubSpot reports afterwards: it may accept a value and keep the old one."""
        return ask_in_chunks(values, BATCH, partial(self._write, Call.WRITE_COMPANIES, "companies", values))

    def write_contacts(
        self, values: Mapping[ContactId, Mapping[str, str]]
    ) -> dict[ContactId, dict[str, str] | SyncError]:
        """As above."""
        return ask_in_chunks(values, BATCH, partial(self._write, Call.WRITE_CONTACTS, "contacts", values))

    def associate(self, associations: Iterable[Association]) -> dict[Association, SyncError | None]:
        """Put contacts on companies; safe to repeat."""
        wanted = list(associations)
        primary = [association for association in wanted if association.is_primary]
        ordinary = [association for association in wanted if not association.is_primary]
        done = ask_in_chunks(ordinary, ASSOCIATION_BATCH, partial(self._associate, "associate/default"))
        return done | ask_in_chunks(primary, ASSOCIATION_BATCH, partial(self._associate, "create"))

    def dissociate(self, associations: Iterable[Association]) -> dict[Association, SyncError | None]:
        """Take contacts off companies; who does not sit there is none the worse."""
        return ask_in_chunks(associations, ASSOCIATION_BATCH, self._dissociate)

    def read(
        self,
        call: Call,
        records: str,
        properties: Sequence[str],
        make: Callable[[Mapping[str, Any]], Any],
        ids: Sequence[RecordId],
        *,
        key: str = "properties",
    ) -> dict[RecordId, Any]:
        """One batch; what `make` makes of each record, None where there is none."""
        body = {key: list(properties), "inputs": [{"id": id_} for id_ in ids]}
        answer = self.calls.post(call, self.paths.batch(records, "read"), body)
        found: dict[str, Any] = {str(row["id"]): make(row) for row in rows_of(answer) if not row.get("archived")}
        problems = row_problems_of(answer, call)
        return {id_: _record_or_problem(id_, found, problems) for id_ in ids}

    def _read_associations(
        self, from_: str, to: str, ids: Sequence[RecordId]
    ) -> dict[RecordId, tuple[Association, ...] | SyncError]:
        path = self.paths.association_batch(from_, to, "read")
        found: dict[str, list[Association]] = {id_: [] for id_ in ids}
        problems: dict[str, SyncError] = {}
        pending = [{"id": str(id_)} for id_ in ids]
        while pending:
            answer = self.calls.post(Call.READ_ASSOCIATIONS, path, {"inputs": pending})
            problems |= row_problems_of(answer, Call.READ_ASSOCIATIONS)
            pending = []
            for row in rows_of(answer):
                here = str(row["from"]["id"])
                found.setdefault(here, []).extend(associations_of(row, from_companies=from_ == "companies"))
                if after := next_page_of(row):
                    pending.append({"id": here, "after": after})
        return {id_: _associations_or_problem(id_, found, problems) for id_ in ids}

    def _write(
        self, call: Call, records: str, values: Mapping[RecordId, Mapping[str, str]], ids: Sequence[RecordId]
    ) -> dict[RecordId, dict[str, str] | SyncError]:
        # The trace id makes HubSpot judge every row by itself, and tells which row an error is about.
        inputs = [{"id": id_, "properties": dict(values[id_]), "objectWriteTraceId": id_} for id_ in ids]
        answer = self.calls.post(call, self.paths.batch(records, "update"), {"inputs": inputs})
        written = {str(row["id"]): properties_of(row) for row in rows_of(answer)}
        problems = row_problems_of(answer, call)
        return {id_: _properties_or_problem(call, id_, written, problems) for id_ in ids}

    def _associate(self, action: str, wanted: Sequence[Association]) -> dict[Association, SyncError | None]:
        call = Call.WRITE_ASSOCIATIONS
        inputs: list[dict[str, Any]] = [{"from": {"id": a.contact_id}, "to": {"id": a.company_id}} for a in wanted]
        for one in inputs if action == "create" else []:
            one["types"] = PRIMARY_COMPANY
        answer = self.calls.post(
            call, self.paths.association_batch("contacts", "companies", action), {"inputs": inputs}
        )
        errors = answer.get("errors") or []
        if errors and len(wanted) > 1:
            # The errors name one end of a pair at most, and repeating the good ones changes nothing.
            return ask_in_chunks(wanted, len(wanted) // 2, partial(self._associate, action))
        return dict.fromkeys(wanted, hubspot_row_problem(call, errors[0]) if errors else None)

    def _dissociate(self, unwanted: Sequence[Association]) -> dict[Association, SyncError | None]:
        inputs = [{"from": {"id": a.contact_id}, "to": [{"id": a.company_id}]} for a in unwanted]
        path = self.paths.association_batch("contacts", "companies", "archive")
        self.calls.post(Call.WRITE_ASSOCIATIONS, path, {"inputs": inputs})
        return dict.fromkeys(unwanted)

    def _ask_memberships(self, segment: str, kind: Kind, ids: Sequence[str]) -> frozenset[str]:
        inputs = [{"objectTypeId": OBJECT_TYPES[kind], "recordId": id_} for id_ in ids]
        answer = self.calls.post(Call.READ_SEGMENT, self.paths.memberships, {"inputs": inputs})
        return frozenset(
            str(row["recordId"])
            for row in rows_of(answer)
            if any(str(on["listId"]) == segment for on in row.get("recordListMemberships") or [])
        )

    def _size_of(self, segment: str) -> int | None:
        size: int | None = self._remember(_size(segment), lambda: self._segment_size(segment))
        return size

    def _segment_size(self, segment: str) -> int | None:
        try:
            return segment_size_of(self.calls.get(Call.READ_SEGMENT, self.paths.segment(segment)))
        except Gone:
            raise segment_gone(segment) from None

    def _remember(self, what: str, read: Callable[[], Any]) -> Any:
        read_at, value = self._remembered.get(what, (-math.inf, None))
        if time.monotonic() - read_at > REMEMBERED_FOR.total_seconds():
            value = read()
            self._remembered[what] = (time.monotonic(), value)
        return value


def _size(segment: str) -> str:
    return f"size of {segment}"


# What an answer says about one record. A problem that names no row is about whichever the answer leaves out.


def _record_or_problem(id_: str, found: Mapping[str, Any], problems: Mapping[str, SyncError]) -> Any:
    """None: it is not there."""
    if id_ in found:
        return found[id_]
    return unless_absent(problems[id_] if id_ in problems else problems.get(NO_ROW))


def _associations_or_problem(
    id_: str, found: Mapping[str, Sequence[Association]], problems: Mapping[str, SyncError]
) -> tuple[Association, ...] | SyncError:
    if problem := unless_absent(problems.get(id_)):
        return problem
    if found[id_]:
        return tuple(found[id_])
    return unless_absent(problems.get(NO_ROW)) or ()


def _properties_or_problem(
    call: str, id_: str, written: Mapping[str, dict[str, str]], problems: Mapping[str, SyncError]
) -> dict[str, str] | SyncError:
    if id_ in problems:
        return problems[id_]
    if properties := written.get(id_):
        return properties
    return problems[NO_ROW] if NO_ROW in problems else no_word_about(call, id_)
