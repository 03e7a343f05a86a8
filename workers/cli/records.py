"""Commands about records: announce a change, sync one now, ask why it is as it is."""

import json
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from kombu.exceptions import OperationalError

from tasks.contracts.changes import HUBSPOT_ID, Malformed, malformed_event, parse_changes
from tasks.contracts.reasons import IN_PLAIN_WORDS, Reason
from tasks.contracts.records import Kind, LinkState, Owed
from workers.announcing import Producer, announce_until_noted
from workers.cli.deployment import open_ledger, settings_with_redis
from workers.cli.output import AsJson, Failed, errors, print_json, say
from workers.ledger.owed_book import PostgresOwedBook
from workers.ledger.timelines import OwedState, Timeline, read_timeline
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


STATES = {
    LinkState.LINKED: "",
    LinkState.SF_DELETED: "; the link rests, because the account is deleted",
    LinkState.COMPANY_DELETED: "; the link rests, because the company is deleted",
    LinkState.IN_REVIEW: "; nothing is synced until a person has decided",
}
FIRST_TASK = {Kind.COMPANY: "create_account", Kind.CONTACT: "link_contact"}


@commands.command()
def announce(
    file: Annotated[str, typer.Argument(help="JSON: an event, a list of events, or one event per line; - is stdin.")],
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Wait until the ledger has them; needs DATABASE_URL.")
    ] = False,
) -> None:
    """Announce that records changed, as other services do."""
    events: list[Any] = []
    refused = 0
    for place, event in _read_events(file):
        changes, malformed = ([], [event]) if isinstance(event, Malformed) else parse_changes([event])
        events += [change.model_dump(mode="json", exclude_none=True) for change in changes]
        for one in malformed:
            errors.print(f"not announced: {place}: {one.problem}", markup=False)
        refused += len(malformed)
    producer = Producer(settings_with_redis().redis_url.get_secret_value())
    if confirm:
        missing = announce_until_noted(producer, events, open_ledger())
        if missing:
            raise Failed(f"{missing} of {len(events)} changes have not arrived; are workers running? `tandem status`")
    else:
        try:
            producer.announce(events)
        except OperationalError as problem:
            raise Failed(
                f"Redis did not take the changes ({type(problem).__name__}); nothing is lost here, try again."
            ) from None
    say(f"{len(events)} changes announced{' and noted' if confirm else ''}.")
    if refused:
        raise typer.Exit(1)


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
    record: Annotated[Record, typer.Argument(help="company or contact")],
    record_id: Annotated[str, typer.Argument(metavar="ID", help="HubSpot's id of the record.")],
    force: Annotated[
        bool, typer.Option("--force", help="As if a person had pressed Sync: the rules step aside.")
    ] = False,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the outcome; 0 does not wait.")] = 30,
) -> None:
    """Bring one record into step now."""
    kind = record.kind
    if kind not in FIRST_TASK:
        raise Failed(f"sync takes a company or a contact, not a {record.value}.")
    if not HUBSPOT_ID.fullmatch(record_id):
        raise Failed(f"{record_id!r} is not a HubSpot id: a positive number in decimal digits.")
    if force and kind is not Kind.COMPANY:
        raise Failed("--force is for companies.")
    settings, engine = settings_with_redis(), open_ledger()
    owed = Owed(FIRST_TASK[kind], record_id, forced=force)
    PostgresOwedBook(engine).owe([owed])
    _wake(owed, settings)
    deadline = time.monotonic() + wait
    while time.monotonic() < deadline:
        timeline = read_timeline(engine, kind, record_id)
        if not any(_is_open(one) for one in timeline.owed):
            _print_timeline(record, record_id, timeline)
            return
        time.sleep(0.2)
    say(f"Owed. `tandem why {record.value} {record_id}` tells what became of it.")
    if wait:
        raise typer.Exit(1)


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
    timeline = read_timeline(open_ledger(), record.kind, record_id)
    if as_json:
        print_json({"record": record.kind, "id": record_id, "timeline": timeline})
    else:
        _print_timeline(record, record_id, timeline)
    if timeline == Timeline((), (), (), (), ()):
        raise typer.Exit(1)


def _print_timeline(record: Record, record_id: str, timeline: Timeline) -> None:
    say(f"[bold]{record.value} {record_id}[/bold]")
    if timeline == Timeline((), (), (), (), ()):
        say("Nobody has announced it, and nothing was ever decided about it.")
        if record.kind in FIRST_TASK:
            say(f"To look at it now: tandem sync {record.value} {record_id}")
        return
    lines = [(one.received_at, "announced", f"{one.what} (event {one.event_id})") for one in timeline.announced]
    lines += [(one.decided_at, one.code, _in_words(one.code, one.evidence)) for one in timeline.decided]
    lines += [
        (one.linked_at, "linked", f"company {one.company_id} with account {one.account_id}{STATES[one.state]}")
        for one in timeline.links
    ]
    for at, what, words in sorted(lines, key=lambda line: line[0]):
        say(f"[dim]{at:%Y-%m-%d %H:%M:%S}[/dim]  [cyan]{what}[/cyan]  {_escaped(words)}")
    for person in timeline.contact_links:
        on = f" on account {person.account_id}" if person.account_id else ""
        say(f"  contact {person.contact_id} is Salesforce {person.kind} {person.person_id}{on}")
    for owed in timeline.owed:
        _print_owed(owed)


def _print_owed(owed: OwedState) -> None:
    if owed.parked_at:
        say(
            f"[red]{owed.task} gave up[/red]: {_escaped(owed.problem)} [{owed.code}]".replace(
                f"[{owed.code}]", owed.code
            )
        )
        if owed.remedy:
            say(f"  What to do: {_escaped(owed.remedy)}")
    elif _is_open(owed):
        waits = f"not before {owed.not_before:%H:%M:%S}"
        state = "being worked on" if owed.claimed_until else waits
        say(f"[yellow]{owed.task} is owed[/yellow], {state}. {_escaped(owed.problem)}")
    else:
        say(f"{owed.task} is up to date.")


def _is_open(owed: OwedState) -> bool:
    return owed.requested > owed.done and owed.parked_at is None


def _in_words(code: str, evidence: dict[str, Any]) -> str:
    words = IN_PLAIN_WORDS.get(Reason(code), "") if code in set(Reason) else ""
    facts = ", ".join(f"{name}: {_fact(value)}" for name, value in evidence.items() if value not in (None, "", [], {}))
    return f"{words} ({facts})" if facts else words


def _fact(value: Any) -> str:
    if isinstance(value, list):
        shown = ", ".join(str(one) for one in value[:5])
        return f"{shown} and {len(value) - 5} more" if len(value) > 5 else shown
    return str(value)


def _escaped(text: str) -> str:
    return text.replace("[", "\\[")
