"""What the receiver works with, put together once per process."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from sqlalchemy import Engine

from tasks.contracts.machinery import Messenger
from workers.http.gate import Gate
from workers.http.ledger_calls import LedgerCalls
from workers.http.measures import Measures
from workers.http.wake_ups import WakeUps
from workers.ledger.engine import make_engine
from workers.ledger.inbox import PostgresInbox
from workers.ledger.known_values import KnownValues
from workers.ledger.producers import PostgresProducers
from workers.settings import Settings

LOCK_TIMEOUT = timedelta(seconds=2)
STATEMENT_TIMEOUT = timedelta(seconds=3)
"""Below what a caller waits for, whatever workers may take."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Threads: as many as the engine gives connections, ten. HubSpot sends ten requests at once and does not queue."""

    settings: Settings
    engine: Engine
    inbox: PostgresInbox
    producers: PostgresProducers
    known_values: KnownValues
    measures: Measures
    wake_ups: WakeUps
    of_producers: LedgerCalls
    of_webhooks: LedgerCalls
    of_operators: LedgerCalls
    producers_gate: Gate
    webhooks_gate: Gate

    @classmethod
    def build(cls, settings: Settings, messenger: Messenger) -> Self:
        """No network yet."""
        engine = make_engine(
            settings.database_url.get_secret_value(), lock_timeout=LOCK_TIMEOUT, statement_timeout=STATEMENT_TIMEOUT
        )
        return cls(
            settings=settings,
            engine=engine,
            inbox=PostgresInbox(engine),
            producers=PostgresProducers(engine),
            known_values=KnownValues(engine, account_property=settings.hubspot_account_property),
            measures=Measures(engine),
            wake_ups=WakeUps(messenger),
            of_producers=LedgerCalls(threads=4, purpose="changes"),
            of_webhooks=LedgerCalls(threads=4, purpose="webhooks"),
            of_operators=LedgerCalls(threads=2, purpose="probes"),
            producers_gate=Gate(in_all=64, per_caller=8),
            webhooks_gate=Gate(in_all=24, per_caller=24),
        )

    async def start(self) -> None:
        """From within the event loop."""
        self.wake_ups.start()

    async def stop(self) -> None:
        """What was committed is announced to workers first."""
        await self.wake_ups.stop()
        for calls in (self.of_producers, self.of_webhooks, self.of_operators):
            calls.close()
        self.engine.dispose()
