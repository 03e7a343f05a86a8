"""Where announcements are noted before anything else happens to them: the inbox in Postgres."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, Integer, func, select
from sqlalchemy.dialects.postgresql import insert

from tasks.contracts.changes import Change, Malformed
from tasks.contracts.machinery import Received
from tasks.contracts.records import Owed
from workers.ledger.models import ChangeRow, MalformedRow
from workers.ledger.owing import Request, owe_rows
from workers.ledger.rows import TIME, given_rows, is_among, texts
from workers.ledger.translation import Routed, translate


class PostgresInbox:
    """Every method is one transaction and safe to repeat."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record_changes(self, routed: Sequence[Routed]) -> Received:
        """Note each change once and what it makes owed, all or nothing.

        Of the Salesforce records that are linked with nothing only accounts owe anything: their company.
        """
        with self._engine.begin() as connection:
            return note_changes(connection, routed)

    def park_malformed(self, malformed: Sequence[Malformed]) -> None:
        """Whole, with the reason; the same one again only counts."""
        times = Counter(one.digest for one in malformed)
        rows = {
            one.digest: {
                "digest": one.digest,
                "payload": one.payload,
                "problem": one.problem,
                "times": times[one.digest],
            }
            for one in malformed
        }
        columns = ["digest", "payload", "problem", "times"]
        given = given_rows(list(rows.values()), times=Integer(), **texts("digest", "payload", "problem"))
        kept = insert(MalformedRow).from_select(
            columns, select(*(given.c[name] for name in columns)).order_by(given.c.digest)
        )
        again = {"times": MalformedRow.times + kept.excluded.times}
        with self._engine.begin() as connection:
            connection.execute(kept.on_conflict_do_update(index_elements=[MalformedRow.digest], set_=again))


def note_changes(connection: Connection, routed: Sequence[Routed], *, as_of: datetime | None = None) -> Received:
    """In the transaction of whoever asks. `as_of`: facts read since then are fresh enough; None: since now."""
    first_of: dict[str, Routed] = {}
    for change, owed in routed:
        first_of.setdefault(change.event_id, (change, owed))
    translated = translate(connection, list(first_of.values()))
    new = _note(connection, [(change, translated[change.event_id]) for change, _ in first_of.values()])
    caused = [one for event_id, owed in translated.items() if event_id in new for one in owed]
    owed_now = tuple(dict.fromkeys(caused))
    owe_rows(connection, [Request(one, as_of) for one in owed_now])
    return Received(new=len(new), repeated=len(routed) - len(new), owed=owed_now)


def find_noted(engine: Engine, event_ids: Sequence[str]) -> set[str]:
    """Which of these announcements have arrived."""
    with engine.connect() as connection:
        return set(connection.scalars(select(ChangeRow.event_id).where(is_among(ChangeRow.event_id, event_ids))))


def count_malformed(engine: Engine) -> int:
    """Different announcements nobody could act on."""
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(MalformedRow)) or 0


def find_malformed(engine: Engine, *, limit: int = 100) -> list[tuple[str, str, int, datetime]]:
    """Digest, problem, how often it came, and when first; the newest first. The payload stays where it is."""
    columns = (MalformedRow.digest, MalformedRow.problem, MalformedRow.times, MalformedRow.received_at)
    query = select(*columns).order_by(MalformedRow.received_at.desc()).limit(limit)
    with engine.connect() as connection:
        return [(row.digest, row.problem, row.times, row.received_at) for row in connection.execute(query)]


def _note(connection: Connection, noted: Sequence[tuple[Change, Sequence[Owed]]]) -> set[str]:
    """Event ids that had not been noted before."""
    rows = [
        {
            "event_id": change.event_id,
            "version": change.version,
            "kind": change.record,
            "record_id": change.id,
            "what": change.what,
            "occurred_at": change.occurred_at.isoformat() if change.occurred_at else None,
            "producer": change.producer,
            "owed_rows": len(owed),
        }
        for change, owed in noted
    ]
    given = given_rows(
        rows,
        version=Integer(),
        occurred_at=TIME,
        owed_rows=Integer(),
        **texts("event_id", "kind", "record_id", "what", "producer"),
    )
    columns = [column.name for column in given.c]
    statement = (
        insert(ChangeRow)
        .from_select(columns, select(*given.c).order_by(given.c.event_id))
        .on_conflict_do_nothing(index_elements=[ChangeRow.event_id])
        .returning(ChangeRow.event_id)
    )
    return set(connection.scalars(statement))
