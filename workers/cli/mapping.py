"""Commands about the field mapping: check it against both CRMs, see it, bring one over, apply it to what is there."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from tasks.contracts.mapping import Effect, FieldMapping, MappedObject
from tasks.rules.mapping_import import Known, import_mapping
from workers.cli.deployment import open_ledger, settings_with_redis, whoever_asks
from workers.cli.output import AsJson, Failed, errors, print_json, print_table, say
from workers.ledger.field_book import FieldBook
from workers.ledger.postgres_ledger import PostgresLedger
from workers.mapping.files import default_mapping, load_mapping
from workers.readiness import review_mapping
from workers.settings import read_settings
from workers.toolbox.fields import CURSOR, version_of

commands = typer.Typer()
mapping = typer.Typer(help="Which property and which field carry the same thing.", no_args_is_help=True)
commands.add_typer(mapping, name="mapping")

File = Annotated[str, typer.Option(help="Another mapping file than TANDEM_MAPPING names.")]
WORDS = {Effect.FILE: "[red]the file[/red]", Effect.FIELD: "[red]the field[/red]", Effect.NOTHING: "nothing"}


@mapping.command()
def check(file: File = "", as_json: AsJson = False) -> None:
    """Does it fit both CRMs? Every finding with its line and remedy; status 1 if anything is taken out by one."""
    findings = review_mapping(settings_with_redis(), file or read_settings().mapping)
    if as_json:
        print_json(findings)
    for one in () if as_json else findings:
        say(f"{escape(str(one))}  [dim]takes out[/dim] {WORDS[one.effect]}")
    if not findings and not as_json:
        say("[green]Everything that is mapped can be carried.[/green]")
    if any(one.effect is not Effect.NOTHING for one in findings):
        raise typer.Exit(1)


@mapping.command()
def show(file: File = "", as_json: AsJson = False) -> None:
    """The entries, and which version the workers have loaded."""
    loaded = _load(file or read_settings().mapping)
    known = PostgresLedger(open_ledger()).read_cursor(CURSOR)
    if as_json:
        print_json({"version": version_of(loaded), "ledger": known, "entries": loaded.entries, "owner": loaded.owner})
        return
    for kind in MappedObject:
        rows = [
            (one.line, " + ".join(one.properties), one.field, one.rule, one.type)
            for one in loaded.entries.get(kind, ())
        ]
        print_table(kind.capitalize(), ("line", "HubSpot", "Salesforce", "rule", "type"), rows)
    say(f"Version {version_of(loaded)}; the workers last loaded {known.get('version', 'none')}.")


@mapping.command("import")
def bring_over(
    export: Annotated[str, typer.Argument(metavar="CSV", help="The export of HubSpot's own integration.")],
    out: Annotated[str, typer.Option(help="Where to write the mapping file; standard output unless told.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a mapping file of the export of HubSpot's own integration; what is lost is told by line."""
    try:
        content = Path(export).read_bytes()
    except OSError as problem:
        raise Failed(f"{export} cannot be read: {problem.strerror}") from None
    shipped = _load("")
    imported = import_mapping(content, Known(shipped.entries.get(MappedObject.COMPANY, ())))
    for remark in () if as_json else imported.remarks:
        errors.print(f"line {remark.line}: {remark.what}{' (left out)' if remark.is_lost else ''}", markup=False)
    if not imported.text:
        raise Failed(f"Nothing of {export} could be brought over.")
    if out:
        Path(out).write_text(imported.text, encoding="utf-8")
    if as_json:
        print_json({"remarks": imported.remarks, "written_to": out, "mapping": imported.text})
    elif out:
        say(f"Written to {escape(out)}. Next: tandem mapping check --file {escape(out)}")
    else:
        typer.echo(imported.text, nl=False)


@mapping.command()
def default(as_json: AsJson = False) -> None:
    """The mapping file that comes with Tandem, to begin one's own with."""
    if as_json:
        print_json({"mapping": default_mapping().decode()})
    else:
        typer.echo(default_mapping(), nl=False)


@mapping.command()
def apply(as_json: AsJson = False) -> None:
    """Look at the fields of every linked company again, in the backfill lane: after a change of the mapping."""
    engine = open_ledger()
    number = FieldBook(engine).owe_all()
    ledger = PostgresLedger(engine)
    ledger.move_cursor(CURSOR, {**ledger.read_cursor(CURSOR), "applied_by": whoever_asks()})
    if as_json:
        print_json({"owed": number})
    else:
        say(f"{number:,} linked companies are owed a look at their fields.")


def _load(path: str) -> FieldMapping:
    loaded = load_mapping(path)
    if isinstance(loaded, FieldMapping):
        return loaded
    raise Failed("The mapping file cannot be used:\n" + "\n".join(map(str, loaded)))
