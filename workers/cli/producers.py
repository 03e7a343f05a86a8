"""Commands about producers: who may announce changes over HTTP, and with which keys."""

from dataclasses import asdict
from typing import Annotated

import typer

from workers.cli.deployment import open_ledger
from workers.cli.output import AsJson, Failed, print_json, print_table, say
from workers.ledger.producers import PostgresProducers

commands = typer.Typer()
producer = typer.Typer(help="Who may announce changes over HTTP.", no_args_is_help=True)
commands.add_typer(producer, name="producer")

Name = Annotated[str, typer.Argument(help="Stored with every change it announces.")]


@producer.command()
def add(name: Name, as_json: AsJson = False) -> None:
    """Give a producer a key, and print it: this once, for the ledger keeps only its digest."""
    producers = PostgresProducers(open_ledger())
    try:
        key = producers.add(name)
    except ValueError as wrong:
        raise Failed(str(wrong)) from None
    if as_json:
        print_json({"name": name, "key": key})
        return
    typer.echo(key)
    good = sum(one.name == name and one.revoked_at is None for one in producers.list_keys())
    if good > 1:
        say(f"{name} has {good} keys now; once the old one is out of use: tandem producer revoke {name} --key ID")


@producer.command("list")
def list_producers(as_json: AsJson = False) -> None:
    """Every key by its id, when it was last used, and whether it is revoked."""
    keys = PostgresProducers(open_ledger()).list_keys()
    if as_json:
        print_json(keys)
        return
    columns = ("key", "producer", "created", "last used", "revoked")
    print_table("Producers", columns, [tuple(asdict(one).values()) for one in keys])
    if not keys:
        say("Nobody may announce changes over HTTP: tandem producer add NAME")


@producer.command()
def revoke(
    name: Name,
    key: Annotated[str | None, typer.Option(help="Only this one, by its id in `tandem producer list`.")] = None,
    as_json: AsJson = False,
) -> None:
    """Refuse a producer's keys from the next request on."""
    number = PostgresProducers(open_ledger()).revoke(name, key_id=key)
    if not number:
        raise Failed(f"{name} has no such key, or it is revoked already: tandem producer list")
    if as_json:
        print_json({"revoked": number})
    else:
        say(f"{number} of {name}'s keys revoked.")
