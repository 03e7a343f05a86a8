"""The doors, the real client libraries and the simulated CRMs, joined by HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis
from pydantic import SecretStr

from simulator.salesforce.org import Org
from tasks.contracts.records import Lane
from tests.coordination.conftest import client, nowhere, redis_server  # noqa: F401 -- fixtures
from tests.crm.portal import Portal
from tests.crm.serving import Wire, serving
from workers.coordination.budget import Budget
from workers.crm.hubspot import HubSpotDoor
from workers.crm.salesforce import SalesforceDoor
from workers.crm.salesforce_login import SalesforceLogin
from workers.settings import Settings


@dataclass
class SalesforceWorld:
    """One org, reachable over a wire that can be cut, and as many doors to it as a test wants."""

    org: Org
    wire: Wire
    redis: redis.Redis
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        known = {
            "salesforce_url": self.wire.url,
            "salesforce_consumer_key": SecretStr("tandem-consumer-key"),
            "salesforce_consumer_secret": SecretStr("tandem-consumer-secret"),
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


@pytest.fixture(scope="session")
def served_org() -> Iterator[tuple[Org, Wire]]:
    org = Org()
    with serving(org.routes()) as wire:
        yield org, wire


@pytest.fixture
def salesforce(served_org: tuple[Org, Wire], client: redis.Redis) -> SalesforceWorld:  # noqa: F811 -- a fixture
    org, wire = served_org
    org.reset()
    wire.reset()
    return SalesforceWorld(org, wire, client)


@pytest.fixture
def person_accounts(salesforce: SalesforceWorld) -> None:
    """An org in which the field exists, so that no call is spent on learning that it does not."""
    salesforce.org.configure({"extra_fields": {"Account": [{"name": "IsPersonAccount", "type": "boolean"}]}})


@dataclass
class HubSpotWorld:
    """One portal, reachable over a wire that can be cut, and as many doors to it as a test wants."""

    portal: Portal
    wire: Wire
    redis: redis.Redis
    changes: dict[str, Any] = field(default_factory=dict)
    lane: Lane = Lane.LIVE

    @property
    def settings(self) -> Settings:
        known = {"hubspot_url": self.wire.url, "hubspot_token": SecretStr("pat-test-1")}
        return Settings(_env_file=None, **{**known, **self.changes})

    def door(self) -> HubSpotDoor:
        return HubSpotDoor(self.settings, self.budget(), self.lane)

    def budget(self) -> Budget:
        return Budget(self.redis, self.settings)


@pytest.fixture(scope="session")
def served_portal() -> Iterator[tuple[Portal, Wire]]:
    portal = Portal()
    with serving(portal.routes()) as wire:
        yield portal, wire


@pytest.fixture
def hubspot(served_portal: tuple[Portal, Wire], client: redis.Redis) -> HubSpotWorld:  # noqa: F811 -- a fixture
    portal, wire = served_portal
    portal.reset()
    wire.reset()
    return HubSpotWorld(portal, wire, client)
