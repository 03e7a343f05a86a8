"""The schema and the models are one."""

import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import Engine, NullPool, create_engine, inspect, make_url, text
from sqlalchemy.exc import IntegrityError

from tasks.contracts.records import Verdict
from tests.ledger.samples import execute, verdict_request
from workers.embedded import EmbeddedServices
from workers.ledger.models import LedgerTable
from workers.ledger.postgres_ledger import PostgresLedger
from workers.ledger.schema import migrate, pending_changes, refuse_unless_current


@pytest.fixture
def empty_database_url(services: EmbeddedServices) -> Iterator[str]:
    name = f"empty_{uuid4().hex[:12]}"
    server = create_engine(services.database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(services.database_url).set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def test_the_migrations_make_what_the_models_say(database_url: str) -> None:
    assert pending_changes(database_url) == []


def test_a_column_that_no_migration_makes_is_noticed(engine: Engine, database_url: str) -> None:
    execute(engine, "ALTER TABLE links DROP COLUMN linked_at")
    try:
        assert any("linked_at" in one for one in pending_changes(database_url))
    finally:
        execute(engine, "ALTER TABLE links ADD COLUMN linked_at timestamptz NOT NULL DEFAULT now()")


def test_the_migrations_make_every_check_of_the_models(engine: Engine) -> None:
    """Alembic compares columns and indexes, but not these."""
    for table in LedgerTable.metadata.sorted_tables:
        made = {check["name"] for check in inspect(engine).get_check_constraints(table.name)}
        stated = {str(one.name) for one in table.constraints if type(one).__name__ == "CheckConstraint"}
        assert made == stated, table.name


def test_migrating_again_changes_nothing(database_url: str) -> None:
    migrate(database_url)
    assert pending_changes(database_url) == []


def test_two_migrators_at_once_do_not_collide(empty_database_url: str) -> None:
    program = "import sys; from workers.ledger.schema import migrate; migrate(sys.argv[1])"
    # Alembic keeps its state in globals, so these are processes.
    migrators = [subprocess.Popen([sys.executable, "-c", program, empty_database_url]) for _ in range(2)]
    assert [migrator.wait(30) for migrator in migrators] == [0, 0]
    assert pending_changes(empty_database_url) == []


def test_a_worker_refuses_a_schema_that_is_not_its_own(empty_database_url: str) -> None:
    with pytest.raises(SystemExit, match=r"not there yet.*tandem migrate"):
        refuse_unless_current(empty_database_url)
    migrate(empty_database_url)
    refuse_unless_current(empty_database_url)


@pytest.mark.parametrize("statement", ["UPDATE verdicts SET code = 'OTHER'", "DELETE FROM verdicts"])
def test_the_timeline_cannot_be_rewritten(engine: Engine, ledger: PostgresLedger, statement: str) -> None:
    ledger.record_verdicts([verdict_request("1", Verdict("N1_NO_CONTACTS"))])
    with pytest.raises(IntegrityError, match="never changed or removed"):
        execute(engine, statement)
