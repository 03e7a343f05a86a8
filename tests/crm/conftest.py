"""The doors, the real client libraries and the simulated CRMs, joined by HTTP."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis
from pydantic import SecretStr

from simulator.hubspot.portal import Portal
from simulator.hubspot.seeding import DEFAULT_TOKEN
from simulator.salesforce.credentials import Credentials
from simulator.salesforce.org import Org
from tasks.contracts.records import Lane
from tests.coordination.conftest import client, redis_server  # noqa: F401 -- fixtures
from tests.crm.wire import AS_DEPLOYED, Wire, simulating
from workers.coordination.budget import Budget
from workers.crm.hubspot import HubSpotDoor
from workers.crm.salesforce import SalesforceDoor
from workers.crm.salesforce_login import SalesforceLogin
from workers.settings import HubSpotPaths, Settings


@pytest.fixture(scope="session")
def simulator() -> Iterator[Wire]:
    with simulating() as wire:
        yield wire


@pytest.fixture
def wire(simulator: Wire) -> Wire:
    """As a customer has prepared both CRMs, without a single record."""
    simulator.reset()
    simulator.portal.seed(json.loads(AS_DEPLOYED.read_text(encoding="utf-8"))["hubspot"])
    return simulator


@dataclass
class SalesforceWorld:
    """One org, reachable over a wire that can be cut, and as many doors to it as a test wants."""

    wire: Wire
    redis: redis.Redis
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def org(self) -> Org:
        return self.wire.org

    @property
    def settings(self) -> Settings:
        app = Credentials()
        known = {
            "salesforce_url": self.wire.url,
            "salesforce_consumer_key": SecretStr(app.consumer_key),
            "salesforce_consumer_secret": SecretStr(app.consumer_secret),
        }
        return Settings(_env_file=None, **{**known, **self.changes})

    def login(self) -> SalesforceLogin:
        return SalesforceLogin(self.settings, self.redis)

    def door(self, lane: Lane = Lane.LIVE) -> SalesforceDoor:
        return SalesforceDoor(self.settings, self.budget(), self.login(), lane)

    def budget(self) -> Budget:
        return Budget(self.redis, self.settings)

    def rows(self, sobject: str = "Account") -> list[dict[str, Any]]:
        return [row for row in self.org.state()[sobject] if not row.get("IsDeleted")]


@pytest.fixture
def salesforce(wire: Wire, client: redis.Redis) -> SalesforceWorld:  # noqa: F811 -- a fixture
    return SalesforceWorld(wire, client)


@pytest.fixture
def person_accounts(salesforce: SalesforceWorld) -> None:
    """An org in which the field exists, so that no call is spent on learning that it does not."""
    salesforce.org.configure({"extra_fields": {"Account": [{"name": "IsPersonAccount", "type": "boolean"}]}})


Rows = Mapping[str, Mapping[str, str | None]]


@dataclass
class HubSpotWorld:
    """One portal, reachable over a wire that can be cut, and as many doors to it as a test wants."""

    wire: Wire
    redis: redis.Redis
    changes: dict[str, Any] = field(default_factory=dict)
    lane: Lane = Lane.LIVE

    @property
    def portal(self) -> Portal:
        return self.wire.portal

    @property
    def settings(self) -> Settings:
        known = {"hubspot_url": self.wire.url, "hubspot_token": SecretStr(DEFAULT_TOKEN)}
        return Settings(_env_file=None, **{**known, **self.changes})

    def door(self) -> HubSpotDoor:
        return HubSpotDoor(self.settings, self.budget(), self.lane)

    def budget(self) -> Budget:
        return Budget(self.redis, self.settings)

    def has(self, companies: Rows | None = None, contacts: Rows | None = None) -> None:
        """Records by id, with these properties."""
        kinds = {"companies": companies or {}, "contacts": contacts or {}}
        self.portal.seed(
            {kind: [{"id": id_, "properties": row} for id_, row in rows.items()] for kind, rows in kinds.items()}
        )

    def has_segment(self, number: str, object_type: str, members: Sequence[str]) -> None:
        """A list that somebody keeps by hand."""
        known = {"listId": number, "name": f"Segment {number}", "objectTypeId": object_type}
        self.portal.seed({"lists": [{**known, "members": members}]})

    def properties(self, kind: str) -> dict[str, dict[str, str]]:
        """What the portal holds, by id."""
        return {row["id"]: row["properties"] for row in self.portal.state()[kind]}

    def links(self) -> dict[tuple[str, str], bool]:
        """(company, contact): is it the primary company?"""
        return {(each["company"], each["contact"]): each["primary"] for each in self.portal.state()["associations"]}


@pytest.fixture
def portal_world(wire: Wire, client: redis.Redis) -> HubSpotWorld:  # noqa: F811 -- a fixture
    """Asked through the newer paths."""
    return HubSpotWorld(wire, client)


@pytest.fixture(params=list(HubSpotPaths))
def hubspot(request: pytest.FixtureRequest, portal_world: HubSpotWorld) -> HubSpotWorld:
    """Asked through either generation of paths."""
    portal_world.changes["hubspot_paths"] = request.param
    return portal_world
