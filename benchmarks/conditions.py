"""The same fresh conditions for every contender: CRMs, ledger and Redis with nothing in them but what is to be done."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import redis
from sqlalchemy import NullPool, create_engine, make_url, text

from workers.demo.simulated_crms import SimulatedCrms
from workers.demo.story import Author, Expected, Phase, Story
from workers.embedded import EmbeddedServices
from workers.ledger.schema import migrate

ASSOCIATION_BURST = 150
SEARCHES_PER_SECOND = 5
NO_LIMIT = 1_000_000


class CannotRun(Exception):
    """The benchmark cannot run like this, or got stuck; the text says why."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What all contenders meet."""

    workers: int = 2
    """Worker processes."""
    children: int = 2
    """Of each of them."""
    latency: float = 0.02
    """Seconds before either CRM looks at a call."""
    hubspot_burst: int = 190
    """Calls per 10 s; 0: neither CRM limits anything."""
    patience: float = 180
    """Seconds without any call after which a contender is taken to be stuck."""

    def simulator_switches(self) -> Mapping[str, Mapping[str, float | int]]:
        """For both CRMs."""
        limits: dict[str, float | int] = {
            "burst_limit": self.hubspot_burst,
            "association_burst_limit": ASSOCIATION_BURST,
            "search_limit": SEARCHES_PER_SECOND,
        }
        unlimited: dict[str, float | int] = dict.fromkeys((*limits, "daily_limit", "association_daily_limit"), 0)
        hubspot = limits if self.hubspot_burst else unlimited
        salesforce = {} if self.hubspot_burst else {"daily_limit": 1000 * NO_LIMIT}
        return {
            "hubspot": {**hubspot, "latency": self.latency},
            "salesforce": {**salesforce, "latency": self.latency},
        }


@dataclass(frozen=True, slots=True)
class Ground:
    """Where one contender runs, alone."""

    conditions: Conditions
    story: Story
    crms: SimulatedCrms
    database_url: str
    redis_url: str
    folder: Path
    """For logs."""

    @property
    def company_ids(self) -> list[str]:
        """All that are to get an account."""
        return list(self.story.expected)


@contextmanager
def prepare_ground(
    conditions: Conditions, services: EmbeddedServices, *, companies: int, folder: Path
) -> Iterator[Ground]:
    """A simulator, a database and an empty Redis, as if nobody had run before. Raises CannotRun."""
    folder.mkdir(parents=True, exist_ok=True)
    story = write_companies(companies)
    with (
        _empty_redis(services.redis_url),
        _fresh_ledger(services.database_url) as database_url,
        SimulatedCrms(folder / "simulator.log") as crms,
    ):
        crms.seed(story)
        crms.configure(conditions.simulator_switches())
        yield Ground(conditions, story, crms, database_url, services.redis_url, folder)


def write_companies(number: int) -> Story:
    """Companies that need a new account and nothing special, each with one contact in the segment."""
    author = Author(seed=number)
    for _ in range(number):
        company = author.company(Expected(Phase.MAIN, "C3_QUALIFYING_CONTACT", account="created"))
        author.contact(company, stage="lead")
    return author.story


@contextmanager
def _empty_redis(url: str) -> Iterator[None]:
    with redis.Redis.from_url(url) as connection:
        if connection.dbsize():
            raise CannotRun("The benchmark empties its Redis, and REDIS_URL leads to a database with something in it.")
        try:
            yield
        finally:
            connection.flushdb()


@contextmanager
def _fresh_ledger(server_url: str) -> Iterator[str]:
    name = f"benchmark_{uuid4().hex[:12]}"
    engine = create_engine(server_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    try:
        migrate(url)
        yield url
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
