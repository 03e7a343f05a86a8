"""Is everything there in both CRMs that we need? One question, one answer, one remedy each, for `tandem doctor`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tasks.contracts.errors import Halted, NeedsHuman, SyncError, TryAgain
from workers.crm.hubspot import OBJECT_TYPES, HubSpotDoor
from workers.crm.hubspot_calls import Call
from workers.crm.salesforce import SalesforceDoor
from workers.settings import Settings

DESCRIBE = "salesforce.describe"
UNUSED_RECORD = "1"
NEEDED_RIGHTS: Mapping[str, Sequence[str]] = {
    "Account": ("queryable", "createable", "updateable"),
    "Contact": ("queryable", "updateable"),
    "Lead": ("queryable",),
    "OpportunityContactRole": ("queryable",),
}


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
    """The key, its scopes for reading, our property, the segments. Rights to write show only by writing."""
    calls, paths = door.calls, door.paths
    inputs = {"properties": [], "inputs": [{"id": UNUSED_RECORD}]}
    yield _asked(
        "HubSpot: key, reading companies",
        lambda: calls.post(Call.READ_COMPANIES, paths.batch("companies", "read"), inputs),
    )
    yield _asked(
        "HubSpot: reading contacts", lambda: calls.post(Call.READ_CONTACTS, paths.batch("contacts", "read"), inputs)
    )
    on_lists = {"inputs": [{"objectTypeId": kind, "recordId": UNUSED_RECORD} for kind in OBJECT_TYPES.values()]}
    yield _asked("HubSpot: reading lists", lambda: calls.post(Call.READ_SEGMENT, paths.memberships, on_lists))
    yield _check_account_property(door, settings.hubspot_account_property)
    for segment in segments:
        yield _asked(
            f"HubSpot: segment {segment}",
            lambda segment=segment: calls.get(Call.READ_SEGMENT, paths.segment(segment)),  # type: ignore[misc]
            absent="Choose a list that exists, or switch the segment off.",
        )


def check_salesforce(door: SalesforceDoor, settings: Settings) -> Iterator[Check]:
    """The login, the API version, the key field, the rights on each object."""
    login = _asked("Salesforce: login and API version", lambda: door.calls.send(DESCRIBE, "GET", "sobjects"))
    yield login
    if not login.is_fine:
        return
    for sobject, rights in NEEDED_RIGHTS.items():
        yield _check_object(door, sobject, rights, settings.salesforce_account_key)


def _check_account_property(door: HubSpotDoor, name: str) -> Check:
    what = f"HubSpot: company property {name}"
    remedy = f"Create it as single-line text with unique values: `{name}` cannot be made unique afterwards."
    try:
        definition = door.calls.get(Call.READ_PROPERTY, door.paths.property("companies", name))
    except SyncError as problem:
        return Check(
            what, str(problem), remedy if isinstance(problem, NeedsHuman) else problem.remedy, _may_pass(problem)
        )
    return Check(what) if definition.get("hasUniqueValue") else Check(what, "its values are not unique", remedy)


def _check_object(door: SalesforceDoor, sobject: str, rights: Sequence[str], key: str) -> Check:
    what = f"Salesforce: {sobject}"
    try:
        described = door.calls.send(DESCRIBE, "GET", f"sobjects/{sobject}/describe")
    except SyncError as problem:
        return Check(what, str(problem), "Give the integration user access to the object.", _may_pass(problem))
    missing = [right for right in rights if not described.get(right)]
    if missing:
        return Check(what, f"not {', '.join(missing)}", "Give the integration user these rights on the object.")
    return _check_key_field(described, key) if sobject == "Account" else Check(what)


def _check_key_field(described: Mapping[str, Any], key: str) -> Check:
    what = f"Salesforce: Account.{key}"
    remedy = "Create it as text, External ID, Unique; give the integration user read and edit access."
    field = next((field for field in described["fields"] if field["name"] == key), None)
    if field is None:
        return Check(what, "it does not exist, or is not visible to us", remedy)
    wrong = [name for name in ("externalId", "unique", "createable", "updateable") if not field.get(name)]
    return Check(what, f"not {', '.join(wrong)}", remedy) if wrong else Check(what)


def _asked(name: str, ask: Callable[[], Any], absent: str = "") -> Check:
    try:
        ask()
    except SyncError as problem:
        remedy = absent if absent and isinstance(problem, NeedsHuman) else problem.remedy
        return Check(name, str(problem), remedy, _may_pass(problem))
    return Check(name)


def _may_pass(problem: SyncError) -> bool:
    return isinstance(problem, TryAgain) and not isinstance(problem, Halted)
