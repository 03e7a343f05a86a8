"""Is everything there in both CRMs that we need? One question, one answer, one remedy each, for `tandem doctor`."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tasks.contracts.errors import Gone, Halted, Rejected, SyncError, TryAgain
from workers.crm.hubspot import OBJECT_TYPES, HubSpotDoor
from workers.crm.hubspot_calls import Call
from workers.crm.salesforce import SalesforceDoor
from workers.settings import Settings

DESCRIBE = "salesforce.describe"
NOBODY = "0"
"""No record has this id: asking for it, or writing to it, changes nothing and needs the same rights."""
NEEDED_RIGHTS: Mapping[str, Mapping[str, str]] = {
    "Account": {"queryable": "Read", "createable": "Create", "updateable": "Edit"},
    "Contact": {"queryable": "Read", "updateable": "Edit"},
    "Lead": {"queryable": "Read"},
    "OpportunityContactRole": {"queryable": "Read"},
}
NEEDED_OF_KEY: Mapping[str, str] = {
    "externalId": "an External ID",
    "unique": "unique",
    "createable": "writable for us",
    "updateable": "writable for us",
}
PERMISSION_SET = "assign the permission set of deploy/salesforce to the integration user."
ANOTHER_KEY = "Set TANDEM_HUBSPOT_TOKEN to a valid key of the portal."
REMEDIES: Mapping[str, str] = {
    "INVALID_AUTHENTICATION": ANOTHER_KEY,
    "EXPIRED_AUTHENTICATION": ANOTHER_KEY,
    "401": ANOTHER_KEY,
    "MISSING_SCOPES": "Give the HubSpot key the scopes of deploy/hubspot, the one named here among them.",
}
"""Where `doctor` knows better than the table of the doors, which sends people to `doctor`."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, what is wrong with it (empty: nothing), and what to do."""

    name: str
    problem: str = ""
    remedy: str = ""
    may_pass: bool = False
    """The other side was away or busy: asked again later, there may be nothing wrong."""

    @property
    def is_fine(self) -> bool:
        """Whether nothing has to be done."""
        return not self.problem


def check_hubspot(door: HubSpotDoor, settings: Settings, segments: Sequence[str] = ()) -> Iterator[Check]:
    """The key, its scopes, our property, the segments. Without a connection, that is all there is to say."""
    calls, paths = door.calls, door.paths
    inputs = {"properties": [], "inputs": [{"id": NOBODY}]}
    problem = _ask(lambda: calls.post(Call.READ_COMPANIES, paths.batch("companies", "read"), inputs))
    if isinstance(problem, TryAgain):
        yield _no_connection("HubSpot: connection and key", problem, "TANDEM_HUBSPOT_URL", settings.hubspot_url)
        return
    yield Check("HubSpot: connection and key")
    yield _check("HubSpot: reading companies", problem)
    problem = _ask(lambda: calls.post(Call.READ_CONTACTS, paths.batch("contacts", "read"), inputs))
    yield _check("HubSpot: reading contacts", problem)
    yield _check_writing(door, Call.WRITE_COMPANIES, "companies")
    yield _check_writing(door, Call.WRITE_CONTACTS, "contacts")
    yield _check_account_property(door, settings.hubspot_account_property)
    on_lists = {"inputs": [{"objectTypeId": kind, "recordId": NOBODY} for kind in OBJECT_TYPES.values()]}
    problem = _ask(lambda: calls.post(Call.READ_SEGMENT, paths.memberships, on_lists))
    yield _check("HubSpot: reading lists", problem)
    for segment in segments:
        yield _check_segment(door, segment)


def check_salesforce(door: SalesforceDoor, settings: Settings) -> Iterator[Check]:
    """The login, the API version, the key field, the rights on each object."""
    login, version = "Salesforce: connection and login", f"Salesforce: API version {settings.salesforce_version}"
    problem = _ask(lambda: door.calls.send(DESCRIBE, "GET", "sobjects"))
    if isinstance(problem, TryAgain):
        yield _no_connection(login, problem, "TANDEM_SALESFORCE_URL", settings.salesforce_url)
        return
    yield Check(login)
    if problem and problem.code in {"NOT_FOUND", "410"}:
        remedy = "Set TANDEM_SALESFORCE_VERSION to one that the org lists under /services/data."
        yield Check(version, "the org does not have it", remedy)
        return
    yield _check(version, problem)
    for sobject in NEEDED_RIGHTS if problem is None else ():
        yield _check_object(door, sobject, settings.salesforce_account_key)


