"""Objects of a CRM that refuse us for every record alike: paused together, instead of parking each record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Interval, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from tasks.contracts.errors import ProblemClass, SyncError
from workers.ledger.models import OwedRow, PauseRow
from workers.ledger.owing import IS_OPEN, KEY, LONG_AGO, UNTROUBLED, hold_rows, is_held

REFUSED_IN_A_ROW = 5
"""Records, before one that is refused is taken for the object's refusal."""
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=15)
SPREAD = timedelta(minutes=1)
"""What waited for the object comes back within this long."""


@dataclass(frozen=True, slots=True)
class Pause:
    """What is refused (`crm.object.action`), or has been a few times; only a paused one keeps anybody waiting."""

    scope: str
    code: str
    problem: str
    remedy: str
    refused: int
    """Records in a row."""
    paused_at: datetime | None
    next_probe: timedelta
    """Zero: its time has come."""


class PostgresPauses:
    """Every method is one transaction; the waits are the database's."""

    def __init__(
        self, engine: Engine, *, first_wait: timedelta = FIRST_WAIT, longest_wait: timedelta = LONGEST_WAIT
    ) -> None:
        self._engine = engine
        self._first_wait = first_wait
        self._longest_wait = longest_wait

    def find(self) -> dict[str, Pause]:
        """By scope."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(PauseRow, _next_probe()).order_by(PauseRow.scope))
            return {row.scope: _pause(row) for row in rows}

    def take_probe(self, scope: str) -> bool:
        """Whether this caller may try: one of all who ask, each time the wait is over."""
        taken = update(PauseRow).where(PauseRow.scope == scope, PauseRow.probe_at <= func.now())
        with self._engine.begin() as connection:
            return bool(connection.execute(taken.values(probe_at=func.now() + PauseRow.wait)).rowcount)

    def note_refused(self, scope: str, problem: SyncError, *, records: int, enough: int) -> tuple[Pause, bool]:
        """How it stands after these refusals, and whether they paused it."""
        with self._engine.begin() as connection:
            row = insert(PauseRow).values(scope=scope, code=problem.code, problem="", remedy="", refused=0)
            connection.execute(row.on_conflict_do_nothing())
            known = connection.execute(select(PauseRow).where(PauseRow.scope == scope).with_for_update()).one()
            refused = known.refused + records
            told: dict[str, Any] = {"code": problem.code, "problem": str(problem), "remedy": problem.remedy}
            begins = known.paused_at is None and refused >= enough
            if begins:
                told |= {"paused_at": func.now(), **self._probe_after(self._first_wait)}
            elif known.paused_at is not None:
                told |= self._probe_after(min(known.wait * 2, self._longest_wait))
            connection.execute(update(PauseRow).where(PauseRow.scope == scope).values(refused=refused, **told))
            after = connection.execute(select(PauseRow, _next_probe()).where(PauseRow.scope == scope)).one()
        return _pause(after), begins

    def note_taken(self, scope: str) -> bool:
        """A record was taken: whatever waited or was parked for the refusal goes on. Whether it was paused."""
        with self._engine.begin() as connection:
            ended = delete(PauseRow).where(PauseRow.scope == scope).returning(PauseRow.code, PauseRow.paused_at)
            row = connection.execute(ended).one_or_none()
            if row is None or row.paused_at is None:
                return False
            _wake_parked(connection, row.code)
            _wake_waiting(connection)
            return True

    def probe_now(self) -> None:
        """Somebody may have mended it: the next one who asks is the probe, and somebody asks soon."""
        with self._engine.begin() as connection:
            connection.execute(update(PauseRow).where(PauseRow.paused_at.is_not(None)).values(probe_at=func.now()))
            _wake_waiting(connection)

    def _probe_after(self, wait: timedelta) -> dict[str, Any]:
        return {"wait": wait, "probe_at": func.now() + literal(wait, Interval)}


def find_paused(engine: Engine) -> Sequence[Pause]:
    """For people and figures: those that keep somebody waiting."""
    return [one for one in PostgresPauses(engine).find().values() if one.paused_at is not None]


def _next_probe() -> Any:
    return func.greatest(PauseRow.probe_at - func.now(), timedelta()).label("next_probe")


def _pause(row: Any) -> Pause:
    return Pause(
        scope=row.scope,
        code=row.code,
        problem=row.problem,
        remedy=row.remedy,
        refused=row.refused,
        paused_at=row.paused_at,
        next_probe=row.next_probe or timedelta(),
    )


def _soon() -> Any:
    return func.now() + func.random() * literal(SPREAD, Interval)


def _wake_waiting(connection: Connection) -> None:
    is_waiting = (IS_OPEN, OwedRow.problem_class == ProblemClass.CONFIG, OwedRow.not_before > func.now())
    held = hold_rows(select(*KEY).where(*is_waiting).order_by(*KEY))
    connection.execute(update(OwedRow).where(is_held(held)).values(not_before=_soon(), woken_at=LONG_AGO))


def _wake_parked(connection: Connection, code: str) -> None:
    """Who was refused before it was clear that everybody is."""
    is_parked_so = (
        OwedRow.parked_at.is_not(None),
        OwedRow.problem_class == ProblemClass.CONFIG,
        OwedRow.code == code,
    )
    held = hold_rows(select(*KEY).where(*is_parked_so).order_by(*KEY))
    anew = {"parked_at": None, "as_of": func.now(), "owed_since": func.now(), "not_before": _soon(), **UNTROUBLED}
    connection.execute(update(OwedRow).where(is_held(held)).values(woken_at=LONG_AGO, **anew))
