"""One receiver for a module, and an empty ledger with one producer for every test."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.http.running import Receiver, receiving
from tests.ledger.samples import empty
from tests.simulator.hubspot_fixtures import hubspot, simulation
from workers.ledger.producers import PostgresProducers

__all__ = ["hubspot", "simulation"]


@pytest.fixture(scope="module")
def running_receiver(engine: Engine, database_url: str) -> Iterator[Receiver]:
    with receiving(engine, database_url) as started:
        yield started


@pytest.fixture
def receiver(running_receiver: Receiver) -> Receiver:
    """With the key of the producer `crm-bridge`."""
    empty(running_receiver.engine)
    running_receiver.woken.owed.clear()
    running_receiver.key = PostgresProducers(running_receiver.engine).add("crm-bridge")
    return running_receiver
