"""What becomes of a claimed row when its run ends: done, later or parked. Only the claim's holder may say."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Interval,
    TableValuedAlias,
    Update,
    and_,
    case,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from tasks.contracts.machinery import Done, Later, Parked, Settlement
from tasks.contracts.reasons import Reason
from tasks.contracts.records import Owed, Verdict
from workers.ledger.claims import CREATORS, release_claims
from workers.ledger.models import OwedRow
from workers.ledger.owing import IS_DUE, KEY, UNTROUBLED, as_owed, owed_columns
from workers.ledger.rows import given_rows, texts
from workers.ledger.verdicts import append_verdicts, subject_of

UNCLAIMED: dict[str, Any] = {"claim_token": None, "claimed_until": None}
IS_SETTLED = OwedRow.requested == OwedRow.done


def settle_rows(connection: Connection, settlements: Sequence[Settlement]) -> list[Owed]:
    """Returns what is owed and due afterwards; a settlement whose claim was lost changes nothing."""
    done = [one for one in settlements if isinstance(one, Done)]
    later = [one for one in settlements if isinstance(one, Later)]
    parked = [one for one in settlements if isinstance(one, Parked)]
    _lock(connection, settlements)
    rows = [*_finish(connection, done), *_put_off(connection, later)]
    given_up = _park(connection, parked)
    _tell(connection, parked, {(row.task, row.record_id) for row in given_up if row.is_parked})
    settled = [row for row in rows if row.task in CREATORS and row.is_settled]
    release_claims(connection, [subject_of(row.task, row.record_id) for row in settled])
    return [as_owed(row) for row in (*rows, *given_up) if row.is_due]


def _lock(connection: Connection, settlements: Sequence[Settlement]) -> None:
    """All rows at once and in the order everybody takes them; the updates below come in no order."""
    given = _given([{} for _ in settlements], settlements)
    connection.execute(select(*KEY).where(_is_mine(given)).order_by(*KEY).with_for_update(of=OwedRow))


def _finish(connection: Connection, settlements: Sequence[Done]) -> Sequence[Any]:
    """A request that came during the run stays owed, from now on."""
    given = _given([{} for _ in settlements], settlements)
    done = func.greatest(OwedRow.done, given.c.started)
    closed = _update(given).values(done=done, owed_since=func.now(), not_before=func.now(), **UNTROUBLED, **UNCLAIMED)
    return _returned(connection, closed, settlements)


def _put_off(connection: Connection, settlements: Sequence[Later]) -> Sequence[Any]:
    given = _given(
        [
            {
                "after": f"{one.after.total_seconds()} seconds",
                "counts": one.counts,
                "problem": one.problem,
                "problem_class": one.problem_class,
            }
            for one in settlements
        ],
        settlements,
        after=Interval(),
        counts=Boolean(),
        **texts("problem", "problem_class"),
    )
    put_off = _update(given).values(
        not_before=func.now() + given.c.after,
        failures=OwedRow.failures + case((given.c.counts, 1), else_=0),
        problem=given.c.problem,
        problem_class=given.c.problem_class,
        **UNCLAIMED,
    )
    return _returned(connection, put_off, settlements)


def _park(connection: Connection, settlements: Sequence[Parked]) -> Sequence[Any]:
    """A request that came during the run would have woken the row, so that one is tried again at once."""
    texts_of = ("problem", "problem_class", "code", "remedy")
    given = _given(
        [
            {
                "problem": one.problem or "unknown",
                "problem_class": one.problem_class,
                "code": one.code,
                "remedy": one.remedy,
                "evidence": dict(one.evidence),
            }
            for one in settlements
        ],
        settlements,
        evidence=JSONB(),
        **texts(*texts_of),
    )
    changed_meanwhile = OwedRow.requested > given.c.started
    given_up = _update(given).values(
        parked_at=case((changed_meanwhile, None), else_=func.now()),
        owed_since=case((changed_meanwhile, func.now()), else_=OwedRow.owed_since),
        failures=case((changed_meanwhile, 0), else_=OwedRow.failures),
        **{name: given.c[name] for name in (*texts_of, "evidence")},
        **UNCLAIMED,
    )
    return _returned(connection, given_up, settlements)


def _tell(connection: Connection, settlements: Sequence[Parked], given_up: set[tuple[str, str]]) -> None:
    told = [one for one in settlements if (one.job.task, one.job.record_id) in given_up]
    entries = []
    for one in told:
        evidence = {**one.evidence, "task": one.job.task, "problem": one.problem}
        entries.append((subject_of(one.job.task, one.job.record_id), Verdict(one.code or Reason.PARKED, evidence)))
    append_verdicts(connection, entries)


def _given(more: Sequence[dict[str, object]], settlements: Sequence[Settlement], **columns: Any) -> TableValuedAlias:
    rows = [
        {
            "task": one.job.task,
            "record_id": one.job.record_id,
            "token": one.job.token,
            "started": one.job.started,
            **extra,
        }
        for one, extra in zip(settlements, more, strict=True)
    ]
    return given_rows(rows, started=BigInteger(), **texts("task", "record_id", "token"), **columns)


def _is_mine(given: TableValuedAlias) -> ColumnElement[bool]:
    return and_(
        OwedRow.task == given.c.task,
        OwedRow.record_id == given.c.record_id,
        OwedRow.claim_token == given.c.token,
    )


def _update(given: TableValuedAlias) -> Update:
    return update(OwedRow).where(_is_mine(given))


def _returned(connection: Connection, statement: Update, settlements: Sequence[Settlement]) -> Sequence[Any]:
    if not settlements:
        return ()
    marks = (
        IS_DUE.label("is_due"),
        IS_SETTLED.label("is_settled"),
        OwedRow.parked_at.is_not(None).label("is_parked"),
    )
    return connection.execute(statement.returning(*owed_columns(), *marks)).all()
