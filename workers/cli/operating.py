"""Commands for whoever runs Tandem: how it stands, what was given up, what is wrong, what is switched on."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import redis
import typer
from rich.markup import escape
from sqlalchemy.exc import DBAPIError

from workers.cli.deployment import open_ledger, settings_with_redis, whoever_asks
from workers.cli.output import AsJson, Failed, print_json, print_table, say
from workers.cli.standing import in_word, print_standing, print_switches, read_standing
from workers.cli.story import in_facts
from workers.crm.checks import Check
from workers.ledger.field_problems import FieldProblem, FieldProblems
from workers.ledger.inbox import find_malformed
from workers.ledger.postgres_ledger import PostgresLedger
from workers.ledger.review_desk import ParkedFilter, ParkedWork, ReviewDesk
from workers.ledger.schema import refuse_unless_current
from workers.readiness import check_crms, check_fields
from workers.settings import Settings, read_settings
from workers.toolbox.hands import connect_redis

NOTHING_MATCHES = 3
"""An exit status of its own: a script that decides about nothing is wrong about something."""

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
    """What is owed, what was given up, which workers are there, what is switched on, what of the quota is used."""
    stand = read_standing(open_ledger(), settings_with_redis())
    if as_json:
        print_json(stand)
    else:
        print_standing(stand)


@parked.command("list")
def list_parked(task: Task = None, code: Code = None, ids: Ids = None, as_json: AsJson = False) -> None:
    """What gave up, why, what there is to decide by, and what to do."""
    which = _filter(task, code, ids)
    found, fields = ReviewDesk(open_ledger()).find_parked(which), FieldProblems(open_ledger()).find(which)
    if as_json:
        print_json([*found, *fields])
        return
    alike: dict[tuple[str, str], list[ParkedWork]] = {}
    for one in found:
        alike.setdefault((one.code, one.remedy), []).append(one)
    for (its_code, remedy), rows in alike.items():
        say(f"[bold]{escape(its_code)}[/bold], {len(rows):,} parked. {escape(remedy)}")
        columns = ("task", "record", "problem", "facts")
        print_table("", columns, [(one.task, one.record_id, one.problem, in_facts(one.evidence)) for one in rows])
    _print_fields(fields)
    if not (found or fields):
        say("Nothing is parked.")


@parked.command("fields")
def list_fields(code: Code = None, ids: Ids = None, as_json: AsJson = False) -> None:
    """Fields that are left out of records whose other fields sync, and what to do; fixed ones go by themselves."""
    found = FieldProblems(open_ledger()).find(_filter(None, code, ids))
    if as_json:
        print_json(found)
        return
    _print_fields(found)
    if not found:
        say("No field is parked.")


def _print_fields(found: Sequence[FieldProblem]) -> None:
    columns = ("record", "field", "class", "code", "problem", "what to do")
    rows = [(one.record_id, one.field, one.problem_class, one.code, one.problem, one.remedy) for one in found]
    print_table("Parked fields", columns, rows)


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
def replay(
    task: Task = None,
    code: Code = None,
    ids: Ids = None,
    everything: Everything = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Try again, against the CRMs as they are now. Exit status 3 if nothing matches."""
    which = _chosen(task, code, ids, everything=everything)
    engine, person = open_ledger(), by or whoever_asks()
    number = ReviewDesk(engine).replay(which, by=person)
    fields = FieldProblems(engine).replay(which, by=person)
    if as_json:
        print_json({"replayed": number, "fields": fields})
    elif fields:
        say(f"{number:,} records are owed again. {fields:,} parked fields are tried again.")
    else:
        _tell_number(number, "replayed", "records are owed again", as_json=as_json)
    if not (number or fields):
        raise typer.Exit(NOTHING_MATCHES)


@parked.command()
def dismiss(
    why: Annotated[str, typer.Option(help="The reason, kept on the record's timeline.")],
    task: Task = None,
    code: Code = None,
    ids: Ids = None,
    everything: Everything = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Nothing is to be done, until the record changes. Exit status 3 if nothing matches."""
    which = _chosen(task, code, ids, everything=everything)
    if not why.strip():
        raise typer.BadParameter("say why: the reason is kept on the timeline")
    number = ReviewDesk(open_ledger()).dismiss(which, by=by or whoever_asks(), why=why)
    _tell_number(number, "dismissed", "records are dismissed", as_json=as_json)


def _tell_number(number: int, name: str, words: str, *, as_json: bool) -> None:
    if as_json:
        print_json({name: number})
    else:
        say(f"{number:,} {words}." if number else "Nothing that is parked matches: tandem parked list")
    if not number:
        raise typer.Exit(NOTHING_MATCHES)


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
        print_switches(switches)


@switch.command("set")
def set_switch(
    name: str,
    value: Annotated[str, typer.Argument(help="null switches a segment off.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Set one; workers see it with their next slice."""
    ledger = PostgresLedger(open_ledger())
    try:
        again = ledger.write_switch(name, _value(name, value), by or whoever_asks())
    except ValueError as wrong:
        raise Failed(str(wrong)) from None
    now = asdict(ledger.read_switches())[name]
    if as_json:
        print_json({name: now, "looked_at_again": again})
    else:
        say(f"{name} is {in_word(now)}. {again:,} records are looked at again.")


def _value(name: str, text: str) -> object:
    """A segment's id is digits and yet a text."""
    if name.endswith("_segment"):
        return None if text == "null" else text
    try:
        return json.loads(text)
    except ValueError:
        return text
