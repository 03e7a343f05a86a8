"""A producer of changes, as another service would write it: Celery, the task's name, JSON, and patience."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy import Engine

from tasks.contracts.records import Lane
from workers.ledger.inbox import find_noted
from workers.messenger import queue_of

TASK = "tasks.receive_changes"
TOGETHER = 500
"""Events in one message."""


class Producer:
    """Announces changes. Needs to know the broker's address, a task name and a queue name: nothing else of Tandem."""

    def __init__(self, redis_url: str) -> None:
        self._app = Celery("producer", broker=redis_url)
        self._app.conf.update(
            task_serializer="json",
            accept_content=["json"],
            task_ignore_result=True,
            broker_transport_options={"socket_timeout": 5, "socket_connect_timeout": 5, "retry_on_timeout": True},
        )

    def announce(self, events: Sequence[Any], *, together: int = TOGETHER) -> None:
        """Send. Raises kombu's OperationalError when Redis is away; sending again does no harm."""
        for start in range(0, len(events), together):
            batch = list(events[start : start + together])
            self._app.send_task(TASK, args=[batch], queue=queue_of(Lane.LIVE), retry=False)

    def close(self) -> None:
        """Give the connections back."""
        self._app.close()


def announce_until_noted(
    producer: Producer, events: Sequence[Mapping[str, Any]], engine: Engine, *, patience: float = 10, tries: int = 12
) -> int:
    """Announce, look whether the ledger has them, and announce again what it has not: Redis may lose a message.

    Returns how many are still not noted after `tries` times `patience` seconds.
    """
    missing = {str(event["event_id"]): event for event in events}
    for _ in range(tries):
        try:
            producer.announce(list(missing.values()))
        except OperationalError:
            time.sleep(1)
            continue
        looks_until = time.monotonic() + patience
        while missing and time.monotonic() < looks_until:
            for event_id in find_noted(engine, list(missing)):
                del missing[event_id]
            if missing:
                time.sleep(0.2)
        if not missing:
            break
    return len(missing)
