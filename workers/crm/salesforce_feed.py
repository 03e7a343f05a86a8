"""What changed in Salesforce: rows by their stamp, deleted ones included, and the list of deletions for the rest."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from pydantic import TypeAdapter

from tasks.contracts.errors import SyncError
from tasks.contracts.feeds import MAPPED, ROLE, Deletions, Fate, Page, Place, Position, Sighting
from tasks.contracts.records import Account, Kind, Person
from workers.crm.chunks import chunks_of
from workers.crm.door import no_word_about
from workers.crm.salesforce import AT_ONCE, COMPOSITE, QUERY, SalesforceDoor
from workers.crm.salesforce_found import account_of, person_of
from workers.crm.salesforce_ids import long_ids_in
from workers.crm.salesforce_soql import ACCOUNT_COLUMNS, PERSON_ACCOUNT, columns_of

PAGE = 2_000
IDS_IN_A_QUERY = 400
FEED = "salesforce.feed"
SOBJECTS = {
    Kind.ACCOUNT: "Account",
    Kind.SALESFORCE_CONTACT: "Contact",
    Kind.LEAD: "Lead",
    Kind.OPPORTUNITY: "Opportunity",
    ROLE: "OpportunityContactRole",
}
PREFIXES = {Kind.ACCOUNT: "001", Kind.SALESFORCE_CONTACT: "003", Kind.LEAD: "00Q"}
COLUMNS = {
    "Account": ("IsDeleted", "MasterRecordId"),
    "Contact": ("IsDeleted", "MasterRecordId"),
    "Lead": ("IsDeleted", "MasterRecordId", "ConvertedAccountId", "ConvertedContactId"),
    "Opportunity": ("Id", "IsDeleted", "IsClosed", "IsWon", "(SELECT ContactId FROM OpportunityContactRoles)"),
    "OpportunityContactRole": ("Id", "IsDeleted", "OpportunityId", "ContactId"),
}
STAMP = "SystemModstamp"
MOMENTS = {"created_at", "modified_at"}
"""Every write moves them, our own and those to fields that we do not look at."""
_ACCOUNT: TypeAdapter[Account] = TypeAdapter(Account)
_PERSON: TypeAdapter[Person] = TypeAdapter(Person)

Row = Mapping[str, Any]


class SalesforceDoorFeed:
    """Through the door of one lane, and so within the budget. Raises SyncError."""

    def __init__(self, door: SalesforceDoor, *, account_key: str, mapped: Sequence[str] = ()) -> None:
        self._mapped = tuple(mapped)
        self._calls = door.calls
        self._key = account_key
        of_records = columns_of(account_key)
        # A query that names a field twice is refused.
        self._columns = {
            sobject: tuple(dict.fromkeys((*of_records.get(sobject, ()), *columns, STAMP)))
            if sobject not in {"Opportunity", "OpportunityContactRole"}
            else (*columns, STAMP)
            for sobject, columns in {**COLUMNS, "Account": (*COLUMNS["Account"], *mapped)}.items()
        }

    def find_modified(self, places: Position) -> Mapping[str, Page]:
        """All in one call, whatever their number up to five; a page is of at most 2,000 rows."""
        questions = {kind: condition(place) for kind, place in places.items()}
        answers = self._ask({kind: f"{where} ORDER BY {STAMP}, Id LIMIT {PAGE}" for kind, where in questions.items()})
        pages: dict[str, Page] = {}
        for kind, answer in answers.items():
            rows = [self._sighting(kind, row) for row in answer["records"]]
            is_last = answer.get("done", True) and len(rows) < PAGE
            pages[kind] = Page(tuple(rows), place_after(places[kind], rows, is_last=is_last))
        return pages

    def find_deleted(self, kind: Kind, since: datetime, until: datetime) -> Deletions:
        """One call."""
        span = f"start={quote(_moment(since), safe='')}&end={quote(_moment(until), safe='')}"
        answer = self._calls.send(FEED, "GET", f"sobjects/{SOBJECTS[kind]}/deleted/?{span}")
        seen = [
            Sighting(kind, long, stamp=datetime.fromisoformat(row["deletedDate"]), fate=Fate.DELETED)
            for row in answer["deletedRecords"]
            for long in long_ids_in([row["id"]], PREFIXES[kind])
        ]
        covered, earliest = answer["latestDateCovered"], answer["earliestDateAvailable"]
        return Deletions(tuple(seen), datetime.fromisoformat(covered), datetime.fromisoformat(earliest))

    def find_current(self, kind: Kind, ids: Sequence[str]) -> Mapping[str, Sighting]:
        """400 in a call."""
        current = {id_: Sighting(kind, id_, fate=Fate.GONE) for id_ in ids}
        for chunk in chunks_of(long_ids_in(ids, PREFIXES[kind]), IDS_IN_A_QUERY):
            listed = ", ".join(f"'{id_}'" for id_ in chunk)
            answer = self._ask({kind: f"Id IN ({listed})"})[kind]
            current |= {one.id: one for one in self._all(kind, answer)}
        return current

    def _all(self, kind: str, answer: Any) -> Iterable[Sighting]:
        while True:
            yield from (self._sighting(kind, row) for row in answer["records"])
            if answer.get("done", True):
                return
            answer = self._calls.send(QUERY, "GET", str(answer["nextRecordsUrl"]).removeprefix(self._calls.root))

    def _ask(self, conditions: Mapping[str, str]) -> dict[str, Any]:
        """An answer for each kind. An org without person accounts does not have their field; learned once."""
        try:
            return self._send({kind: self._path(kind, where) for kind, where in conditions.items()})
        except SyncError as problem:
            if problem.code != "INVALID_FIELD" or not (PERSON_ACCOUNT in str(problem) or self._mapped):
                raise
            kept = tuple(name for name in self._columns["Account"] if name != PERSON_ACCOUNT)
            if PERSON_ACCOUNT not in str(problem):
                # A mapped field has gone since its description was read: field sync finds that out by itself.
                kept = tuple(name for name in kept if name not in self._mapped or name in ACCOUNT_COLUMNS)
                self._mapped = ()
            self._columns = {**self._columns, "Account": kept}
        return self._send({kind: self._path(kind, where) for kind, where in conditions.items()})

    def _path(self, kind: str, where: str) -> str:
        sobject = SOBJECTS[kind]
        soql = f"SELECT {', '.join(self._columns[sobject])} FROM {sobject} WHERE {where}"  # noqa: S608 -- names and ids of ours
        return f"queryAll/?q={quote(soql, safe='')}"

    def _send(self, paths: Mapping[str, str]) -> dict[str, Any]:
        if len(paths) == 1:
            return {kind: self._calls.send(QUERY, "GET", path) for kind, path in paths.items()}
        answers: dict[str, Any] = {}
        for pack in chunks_of(list(paths.items()), AT_ONCE):
            parts = [
                {"method": "GET", "url": self._calls.root + path, "referenceId": f"part{place}"}
                for place, (_, path) in enumerate(pack)
            ]
            answer = self._calls.send(COMPOSITE, "POST", "composite", {"allOrNone": False, "compositeRequest": parts})
            told = {part["referenceId"]: part for part in answer["compositeResponse"]}
            answers |= {kind: self._body(told.get(f"part{place}"), kind) for place, (kind, _) in enumerate(pack)}
        return answers

    def _body(self, part: Mapping[str, Any] | None, kind: str) -> Any:
        if part is None:
            raise no_word_about(COMPOSITE, kind)
        if part["httpStatusCode"] >= 300:
            raise self._calls.problem_of(COMPOSITE, part["httpStatusCode"], part["body"])
        return part["body"]

    def _sighting(self, kind: str, row: Row) -> Sighting:
        fate, heir = fate_of(row)
        return Sighting(kind, str(row["Id"]), self._facts(kind, row), _stamp_of(row), fate, heir)

    def _facts(self, kind: str, row: Row) -> dict[str, Any]:
        facts: Mapping[str, Callable[[], Any]] = {
            Kind.ACCOUNT: lambda: {
                **_ACCOUNT.dump_python(account_of(row, self._key), mode="json", exclude=MOMENTS),
                **({MAPPED: {name: row[name] for name in self._mapped}} if self._mapped else {}),
            },
            Kind.SALESFORCE_CONTACT: lambda: _PERSON.dump_python(person_of(row), mode="json"),
            Kind.LEAD: lambda: _PERSON.dump_python(person_of(row), mode="json"),
            Kind.OPPORTUNITY: lambda: _opportunity(row),
            ROLE: lambda: {"opportunity_id": row["OpportunityId"], "contact_id": row["ContactId"]},
        }
        found: dict[str, Any] = facts[kind]()
        return found


def condition(place: Place) -> str:
    """What stands at the place and after it."""
    if place.stamp is None:
        return f"{STAMP} >= {_moment(place.since)}"
    stamp = _moment(place.stamp)
    return f"({STAMP} > {stamp} OR ({STAMP} = {stamp} AND Id > '{place.last_id}'))"


def place_after(place: Place, rows: Sequence[Sighting], *, is_last: bool) -> Place:
    """Where the next page starts."""
    if is_last or not rows:
        return Place(place.since, place.begun_at, is_read=True)
    return Place(place.since, place.begun_at, rows[-1].stamp, rows[-1].id)


def fate_of(row: Row) -> tuple[Fate, str]:
    """And the heir, if there is one."""
    if row.get("MasterRecordId"):
        return Fate.MERGED, str(row["MasterRecordId"])
    if row.get("IsDeleted"):
        return Fate.DELETED, ""
    if row.get("IsConverted"):
        return Fate.CONVERTED, str(row.get("ConvertedContactId") or "")
    return Fate.ALIVE, ""


def _opportunity(row: Row) -> dict[str, Any]:
    roles = row.get("OpportunityContactRoles") or {}
    contacts = sorted({str(role["ContactId"]) for role in roles.get("records") or ()})
    return {"is_closed": bool(row.get("IsClosed")), "is_won": bool(row.get("IsWon")), "contact_ids": contacts}


def _stamp_of(row: Row) -> datetime:
    return datetime.fromisoformat(str(row[STAMP]))


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
