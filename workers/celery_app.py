"""The Celery app: tasks by name, one queue per lane, hardened settings with their reasons.

Celery carries wake-up calls. What has to be done is in Postgres before a message is sent, so a message may be lost,
doubled or late without anything being lost, done twice or done wrong.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache, wraps
from inspect import signature
from typing import Any, TypeVar

import structlog
from celery import Celery
from celery.signals import setup_logging, worker_init, worker_process_init
from kombu import Queue
from kombu.exceptions import OperationalError

from tasks.contracts.changes import HUBSPOT_ID, SALESFORCE_ID, malformed_event
from tasks.contracts.errors import SyncError, TryAgain
from tasks.contracts.records import Kind, Lane, Owed
from tasks.create_account import create_account
from tasks.create_company import create_company
from tasks.link_company import link_company
from tasks.link_contact import link_contact
from tasks.propagate_lifecycle_stage import propagate_lifecycle_stage
from tasks.receive_changes import receive_changes
from tasks.resend_owed import resend_owed
from tasks.rules.salesforce_ids import long_id
from tasks.sync_fields import sync_fields
from tasks.sync_task import SyncTask
from workers.messenger import QUEUES, CeleryMessenger, queue_of
from workers.polls import run_hubspot_polls, run_salesforce_polls
from workers.readiness import refuse_half_configured
from workers.settings import Settings, read_settings
from workers.slices import run_slice
from workers.telemetry.logs import configure_logging, get_logger
from workers.toolbox.hands import Hands
from workers.toolbox.reach import reach_ledger

R = TypeVar("R")

SYNC_TASKS: tuple[SyncTask, ...] = (
    create_account,
    create_company,
    link_company,
    link_contact,
    propagate_lifecycle_stage,
    sync_fields,
)

IDS = {Kind.ACCOUNT: (SALESFORCE_ID, "15 or 18 letters and digits as text")}
"""What a task about a record takes, where that is not a HubSpot id."""

SOFT_LIMIT_SECONDS = 240
HARD_LIMIT_SECONDS = 300
VISIBILITY_TIMEOUT_SECONDS = 420
"""Above the hard limit plus the longest countdown (30 s), or a message would run twice while still running."""

KEEP_TRYING: Mapping[str, Any] = {
    # While Postgres is away the message is all there is: it goes back to Redis until the ledger can take it.
    "autoretry_for": (TryAgain,),
    "max_retries": None,
    "retry_backoff": 1,
    "retry_backoff_max": 30,
}


def make_app(settings: Settings) -> Celery:
    """Nothing connects here."""
    app = Celery("tandem", broker=settings.redis_url.get_secret_value())
    app.conf.update(
        # JSON only: a message can never carry code.
        accept_content=["json"],
        task_serializer="json",
        event_serializer="json",
        # Results are not needed: the ledger knows what was done, and keeping them costs a quarter of the throughput.
        task_ignore_result=True,
        # A lane is a queue, so that a first load never stands in front of a customer waiting.
        # And Celery's own, so that a task called by its name alone is not left where nobody looks.
        task_queues=[Queue(name) for name in QUEUES],
        task_default_queue=queue_of(Lane.LIVE),
        task_create_missing_queues=False,
        # A worker killed in the middle gives its message back; it may still be lost, which resend_owed heals.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        # One message at a time: prefetched ones are invisible to scaling, and die with the process.
        worker_prefetch_multiplier=1,
        # A child that leaks or hangs is replaced; a slice is repeatable, so ending it costs only time.
        task_soft_time_limit=SOFT_LIMIT_SECONDS,
        task_time_limit=HARD_LIMIT_SECONDS,
        worker_max_tasks_per_child=2_000,
        worker_max_memory_per_child=400_000,
        # Deploys let a running slice finish instead of tearing it.
        worker_soft_shutdown_timeout=30,
        # Redis may come up after us, or go away and come back, for as long as it takes.
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_TIMEOUT_SECONDS,
            # Without these a network that dies silently leaves the worker alive and deaf for ever.
            "socket_timeout": 15,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 10,
            "retry_on_timeout": True,
            # A lost worker's messages come back soon after the visibility timeout; stock looks ten times rarer.
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
        },
        # A producer must not hang with a frozen Redis: the row is owed anyway.
        task_publish_retry=False,
        # Flower shows what happens; task events without arguments of unbounded size.
        worker_send_task_events=True,
        task_send_sent_event=False,
        # Our lines stay ours: structured, and with personal data masked.
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        # What runs by itself.
        beat_schedule={
            "resend-owed": _every(settings.resend_every, "tasks.resend_owed"),
            "poll-hubspot": _every(settings.poll_wake_every, "tasks.poll_hubspot"),
            "poll-salesforce": _every(settings.poll_wake_every, "tasks.poll_salesforce"),
        },
        beat_schedule_filename=os.environ.get("TANDEM_BEAT_FILE", "celerybeat-schedule"),
        timezone="UTC",
    )
    return app


def _every(interval: timedelta, task: str) -> dict[str, Any]:
    """A wake-up that nobody took in time is worth nothing: the next one says the same."""
    seconds = interval.total_seconds()
    return {"task": task, "schedule": seconds, "options": {"queue": queue_of(Lane.MAINTENANCE), "expires": seconds * 3}}


def register_tasks(app: Celery, build_hands: Callable[[Settings], Hands] = Hands.build) -> None:
    """Make every task callable by its name, working with the hands that are built in each process."""

    @lru_cache(maxsize=1)
    def of_process(_pid: int) -> Hands:
        return build_hands(read_settings())

    def hands() -> Hands:
        # Of this very process: after a fork an inherited socket would deliver other people's answers.
        return of_process(os.getpid())

    # Shared, a task would also become one of every other Celery app in the process, with these hands.
    messenger = CeleryMessenger(app, slice_size=read_settings().slice_size)
    for task in SYNC_TASKS:
        _register(app, task, hands, messenger)

    @app.task(name="tasks.receive_changes", shared=False, **KEEP_TRYING)
    @_keep_misfits("receive_changes", hands)
    def _receive_changes(changes: Any) -> dict[str, int]:
        """`tasks.receive_changes`: one change event or a list of them (docs/changes.md). Safe to repeat."""
        received = reach_ledger(lambda: receive_changes(changes, hands().inbox, messenger))
        return {"new": received.new, "repeated": received.repeated, "owed": len(received.owed)}

    @app.task(name="tasks.resend_owed", shared=False)
    @_keep_misfits("resend_owed", hands)
    def _resend_owed() -> int:
        """`tasks.resend_owed`: on the schedule; running it twice costs a few messages."""
        return resend_owed(hands().book, messenger)

    @app.task(name="tasks.poll_hubspot", shared=False)
    @_keep_misfits("poll_hubspot", hands)
    def _poll_hubspot() -> bool:
        """`tasks.poll_hubspot`: on the schedule; does nothing where it is not due. Safe to repeat."""
        return _poll_on(app, "tasks.poll_hubspot", reach_ledger(lambda: run_hubspot_polls(hands(), messenger)))

    @app.task(name="tasks.poll_salesforce", shared=False)
    @_keep_misfits("poll_salesforce", hands)
    def _poll_salesforce() -> bool:
        """`tasks.poll_salesforce`: on the schedule; does nothing where it is not due. Safe to repeat."""
        return _poll_on(app, "tasks.poll_salesforce", reach_ledger(lambda: run_salesforce_polls(hands(), messenger)))


def _poll_on(app: Celery, task: str, is_more: bool) -> bool:  # noqa: FBT001 -- a fact, not an option
    """Go on at once where there is more to read; if this message is lost, beat wakes it."""
    if is_more:
        with suppress(OperationalError):
            app.send_task(task, queue=queue_of(Lane.MAINTENANCE), retry=False)
    return is_more


def _register(app: Celery, task: SyncTask, hands: Callable[[], Hands], messenger: CeleryMessenger) -> None:
    @_keep_misfits(task.name, hands)
    def run(record_ids: Any, *, lane: Any = Lane.LIVE.value, forced: Any = False, owed: Any = False) -> int:
        # What is neither a lane nor true is the live lane and not forced: an error here would reach nobody.
        in_lane = Lane(lane) if isinstance(lane, str) and lane in set(Lane) else Lane.LIVE
        good = reach_ledger(lambda: _keep_bad_ids(task, record_ids, hands()))
        if owed is not True:
            # Called by another service, it keeps the same promises: remembered before anything else happens.
            owing = [Owed(task.name, one, in_lane, forced=forced is True) for one in good]
            reach_ledger(lambda: hands().book.owe(owing))
        return reach_ledger(lambda: run_slice(task, good, in_lane, hands(), messenger))

    run.__name__ = task.name
    run.__doc__ = f"`tasks.{task.name}`: one {task.of} id or a list of them; owed first, then run. Safe to repeat."
    app.task(run, name=f"tasks.{task.name}", shared=False, **KEEP_TRYING)


def _keep_misfits(name: str, hands: Callable[[], Hands]) -> Callable[[Callable[..., R]], Callable[..., R | None]]:
    """A call with other arguments than the task takes would end in an error that reaches nobody: it is kept whole."""

    def keep(run: Callable[..., R]) -> Callable[..., R | None]:
        wanted = signature(run)

        @wraps(run)
        def call(*args: Any, **kwargs: Any) -> R | None:
            try:
                wanted.bind(*args, **kwargs)
            except TypeError:  # its text would repeat what was sent
                sent = {"task": f"tasks.{name}", "args": args, "kwargs": kwargs}
                takes = ", ".join(wanted.parameters) or "nothing"
                misfit = malformed_event(sent, f"tasks.{name} takes {takes}, and was called with other arguments")
                reach_ledger(lambda: hands().inbox.park_malformed([misfit]))
                return None
            return run(*args, **kwargs)

        return call

    return keep


def _keep_bad_ids(task: SyncTask, record_ids: Any, hands: Hands) -> list[str]:
    """Returns the good ones, a Salesforce id in its long form."""
    pattern, what = IDS.get(task.of, (HUBSPOT_ID, "decimal digits as text"))
    good: list[str] = []
    bad: list[Any] = []
    for one in record_ids if isinstance(record_ids, list) else [record_ids]:
        (good if isinstance(one, str) and pattern.fullmatch(one) else bad).append(one)
    if bad:
        hands.inbox.park_malformed(
            [malformed_event(one, f"tasks.{task.name} takes {task.of} ids: {what}") for one in bad]
        )
    return [long_id(one) for one in good] if task.of is Kind.ACCOUNT else good


app = make_app(read_settings())
register_tasks(app)


@setup_logging.connect
def _configure_logging(**_: Any) -> None:
    settings = read_settings()
    configure_logging(level=settings.log_level, log_format=settings.log_format)


@worker_init.connect
def _refuse_half_configured(**_: Any) -> None:
    """A worker that cannot do its work says so and ends, instead of failing every record."""
    settings = read_settings()
    try:
        refuse_half_configured(settings)
    except SyncError as problem:
        # Not here, not now: the records wait for it, and so can the worker.
        get_logger(__name__).warning("readiness.unknown", problem=str(problem))


@worker_process_init.connect
def _name_the_process(**_: Any) -> None:
    structlog.contextvars.bind_contextvars(pid=os.getpid())
