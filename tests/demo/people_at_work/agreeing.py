"""Two CRMs that agree in everything, and people who did something in them; each test spoils one thing."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from workers.demo.people_at_work.checker import check
from workers.demo.people_at_work.duplicates import Makers
from workers.demo.people_at_work.journal import Act, Journal
from workers.demo.people_at_work.mapping import SimpleField
from workers.demo.people_at_work.told import Told
from workers.demo.people_at_work.world import Account, Company, Contact, Person, Role, Version, World

BEGAN = datetime(2026, 11, 25, 12, tzinfo=UTC)
TANDEM, PEOPLE = "1000001", "1000002"
OUR_USER, THEIR_USER = "005000000000001AAA", "005000000000002AAA"
MAKERS = Makers(TANDEM, OUR_USER, BEGAN)
STAGES = ("subscriber", "lead", "opportunity", "customer", "other")
FIELDS = [
    SimpleField("name", "Name", "prefer_salesforce", is_number=False),
    SimpleField("numberofemployees", "NumberOfEmployees", "prefer_salesforce", is_number=True),
    SimpleField("phone", "Phone", "two_way", is_number=False),
    SimpleField("description", "Description", "always_salesforce", is_number=False),
]
ONE, TWO = "001000000000001", "001000000000002"
PERSON = "003000000000001"


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def version(value: str, seconds: float, by: str = TANDEM) -> Version:
    return Version(value, at(seconds), by)


@dataclass
class Agreeing:
    """Companies 1 and 2 with accounts ONE and TWO; contact 11 is at 1, and is the person on ONE."""

    companies: dict[str, Company] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    roles: list[Role] = field(default_factory=list)
    archived: set[str] = field(default_factory=set)
    acts: list[Act] = field(default_factory=list)
    told: Told = field(default_factory=Told)

    def __post_init__(self) -> None:
        for company_id, account_id in (("1", ONE), ("2", TWO)):
            self.add_company(company_id, sf_account_id=account_id + "AAA", lifecyclestage="lead")
            self.add_account(account_id, HubSpot_Company_Id__c=company_id)
        self.contacts["11"] = Contact("11", "ann@one.com", "lead", PEOPLE, "1", frozenset({"1"}))
        self.people[PERSON] = Person(PERSON, "Ann@One.com", ONE)

    def add_company(self, company_id: str, **properties: str) -> None:
        made = {"domain": f"{company_id}-people.com", "createdate": "2026-11-25T11:00:00.000Z"}
        made |= {"name": f"Customer {company_id}", "hs_object_source_id": PEOPLE}
        self.companies[company_id] = Company(company_id, {**made, **properties})

    def add_account(self, account_id: str, **values: Any) -> None:
        blank = dict.fromkeys(("MasterRecordId", "HubSpot_Company_Id__c", "Website", "NumberOfEmployees", "Phone"))
        made = {"Name": f"Customer {int(account_id[-3:])}", "IsDeleted": False, "Description": None, "OwnerId": None}
        made |= {"CreatedDate": "2026-11-25T11:00:00.000+0000", "CreatedById": THEIR_USER}
        self.accounts[account_id] = Account(account_id, {**blank, **made, **values})

    def set_company(self, company_id: str, **properties: str) -> None:
        """A blank takes a property away."""
        company = self.companies[company_id]
        values = {**company.properties, **properties}
        self.companies[company_id] = replace(company, properties={k: v for k, v in values.items() if v})

    def set_account(self, account_id: str, **values: Any) -> None:
        account = self.accounts[account_id]
        self.accounts[account_id] = replace(account, values={**account.values, **values})

    def did(self, system: str, act: str, *records: str, seconds: float = 60, **more: Any) -> None:
        self.acts.append(Act(system, act, at(seconds), tuple(records), **more))

    @property
    def world(self) -> World:
        owners = {"71": "ann@us.com", "72": "bob@us.com", "73": "only@hubspot.com"}
        users = {"005000000000071": "ann@us.com", "005000000000072": "bob@us.com"}
        return World(
            companies=self.companies,
            archived_companies=frozenset(self.archived),
            contacts=list(self.contacts.values()),
            accounts=self.accounts,
            people=list(self.people.values()),
            roles=self.roles,
            stages=STAGES,
            email_of_owner=owners | users,
        )

    @property
    def journal(self) -> Journal:
        return Journal(self.acts)

    def problems(self) -> list[str]:
        """What the whole checker finds."""
        return check(self.world, self.journal, self.told, MAKERS, FIELDS).problems
