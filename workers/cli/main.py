"""The command line `tandem`; exit status 0: all is well, 1: something is wrong and was said, 2: usage, 3: no match."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from psycopg.errors import UndefinedColumn, UndefinedTable
from pydantic import ValidationError
from redis.exceptions import RedisError
from rich.markup import escape
from sqlalchemy.exc import DBAPIError

from tasks.contracts.errors import SyncError
from workers.cli import mapping, operating, processes, producers, records
from workers.cli.output import Failed, errors, say
from workers.embedded import EmbeddedUnavailableError

app = typer.Typer(
    name="tandem",
    help="Keeps HubSpot companies and Salesforce accounts in step.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="rich",
)


def _tell_version(asked: bool) -> None:
    if asked:
        say(f"tandem {version('tandem')}")
        raise typer.Exit


@app.callback()
def _of_all_commands(
    _version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Keeps HubSpot companies and Salesforce accounts in step."""


for commands in (processes.commands, records.commands, producers.commands, operating.commands, mapping.commands):
    app.registered_commands += commands.registered_commands
    app.registered_groups += commands.registered_groups


def run() -> None:
    """The program. What is expected to go wrong is told in a sentence; only a fault of ours shows a traceback."""
    try:
        app()
    except Failed as failed:
        _fail(str(failed))
    except EmbeddedUnavailableError as unavailable:
        _fail(str(unavailable))
    except SyncError as problem:
        _fail(f"{problem}. {problem.remedy}".strip())
    except ValidationError as wrong:
        _fail("\n".join(_wrong_settings(wrong)))
    except DBAPIError as problem:
        _fail(_of_ledger(problem))
    except RedisError as problem:
        _fail(f"Redis did not answer: {_first_line(problem)}\nIs Redis running where REDIS_URL says?")
    except OSError as problem:
        _fail(f"The system refused: {_of_system(problem)}")


def _of_ledger(problem: DBAPIError) -> str:
    if isinstance(problem.orig, UndefinedTable | UndefinedColumn):
        return f"The ledger has not this version's schema: {_first_line(problem.orig)}\nRun `tandem migrate` first."
    return f"The ledger did not answer: {_first_line(problem.orig)}\nIs Postgres running where DATABASE_URL says?"


def _of_system(problem: OSError) -> str:
    """A full disk, a folder that is read-only, a port that is taken."""
    where = f" ({problem.filename})" if problem.filename else ""
    return f"{problem.strerror or type(problem).__name__}{where}. Mend it, or choose another folder or port."


def _wrong_settings(wrong: ValidationError) -> list[str]:
    """Name and rule, never the value: it may be a secret."""
    return [
        f"{_variable(str(one['loc'][0]))}: {one['msg'].removeprefix('Value error, ')}"
        for one in wrong.errors(include_input=False, include_url=False, include_context=False)
    ]


def _variable(field: str) -> str:
    return field if field.isupper() else f"TANDEM_{field.upper()}"


def _first_line(problem: object) -> str:
    lines = str(problem).strip().splitlines()
    return lines[0] if lines else type(problem).__name__


def _fail(text: str) -> None:
    errors.print(f"[red]{escape(text)}[/red]")
    sys.exit(1)
