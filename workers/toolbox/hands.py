"""Puts the real tools together: the only place that knows every hand. Built after the fork, once per process."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Self

import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry
from sqlalchemy import Engine

from tasks.contracts.machinery import Job
from tasks.contracts.records import Lane, Switches
from tasks.contracts.tools import Tools
from tasks.create_account import create_account
from workers.coordination.budget import Budget
from workers.coordination.leases import RedisLeases
from workers.coordination.turns import Turns
from workers.crm.hubspot import HubSpotDoor
from workers.crm.hubspot_feed import HubSpotDoorFeed
from workers.crm.salesforce import SalesforceDoor
from workers.crm.salesforce_feed import SalesforceDoorFeed
from workers.crm.salesforce_login import SalesforceLogin
from workers.gather import Gather
from workers.ledger.engine import make_engine
from workers.ledger.field_book import FieldBook
from workers.ledger.inbox import PostgresInbox
from workers.ledger.owed_book import PostgresOwedBook
from workers.ledger.poll_book import PostgresPollBook
from workers.ledger.postgres_ledger import PostgresLedger
from workers.mapping.files import read_mapping
from workers.settings import Settings
from workers.toolbox.fields import GatheredFields, MappingDesk, mapped_properties
from workers.toolbox.hubspot import GatheredHubSpot, HubSpotBatches
from workers.toolbox.leases import GatheredLeases, LeaseBatches
from workers.toolbox.ledger import GatheredLedger, LedgerBatches
from workers.toolbox.salesforce import GatheredSalesforce, SalesforceBatches
from workers.toolbox.segments import Segments


@dataclass(frozen=True, slots=True)
class Hands:
    """Every connection of one process."""

    settings: Settings
    engine: Engine
    redis: "redis.Redis"
    ledger: PostgresLedger
    book: PostgresOwedBook
    inbox: PostgresInbox
    leases: RedisLeases
    budget: Budget
    poll_book: PostgresPollBook
    hubspot: Mapping[Lane, HubSpotDoor]
    salesforce: Mapping[Lane, SalesforceDoor]
    fields: FieldBook
    mapping: MappingDesk

    @property
    def hubspot_feed(self) -> HubSpotDoorFeed:
        """Live work: what polls find is somebody waiting."""
        return HubSpotDoorFeed(
            self.hubspot[Lane.LIVE],
            account_property=self.settings.hubspot_account_property,
            mapped=mapped_properties(self.mapping.mapping),
        )

    @property
    def salesforce_feed(self) -> SalesforceDoorFeed:
        """As above."""
        return SalesforceDoorFeed(
            self.salesforce[Lane.LIVE],
            account_key=self.settings.salesforce_account_key,
            mapped=self.mapping.names(),
        )

    @classmethod
    def build(cls, settings: Settings) -> Self:
        """No network yet: each connects when first used."""
        engine = make_engine(
            settings.database_url.get_secret_value(),
            lock_timeout=settings.lock_timeout,
            statement_timeout=settings.statement_timeout,
        )
        connection = connect_redis(settings)
        budget = Budget(connection, settings)
        login = SalesforceLogin(settings, connection)
        ledger, fields = PostgresLedger(engine), FieldBook(engine)
        hubspot = {lane: HubSpotDoor(settings, budget, lane) for lane in Lane}
        salesforce = {lane: SalesforceDoor(settings, budget, login, lane) for lane in Lane}
        mapping = MappingDesk(
            read_mapping(settings.mapping),
            ledger,
            fields,
            hubspot=hubspot[Lane.LIVE],
            salesforce=salesforce[Lane.LIVE],
            ttl=settings.descriptions_ttl,
        )
        return cls(
            settings=settings,
            engine=engine,
            redis=connection,
            ledger=ledger,
            book=PostgresOwedBook(engine, resend_after=settings.resend_after),
            inbox=PostgresInbox(engine),
            leases=RedisLeases(connection, ttl=settings.claim_ttl),
            budget=budget,
            poll_book=PostgresPollBook(engine),
            hubspot=hubspot,
            salesforce=salesforce,
            fields=fields,
            mapping=mapping,
        )


@dataclass(frozen=True, slots=True)
class SliceTools:
    """What one slice works with: the gathered tools behind each of its runs."""

    switches: Switches
    switched_on_at: datetime | None
    gather: Gather
    ledger: LedgerBatches
    leases: LeaseBatches
    hubspot: HubSpotBatches
    salesforce: SalesforceBatches
    mapping: MappingDesk

    @classmethod
    def of(cls, hands: Hands, lane: Lane) -> Self:
        """Fresh for every slice: nothing is remembered from one to the next but what the ledger holds."""
        return cls(
            switches=hands.ledger.read_switches(),
            switched_on_at=hands.ledger.find_switched_on_at(),
            gather=Gather(),
            ledger=LedgerBatches(hands.ledger, hands.fields, on_paused_field=hands.mapping.forget),
            leases=LeaseBatches(hands.leases, hands.ledger),
            hubspot=HubSpotBatches(
                hands.hubspot[lane],
                hands.ledger,
                Segments(
                    hands.hubspot[lane],
                    hands.ledger,
                    Turns(hands.redis),
                    count_owed=partial(hands.book.count_owed, create_account.name),
                ),
                account_property=hands.settings.hubspot_account_property,
                mapped=mapped_properties(hands.mapping.mapping),
            ),
            salesforce=SalesforceBatches(
                hands.salesforce[lane],
                hands.ledger,
                mapped=hands.mapping.names,
                on_unknown_field=hands.mapping.forget,
            ),
            mapping=hands.mapping,
        )

    def for_job(self, job: Job) -> Tools:
        """The tools of one run, as a flow sees them."""
        return Tools(
            hubspot=GatheredHubSpot(self.gather, self.hubspot, as_of=job.as_of),
            salesforce=GatheredSalesforce(self.gather, self.salesforce, as_of=job.as_of),
            ledger=GatheredLedger(self.gather, self.ledger, lane=job.lane, as_of=job.as_of),
            leases=GatheredLeases(self.gather, self.leases),
            fields=GatheredFields(self.gather, self.mapping),
            switches=self.switches,
            forced=job.forced,
            switched_on_at=self.switched_on_at,
        )


def connect_redis(settings: Settings) -> "redis.Redis":
    """With time-outs and keep-alive: a silently dead network must not hang a worker.

    A command is tried three times: a client made from a URL would give up at the first dropped connection. All that
    we ask of Redis may be repeated; when only the answer was lost, a slot or a lock stays taken until it runs out.
    """
    return redis.Redis.from_url(
        settings.redis_url.get_secret_value(),
        retry=Retry(ExponentialBackoff(base=0.02, cap=0.5), retries=2),
        socket_timeout=10,
        socket_connect_timeout=2,
        socket_keepalive=True,
        health_check_interval=15,
    )
