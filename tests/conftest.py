"""Services for the tests that need them: started once, a fresh database and an empty Redis for every module."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import redis
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from workers.embedded import EmbeddedServices
from workers.ledger.engine import make_engine
from workers.ledger.schema import migrate

# Properties are tried without a clock: how busy the machine is says nothing about them.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Side by side, the longest files first: begun last, one of them would run on alone at the end."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("processes") is None)


@pytest.fixture(scope="session")
def services() -> Iterator[EmbeddedServices]:
    """Postgres and Redis of our own. The URLs of a deployment are not looked at: tests empty what they are given."""
    database_url = os.environ.get("TANDEM_TEST_DATABASE_URL", "")
    redis_url = _of_this_process(os.environ.get("TANDEM_TEST_REDIS_URL", ""))
    with (
        # Not pytest's own folder: every pytest that starts closes that one to other users, and Postgres may be one.
        TemporaryDirectory(prefix="tandem-test-", ignore_cleanup_errors=True) as folder,
        EmbeddedServices(Path(folder), database_url, redis_url) as started,
    ):
        if started.postgres is not None:
            # Nobody needs this data after a power cut.
            _run(started.database_url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield started


@pytest.fixture(scope="session")
def migrated_template(services: EmbeddedServices) -> Iterator[str]:
    """A database with today's schema, from which the others are copied."""
    with _database(services.database_url, f"template_{uuid4().hex[:12]}") as url:
        migrate(url)
        yield str(make_url(url).database)


@pytest.fixture(scope="module")
def database_url(services: EmbeddedServices, migrated_template: str) -> Iterator[str]:
    """A migrated and empty database that only this module uses."""
    with _database(services.database_url, f"test_{uuid4().hex[:12]}", template=migrated_template) as url:
        yield url


@pytest.fixture(scope="module")
def engine(database_url: str) -> Iterator[Engine]:
    """As a worker has it, with less patience."""
    engine = make_engine(database_url, lock_timeout=timedelta(seconds=5), statement_timeout=timedelta(seconds=10))
    yield engine
    engine.dispose()


@pytest.fixture
def empty_ledger(services: EmbeddedServices, migrated_template: str) -> Iterator[tuple[str, Engine]]:
    """Its URL and its engine, for one test alone; Redis is empty as well."""
    with redis.Redis.from_url(services.redis_url) as connection:
        connection.flushdb()
    with _database(services.database_url, f"test_{uuid4().hex[:12]}", template=migrated_template) as url:
        engine = make_engine(url, lock_timeout=timedelta(seconds=5), statement_timeout=timedelta(seconds=10))
        yield url, engine
        engine.dispose()


@pytest.fixture(scope="session")
def redis_url(services: EmbeddedServices) -> str:
    """Emptied before every module that uses it."""
    return services.redis_url


@pytest.fixture(scope="module", autouse=True)
def _empty_redis(request: pytest.FixtureRequest) -> None:
    ours = (item for item in request.session.items if item.nodeid.startswith(request.node.nodeid + "::"))
    if any("redis_url" in getattr(item, "fixturenames", ()) for item in ours):
        with redis.Redis.from_url(request.getfixturevalue("redis_url")) as connection:
            connection.flushdb()


def _of_this_process(redis_url: str) -> str:
    """The first process of several takes the database that was given, each further one the next: they empty it."""
    if not redis_url:
        return ""
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    parts = urlsplit(redis_url)
    return parts._replace(path=f"/{int(parts.path.strip('/') or 0) + process}").geturl()


@contextmanager
def _database(server_url: str, name: str, *, template: str = "template1") -> Iterator[str]:
    _run(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    _run(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _run(url: str, *statements: str) -> None:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
