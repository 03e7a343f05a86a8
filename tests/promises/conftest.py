"""Every promise is tested twice: on the double, and on the real thing."""

import json
from collections.abc import AsyncIterator, Iterator

import pytest
import redis
from pydantic import SecretStr
from sqlalchemy import Engine

from simulator.hubspot.seeding import DEFAULT_TOKEN
from simulator.salesforce.credentials import Credentials
from tests.crm.wire import AS_DEPLOYED, Wire, simulating
from tests.ledger.samples import empty
from tests.promises.memory_scene import MemoryScene
from tests.promises.real_scene import RealScene
from tests.promises.scene import Scene
from workers.settings import Settings
from workers.toolbox.hands import Hands

NATIVE_PROPERTY = {"name": "salesforceaccountid", "label": "Account ID", "type": "string", "fieldType": "text"}
"""What HubSpot's own integration leaves behind."""


@pytest.fixture(params=["memory", "real"])
def scene(request: pytest.FixtureRequest) -> Scene:
    """Empty CRMs, an empty ledger, and nobody at work."""
    found: Scene = request.getfixturevalue(f"{request.param}_scene")
    return found


@pytest.fixture
def memory_scene() -> MemoryScene:
    return MemoryScene()


@pytest.fixture
async def real_scene(hands: Hands, crms: Wire) -> AsyncIterator[RealScene]:
    async with RealScene.of(hands, crms) as scene:
        yield scene


@pytest.fixture(scope="module")
def simulated() -> Iterator[Wire]:
    with simulating() as wire:
        yield wire


@pytest.fixture
def crms(simulated: Wire) -> Wire:
    """As a customer has prepared both CRMs, without a single record."""
    simulated.reset()
    simulated.portal.seed(json.loads(AS_DEPLOYED.read_text(encoding="utf-8"))["hubspot"])
    simulated.portal.seed({"properties": {"companies": [NATIVE_PROPERTY]}})
    simulated.org.configure({"extra_fields": {"Account": [{"name": "IsPersonAccount", "type": "boolean"}]}})
    return simulated


@pytest.fixture
def search_rate() -> int:
    """Searches per second that we allow ourselves."""
    return 5


@pytest.fixture
def hands(database_url: str, redis_url: str, engine: Engine, crms: Wire, search_rate: int) -> Iterator[Hands]:
    """A process that has just started."""
    empty(engine)
    with redis.Redis.from_url(redis_url) as connection:
        connection.flushdb()
    app = Credentials()
    started = Hands.build(
        Settings(
            _env_file=None,
            DATABASE_URL=SecretStr(database_url),
            REDIS_URL=SecretStr(redis_url),
            hubspot_url=crms.url,
            hubspot_token=SecretStr(DEFAULT_TOKEN),
            hubspot_search_rate=search_rate,
            salesforce_url=crms.url,
            salesforce_consumer_key=SecretStr(app.consumer_key),
            salesforce_consumer_secret=SecretStr(app.consumer_secret),
        )
    )
    yield started
    started.engine.dispose()
    started.redis.close()
