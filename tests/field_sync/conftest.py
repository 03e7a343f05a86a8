"""Real slices against both simulated CRMs: what people do there, what is owed for it, and what came over the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from simulator.hubspot.seeding import DEFAULT_TOKEN
from tasks.contracts.records import AccountId, CompanyId, Kind, Lane, Link, Owed, Verdict
from tasks.create_account import create_account
from tasks.link_company import link_company
from tasks.propagate_lifecycle_stage import propagate_lifecycle_stage
from tasks.sync_fields import sync_fields
from tests.crm.asking import KEY
from tests.crm.wire import Sent, Wire
from tests.ledger.samples import link_request
from tests.promises.conftest import crms, hands, simulated  # noqa: F401 -- fixtures
from tests.woken import Woken
from workers.ledger.field_problems import FieldProblem, FieldProblems
from workers.ledger.review_desk import ParkedFilter
from workers.ledger.timelines import read_timeline
from workers.slices import run_slice
from workers.toolbox.hands import Hands

TASKS = {one.name: one for one in (create_account, link_company, propagate_lifecycle_stage, sync_fields)}
READS = ("/batch/read", "/owners", "/properties", "/describe", "/query", "/token", "/lists")


@dataclass
class Pairs:
    """Linked pairs, and the workers that keep their fields in step."""

    wire: Wire
    hands: Hands
    links: dict[str, Link] = field(default_factory=dict)

    def link(self, company: Mapping[str, str], account: Mapping[str, Any], *, number: int = 1) -> None:
        """A company and an account that are one customer already."""
        one = Link(CompanyId(str(number)), AccountId(f"001{number:012d}AAA"))
        self.links[one.company_id] = one
        self.add_company({"sf_account_id": one.account_id, **company}, number=number)
        self.wire.org.seed({"Account": [{"Id": one.account_id, "Name": "Acme", KEY: one.company_id, **account}]})
        assert self.hands.ledger.record_links([link_request(one)]) == [None]
        self.owe(number)

    def add_company(self, values: Mapping[str, str], *, number: int) -> None:
        self.wire.portal.seed({"companies": [{"id": str(number), "properties": {"name": "Acme", **values}}]})

    def edit_company(self, values: Mapping[str, str], *, number: int = 1) -> None:
        url = f"{self.wire.url}/crm/v3/objects/companies/{number}"
        headers = {"Authorization": f"Bearer {DEFAULT_TOKEN}"}
        requests.patch(url, json={"properties": values}, headers=headers, timeout=5).raise_for_status()

    def edit_account(self, values: Mapping[str, Any], *, number: int = 1) -> None:
        self.wire.org.seed({"Account": [{**self.account(number), **values}]})

    def company(self, number: int = 1) -> dict[str, str]:
        (row,) = (row for row in self.wire.portal.state()["companies"] if row["id"] == str(number))
        properties: dict[str, str] = row["properties"]
        return properties

    def account(self, number: int = 1) -> dict[str, Any]:
        (row,) = (row for row in self.wire.org.state()["Account"] if row["Id"] == f"001{number:012d}AAA")
        found: dict[str, Any] = row
        return found

    def owe(self, *numbers: int, task: str = "sync_fields", forced: bool = False) -> None:
        """Somebody announced a change of these companies."""
        self.hands.book.owe([Owed(task, str(one), forced=forced) for one in numbers])

    def work(self) -> None:
        """Until nothing is due in any lane."""
        while any(run_slice(task, [], lane, self.hands, Woken()) for task in TASKS.values() for lane in Lane):
            pass

    def sync(self, *numbers: int, forced: bool = False) -> list[Sent]:
        """What came over the wire while these were brought into step."""
        self.owe(*(numbers or (1,)), forced=forced)
        before = len(self.wire.sent)
        self.work()
        return self.wire.sent[before:]

    def problems(self) -> list[FieldProblem]:
        return FieldProblems(self.hands.engine).find(ParkedFilter())

    def timeline(self, number: int = 1) -> list[Verdict]:
        found = read_timeline(self.hands.engine, Kind.COMPANY, str(number)).decided
        return [Verdict(one.code, one.evidence) for one in found]


def writes_in(sent: list[Sent]) -> list[str]:
    """Those that change something in a CRM."""
    return [
        f"{one.method} {one.path}"
        for one in sent
        if one.method != "GET" and not any(part in one.path for part in READS) and not is_retrieve(one)
    ]


def is_retrieve(one: Sent) -> bool:
    """Salesforce reads many records with a POST."""
    return one.method == "POST" and one.path.endswith("/composite/sobjects/Account")


@pytest.fixture
def search_rate() -> int:
    """What is carried does not depend on how long it takes."""
    return 1_000


@pytest.fixture
def pairs(crms: Wire, hands: Hands) -> Pairs:  # noqa: F811 -- fixtures
    hands.ledger.write_switch("company_sync", True, "the test")
    crms.portal.configure({"search_limit": 1_000})
    return Pairs(crms, hands)
