"""Who may create a counterpart for an identity: one customer at a time, decided by a unique row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    SQLColumnExpression,
    and_,
    case,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.selectable import TableValuedAlias

from tasks.contracts.records import Identity, Kind
from tasks.contracts.tools import Subject
from workers.ledger.models import IdentityClaimRow, LinkRow, OwedRow
from workers.ledger.rows import given_rows, texts

CREATORS: Mapping[str, Kind] = {"create_account": Kind.COMPANY, "create_company": Kind.ACCOUNT}
"""The tasks that create a counterpart, and what for."""

Request = tuple[Subject, tuple[Identity, ...]]
Holders = dict[Identity, Subject]


@dataclass(frozen=True, slots=True)
class Customer:
    """Who a holder is: a linked account is its company."""

    subject: Subject
    stands: bool
    """Linked, or somebody is going to create its counterpart without being asked again."""


def claim_identities(connection: Connection, requests: Sequence[Request]) -> list[Holders]:
    """For each request, in order and as if alone: everything claimed, or the foreign holders that stand."""
    stored, fresh = _lock(connection, requests)
    known = _find_customers(connection, _rivals(stored, requests))
    holders: Holders = {identity: holder for identity, holder in stored.items() if identity not in fresh}
    answers = []
    for asking, identities in requests:
        customer = known.get(asking, Customer(asking, stands=True))
        others = {identity: known.get(holder) for identity in identities if (holder := holders.get(identity))}
        held = {
            identity: other.subject
            for identity, other in others.items()
            if other and other.stands and other.subject != customer.subject
        }
        if not held:
            holders.update(dict.fromkeys(identities, customer.subject))
        answers.append(held)
    _write(connection, stored, holders)
    return answers


def find_creators(connection: Connection, requests: Sequence[Request]) -> list[list[Subject]]:
    """For each request, who else holds one of its identities and has not got the counterpart yet."""
    rows = [
        {"place": place, "kind": one.kind, "value": one.value}
        | {"holder_kind": asking.kind, "holder_id": asking.record_id}
        for place, (asking, identities) in enumerate(requests)
        for one in identities
    ]
    given = given_rows(rows, place=Integer(), **texts("kind", "value", "holder_kind", "holder_id"))
    kind, record_id = IdentityClaimRow.holder_kind, IdentityClaimRow.holder_id
    query = (
        select(given.c.place, kind, record_id)
        .where(IdentityClaimRow.kind == given.c.kind, IdentityClaimRow.value == given.c.value)
        .where(or_(kind != given.c.holder_kind, record_id != given.c.holder_id))
        .where(is_owed_a_counterpart(kind, record_id), ~is_linked(kind, record_id))
        .distinct()
    )
    creators: list[list[Subject]] = [[] for _ in requests]
    for place, holder_kind, holder_id in connection.execute(query):
        creators[place].append(Subject(Kind(holder_kind), holder_id))
    return creators


def release_claims(connection: Connection, holders: Iterable[Subject]) -> None:
    """Give up what these claimed, where nothing makes the claim stand any more."""
    named = [{"holder_kind": one.kind, "holder_id": one.record_id} for one in holders]
    given = given_rows(named, **texts("holder_kind", "holder_id"))
    kind, record_id = IdentityClaimRow.holder_kind, IdentityClaimRow.holder_id
    given_up = (
        select(IdentityClaimRow.kind, IdentityClaimRow.value)
        .where(tuple_(kind, record_id).in_(select(given.c.holder_kind, given.c.holder_id)))
        .where(~is_linked(kind, record_id), ~is_owed_a_counterpart(kind, record_id))
        .order_by(IdentityClaimRow.kind, IdentityClaimRow.value)
        .with_for_update()
    )
    key = tuple_(IdentityClaimRow.kind, IdentityClaimRow.value)
    connection.execute(delete(IdentityClaimRow).where(key.in_(given_up)))


def is_linked(kind: SQLColumnExpression[str], record_id: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """The company, or account, has its counterpart."""
    return exists().where(
        or_(
            and_(kind == Kind.COMPANY, LinkRow.company_id == record_id),
            and_(kind == Kind.ACCOUNT, LinkRow.account_id == record_id),
        )
    )


def is_owed_a_counterpart(kind: SQLColumnExpression[str], record_id: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Somebody is at work on one, or will be without being asked again."""
    return exists().where(
        OwedRow.task == case({of: task for task, of in CREATORS.items()}, value=kind),
        OwedRow.record_id == record_id,
        OwedRow.requested > OwedRow.done,
        OwedRow.parked_at.is_(None),
    )


