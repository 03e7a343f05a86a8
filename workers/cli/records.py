"""Commands about records: announce a change, sync one now, ask why it is as it is."""

import json
import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from kombu.exceptions import OperationalError
from sqlalchemy import Engine

from tasks.contracts.changes import HUBSPOT_ID, SALESFORCE_ID, Malformed, malformed_event, parse_changes
from tasks.contracts.records import Kind, Owed
from tasks.rules.salesforce_ids import long_id
from workers.announcing import Producer, announce_until_noted
from workers.cli.deployment import open_ledger, settings_with_redis
from workers.cli.output import AsJson, Failed, errors, print_json, say
from workers.cli.story import NOTHING, is_open, print_left_out, print_story
from workers.ledger.field_problems import find_field_problems
from workers.ledger.owed_book import PostgresOwedBook
from workers.ledger.timelines import Timeline, read_timeline
from workers.ledger.translation import HUBSPOT_KINDS
from workers.messenger import CeleryMessenger
from workers.settings import Settings

commands = typer.Typer()


class Record(StrEnum):
    """What a person calls a kind of record; HubSpot's unless it says Salesforce."""

    COMPANY = "company"
    CONTACT = "contact"
    ACCOUNT = "account"
    SALESFORCE_CONTACT = "salesforce-contact"
    LEAD = "lead"
    OPPORTUNITY = "opportunity"

    @property
    def kind(self) -> Kind:
        """The same in the contract's words."""
        return Kind[self.name]


FIRST_TASK = {Kind.COMPANY: "create_account", Kind.CONTACT: "link_contact", Kind.ACCOUNT: "create_company"}


