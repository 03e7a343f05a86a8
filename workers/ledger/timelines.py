"""One record's story: what was announced, decided, is owed, and what it is linked with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, literal, or_, select

from tasks.contracts.records import Kind, LinkState
from workers.ledger.models import ChangeRow, ContactLinkRow, LinkRow, OwedRow, VerdictRow, first_fifteen
from workers.ledger.verdicts import KIND_OF_TASK

PEOPLE_KINDS = {Kind.SALESFORCE_CONTACT, Kind.LEAD}
SALESFORCE_KINDS = {Kind.ACCOUNT, *PEOPLE_KINDS, Kind.OPPORTUNITY}


@dataclass(frozen=True, slots=True)
class Announced:
    """A change some producer told us about."""

    event_id: str
    what: str
    producer: str
    occurred_at: datetime | None
    received_at: datetime
    owed_rows: int


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict, when it was reached."""

    code: str
    evidence: dict[str, Any]
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class OwedState:
    """How it stands with a task for the record; settled ones are told as well."""

    task: str
    lane: str
    requested: int
    done: int
    owed_since: datetime
    not_before: datetime
    failures: int
    claimed_until: datetime | None
    problem: str
    problem_class: str
    code: str
    remedy: str
    parked_at: datetime | None
    dismissed_at: datetime | None
    dismissed_by: str | None
    dismissed_why: str | None


@dataclass(frozen=True, slots=True)
class Linked:
    """A company and its account."""

    company_id: str
    account_id: str
    state: LinkState
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class ContactLinked:
    """A HubSpot contact and the Salesforce contact or lead behind it."""

    contact_id: str
    person_id: str
    kind: str
    account_id: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Timeline:
    """Each part oldest first."""

    announced: tuple[Announced, ...]
    decided: tuple[Decided, ...]
    owed: tuple[OwedState, ...]
    links: tuple[Linked, ...]
    contact_links: tuple[ContactLinked, ...]


def read_timeline(engine: Engine, kind: Kind, record_id: str) -> Timeline:
    """Empty parts where there is nothing to tell. Salesforce ids may have 15 or 18 characters."""
    with engine.connect() as connection:
        links, contact_links = _find_links(connection, kind, record_id)
        tasks = [task for task, of in KIND_OF_TASK.items() if of is kind]
        return Timeline(
            announced=_read(
                connection,
                Announced,
                ChangeRow,
                and_(ChangeRow.kind == kind, _is(kind, ChangeRow.record_id, record_id)),
                ChangeRow.received_at,
            ),
            decided=_read(
                connection,
                Decided,
                VerdictRow,
                and_(VerdictRow.kind == kind, _is(kind, VerdictRow.record_id, record_id)),
                VerdictRow.id,
            ),
            owed=_read(
                connection,
                OwedState,
                OwedRow,
                and_(OwedRow.record_id == record_id, OwedRow.task.in_(tasks)),
                OwedRow.owed_since,
            ),
            links=links,
            contact_links=contact_links,
        )


def read_reasons(engine: Engine, kind: Kind = Kind.COMPANY) -> dict[str, list[str]]:
    """The codes on the timeline of every record of this kind, oldest first."""
    query = select(VerdictRow.record_id, VerdictRow.code).where(VerdictRow.kind == kind).order_by(VerdictRow.id)
    reasons: dict[str, list[str]] = {}
    with engine.connect() as connection:
        for record_id, code in connection.execute(query):
            reasons.setdefault(record_id, []).append(code)
    return reasons


def _find_links(
    connection: Connection, kind: Kind, record_id: str
) -> tuple[tuple[Linked, ...], tuple[ContactLinked, ...]]:
    is_company = and_(_holds(kind is Kind.COMPANY), LinkRow.company_id == record_id)
    is_account = and_(_holds(kind is Kind.ACCOUNT), _is(kind, LinkRow.account_id, record_id))
    links = _read(connection, Linked, LinkRow, or_(is_company, is_account), LinkRow.linked_at)
    is_contact = and_(_holds(kind is Kind.CONTACT), ContactLinkRow.contact_id == record_id)
    is_person = and_(_holds(kind in PEOPLE_KINDS), _is(kind, ContactLinkRow.person_id, record_id))
    is_on_account = ContactLinkRow.account_id.in_([link.account_id for link in links])
    people = or_(is_contact, is_person, is_on_account)
    return links, _read(connection, ContactLinked, ContactLinkRow, people, ContactLinkRow.seen_at)


def _holds(fact: bool) -> ColumnElement[bool]:  # noqa: FBT001 -- a fact, not an option
    return literal(fact)


def _is(kind: Kind, column: Any, record_id: str) -> ColumnElement[bool]:
    if kind in SALESFORCE_KINDS:
        return first_fifteen(column) == record_id[:15]
    same: ColumnElement[bool] = column == record_id
    return same


def _read(connection: Connection, shape: Any, table: Any, where: ColumnElement[bool], order: Any) -> tuple[Any, ...]:
    columns = [table.__table__.c[name] for name in shape.__dataclass_fields__]
    rows = connection.execute(select(*columns).where(where).order_by(order)).mappings()
    return tuple(shape(**row) for row in rows)
