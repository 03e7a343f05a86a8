"""One record's story for people: what was announced, decided, linked and is owed, each thing said once."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape

from tasks.contracts.reasons import IN_PLAIN_WORDS, Reason
from workers.cli.output import say
from workers.ledger.field_problems import FieldProblem
from workers.ledger.timelines import Decided, OwedState, Timeline

NOTHING = Timeline((), (), (), (), ())
TOLD_ALREADY = ("problem", "task")
"""Of a verdict's evidence: the sentence about it says the same."""


def print_story(title: str, timeline: Timeline) -> None:
    """Oldest first, then how it stands now."""
    say(f"[bold]{escape(title)}[/bold]")
    lines = [(one.received_at, "announced", f"{one.what} (event {one.event_id})") for one in timeline.announced]
    lines += [(one.decided_at, one.code, _decision(one)) for one in timeline.decided]
    lines += [
        (one.linked_at, "linked", f"company {one.company_id} with account {one.account_id}") for one in timeline.links
    ]
    for at, what, words in sorted(lines, key=lambda line: line[0]):
        say(f"[dim]{at:%Y-%m-%d %H:%M:%S}[/dim]  [cyan]{what}[/cyan]  {escape(words)}")
    for person in timeline.contact_links:
        on = f" on account {person.account_id}" if person.account_id else ""
        say(f"  contact {person.contact_id} is Salesforce {person.kind} {person.person_id}{on}")
    told = {one.evidence.get("problem") for one in timeline.decided}
    for owed in timeline.owed:
        _print_owed(owed, "" if owed.problem in told else owed.problem)


def print_left_out(fields: Sequence[FieldProblem]) -> None:
    """Fields that could not be carried, while the others were."""
    for one in fields:
        say(f"[yellow]{one.field} is left out[/yellow] ({one.code}): {escape(f'{one.problem} {one.remedy}')}")


def in_facts(evidence: Mapping[str, Any]) -> str:
    """What a decision rests on: ids, domains, counts."""
    return ", ".join(
        f"{name.replace('_', ' ')}: {_fact(value)}"
        for name, value in evidence.items()
        if name not in TOLD_ALREADY and value not in (None, "", [], {})
    )


def is_open(owed: OwedState) -> bool:
    """It is still to be done, and nobody has to decide first."""
    return owed.requested > owed.done and owed.parked_at is None


def _decision(decided: Decided) -> str:
    """The reason's sentence, and what was wrong with this very record where that says more."""
    words = IN_PLAIN_WORDS[Reason(decided.code)] if decided.code in set(Reason) else ""
    problem = str(decided.evidence.get("problem", ""))
    if decided.code in {Reason.REPLAYED, Reason.DISMISSED} or (words and words in problem):
        problem = ""
    facts = in_facts(decided.evidence)
    return " ".join(part for part in (words, problem, f"({facts})" if facts else "") if part)


def _print_owed(owed: OwedState, problem: str) -> None:
    if owed.parked_at:
        say(f"[red]{owed.task} gave up[/red]: {escape(f'{problem} {owed.code}'.strip())}")
        if owed.remedy:
            say(f"  What to do: {escape(owed.remedy)}")
    elif is_open(owed):
        state = "being worked on" if owed.claimed_until else f"not before {owed.not_before:%H:%M:%S}"
        say(f"[yellow]{owed.task} is owed[/yellow], {state}. {escape(problem)}".rstrip())
    else:
        say(f"{owed.task} is up to date.")


def _fact(value: Any) -> str:
    if isinstance(value, list):
        shown = ", ".join(str(one) for one in value[:5])
        return f"{shown} and {len(value) - 5} more" if len(value) > 5 else shown
    if isinstance(value, dict):
        return _fact([f"{name} by {why}" for name, why in value.items()])
    return str(value)
