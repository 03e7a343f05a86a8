"""What producers may announce: version 1 of the change event, and how a bad one is told apart."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tasks.contracts.records import Kind

VERSION = 1
MAX_EVENT_BYTES = 16_384
MAX_EVENTS = 1_000
HUBSPOT_ID = re.compile(r"[1-9][0-9]{0,19}")
SALESFORCE_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")


class What(StrEnum):
    """What happened to the record. A hint only: the worker looks for itself."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    MERGED = "merged"
    CONVERTED = "converted"
    """A lead became a contact; its account and its contact are announced by themselves."""
    RESTORED = "restored"
    ASSOCIATED = "associated"
    SYNC_REQUESTED = "sync_requested"
    """A person pressed Sync; companies only."""


class Change(BaseModel):
    """A record may be out of step. Never data to copy: ids and a hint, nothing about people.

    `event_id` is the producer's own and makes repeating harmless.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: Literal[1]
    event_id: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
    record: Annotated[Kind, Field(strict=False)]
    id: Annotated[str, Field(min_length=1, max_length=20)]
    what: Annotated[What, Field(strict=False)] = What.CHANGED
    occurred_at: Annotated[datetime | None, Field(strict=False)] = None
    producer: Annotated[str, Field(max_length=100, pattern=r"^[\x21-\x7e]*$")] = ""

    @model_validator(mode="after")
    def _id_fits_the_record(self) -> "Change":
        hubspot = self.record in {Kind.COMPANY, Kind.CONTACT}
        if hubspot and not HUBSPOT_ID.fullmatch(self.id):
            raise ValueError("id: a HubSpot record id is a positive number in decimal digits")
        if not hubspot and not SALESFORCE_ID.fullmatch(self.id):
            raise ValueError("id: a Salesforce record id has 15 or 18 letters and digits")
        if self.what is What.SYNC_REQUESTED and self.record is not Kind.COMPANY:
            raise ValueError("what: sync_requested is for companies")
        return self


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong with an event; never the value it has."""

    field: str
    """Empty where the event as a whole is meant."""
    problem: str

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}" if self.field else self.problem


@dataclass(frozen=True, slots=True)
class Malformed:
    """An announcement nobody can act on, kept so that nothing is lost."""

    digest: str
    """SHA-256 of the payload: the same bad event twice is one entry."""
    payload: str
    complaints: tuple[Complaint, ...]

    @property
    def problem(self) -> str:
        """All complaints in one line."""
        return "; ".join(str(one) for one in self.complaints)


def parse_changes(payload: Any) -> tuple[list[Change], list[Malformed]]:
    """Sort a message into changes and what is malformed; one bad event never costs its neighbours.

    Accepts one event or a list of events.
    """
    events: Sequence[Any] = payload if isinstance(payload, list) else [payload]
    if len(events) > MAX_EVENTS:
        return [], [malformed_event(payload, f"{len(events)} events in one message; at most {MAX_EVENTS} are taken")]
    changes: list[Change] = []
    malformed: list[Malformed] = []
    for event in events:
        parsed = parse_change(event)
        if isinstance(parsed, Change):
            changes.append(parsed)
        else:
            malformed.append(parsed)
    return changes, malformed


def parse_change(event: Any) -> Change | Malformed:
    """One event, whatever it is."""
    if not isinstance(event, Mapping):
        return malformed_event(event, f"an event is a JSON object, this is {type(event).__name__}")
    if len(_as_json(event)) > MAX_EVENT_BYTES:
        return malformed_event(event, f"the event is larger than {MAX_EVENT_BYTES} bytes")
    try:
        return Change.model_validate(event)
    except ValidationError as error:
        return malformed_event(event, *_explain(error))


def _explain(error: ValidationError) -> Iterator[Complaint]:
    """Field and rule of every complaint, without the input: it may hold anything."""
    for detail in error.errors(include_input=False, include_url=False, include_context=False):
        where = ".".join(str(part) for part in detail["loc"] if isinstance(part, int) or part in Change.model_fields)
        message = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "extra_forbidden":
            yield Complaint(where, "a field that version 1 does not know")
        elif not detail["loc"]:  # our own check of several fields together, which names the one to mend
            yield Complaint(*message.split(": ", 1))
        else:
            yield Complaint(where, message)


def malformed_event(payload: Any, *problems: Complaint | str) -> Malformed:
    """Keep a payload together with what is wrong with it."""
    text = _as_json(payload)
    complaints = tuple(Complaint("", one) if isinstance(one, str) else one for one in problems)
    return Malformed(hashlib.sha256(text.encode()).hexdigest(), text, complaints)


def _as_json(payload: Any) -> str:
    return json.dumps(payload, sort_keys=True, default=str)