def _check_writing(door: HubSpotDoor, call: Call, records: str) -> Check:
    inputs = {"inputs": [{"id": NOBODY, "properties": {}, "objectWriteTraceId": NOBODY}]}
    problem = _ask(lambda: door.calls.post(call, door.paths.batch(records, "update"), inputs))
    may_not = problem if isinstance(problem, TryAgain) or (problem and problem.code == "MISSING_SCOPES") else None
    return _check(f"HubSpot: writing {records}", may_not)


def _check_account_property(door: HubSpotDoor, name: str) -> Check:
    what = f"HubSpot: company property {name}"
    remedy = f"Create `{name}` as single-line text with unique values, as deploy/hubspot shows."
    try:
        definition = door.calls.get(Call.READ_PROPERTY, door.paths.property("companies", name))
    except Gone:
        return Check(what, "it does not exist", remedy)
    except SyncError as problem:
        return _check(what, problem)
    if definition.get("hasUniqueValue"):
        return Check(what)
    another = "Uniqueness cannot be added: delete the property and create it anew, or name another one in"
    return Check(what, "its values are not unique", f"{another} TANDEM_HUBSPOT_ACCOUNT_PROPERTY. {remedy}")


def _check_segment(door: HubSpotDoor, segment: str) -> Check:
    what = f"HubSpot: segment {segment}"
    problem = _ask(lambda: door.calls.get(Call.READ_SEGMENT, door.paths.segment(segment)))
    if isinstance(problem, Gone):
        return Check(what, "the list does not exist", "Choose a list that exists, or switch the segment off.")
    return _check(what, problem)


def _check_object(door: SalesforceDoor, sobject: str, key: str) -> Check:
    what, needed = f"Salesforce: {sobject}", NEEDED_RIGHTS[sobject]
    try:
        described = door.calls.send(DESCRIBE, "GET", f"sobjects/{sobject}/describe")
    except Rejected:
        return Check(what, "it does not exist, or is not visible to us", _grant(needed.values(), sobject))
    except SyncError as problem:
        return _check(what, problem)
    missing = [word for right, word in needed.items() if not described.get(right)]
    if missing:
        return Check(what, f"the right to {' and '.join(missing)} is missing", _grant(missing, sobject))
    return _check_key_field(described, key) if sobject == "Account" else Check(what)


def _check_key_field(described: Mapping[str, Any], key: str) -> Check:
    what = f"Salesforce: Account.{key}"
    remedy = f"Make `{key}` a text field that is External ID and Unique, and {PERMISSION_SET}"
    field = next((field for field in described["fields"] if field["name"] == key), None)
    if field is None:
        return Check(what, "it does not exist, or is not visible to us", remedy)
    wrong = dict.fromkeys(word for name, word in NEEDED_OF_KEY.items() if not field.get(name))
    return Check(what, f"it is not {', not '.join(wrong)}", remedy) if wrong else Check(what)


def _grant(rights: Iterable[str], sobject: str) -> str:
    return f"Grant {', '.join(rights)} on {sobject}: {PERMISSION_SET}"


def _no_connection(name: str, problem: TryAgain, setting: str, url: str) -> Check:
    if problem.code != "NO_ANSWER":
        return _check(name, problem)
    host = urlsplit(url).hostname or "nothing"
    remedy = f"Check {setting} (it names {host}), and whether DNS, proxy and firewall let us through to it."
    return Check(name, str(problem), remedy, may_pass=True)


def _ask(question: Callable[[], object]) -> SyncError | None:
    try:
        question()
    except SyncError as problem:
        return problem
    return None


def _check(name: str, problem: SyncError | None) -> Check:
    if problem is None:
        return Check(name)
    may_pass = isinstance(problem, TryAgain) and not isinstance(problem, Halted)
    return Check(name, str(problem), REMEDIES.get(problem.code, problem.remedy), may_pass)
