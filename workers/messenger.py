"""Wakes workers through Celery. A wake-up may get lost: it is owed all the same, and sent again."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from celery import Celery
from kombu.exceptions import OperationalError

from tasks.contracts.records import Lane, Owed
from workers.telemetry.logs import get_logger

log = get_logger(__name__)


def queue_of(lane: Lane) -> str:
    """The lane's queue: where other services send their announcements as well."""
    return f"tandem.{lane.value}"


STOCK_QUEUE = "celery"
"""Where Celery sends what a caller names no queue for."""
QUEUES = (*(queue_of(lane) for lane in Lane), STOCK_QUEUE)
"""What every worker listens to."""


class CeleryMessenger:
    """One message per task, lane and slice of records; ids only, because Flower shows arguments."""

    def __init__(self, app: Celery, *, slice_size: int) -> None:
        self._app = app
        self._slice_size = slice_size

    def wake(self, owed: Sequence[Owed], *, after: timedelta = timedelta()) -> None:
        """Send; a broker that is away costs nothing but time."""
        together: dict[tuple[str, Lane], list[str]] = defaultdict(list)
        for one in owed:
            together[one.task, one.lane].append(one.record_id)
        slices = [
            (task, lane, record_ids[start : start + self._slice_size])
            for (task, lane), record_ids in together.items()
            for start in range(0, len(record_ids), self._slice_size)
        ]
        for number, (task, lane, record_ids) in enumerate(slices):
            try:
                self._send(task, lane, record_ids, after)
            except OperationalError:
                # Each further one would wait for a connection as long as this one has.
                log.warning("wake_up.lost", task=task, messages=len(slices) - number)
                return

    def _send(self, task: str, lane: Lane, record_ids: list[str], after: timedelta) -> None:
        self._app.send_task(
            f"tasks.{task}",
            args=[record_ids],
            kwargs={"lane": lane.value, "owed": True},
            queue=queue_of(lane),
            countdown=after.total_seconds() or None,
            retry=False,
        )
