"""How Alembic reaches the ledger: one migrator at a time, and none that blocks the workers for long."""

from alembic import context
from sqlalchemy import Connection, NullPool, create_engine, text

from workers.ledger.models import LedgerTable
from workers.settings import read_settings

ONE_AT_A_TIME = 1_413_566_020


def migrate_with(connection: Connection) -> None:
    """One transaction for everything: the schema is the new one, or still the old one."""
    context.configure(
        connection=connection,
        target_metadata=LedgerTable.metadata,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
        # A statement that waits for a table stops everybody behind it: give up instead, and be started again.
        connection.execute(text("SET LOCAL lock_timeout = '4s'"))
        connection.execute(text("SET LOCAL statement_timeout = '5min'"))
        context.run_migrations()


def main() -> None:
    """Over the caller's connection, or, from the alembic command, over one of our own."""
    given = context.config.attributes.get("connection")
    if given is not None:
        migrate_with(given)
        return
    engine = create_engine(read_settings().database_url.get_secret_value(), poolclass=NullPool)
    with engine.connect() as connection:
        migrate_with(connection)


main()
