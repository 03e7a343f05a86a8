"""Running workers and both simulated CRMs with linked companies, in which a test does what people do."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tasks.contracts.records import Kind
from tests.by_hand import ByHand
from tests.running import Running
from workers.ledger.invariants import check_invariants
from workers.ledger.review_desk import ParkedFilter, ParkedWork, ReviewDesk
from workers.ledger.timelines import read_reasons

KEY = "HubSpot_Company_Id__c"


class Known(NamedTuple):
    contact_id: str
    person_id: str


class Office:
    """Running workers, and linked companies that nobody has touched yet."""

    def __init__(self, running: Running, companies: Iterator[str]) -> None:
        self.running = running
        self.hand = ByHand(running.crms.url, running.crms.control_url)
        self._fresh = companies
        self._told: list[str] = []

    def linked(self, number: int) -> list[tuple[str, str]]:
        """Companies with their accounts."""
        found = [self.untold() for _ in range(number)]
        for one in found:
            self.tell("hubspot.company", one)
        self.settled()
        companies = self.running.read_back().companies
        return [(one, companies[one]["sf_account_id"]) for one in found]

    def untold(self) -> str:
        """A company with a contact that nobody has spoken of yet."""
        return next(self._fresh)

    def tell(self, record: str, record_id: str, what: str = "changed") -> None:
        self._told.append(f"fate-{len(self._told)}")
        event = {"version": 1, "event_id": self._told[-1], "record": record, "id": record_id, "what": what}
        self.running.announce(event)

    def settled(self) -> None:
        self.running.wait_until(self.is_settled, what="everything announced is noted, and nothing is owed")
        assert check_invariants(self.running.engine) == []

    @property
    def desk(self) -> ReviewDesk:
        return ReviewDesk(self.running.engine)

    def company(self, company_id: str) -> Mapping[str, str]:
        return self.running.read_back().companies[company_id]

    def account_of(self, company_id: str) -> list[str]:
        """The living accounts that carry the company's id."""
        return self.accounts().get(company_id, [])

    def accounts(self) -> dict[str, list[str]]:
        """The living accounts by the company's id that they carry."""
        found: dict[str, list[str]] = {}
        for one in self.running.read_back().accounts:
            found.setdefault(one[KEY], []).append(one["Id"])
        return found

    def link(self, company_id: str) -> tuple[str, str] | None:
        """The account and the state."""
        query = "SELECT account_id, state FROM links WHERE company_id = %s"
        with self.running.engine.connect() as connection:
            row: Any = connection.exec_driver_sql(query, (company_id,)).one_or_none()
        return tuple(row) if row else None

    def person(self, company_id: str, account_id: str, sobject: str) -> "Known":
        """A new contact of the company and a Salesforce contact or lead of the same address, linked."""
        email = f"person{len(self._told)}@example.com"
        contact = self.hand.create_contact(email, company_id)
        values = {"LastName": "Doe", "Email": email}
        values |= {"AccountId": account_id} if sobject == "Contact" else {"Company": "Acme"}
        person = self.hand.create(sobject, values)
        self.tell("hubspot.contact", contact)
        self.settled()
        assert self.person_behind(contact) == (person, sobject.lower())
        return Known(contact, person)

    def person_behind(self, contact_id: str) -> tuple[str, str]:
        """The Salesforce record and what it is."""
        query = "SELECT person_id, kind FROM contact_links WHERE contact_id = %s"
        with self.running.engine.connect() as connection:
            row: Any = connection.exec_driver_sql(query, (contact_id,)).one()
        return row.person_id, row.kind

    def codes(self, contact_id: str) -> list[str]:
        """What was decided about a contact."""
        return read_reasons(self.running.engine, Kind.CONTACT)[contact_id]

    def parked(self, *company_ids: str) -> list[ParkedWork]:
        return self.desk.find_parked(ParkedFilter(record_ids=company_ids))

    def is_settled(self) -> bool:
        """All that was announced is noted, and nothing is owed."""
        return self._is_noted() and not any(one.owed for one in self.desk.count_owed())

    def _is_noted(self) -> bool:
        query = "SELECT count(*) FROM changes WHERE event_id = ANY (%s)"
        with self.running.engine.connect() as connection:
            return connection.exec_driver_sql(query, (self._told,)).scalar() == len(self._told)
