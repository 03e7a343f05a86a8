"""What people know of the portal: some of its records, who may own them, and which contacts work where."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.people.calls import ByHand, Line, RefusedError, Request, body_of
from simulator.people.invention import Customer, Person

PAGE = 100
OWNER = "hubspot_owner_id"
OBJECTS = "/crm/v3/objects"


@dataclass
class HubSpotRecords:
    companies: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)
    owner_of: dict[str, str] = field(default_factory=dict)
    companies_of: dict[str, list[str]] = field(default_factory=dict)
    """By contact, the primary company first as far as known."""
    entered: list[Customer | Person] = field(default_factory=list)
    """By people, whatever became of the record."""
    bin: list[tuple[str, str]] = field(default_factory=list)
    """Plurals and ids of what people deleted themselves and can restore."""

    def ids(self, plural: str) -> list[str]:
        return self.companies if plural == "companies" else self.contacts

    def other_owners(self, record: str) -> list[str]:
        return [owner for owner in self.owners if owner != self.owner_of.get(record)]

    def employed(self) -> list[str]:
        return [contact for contact in self.contacts if self.companies_of.get(contact)]

    def forget(self, plural: str, record: str) -> None:
        self.ids(plural).remove(record)
        self.companies_of.pop(record, None)
        for companies in self.companies_of.values():
            if record in companies:
                companies.remove(record)

    def put_first(self, contact: str, company: str) -> None:
        others = [each for each in self.companies_of.get(contact, ()) if each != company]
        self.companies_of[contact] = [company, *others]


class HubSpot:
    """The portal as one app's token opens it, and its own screens where there is a line to them."""

    name = "hubspot"

    def __init__(self, line: Line, token: str, screens: Line | None = None) -> None:
        self.line = line
        self._screens = screens
        self.records = HubSpotRecords()
        self._token = token

    async def call(self, request: Request | ByHand) -> Any:
        """The body of the answer. Raises RefusedError, UnansweredError."""
        if isinstance(request, ByHand):
            return await self._do_by_hand(request)
        headers = {**request.headers, "Authorization": f"Bearer {self._token}"}
        return body_of(await self.line.send(Request(request.method, request.path, request.body, headers)))

    async def _do_by_hand(self, wish: ByHand) -> Any:
        if self._screens is None:
            raise RefusedError(0, "NO_SCREENS", "there is no line to the portal's screens")
        return body_of(await self._screens.send(wish.request))

    async def look_around(self, most: int) -> None:
        """Get to know so many records of each type, those with the lowest ids."""
        known = self.records
        known.owners = [each["id"] for each in await self._page_through("/crm/v3/owners?", most)]
        companies = await self._page_through(f"{OBJECTS}/companies?properties={OWNER}&", most)
        contacts = await self._page_through(f"{OBJECTS}/contacts?properties={OWNER}&associations=companies&", most)
        known.companies = [each["id"] for each in companies]
        known.contacts = [each["id"] for each in contacts]
        known.owner_of = {each["id"]: each["properties"].get(OWNER) or "" for each in (*companies, *contacts)}
        for each in contacts:
            for company in _companies_of(each):
                known.companies_of.setdefault(each["id"], []).append(company)

    async def _page_through(self, path: str, most: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after = ""
        while len(found) < most:
            page = await self.call(Request("GET", f"{path}limit={min(PAGE, most - len(found))}{after}"))
            found += page["results"]
            if "paging" not in page:
                break
            after = f"&after={page['paging']['next']['after']}"
        return found


def _companies_of(contact: dict[str, Any]) -> Sequence[str]:
    """Each once, though it is listed once for each label; the primary one first."""
    listed = contact.get("associations", {}).get("companies", {}).get("results", [])
    primary_first = sorted(listed, key=lambda each: "primary" not in each["type"])
    return tuple(dict.fromkeys(each["id"] for each in primary_first))
