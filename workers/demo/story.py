"""What the demo's records look like, and what each company was built to end as. Knows nothing of how Tandem decides."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

CONTACT_SEGMENT = "501"
COMPANY_SEGMENT = "502"

STAGES = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "1002003004",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)
"""The portal has a stage of its own between sales qualified lead and opportunity."""


class Phase(StrEnum):
    """The switches differ from phase to phase, because some rules only show under some of them."""

    SYNC_OFF = "company sync off"
    LEADS = "contacts sync as leads"
    GATE = "company segment as a gate"
    ALONE = "company segment alone"
    SUGGEST = "domains are suggestions"
    MAIN = "the backlog"
    CASCADE = "companies lift contacts"
    ECHO = "echoes of our own writes"
    SET_BACK = "stages set back by hand"


@dataclass
class Expected:
    """How one company must end."""

    phase: Phase
    reason: str
    """The reason code of the decision about the account; empty where only the stage is of interest."""
    account: str = "none"
    """none, created, or the id of the account that must be adopted."""
    stage: str = ""
    also: tuple[str, ...] = ()
    """Further reason codes that its timeline must carry."""
    one_of: str = ""
    """Companies with the same text here share a customer: exactly one of them gets the account."""
    associated: list[str] = field(default_factory=list)
    """Contacts that must be put on the company."""
    given_account: list[str] = field(default_factory=list)
    """Salesforce contacts that must end on the company's account."""
    contact_stages: dict[str, str] = field(default_factory=dict)


@dataclass
class Story:
    """All records of both CRMs, in the form the simulator is seeded with, and every company's expected end."""

    companies: list[dict[str, object]] = field(default_factory=list)
    contacts: list[dict[str, object]] = field(default_factory=list)
    associations: list[dict[str, object]] = field(default_factory=list)
    contact_members: list[str] = field(default_factory=list)
    company_members: list[str] = field(default_factory=list)
    salesforce: dict[str, list[dict[str, object]]] = field(
        default_factory=lambda: {
            name: [] for name in ("Account", "Contact", "Lead", "Opportunity", "OpportunityContactRole")
        }
    )
    expected: dict[str, Expected] = field(default_factory=dict)
    forced: list[str] = field(default_factory=list)
    announced_contacts: list[str] = field(default_factory=list)
    echoing_contacts: list[str] = field(default_factory=list)
    """Announced in the phase of echoes, after `lowered`."""
    lowered: dict[str, str] = field(default_factory=dict)
    """The stage that a person sets a company back to, once the phase of echoes has lifted its contacts."""

    @property
    def size(self) -> str:
        """For the first line of the demo."""
        salesforce = sum(len(self.salesforce[name]) for name in ("Account", "Contact", "Lead"))
        return (
            f"{len(self.companies):,} companies, {len(self.contacts):,} contacts,"
            f" {salesforce:,} accounts, contacts and leads in Salesforce"
        )

    def in_phase(self, phase: Phase) -> list[str]:
        """The companies that are announced in this phase."""
        return [company_id for company_id, expected in self.expected.items() if expected.phase is phase]


