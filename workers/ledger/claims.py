"""Who may create an account for an identity: one company at a time, decided by a unique row."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    SQLColumnExpression,
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

from tasks.contracts.records import CompanyId, Identity, LinkState
from workers.ledger.models import IdentityClaimRow, LinkRow, OwedRow
from workers.ledger.rows import given_rows, is_among, texts

CREATES_ACCOUNTS = "create_account"

Request = tuple[CompanyId, tuple[Identity, ...]]
Holders = dict[Identity, CompanyId]


def claim_identities(connection: Connection, requests: Sequence[Request]) -> list[Holders]:
    """For each request, in order and as if alone: everything claimed, or the foreign holders that stand."""
    stored, fresh = _lock(connection, requests)
    standing = _find_standing(connection, _rivals(stored, requests))
    holders: Holders = {identity: holder for identity, holder in stored.items() if identity not in fresh}
    answers = []
    for company_id, identities in requests:
        held = {
            identity: holder
            for identity in identities
            if (holder := holders.get(identity, company_id)) != company_id and holder in standing
        }
        if not held:
            holders.update(dict.fromkeys(identities, company_id))
        answers.append(held)
    _write(connection, stored, holders)
    return answers


def find_creators(connection: Connection, requests: Sequence[Request]) -> list[list[CompanyId]]:
    """For each request, the other companies that hold one of its identities and have not got their account yet."""
    rows = [
        {"place": place, "kind": one.kind, "value": one.value, "company_id": company_id}
        for place, (company_id, identities) in enumerate(requests)
        for one in identities
    ]
    given = given_rows(rows, place=Integer(), **texts("kind", "value", "company_id"))
    holder = IdentityClaimRow.company_id
    query = (
        select(given.c.place, holder)
        .where(IdentityClaimRow.kind == given.c.kind, IdentityClaimRow.value == given.c.value)
        .where(holder != given.c.company_id, is_owed_an_account(holder), ~is_linked(holder))
        .distinct()
    )
    creators: list[list[CompanyId]] = [[] for _ in requests]
    for place, company_id in connection.execute(query):
        creators[place].append(CompanyId(company_id))
    return creators


def release_claims(connection: Connection, company_ids: Iterable[str]) -> None:
    """Give up what these companies claimed, where nothing makes the claim stand any more."""
    given_up = (
        select(IdentityClaimRow.kind, IdentityClaimRow.value)
        .where(is_among(IdentityClaimRow.company_id, company_ids))
        .where(~is_linked(IdentityClaimRow.company_id), ~is_owed_an_account(IdentityClaimRow.company_id))
        .order_by(IdentityClaimRow.kind, IdentityClaimRow.value)
        .with_for_update()
    )
    key = tuple_(IdentityClaimRow.kind, IdentityClaimRow.value)
    connection.execute(delete(IdentityClaimRow).where(key.in_(given_up)))


def hand_over_claims(connection: Connection, company_id: str, heir: str | None) -> None:
    """What the company claimed is its survivor's from now on; without one, it is given up."""
    is_its = IdentityClaimRow.company_id == company_id
    if heir and connection.scalar(select(exists().where(LinkRow.company_id == heir))):
        connection.execute(update(IdentityClaimRow).where(is_its).values(company_id=heir))
    else:
        connection.execute(delete(IdentityClaimRow).where(is_its, ~is_owed_an_account(IdentityClaimRow.company_id)))


def is_linked(company_id: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """The company has an account, if only one that rests."""
    return exists().where(LinkRow.company_id == company_id, LinkRow.state != LinkState.COMPANY_DELETED)


def is_owed_an_account(company_id: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Somebody is at work on an account for the company, or will be without being asked again."""
    return exists().where(
        OwedRow.task == CREATES_ACCOUNTS,
        OwedRow.record_id == company_id,
        OwedRow.requested > OwedRow.done,
        OwedRow.parked_at.is_(None),
    )


def _lock(connection: Connection, requests: Sequence[Request]) -> tuple[Holders, set[Identity]]:
    """Take the row of every identity, made for its first asker where there is none; which ones are fresh."""
    askers: Holders = {}
    for company_id, identities in requests:
        for identity in identities:
            askers.setdefault(identity, company_id)
    rows = [{"kind": one.kind, "value": one.value, "company_id": asker} for one, asker in askers.items()]
    given = given_rows(rows, **texts("kind", "value", "company_id"))
    # One order for everybody: two batches that want the same identities wait for each other, never in a circle.
    wanted = select(given.c.kind, given.c.value, given.c.company_id).order_by(given.c.kind, given.c.value)
    statement = (
        insert(IdentityClaimRow)
        .from_select(["kind", "value", "company_id"], wanted)
        .on_conflict_do_update(
            index_elements=[IdentityClaimRow.kind, IdentityClaimRow.value],
            set_={"company_id": IdentityClaimRow.company_id},
        )
        # A row that this very statement inserted has never been locked or updated by anybody.
        .returning(*_claim_columns(), (literal_column("xmax", Integer) == 0).label("is_fresh"))
    )
    found = connection.execute(statement).all()
    stored = {Identity(row.kind, row.value): CompanyId(row.company_id) for row in found}
    return stored, {Identity(row.kind, row.value) for row in found if row.is_fresh}


def _claim_columns() -> tuple[ColumnElement[str], ...]:
    columns = IdentityClaimRow.__table__.c
    return columns.kind, columns.value, columns.company_id


def _rivals(stored: Mapping[Identity, CompanyId], requests: Sequence[Request]) -> set[CompanyId]:
    """Companies that hold, or ask for before, what another one asks for."""
    rivals = set()
    for company_id, identities in requests:
        for identity in identities:
            if stored[identity] != company_id:
                rivals |= {stored[identity], company_id}
    return rivals


def _find_standing(connection: Connection, company_ids: set[CompanyId]) -> set[str]:
    """Asked after the rows are locked: only a statement of its own sees what their last holders committed."""
    if not company_ids:
        return set()
    company_id = given_rows([{"company_id": one} for one in company_ids], **texts("company_id")).c.company_id
    stands = or_(is_linked(company_id), is_owed_an_account(company_id))
    return set(connection.scalars(select(company_id).where(stands)))


def _write(connection: Connection, stored: Holders, holders: Holders) -> None:
    taken_over = [
        {"kind": one.kind, "value": one.value, "company_id": holder}
        for one, holder in holders.items()
        if stored[one] != holder
    ]
    if taken_over:
        given = given_rows(taken_over, **texts("kind", "value", "company_id"))
        connection.execute(
            update(IdentityClaimRow)
            .where(IdentityClaimRow.kind == given.c.kind, IdentityClaimRow.value == given.c.value)
            .values(company_id=given.c.company_id, claimed_at=func.now())
        )
    if unwanted := [(one.kind, one.value) for one in stored if one not in holders]:
        key = tuple_(IdentityClaimRow.kind, IdentityClaimRow.value)
        connection.execute(delete(IdentityClaimRow).where(key.in_(unwanted)))
