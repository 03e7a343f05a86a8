"""What people know of the org: some of its records, what hangs on what, and what lies in the recycle bin."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from simulator.people import soap
from simulator.people.calls import Line, RefusedError, Request, body_of
from simulator.people.invention import Customer, Person
from simulator.people.soap import SoapRequest

VERSION = "62.0"
SERVICES = f"/services/data/v{VERSION}"
SOBJECTS = f"{SERVICES}/sobjects"
USERS = "SELECT Id FROM User WHERE IsActive = true"
RECORDS = {
    "Account": "SELECT Id, OwnerId FROM Account",
    "Contact": "SELECT Id, OwnerId, AccountId FROM Contact",
    "Lead": "SELECT Id, OwnerId FROM Lead WHERE IsConverted = false",
    "Opportunity": "SELECT Id, OwnerId, AccountId FROM Opportunity",
}


@dataclass(frozen=True, slots=True)
class Application:
    """What a connected app logs in with."""

    consumer_key: str
    consumer_secret: str


@dataclass
class SalesforceRecords:
    ids: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in RECORDS})
    users: list[str] = field(default_factory=list)
    owner_of: dict[str, str] = field(default_factory=dict)
    account_of: dict[str, str] = field(default_factory=dict)
    """By contact and opportunity."""
    entered: list[Customer | Person] = field(default_factory=list)
    """By people, whatever became of the record."""
    bin: list[tuple[str, str]] = field(default_factory=list)
    """Objects and ids of what people deleted themselves."""

    def add(self, name: str, record: str, account: str = "") -> None:
        self.ids[name].append(record)
        if account:
            self.account_of[record] = account

    def forget(self, name: str, record: str) -> None:
        """With an account goes what hangs on it."""
        self.ids[name].remove(record)
        self.account_of.pop(record, None)
        if name == "Account":
            for child in [child for child, account in self.account_of.items() if account == record]:
                self.forget("Contact" if child in self.ids["Contact"] else "Opportunity", child)

    def move_children(self, former: str, account: str) -> None:
        for child, parent in self.account_of.items():
            if parent == former:
                self.account_of[child] = account


class Salesforce:
    """The org as one connected app opens it; logs in anew when its session has ended."""

    name = "salesforce"

    def __init__(self, line: Line, application: Application) -> None:
        self.line = line
        self.records = SalesforceRecords()
        self._application = application
        self._session = ""

    async def call(self, request: Request | SoapRequest) -> Any:
        """The body of the answer, of SOAP the texts of its result. Raises RefusedError, UnansweredError."""
        if not self._session:
            await self._log_in()
        try:
            return await self._call(request)
        except RefusedError as refused:
            if "INVALID_SESSION_ID" not in refused.code:
                raise
        await self._log_in()
        return await self._call(request)

    async def look_around(self, most: int) -> None:
        """Get to know so many records of each object, those with the lowest ids."""
        end = f"ORDER BY Id LIMIT {most}"
        users = await self._query(f"{USERS} {end}")
        self.records.users = [each["Id"] for each in users]
        for name, soql in RECORDS.items():
            for each in await self._query(f"{soql} {end}"):
                self.records.add(name, each["Id"], each.get("AccountId") or "")
                self.records.owner_of[each["Id"]] = each["OwnerId"]

    async def _call(self, request: Request | SoapRequest) -> Any:
        if isinstance(request, SoapRequest):
            return soap.outcome(await self.line.send(request.with_session(self._session, version=VERSION)))
        headers = {**request.headers, "Authorization": f"Bearer {self._session}"}
        return body_of(await self.line.send(Request(request.method, request.path, request.body, headers)))

    async def _log_in(self) -> None:
        key, secret = self._application.consumer_key, self._application.consumer_secret
        form = f"grant_type=client_credentials&client_id={quote(key)}&client_secret={quote(secret)}"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        token = body_of(await self.line.send(Request("POST", "/services/oauth2/token", form, headers)))
        self._session = token["access_token"]

    async def _query(self, soql: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        path = f"{SERVICES}/query?q={quote(soql)}"
        while path:
            page = await self.call(Request("GET", path))
            found += page["records"]
            path = page.get("nextRecordsUrl", "")
        return found
