"""What a supervisor looks at besides exits: workers that live and do nothing, and a Redis of our own that ended."""

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from workers.embedded import EmbeddedServices, EmbeddedUnavailableError
from workers.ledger.attendance import read_attendance
from workers.supervisor import Supervisor
from workers.telemetry.logs import get_logger

log = get_logger(__name__)

OVERDUE = timedelta(seconds=60)
DESERTED_LOOKS = 3
"""In a row: between two slices nobody holds anything for a moment."""


def watch_for_deaf_workers(supervisor: Supervisor, engine: Engine, *, overdue_after: timedelta = OVERDUE) -> None:
    """Restart the workers when work is due and none is taken: a worker can outlive its connection unawares."""
    deserted = 0

    def look() -> None:
        nonlocal deserted
        with suppress(DBAPIError):  # without the ledger nobody can work, and restarting helps nobody
            attendance = read_attendance(engine, overdue_after=overdue_after)
            deserted = deserted + 1 if attendance.is_deserted else 0
            if deserted >= DESERTED_LOOKS:
                log.warning("workers.deaf", overdue=attendance.overdue)
                deserted = 0
                for status in supervisor.statuses():
                    if status.name != "flower":
                        supervisor.restart(status.name)

    supervisor.watch(look, every=max(timedelta(seconds=1), overdue_after / 6))


def watch_redis(supervisor: Supervisor, services: EmbeddedServices) -> None:
    """Start the embedded Redis again when it ended; a Redis that somebody else runs is theirs."""

    def look() -> None:
        if services.redis is not None and not services.redis.is_running:
            log.warning("redis.ended")
            try:
                services.redis.start()
            except EmbeddedUnavailableError as problem:
                log.warning("redis.not_started", problem=str(problem))

    supervisor.watch(look, every=timedelta(seconds=1))