def _lock(connection: Connection, requests: Sequence[Request]) -> tuple[Holders, set[Identity]]:
    """Take the row of every identity, made for its first asker where there is none; which ones are fresh."""
    askers: Holders = {}
    for holder, identities in requests:
        for identity in identities:
            askers.setdefault(identity, holder)
    given = _given(askers)
    # One order for everybody: two batches that want the same identities wait for each other, never in a circle.
    wanted = select(*given.c).order_by(given.c.kind, given.c.value)
    statement = (
        insert(IdentityClaimRow)
        .from_select([column.name for column in given.c], wanted)
        .on_conflict_do_update(
            index_elements=[IdentityClaimRow.kind, IdentityClaimRow.value],
            set_={"holder_id": IdentityClaimRow.holder_id},
        )
        # A row that this very statement inserted has never been locked or updated by anybody.
        .returning(*_claim_columns(), (literal_column("xmax", Integer) == 0).label("is_fresh"))
    )
    found = connection.execute(statement).all()
    stored = {Identity(row.kind, row.value): Subject(Kind(row.holder_kind), row.holder_id) for row in found}
    return stored, {Identity(row.kind, row.value) for row in found if row.is_fresh}


def _given(holders: Mapping[Identity, Subject]) -> TableValuedAlias:
    rows = [
        {"kind": one.kind, "value": one.value, "holder_kind": holder.kind, "holder_id": holder.record_id}
        for one, holder in holders.items()
    ]
    return given_rows(rows, **texts("kind", "value", "holder_kind", "holder_id"))


def _claim_columns() -> tuple[ColumnElement[str], ...]:
    columns = IdentityClaimRow.__table__.c
    return columns.kind, columns.value, columns.holder_kind, columns.holder_id


def _rivals(stored: Mapping[Identity, Subject], requests: Sequence[Request]) -> set[Subject]:
    """Those who hold, or ask for before, what somebody else asks for."""
    rivals = set()
    for holder, identities in requests:
        for identity in identities:
            if stored[identity] != holder:
                rivals |= {stored[identity], holder}
    return rivals


def _find_customers(connection: Connection, holders: set[Subject]) -> dict[Subject, Customer]:
    """Asked after the rows are locked: only a statement of its own sees what their last holders committed."""
    if not holders:
        return {}
    rows = [{"kind": one.kind, "record_id": one.record_id} for one in holders]
    given = given_rows(rows, **texts("kind", "record_id"))
    kind, record_id = given.c.kind, given.c.record_id
    company_id = select(LinkRow.company_id).where(kind == Kind.ACCOUNT, LinkRow.account_id == record_id)
    stands = or_(is_linked(kind, record_id), is_owed_a_counterpart(kind, record_id))
    query = select(kind, record_id, company_id.scalar_subquery().label("company_id"), stands.label("stands"))
    return {
        (holder := Subject(Kind(row.kind), row.record_id)): Customer(
            Subject(Kind.COMPANY, row.company_id) if row.company_id else holder, stands=row.stands
        )
        for row in connection.execute(query)
    }


def _write(connection: Connection, stored: Holders, holders: Holders) -> None:
    taken_over = {one: holder for one, holder in holders.items() if stored[one] != holder}
    if taken_over:
        given = _given(taken_over)
        connection.execute(
            update(IdentityClaimRow)
            .where(IdentityClaimRow.kind == given.c.kind, IdentityClaimRow.value == given.c.value)
            .values(holder_kind=given.c.holder_kind, holder_id=given.c.holder_id, claimed_at=func.now())
        )
    if unwanted := [(one.kind, one.value) for one in stored if one not in holders]:
        key = tuple_(IdentityClaimRow.kind, IdentityClaimRow.value)
        connection.execute(delete(IdentityClaimRow).where(key.in_(unwanted)))
