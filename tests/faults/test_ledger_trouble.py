"""Postgres is away, or has no room, while changes are announced: the messages wait in Redis until they are noted."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Engine

from tests.ledger.samples import execute
from tests.running import Running
from workers.demo.story import Author, Expected, Phase, Story
from workers.embedded import EmbeddedPostgres
from workers.ledger.engine import make_engine
from workers.ledger.schema import migrate

COMPANIES = 10
ROWS_OF_ONE = 4
"""create_account, link_company, sync_fields, propagate_lifecycle_stage."""
AWAY_FOR_SECONDS = 4

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


@pytest.fixture
def story() -> Story:
    author = Author(seed=1)
    for _ in range(COMPANIES):
        _, email = author.contact(author.company(Expected(Phase.MAIN, "")))
        author.salesforce_contact(email)
    return author.story


@pytest.fixture
def postgres() -> Iterator["Postgres"]:
    with TemporaryDirectory(prefix="tandem-test-", ignore_cleanup_errors=True) as folder:
        postgres = Postgres(Path(folder) / "postgres")
        yield postgres
        postgres.stop()


class Postgres:
    """One that can be stopped and started, with its data and its address kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.start()
        migrate(self.url)
        patience = timedelta(seconds=5)
        self.engine = make_engine(self.url, lock_timeout=patience, statement_timeout=patience)

    @property
    def url(self) -> str:
        return self._server.url

    def start(self) -> None:
        self._server = EmbeddedPostgres(self._folder)

    def stop(self) -> None:
        self._server.close()


def test_what_is_announced_while_postgres_is_away_is_done_when_it_is_back(postgres, story, redis_url, tmp_path):
    with Running(tmp_path, postgres.url, redis_url, postgres.engine, story) as running:
        expect_workers_at_work(running)
        postgres.stop()
        announce(running, *ids(story)[1:])
        let_pass(running, AWAY_FOR_SECONDS)
        postgres.start()
        expect_an_account_each(running)


def test_what_is_announced_while_the_disk_is_full_is_done_when_there_is_room(empty_ledger, story, redis_url, tmp_path):
    url, engine = empty_ledger
    with Running(tmp_path, url, redis_url, engine, story) as running:
        expect_workers_at_work(running)
        fill_disk(engine)
        announce(running, *ids(story)[1:])
        let_pass(running, AWAY_FOR_SECONDS)
        assert noted(engine) == 1
        execute(engine, "DROP TRIGGER no_room ON changes")
        expect_an_account_each(running)


def fill_disk(engine: Engine) -> None:
    """As Postgres itself says that it cannot extend a file."""
    execute(
        engine,
        """CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$""",
    )
    execute(engine, "CREATE TRIGGER no_room BEFORE INSERT ON changes EXECUTE FUNCTION no_room()")


def noted(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM changes").scalar() or 0


def ids(story: Story) -> list[str]:
    return [str(one["id"]) for one in story.companies]


def announce(running: Running, *companies: str) -> None:
    """One message for each."""
    for one in companies:
        running.announce({"version": 1, "event_id": f"e-{one}", "record": "hubspot.company", "id": one})


def expect_workers_at_work(running: Running) -> None:
    announce(running, ids(running.story)[0])
    running.wait_until_settled(rows=ROWS_OF_ONE)


def let_pass(running: Running, seconds: float) -> None:
    until = time.monotonic() + seconds
    running.wait_until(lambda: time.monotonic() > until, what="a while")


def expect_an_account_each(running: Running) -> None:
    running.wait_until_settled(rows=ROWS_OF_ONE * COMPANIES)
    accounts = running.read_back().accounts
    assert {one["HubSpot_Company_Id__c"] for one in accounts} == set(ids(running.story))
    assert len(accounts) == COMPANIES
