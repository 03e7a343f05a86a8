"""Parked until an account is linked, and woken by that: no row is ever missed, and none is looked at in vain."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from tasks.contracts.records import AccountId, Owed
from workers.ledger.models import OwedRow
from workers.ledger.owing import LONG_AGO, Request, as_owed, owe_rows, owed_columns
from workers.ledger.rows import is_among


def hold_accounts(connection: Connection, account_ids: Iterable[str]) -> None:
    """Until the end of the transaction nobody else parks for these accounts, or wakes who waits for them.

    Otherwise one who parks while the account is being linked would see no link, and whoever wakes no parked row.
    """
    wanted = sorted(set(account_ids))
    if wanted:
        each = func.unnest(literal(wanted, ARRAY(TEXT))).column_valued("account_id")
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(each, 0))))


def wake_waiting(connection: Connection, account_ids: Sequence[AccountId]) -> list[Owed]:
    """Owe again what waits for these accounts, which are linked. Returns what it was.

    The next sweep wakes it, together with whoever else was woken meanwhile: one by one they would cost a call each.
    """
    hold_accounts(connection, account_ids)
    columns = (*owed_columns(), OwedRow.as_of)
    query = select(*columns).where(is_among(OwedRow.waits_for, account_ids), OwedRow.parked_at.is_not(None))
    waiting = connection.execute(query).all()
    # What was read for them is fresh enough: that the account was not linked stands in the ledger alone.
    owe_rows(connection, [Request(as_owed(row), row.as_of) for row in waiting])
    for task in {row.task for row in waiting}:
        these = (OwedRow.task == task, is_among(OwedRow.record_id, [row.record_id for row in waiting]))
        connection.execute(update(OwedRow).where(*these).values(woken_at=LONG_AGO))
    return [as_owed(row) for row in waiting]
