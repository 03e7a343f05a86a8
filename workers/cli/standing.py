"""How a deployment stands at this moment: work, workers, switches, quota."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from rich.markup import escape
from sqlalchemy import Engine

from workers.cli.output import print_table, say
from workers.coordination.budget import Budget
from workers.coordination.usage import DayUsage, read_usage
from workers.ledger.field_book import FieldBook, PausedField
from workers.ledger.field_problems import FieldProblems
from workers.ledger.inbox import count_malformed
from workers.ledger.invariants import Violation, check_invariants
from workers.ledger.poll_book import CursorState, read_cursors
from workers.ledger.postgres_ledger import PostgresLedger
from workers.ledger.review_desk import OwedCount, ParkedCount, ReviewDesk
from workers.settings import Settings
from workers.toolbox.hands import connect_redis


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything `tandem status` tells."""

    owed: Sequence[OwedCount]
    parked: Sequence[ParkedCount]
    parked_fields: Sequence[ParkedCount]
    paused_fields: Mapping[str, PausedField]
    malformed: int
    cursors: Sequence[CursorState]
    workers: Sequence[str]
    switches: Mapping[str, Any]
    quota: Sequence[DayUsage]
    calls: Mapping[str, int]
    broken_invariants: Sequence[Violation]


def read_standing(engine: Engine, settings: Settings) -> Standing:
    """Takes a second: so long workers are given to answer."""
    desk = ReviewDesk(engine)
    with connect_redis(settings) as connection:
        quota, calls = read_usage(connection, settings), Budget(connection, settings).calls()
    return Standing(
        owed=desk.count_owed(),
        parked=desk.count_parked(),
        parked_fields=FieldProblems(engine).count(),
        paused_fields=FieldBook(engine).find_paused(),
        malformed=count_malformed(engine),
        cursors=read_cursors(engine),
        workers=_workers(settings),
        switches=asdict(PostgresLedger(engine).read_switches()),
        quota=quota,
        calls=calls,
        broken_invariants=check_invariants(engine),
    )


def print_standing(stand: Standing) -> None:
    """What is broken last, where it is seen."""
    _print_work(stand)
    print_table("Polls", ("reads", "behind", "next", "problem"), [_poll_line(cursor) for cursor in stand.cursors])
    print_table("Workers", ("name",), [(name,) for name in stand.workers])
    if not stand.workers:
        say("[yellow]No worker answers.[/yellow]")
    print_switches(stand.switches)
    _print_quota(stand.quota)
    print_table("Calls so far", ("call", "number"), sorted(stand.calls.items()))
    for violation in stand.broken_invariants:
        say(f"[red]Broken: {escape(str(violation))}[/red]")


def print_switches(switches: Mapping[str, Any]) -> None:
    """Every one, as `tandem switch set` takes it."""
    print_table("Switches", ("switch", "value"), [(name, in_word(value)) for name, value in switches.items()])


def in_word(value: Any) -> str:
    """A switch's value as it is typed."""
    return json.dumps(value) if not isinstance(value, str) else value


def _print_work(stand: Standing) -> None:
    print_table(
        "Owed",
        ("task", "lane", "owed", "due", "waiting", "held", "oldest"),
        [(one.task, one.lane.value, one.owed, one.due, one.waiting, one.claimed, one.oldest) for one in stand.owed],
    )
    if not any(one.owed for one in stand.owed):
        say("Nothing is owed.")
    print_table("Parked", ("task", "class", "code", "records"), [tuple(asdict(one).values()) for one in stand.parked])
    if stand.parked_fields:
        say(f"{sum(one.rows for one in stand.parked_fields):,} parked fields: tandem parked fields")
    for one in stand.paused_fields.values():
        say(f"[red]Field {one.field} is paused for every company[/red] ({escape(one.code)}): {escape(one.remedy)}")
    if stand.malformed:
        say(f"{stand.malformed:,} malformed announcements: tandem parked events")


def _poll_line(cursor: CursorState) -> tuple[object, ...]:
    behind = timedelta(seconds=round(cursor.behind.total_seconds()))
    return cursor.reads, f"{behind}{'' if cursor.is_complete else ' …'}", cursor.due_at, cursor.problem


def _print_quota(quota: Sequence[DayUsage]) -> None:
    print_table(
        "Calls of the day",
        ("CRM", "used", "limit", "reserve", "live until", "others until", "comes back"),
        [(one.crm, one.used, one.limit, one.reserve, one.live_until, one.others_until, one.resets) for one in quota],
    )
    for one in quota:
        if one.closed_for:
            say(f"[yellow]{one.crm} has refused calls: nobody calls it for {one.closed_for.seconds:,} s.[/yellow]")


def _workers(settings: Settings) -> list[str]:
    from workers.celery_app import make_app  # noqa: PLC0415 -- slow to import, and only this command needs it

    answers: list[dict[str, Any]] = make_app(settings).control.ping(timeout=1.0) or []
    return sorted(name for answer in answers for name in answer)
