"""The ledger's schema: brought up to date, compared with the models, and required to be current."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine

from workers.ledger.models import LedgerTable


def migrate(url: str) -> str:
    """Bring the schema up to date and return its revision; safe to repeat, and safe to start twice at once."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return str(_revision(connection))


def pending_changes(url: str) -> list[str]:
    """What the models say and a migrated schema does not; empty when they agree."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return [str(difference) for difference in compare_metadata(context, LedgerTable.metadata)]


def refuse_unless_current(url: str) -> None:
    """SystemExit, with what to do, unless the schema is the one this program was written for."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        has, wants = _revision(connection), ScriptDirectory.from_config(_config()).get_current_head()
    if has != wants:
        raise SystemExit(
            f"Tandem cannot start: the ledger's schema is {has or 'not there yet'}, this version needs {wants}."
            " Run the migration (`tandem migrate`) with this version first."
        )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    # A percent sign in a path is nothing to be filled in.
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    return config
