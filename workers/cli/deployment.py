"""What the commands work with: settings that suffice, the ledger, the queue."""

import getpass
from contextlib import suppress
from functools import lru_cache

from sqlalchemy import Engine

from workers.cli.output import Failed
from workers.ledger.engine import make_engine
from workers.settings import Settings, read_settings

NO_LEDGER = "DATABASE_URL is not set. It says where the ledger is; the output of `tandem up` shows the one it started."


@lru_cache(maxsize=1)
def open_ledger() -> Engine:
    """The engine of this deployment's ledger."""
    settings = read_settings()
    url = settings.database_url.get_secret_value()
    if not url:
        raise Failed(NO_LEDGER)
    return make_engine(url, lock_timeout=settings.lock_timeout, statement_timeout=settings.statement_timeout)


def settings_with_redis() -> Settings:
    """The settings, if they say where Redis is."""
    settings = read_settings()
    if not settings.redis_url.get_secret_value():
        raise Failed(
            "REDIS_URL is not set. It says where messages go; the output of `tandem up` shows the one it started."
        )
    return settings


def whoever_asks() -> str:
    """The account name of the person at the keyboard; decisions are kept with a name."""
    with suppress(OSError, KeyError):
        return getpass.getuser()
    return "command line"
