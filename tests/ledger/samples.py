"""Small words the ledger's tests share: ids, requests, a look into a row, work done by many threads at once."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any, TypeVar

from sqlalchemy import Engine, delete, select, text

from tasks.contracts.records import AccountId, CompanyId, Identity, Kind, Link, Owed, Verdict
from tasks.contracts.tools import Subject
from workers.ledger.models import LedgerTable, OwedRow, VerdictRow
from workers.ledger.postgres_ledger import LinkRequest, VerdictRequest

T = TypeVar("T")

LONG = timedelta(minutes=5)
LAPSED = timedelta(seconds=-1)
"""A claim taken for this long has expired already."""
EARLIER = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 1, 2, tzinfo=UTC)
ACME = Identity("domain", "acme.example")
ZETA = Identity("domain", "zeta.example")


def account(number: int) -> AccountId:
    """A Salesforce account id of 18 characters."""
    return AccountId(f"001{number:012d}AAA")


def link(company_id: int | str, number: int) -> Link:
    return Link(CompanyId(str(company_id)), account(number))


def link_request(
    one: Link, *, fence: int = 1, code: str = "LINKED_BY_KEY", then: Sequence[Owed] = (), as_of: datetime = EARLIER
) -> LinkRequest:
    return LinkRequest(one, Verdict(code, {"account": one.account_id}), fence=fence, then=tuple(then), as_of=as_of)


def verdict_request(record_id: str, verdict: Verdict, *then: Owed, as_of: datetime = EARLIER) -> VerdictRequest:
    return VerdictRequest(Subject(Kind.COMPANY, record_id), verdict, then=then, as_of=as_of)


def owed_row(engine: Engine, record_id: str = "1", task: str = "create_account") -> Any:
    """The row as it is now; None if there is none."""
    with engine.connect() as connection:
        query = select(OwedRow).where(OwedRow.task == task, OwedRow.record_id == record_id)
        return connection.execute(query).one_or_none()


def codes(engine: Engine, record_id: str = "1", kind: Kind = Kind.COMPANY) -> list[str]:
    """The record's timeline."""
    with engine.connect() as connection:
        query = select(VerdictRow.code).where(VerdictRow.kind == kind, VerdictRow.record_id == record_id)
        return list(connection.scalars(query.order_by(VerdictRow.id)))


def execute(engine: Engine, statement: str, **values: object) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement), values)


def empty(engine: Engine) -> None:
    """Forget everything."""
    with engine.begin() as connection:
        # So few rows are gone sooner this way than by TRUNCATE; the trigger on the timeline looks away.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in LedgerTable.metadata.tables.values():
            connection.execute(delete(table))


def at_once(*work: Callable[[], T]) -> list[T]:
    """Run all of it in threads that start together; results in order, errors raised."""
    start = Barrier(len(work))

    def run(one: Callable[[], T]) -> T:
        start.wait(10)
        return one()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))


def wait_until_blocked(engine: Engine, what: str = "", *, unless: "Future[Any] | None" = None) -> None:
    """Somebody waits for a lock to do this: a part of the statement."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE :what"
    )
    deadline = time.monotonic() + 4
    while not (unless and unless.done()):
        with engine.connect() as connection:
            if connection.scalar(waiting, {"what": f"%{what}%"}):
                return
        assert time.monotonic() < deadline, f"nobody waits to {what or 'go on'}"
        time.sleep(0.02)
