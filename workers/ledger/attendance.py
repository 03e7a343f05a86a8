"""Is anybody working? What is due and lies there although no worker holds anything."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine, and_, func, not_, select

from workers.ledger.models import OwedRow
from workers.ledger.owing import IS_DUE, IS_OPEN, IS_UNCLAIMED


@dataclass(frozen=True, slots=True)
class Attendance:
    """A moment's look at the owed rows."""

    open: int
    """Owed, whatever they wait for; parked ones do not count."""
    overdue: int
    """Due for longer than asked about, and in nobody's hands."""
    held: int
    """In the hands of a worker now."""

    @property
    def is_deserted(self) -> bool:
        """Work lies there and nobody holds any. At one moment this may be chance; for a while it is not."""
        return self.overdue > 0 and self.held == 0


def read_attendance(engine: Engine, *, overdue_after: timedelta) -> Attendance:
    """One cheap query."""
    due_since = func.greatest(OwedRow.not_before, OwedRow.owed_since)
    is_overdue = and_(IS_DUE, IS_UNCLAIMED, due_since < func.now() - overdue_after)
    query = select(
        func.count().filter(IS_OPEN),
        func.count().filter(is_overdue),
        func.count().filter(IS_OPEN, not_(IS_UNCLAIMED)),
    ).where(IS_OPEN)
    with engine.connect() as connection:
        row = connection.execute(query).one()
    return Attendance(*row)
