"""Connections to the ledger: few, checked before use, and none that waits for ever."""

from datetime import timedelta

from sqlalchemy import Engine, create_engine


def make_engine(url: str, *, lock_timeout: timedelta, statement_timeout: timedelta) -> Engine:
    """Connects when first used. Build it after a fork: a connection cannot be shared between processes."""
    timeouts = {
        "lock_timeout": lock_timeout,
        "statement_timeout": statement_timeout,
        # A worker that froze in the middle of a transaction must not hold its locks until it thaws.
        "idle_in_transaction_session_timeout": statement_timeout,
    }
    return create_engine(
        url,
        pool_size=4,
        max_overflow=6,
        pool_pre_ping=True,
        # The parameters of a statement are people's addresses and names; its error is for the log.
        hide_parameters=True,
        connect_args={
            "application_name": "tandem",
            "connect_timeout": 5,
            "keepalives_idle": 15,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "options": " ".join(f"-c {name}={_milliseconds(value)}" for name, value in timeouts.items()),
        },
    )


def _milliseconds(duration: timedelta) -> int:
    return max(1, round(duration / timedelta(milliseconds=1)))