@commands.command()
def announce(
    file: Annotated[str, typer.Argument(help="JSON: an event, a list of events, or one event per line; - is stdin.")],
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Wait until the ledger has them; needs DATABASE_URL.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Announce that records changed, as other services do."""
    events: list[Any] = []
    refused: list[dict[str, str]] = []
    for place, event in _read_events(file):
        changes, malformed = ([], [event]) if isinstance(event, Malformed) else parse_changes([event])
        events += [change.model_dump(mode="json", exclude_none=True) for change in changes]
        refused += [{"place": place, "problem": one.problem} for one in malformed]
    for each in refused:
        errors.print(f"not announced: {each['place']}: {each['problem']}", markup=False)
    _announce(events, confirm=confirm)
    if as_json:
        print_json({"announced": len(events), "confirmed": confirm, "refused": refused})
    else:
        say(f"{len(events)} changes announced{' and noted' if confirm else ''}.")
    if refused:
        raise typer.Exit(1)


def _announce(events: Sequence[Any], *, confirm: bool) -> None:
    producer = Producer(settings_with_redis().redis_url.get_secret_value())
    if confirm:
        missing = announce_until_noted(producer, events, open_ledger())
        if missing:
            raise Failed(f"{missing} of {len(events)} changes have not arrived; are workers running? `tandem status`")
        return
    try:
        producer.announce(events)
    except OperationalError as problem:
        raise Failed(
            f"Redis did not take the changes ({type(problem).__name__}); nothing is lost here, try again."
        ) from None


def _read_events(file: str) -> list[tuple[str, Any]]:
    """Every event with its place in the file. Raises Failed if there is no event in it at all."""
    try:
        text = typer.get_text_stream("stdin").read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise Failed(f"{file} cannot be read: {problem}") from None
    whole = _parsed(text)
    if not isinstance(whole, Malformed):
        listed = whole if isinstance(whole, list) else [whole]
        return [(f"event {number}", event) for number, event in enumerate(listed, start=1)]
    lines = [
        (f"line {number}", _parsed(line)) for number, line in enumerate(text.splitlines(), start=1) if line.strip()
    ]
    if lines and all(isinstance(event, Malformed) for _, event in lines):
        place, first = lines[0]
        raise Failed(f"{place} {first.problem}, nor is any other line")
    return lines


def _parsed(text: str) -> Any:
    """What the JSON means; Malformed if it is none, which no JSON can mean."""
    try:
        return json.loads(text)
    except ValueError as problem:
        return malformed_event("", f"is not JSON: {problem}")
    except RecursionError:
        return malformed_event("", "is not JSON that can be read: it is nested too deeply")


@commands.command()
def sync(
    record: Annotated[Record, typer.Argument(help="company, contact or account")],
    record_id: Annotated[str, typer.Argument(metavar="ID", help="The record's id in its CRM.")],
    force: Annotated[
        bool, typer.Option("--force", help="As if a person had pressed Sync: the rules step aside.")
    ] = False,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the outcome; 0 does not wait.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Bring one record into step now."""
    kind = record.kind
    if kind not in FIRST_TASK:
        raise Failed(f"sync takes a company, a contact or an account, not a {record.value}.")
    _refuse_if_no_id(kind, record_id)
    if force and kind is Kind.CONTACT:
        raise Failed("--force is for companies and accounts.")
    settings, engine = settings_with_redis(), open_ledger()
    record_id = long_id(record_id) if kind is Kind.ACCOUNT else record_id
    owed = Owed(FIRST_TASK[kind], record_id, forced=force)
    PostgresOwedBook(engine).owe([owed])
    _wake(owed, settings)
    timeline = _wait_for(kind, record_id, engine, seconds=wait)
    is_owed = any(is_open(one) for one in timeline.owed)
    if as_json:
        print_json({"record": kind, "id": record_id, "is_owed": is_owed, "timeline": timeline})
    elif is_owed:
        say(f"Owed. `tandem why {record.value} {record_id}` tells what became of it.")
    else:
        _print_timeline(record, record_id, timeline)
    if wait and is_owed:
        raise typer.Exit(1)


def _wait_for(kind: Kind, record_id: str, engine: Engine, *, seconds: float) -> Timeline:
    """Until nothing is owed for the record, or for so long."""
    deadline = time.monotonic() + seconds
    timeline = read_timeline(engine, kind, record_id)
    while any(is_open(one) for one in timeline.owed) and time.monotonic() < deadline:
        time.sleep(0.2)
        timeline = read_timeline(engine, kind, record_id)
    return timeline


def _wake(owed: Owed, settings: Settings) -> None:
    from workers.celery_app import make_app  # noqa: PLC0415 -- slow to import, and only this command needs it

    CeleryMessenger(make_app(settings), slice_size=1).wake([owed])


@commands.command()
def why(
    record: Annotated[Record, typer.Argument()],
    record_id: Annotated[str, typer.Argument(metavar="ID")],
    as_json: AsJson = False,
) -> None:
    """What was announced, decided and done about one record, and why; also why nothing was."""
    _refuse_if_no_id(record.kind, record_id)
    timeline = read_timeline(open_ledger(), record.kind, record_id)
    left_out = find_field_problems(open_ledger(), record.kind, record_id)
    if as_json:
        print_json({"record": record.kind, "id": record_id, "timeline": timeline, "fields": left_out})
    else:
        _print_timeline(record, record_id, timeline)
        print_left_out(left_out)
    if timeline == NOTHING:
        raise typer.Exit(1)


def _print_timeline(record: Record, record_id: str, timeline: Timeline) -> None:
    if timeline != NOTHING:
        print_story(f"{record.value} {record_id}", timeline)
        return
    say(f"Nobody has announced {record.value} {record_id}, and nothing was ever decided about it.")
    if record.kind in FIRST_TASK:
        say(f"To look at it now: tandem sync {record.value} {record_id}")


def _refuse_if_no_id(kind: Kind, record_id: str) -> None:
    if kind in HUBSPOT_KINDS and not HUBSPOT_ID.fullmatch(record_id):
        raise Failed(f"{record_id!r} is not a HubSpot id: a positive number in decimal digits.")
    if kind not in HUBSPOT_KINDS and not SALESFORCE_ID.fullmatch(record_id):
        raise Failed(f"{record_id!r} is not a Salesforce id: 15 or 18 letters and digits.")
