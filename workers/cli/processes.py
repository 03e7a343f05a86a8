"""Commands that run something: the whole of it, one process of it, or the demo."""

import os
import socket
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from workers.cli.deployment import open_ledger, settings_with_redis
from workers.cli.output import AsJson, Failed, print_json, say
from workers.demo.run import Demo, run_demo
from workers.embedded import EmbeddedServices
from workers.ledger.attendance import read_attendance
from workers.ledger.engine import make_engine
from workers.ledger.schema import migrate as migrate_ledger
from workers.processes import new_password, process_specs
from workers.settings import LogFormat, read_settings
from workers.supervisor import Supervisor
from workers.telemetry.logs import configure_logging
from workers.watches import watch_for_deaf_workers, watch_redis

commands = typer.Typer()

Concurrency = Annotated[int, typer.Option(min=1, help="Children per worker.")]
OVERDUE = timedelta(seconds=60)


@commands.command()
def up(
    workers: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 2,
    concurrency: Concurrency = 2,
    folder: Annotated[Path, typer.Option(help="For the embedded Postgres and Redis.")] = Path(".tandem"),
) -> None:
    """Run everything here, and restart what ends; Postgres and Redis as well where none are given."""
    settings = read_settings()
    problems = [
        one
        for one in (*settings.missing(), *settings.missing_for_receiver())
        if not one.startswith(("DATABASE_URL", "REDIS_URL"))
    ]
    if problems:
        raise Failed("Tandem cannot start:\n  " + "\n  ".join(problems))
    configure_logging(level=settings.log_level, log_format=settings.log_format)
    given = (settings.database_url.get_secret_value(), settings.redis_url.get_secret_value())
    with EmbeddedServices(folder, *given) as services:
        migrate_ledger(services.database_url)
        password = settings.flower_password.get_secret_value() or new_password()
        env = {
            "DATABASE_URL": services.database_url,
            "REDIS_URL": services.redis_url,
            "TANDEM_FLOWER_PASSWORD": password,
            "TANDEM_BEAT_FILE": str(folder / "celerybeat-schedule"),
        }
        folder.mkdir(parents=True, exist_ok=True)
        engine = make_engine(
            services.database_url, lock_timeout=settings.lock_timeout, statement_timeout=settings.statement_timeout
        )
        specs = process_specs(workers=workers, concurrency=concurrency, env=env, receiver=True)
        with Supervisor(specs) as supervisor:
            watch_for_deaf_workers(supervisor, engine)
            watch_redis(supervisor, services)
            _say_where(services, password)
            supervisor.run()


def _say_where(services: EmbeddedServices, password: str) -> None:
    settings = read_settings()
    say(f"Changes and webhooks: http://{settings.receiver_address}:{settings.receiver_port}")
    say(f"Flower: http://127.0.0.1:{settings.flower_port}")
    if not settings.flower_password.get_secret_value():
        say(f"  user {settings.flower_user}, password {password}")
    if services.postgres is not None:
        say(f"export DATABASE_URL='{services.postgres.url}'")
    if services.redis is not None:
        say(f"export REDIS_URL='{services.redis.url}'")
    say("Ctrl-C stops everything.")


@commands.command()
def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running afterwards.")] = False,
    chaos: Annotated[bool, typer.Option("--chaos", help="Kill workers, empty and restart Redis meanwhile.")] = False,
    companies: Annotated[int, typer.Option(min=300, help="Companies that need a new account.")] = 4_000,
    people: Annotated[
        float,
        typer.Option(min=0, metavar="SECONDS", help="So long people work in both CRMs; 0: not at all."),
    ] = 0.0,
) -> None:
    """Run everything against simulated CRMs, announce changes as another service would, and check the outcome."""
    configure_logging(level="WARNING", log_format=LogFormat.CONSOLE)
    if not run_demo(Demo(backlog=companies, keep=keep, chaos=chaos, people_seconds=people)):
        raise typer.Exit(1)


@commands.command()
def worker(
    name: Annotated[str, typer.Option(help="Unique among the workers of this machine.")] = "worker",
    concurrency: Concurrency = 2,
) -> None:
    """Run one worker; any number may run, anywhere."""
    options = ["--concurrency", str(concurrency), "--hostname", f"{name}@{socket.gethostname()}"]
    _become_celery(["worker", *options, "--without-gossip", "--without-mingle"])


@commands.command()
def beat() -> None:
    """Run the schedule; one is enough."""
    settings_with_redis()
    _become_celery(["beat"])


@commands.command()
def flower() -> None:
    """Show the work in a browser, behind a password."""
    if not read_settings().flower_password.get_secret_value():
        raise Failed("Flower cannot start: TANDEM_FLOWER_PASSWORD is not set.")
    settings_with_redis()
    _become_celery(["flower", f"--conf={_flower_config()}"])


@commands.command()
def receiver(
    host: Annotated[str | None, typer.Option(help="127.0.0.1, unless TANDEM_RECEIVER_ADDRESS says otherwise.")] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="8080, unless TANDEM_RECEIVER_PORT says otherwise.")
    ] = None,
) -> None:
    """Take changes and HubSpot's webhooks over HTTP; any number may run."""
    from workers.http.server import run_receiver  # noqa: PLC0415 -- slow to import, and only this command needs it

    settings = read_settings()
    configure_logging(level=settings.log_level, log_format=settings.log_format)
    run_receiver(settings, host=host or settings.receiver_address, port=port or settings.receiver_port)


@commands.command()
def migrate(as_json: AsJson = False) -> None:
    """Bring the ledger's schema up to date; safe to repeat."""
    revision = migrate_ledger(str(open_ledger().url.render_as_string(hide_password=False)))
    if as_json:
        print_json({"revision": revision})
    else:
        say(f"The ledger's schema is up to date: {revision}.")


@commands.command()
def health(
    looks: Annotated[int, typer.Option(min=1, help="Look so many times, a second apart.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Is work that is due being consumed? Exit status 1 if it is not."""
    attendance = read_attendance(open_ledger(), overdue_after=OVERDUE)
    for _ in range(looks - 1):
        if not attendance.is_deserted:
            break
        time.sleep(1)
        attendance = read_attendance(open_ledger(), overdue_after=OVERDUE)
    if as_json:
        print_json({"is_healthy": not attendance.is_deserted, "attendance": attendance})
    elif not attendance.is_deserted:
        say(f"{attendance.open:,} owed, {attendance.held:,} being worked on.")
    if attendance.is_deserted:
        seconds = OVERDUE.total_seconds()
        raise Failed(f"{attendance.overdue:,} records are due for more than {seconds:.0f} s and nobody works on any.")


def _become_celery(arguments: Sequence[str]) -> None:
    from workers.celery_app import app as celery_app  # noqa: PLC0415 -- reads the settings, which other commands lack

    celery_app.start([*arguments])


def _flower_config() -> Path:
    here = Path(os.environ.get("TANDEM_FLOWER_CONFIG", "deploy/flowerconfig.py"))
    beside = Path(__file__).resolve().parents[2] / "deploy" / "flowerconfig.py"
    for path in (here, beside):
        if path.is_file():
            return path
    raise Failed(f"Flower cannot start: there is no {here}. It comes with Tandem's sources, in deploy/.")
