"""What the demo announces: every change at least twice, out of order, with nonsense in between."""

import random
from collections.abc import Sequence
from typing import Any

from tasks.contracts.records import Kind
from workers.demo.story import Phase, Story

MALFORMED: tuple[Any, ...] = (
    {"version": 2, "event_id": "bad-1", "record": "hubspot.company", "id": "1"},
    {"version": 1, "event_id": "bad-2", "record": "hubspot.company"},
    {"version": 1, "event_id": "bad-3", "record": "hubspot.invoice", "id": "1"},
    {"version": 1, "event_id": "bad-4", "record": "hubspot.company", "id": 12345},
    {"version": 1, "event_id": "bad-5", "record": "hubspot.company", "id": "acme.com"},
    {"version": 1, "event_id": "bad-6", "record": "salesforce.account", "id": "001"},
    {"version": 1, "event_id": "bad-7", "record": "hubspot.company", "id": "1", "name": "A name has no place here"},
    {"version": 1, "event_id": "bad-8", "record": "hubspot.contact", "id": "1", "what": "sync_requested"},
    {"version": 1, "event_id": "bad-9", "record": "hubspot.company", "id": "1", "producer": "x" * 20_000},
    {"event": "nothing we know"},
    "not even an object",
    None,
    42,
)
"""Each of them has to be found among the malformed afterwards, and to cost its neighbours nothing."""


def events_of(story: Story, phase: Phase) -> list[dict[str, Any]]:
    """One event per company of the phase; the contacts that are announced by themselves come with the backlog."""
    companies = story.in_phase(phase)
    events = [_event(phase, Kind.COMPANY, company_id, _what(story, company_id)) for company_id in companies]
    if phase is Phase.MAIN:
        events += [_event(phase, Kind.CONTACT, contact_id, "changed") for contact_id in story.announced_contacts]
    return events


def echoes_of(story: Story) -> list[dict[str, Any]]:
    """The contacts that Tandem itself has lifted have changed, says somebody."""
    return [_event(Phase.ECHO, Kind.CONTACT, contact_id, "changed") for contact_id in story.echoing_contacts]


def as_a_careless_producer_sends_them(events: Sequence[Any], malformed: Sequence[Any], *, seed: int) -> list[Any]:
    """Every event twice, some three times, all of it shuffled."""
    dice = random.Random(seed)  # noqa: S311 -- disorder that can be repeated
    sent = [*events, *events, *dice.choices(events, k=len(events) // 5), *malformed]
    dice.shuffle(sent)
    return sent


def _event(phase: Phase, kind: Kind, record_id: str, what: str) -> dict[str, Any]:
    return {
        "version": 1,
        "event_id": f"demo-{phase.name.lower()}-{kind.value}-{record_id}",
        "record": kind.value,
        "id": record_id,
        "what": what,
        "producer": "demo",
    }


def _what(story: Story, company_id: str) -> str:
    return "sync_requested" if company_id in story.forced else "changed"