class Author:
    """Writes records with fresh ids. Every name and address is made up; domains end in .test or .example."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 -- a repeatable story, not a secret
        self.story = Story()
        self._numbers = self._count()

    def company(self, expected: Expected, *, name: str = "", **properties: str) -> str:
        """A company and how it must end; a blank for a name gives it none."""
        number = next(self._numbers)
        company_id = str(20_000_000_000 + number)
        values = {
            "name": name.strip() if name else f"{self._word()} {self._word()} {number}",
            "domain": f"{self._word().lower()}{number}.example.com",
            "hs_object_source": "CRM_UI",
            **properties,
        }
        # Subdomains of example.com would all be one registrable domain.
        if "domain" not in properties:
            values["domain"] = f"{self._word().lower()}{number}-demo.com"
        self.story.companies.append({"id": company_id, "properties": {k: v for k, v in values.items() if v}})
        self.story.expected[company_id] = expected
        return company_id

    def deleted_company(self, expected: Expected) -> None:
        """It is in the recycle bin."""
        self.company(expected)
        self.story.companies[-1]["archived"] = True

    def unknown_company(self, expected: Expected) -> None:
        """Announced, but HubSpot never had it."""
        self.story.expected[str(20_000_000_000 + next(self._numbers))] = expected

    def contact(
        self, company_id: str, *, stage: str = "", member: bool = True, primary: bool = True
    ) -> tuple[str, str]:
        """A contact on a company; returns its id and e-mail address."""
        contact_id, email = self.stranger(stage=stage)
        self.story.associations.append({"contact": contact_id, "company": company_id, "primary": primary})
        if member:
            self.story.contact_members.append(contact_id)
        return contact_id, email

    def stranger(self, *, stage: str = "") -> tuple[str, str]:
        """A contact on no company."""
        number = next(self._numbers)
        contact_id = str(30_000_000_000 + number)
        email = f"person.{number}@{self._word().lower()}{number}-demo.com"
        properties = {"email": email, "lastname": f"Person {number}", "lifecyclestage": stage}
        self.story.contacts.append({"id": contact_id, "properties": {k: v for k, v in properties.items() if v}})
        return contact_id, email

    def account(self, *, name: str = "", website: str = "", company_id: str = "") -> str:
        """A Salesforce account."""
        key = self._salesforce_id("001")
        record: dict[str, object] = {"Id": key, "Name": name or f"{self._word()} {self._word()} Account"}
        if website:
            record["Website"] = website
        if company_id:
            record["HubSpot_Company_Id__c"] = company_id
        self.story.salesforce["Account"].append(record)
        return key

    def salesforce_contact(self, email: str, *, account: str = "") -> str:
        """A Salesforce contact; private without an account."""
        key = self._salesforce_id("003")
        record: dict[str, object] = {"Id": key, "LastName": "Person", "Email": email}
        if account:
            record["AccountId"] = account
        self.story.salesforce["Contact"].append(record)
        return key

    def lead(self, email: str) -> str:
        """A Salesforce lead."""
        key = self._salesforce_id("00Q")
        lead = {"Id": key, "LastName": "Person", "Company": "To be told", "Status": "Open", "Email": email}
        self.story.salesforce["Lead"].append(dict(lead))
        return key

    def opportunity(self, contact: str, account: str, *, won: bool) -> None:
        """An opportunity with this contact in a role."""
        key = self._salesforce_id("006")
        stage = "Closed Won" if won else "Prospecting"
        record = {
            "Id": key,
            "Name": "Deal",
            "AccountId": account,
            "StageName": stage,
            "CloseDate": "2026-12-31",
            "IsClosed": won,
            "IsWon": won,
        }
        self.story.salesforce["Opportunity"].append(dict(record))
        role = {"Id": self._salesforce_id("00K"), "OpportunityId": key, "ContactId": contact}
        self.story.salesforce["OpportunityContactRole"].append(dict(role))

    def _salesforce_id(self, prefix: str) -> str:
        body = f"{prefix}Dm000{next(self._numbers):07d}"
        return body + _check_characters(body)

    def _word(self) -> str:
        syllables = ("ba", "ko", "mi", "ra", "tu", "lo", "ne", "vi", "so", "da", "pe", "zu")
        return "".join(self.random.choice(syllables) for _ in range(3)).capitalize()

    @staticmethod
    def _count() -> Iterator[int]:
        number = 0
        while True:
            number += 1
            yield number


def _check_characters(body: str) -> str:
    """The three characters that make a case-sensitive 15-character Salesforce id safe to compare without case."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    blocks = (body[start : start + 5] for start in (0, 5, 10))
    return "".join(
        alphabet[sum(1 << position for position, letter in enumerate(block) if letter.isupper())] for block in blocks
    )
