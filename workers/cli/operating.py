"""Commands for whoever runs Tandem: how it stands, what was given up, what is wrong, what is switched on."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import redis
import typer
from rich.markup import escape
from sqlalchemy.exc import DBAPIError

from workers.cli.deployment import open_ledger, settings_with_redis, whoever_asks
from workers.cli.output import AsJson, Failed, print_json, print_table, say
from workers.coordination.budget import Budget
from workers.crm.checks import Check
from workers.ledger.field_book import FieldBook
from workers.ledger.field_problems import FieldProblems
from workers.ledger.inbox import count_malformed, find_malformed
from workers.ledger.invariants import check_invariants
from workers.ledger.postgres_ledger import PostgresLedger
from workers.ledger.review_desk import ParkedFilter, ReviewDesk
from workers.ledger.schema import refuse_unless_current
from workers.readiness import check_crms, check_fields
from workers.settings import Settings, read_settings
from workers.toolbox.hands import connect_redis

commands = typer.Typer()
parked = typer.Typer(help="What was given up until a person decides.", no_args_is_help=True)
switch = typer.Typer(help="What may sync, and how.", no_args_is_help=True)
commands.add_typer(parked, name="parked")
commands.add_typer(switch, name="switch")

Task = Annotated[str | None, typer.Option(help="Only of this task, such as create_account.")]
Code = Annotated[str | None, typer.Option(help="Only with this code, as `tandem parked list` shows it.")]
Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Only these records.")]
Everything = Annotated[bool, typer.Option("--all", help="Really all that is parked.")]
By = Annotated[str, typer.Option(help="Who decides; the account name unless told.")]


@commands.command()
def status(as_json: AsJson = False) -> None:
    """What is owed, what was given up, which workers are there, what of the quota is used."""
    engine, settings = open_ledger(), settings_with_redis()
    desk = ReviewDesk(engine)
    owed, given_up, malformed = desk.count_owed(), desk.count_parked(), count_malformed(engine)
    fields, paused = FieldProblems(engine).count(), FieldBook(engine).find_paused()
    connection = connect_redis(settings)
    calls = Budget(connection, settings).calls()
    workers = _workers()
    switches = asdict(PostgresLedger(engine).read_switches())
    broken = check_invariants(engine)
    if as_json:
        print_json(
            {
                "owed": owed,
                "parked": given_up,
                "parked_fields": fields,
                "paused_fields": paused,
                "malformed": malformed,
                "calls": calls,
                "workers": workers,
            }
            | {"switches": switches, "broken_invariants": broken}
        )
        return
    print_table(
        "Owed",
        ("task", "lane", "owed", "due", "waiting", "held", "oldest"),
        [(one.task, one.lane.value, one.owed, one.due, one.waiting, one.claimed, one.oldest) for one in owed],
    )
    if not any(one.owed for one in owed):
        say("Nothing is owed.")
    print_table("Parked", ("task", "class", "code", "records"), [tuple(asdict(one).values()) for one in given_up])
    if fields:
        say(f"{sum(one.rows for one in fields):,} parked fields: tandem parked fields")
    for one in paused.values():
        say(f"[red]Field {one.field} is paused for every company[/red] ({escape(one.code)}): {escape(one.remedy)}")
    if malformed:
        say(f"{malformed:,} malformed announcements: tandem parked events")
    print_table("Workers", ("name",), [(name,) for name in workers])
    if not workers:
        say("[yellow]No worker answers.[/yellow]")
    print_table("Calls so far", ("call", "number"), sorted(calls.items()))
    for violation in broken:
        say(f"[red]Broken: {escape(str(violation))}[/red]")


def _workers() -> list[str]:
    from workers.celery_app import make_app  # noqa: PLC0415 -- slow to import, and only this command needs it

    answers: list[dict[str, Any]] = make_app(settings_with_redis()).control.ping(timeout=1.0) or []
    return sorted(name for answer in answers for name in answer)


@parked.command("list")
def list_parked(task: Task = None, code: Code = None, ids: Ids = None, as_json: AsJson = False) -> None:
    """What gave up, why, and what to do."""
    found = ReviewDesk(open_ledger()).find_parked(_filter(task, code, ids))
    if as_json:
        print_json(found)
        return
    print_table(
        "Parked",
        ("task", "record", "code", "problem", "what to do"),
        [(one.task, one.record_id, one.code, one.problem, one.remedy) for one in found],
    )
    if not found:
        say("Nothing is parked.")
    if fields := sum(one.rows for one in FieldProblems(open_ledger()).count()):
        say(f"{fields:,} fields are parked by themselves: tandem parked fields")


@parked.command("fields")
def list_fields(code: Code = None, ids: Ids = None, as_json: AsJson = False) -> None:
    """Fields that are left out of records whose other fields sync, and what to do; fixed ones go by themselves."""
    found = FieldProblems(open_ledger()).find(_filter(None, code, ids))
    if as_json:
        print_json(found)
        return
    columns = ("record", "field", "class", "code", "problem", "what to do")
    print_table(
        "Parked fields",
        columns,
        [(one.record_id, one.field, one.problem_class, one.code, one.problem, one.remedy) for one in found],
    )
    if not found:
        say("No field is parked.")


@parked.command("events")
def list_malformed(as_json: AsJson = False) -> None:
    """Announcements nobody could act on; the ledger keeps them whole."""
    found = find_malformed(open_ledger())
    if as_json:
        names = ("digest", "problem", "times", "received_at")
        print_json([dict(zip(names, one, strict=True)) for one in found])
        return
    print_table(
        "Malformed announcements", ("digest", "problem", "times", "first"), [(one[0][:12], *one[1:]) for one in found]
    )


@parked.command()
def replay(task: Task = None, code: Code = None, ids: Ids = None, everything: Everything = False, by: By = "") -> None:
    """Try again, against the CRMs as they are now."""
    which = _chosen(task, code, ids, everything=everything)
    engine, person = open_ledger(), by or whoever_asks()
    number = ReviewDesk(engine).replay(which, by=person)
    fields = FieldProblems(engine).replay(which, by=person)
    say(f"{number:,} records are owed again." + (f" {fields:,} parked fields are tried again." if fields else ""))


@parked.command()
def dismiss(
    why: Annotated[str, typer.Option(help="The reason, kept on the record's timeline.")],
    task: Task = None,
    code: Code = None,
    ids: Ids = None,
    everything: Everything = False,
    by: By = "",
) -> None:
    """Nothing is to be done, until the record changes."""
    which = _chosen(task, code, ids, everything=everything)
    if not why.strip():
        raise typer.BadParameter("say why: the reason is kept on the timeline")
    number = ReviewDesk(open_ledger()).dismiss(which, by=by or whoever_asks(), why=why)
    say(f"{number:,} records are dismissed.")


def _filter(task: str | None, code: str | None, ids: list[str] | None) -> ParkedFilter:
    return ParkedFilter(task=task, code=code, record_ids=tuple(ids) if ids else None)


def _chosen(task: str | None, code: str | None, ids: list[str] | None, *, everything: bool) -> ParkedFilter:
    if not (task or code or ids or everything):
        raise typer.BadParameter("say which: ids, --task, --code or --all")
    return _filter(task, code, ids)


@commands.command()
def doctor(as_json: AsJson = False) -> None:
    """Is everything there that is needed, in the settings, the services and both CRMs? Says how to mend what is not."""
    settings = read_settings()
    checks = [Check("settings", problem, "Set it in the environment or in .env.") for problem in settings.missing()]
    if not checks:
        checks = [Check("settings"), *_services(settings)]
    if all(check.is_fine for check in checks):
        checks += check_crms(settings)
    if all(check.is_fine for check in checks):
        checks += check_fields(settings)
    if as_json:
        print_json(checks)
    else:
        for check in checks:
            say(
                f"[green]ok[/green]   {escape(check.name)}"
                if check.is_fine
                else f"[red]bad[/red]  {escape(check.name)}"
            )
            if not check.is_fine:
                say(f"     {escape(check.problem)}\n     {escape(check.remedy)}")
    if not all(check.is_fine for check in checks):
        raise typer.Exit(1)


def _services(settings: Settings) -> list[Check]:
    checks = []
    try:
        refuse_unless_current(settings.database_url.get_secret_value())
        checks.append(Check("Postgres and its schema"))
    except SystemExit as outdated:
        checks.append(Check("Postgres and its schema", str(outdated), "Run `tandem migrate`."))
    except DBAPIError as problem:
        told = f"it did not answer ({type(problem.orig).__name__})"
        checks.append(Check("Postgres and its schema", told, "Is it running where DATABASE_URL says?"))
    try:
        policy = connect_redis(settings).config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
        evicts = "" if policy == "noeviction" else f"maxmemory-policy is {policy}: it throws messages away when full"
        checks.append(Check("Redis", evicts, "Set maxmemory-policy noeviction." if evicts else ""))
    except redis.ResponseError:  # a managed Redis may not tell its configuration
        checks.append(Check("Redis"))
    except redis.RedisError as problem:
        told = f"it did not answer ({type(problem).__name__})"
        checks.append(Check("Redis", told, "Is it running where REDIS_URL says?"))
    return checks


@switch.command("list")
def list_switches(as_json: AsJson = False) -> None:
    """Every switch and its value."""
    switches = asdict(PostgresLedger(open_ledger()).read_switches())
    if as_json:
        print_json(switches)
    else:
        print_table("Switches", ("switch", "value"), [(name, _word(value)) for name, value in switches.items()])


@switch.command("set")
def set_switch(
    name: str, value: Annotated[str, typer.Argument(help="null switches a segment off.")], by: By = ""
) -> None:
    """Set one; workers see it with their next slice."""
    try:
        PostgresLedger(open_ledger()).write_switch(name, _value(name, value), by or whoever_asks())
    except ValueError as wrong:
        raise Failed(str(wrong)) from None
    say(f"{name} is {value}.")


def _value(name: str, text: str) -> object:
    """A segment's id is digits and yet a text."""
    if name.endswith("_segment"):
        return None if text == "null" else text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _word(value: object) -> str:
    return json.dumps(value) if not isinstance(value, str) else value
