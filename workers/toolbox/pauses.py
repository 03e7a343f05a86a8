"""What a CRM refuses for every record of an object alike is asked by a probe now and then, as one slice knows it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from tasks.contracts.errors import Paused, ProblemClass, Rejected, SyncError, TryAgain
from tasks.rules.consequences import CONSEQUENCES, Consequence
from workers.ledger.pauses import REFUSED_IN_A_ROW, Pause, PostgresPauses
from workers.telemetry.logs import get_logger
from workers.toolbox.reach import reach_ledger

log = get_logger(__name__)

K = TypeVar("K")
V = TypeVar("V")
Answers = Mapping[K, V | SyncError]

OF_ALL = {"MISSING_SCOPES", "INVALID_TYPE", "NOT_FOUND", "403"}
"""No record is guilty of these: the first refusal pauses."""
OF_ONE_OR_ALL = {
    "INSUFFICIENT_ACCESS",
    "INSUFFICIENT_ACCESS_OR_READONLY",
    "CANNOT_INSERT_UPDATE_ENTITY",
}
"""A record may be hidden from us by sharing, or the right on the object may be missing: several in a row pause."""


class Pauses:
    """Of one slice. Everything that is asked goes through here."""

    def __init__(self, ledger: PostgresPauses) -> None:
        self._ledger = ledger
        self._known: dict[str, Pause] = reach_ledger(ledger.find)
        self._probing: set[str] = set()

    def ask(self, scope: str, keys: Sequence[K], ask: Callable[[Sequence[K]], Answers[K, V]]) -> dict[K, V | SyncError]:
        """As `ask` answers; without asking, Paused for all, while what it needs is paused."""
        return self.ask_each(dict.fromkeys(keys, scope), ask)

    def ask_each(self, scopes: Mapping[K, str], ask: Callable[[Sequence[K]], Answers[K, V]]) -> dict[K, V | SyncError]:
        """As above, where each key has its own scope; those that are not paused are asked for together."""
        paused: dict[str, Any] = {scope: self._find_paused(scope) for scope in set(scopes.values())}
        going = [key for key, scope in scopes.items() if paused[scope] is None]
        answers: dict[K, Any] = dict(ask(going)) if going else {}
        for scope in {scopes[key] for key in going}:
            answers |= self._judged(scope, {key: answers[key] for key in going if scopes[key] == scope})
        return {key: answers.get(key, paused[scope]) for key, scope in scopes.items()}

    def _find_paused(self, scope: str) -> Paused | None:
        pause = self._known.get(scope)
        if pause is None or pause.paused_at is None or scope in self._probing:
            return None
        if not pause.next_probe and reach_ledger(partial(self._ledger.take_probe, scope)):
            self._probing.add(scope)
            return None
        return _paused(pause)

    def _judged(self, scope: str, answers: Mapping[K, Any]) -> dict[K, Any]:
        refused = {key: answer for key, answer in answers.items() if _is_of_the_object(answer)}
        if any(not isinstance(answer, TryAgain) and key not in refused for key, answer in answers.items()):
            self._note_taken(scope)
            return {}
        if not refused:
            return {}
        problem = next(iter(refused.values()))
        enough = 1 if problem.code in OF_ALL else REFUSED_IN_A_ROW
        note = partial(self._ledger.note_refused, scope, problem, records=len(refused), enough=enough)
        pause, begins = reach_ledger(note)
        self._known[scope] = pause
        self._probing.discard(scope)
        if begins:
            log.error("object.paused", scope=scope, code=pause.code, problem=pause.problem, remedy=pause.remedy)
        return dict.fromkeys(refused, _paused(pause)) if pause.paused_at else {}

    def _note_taken(self, scope: str) -> None:
        if self._known.pop(scope, None) and reach_ledger(partial(self._ledger.note_taken, scope)):
            log.warning("object.resumed", scope=scope)


def _is_of_the_object(answer: object) -> bool:
    if not isinstance(answer, Rejected) or CONSEQUENCES[answer.problem_class] is not Consequence.PAUSED:
        return False
    return answer.code in OF_ALL | OF_ONE_OR_ALL


def _paused(pause: Pause) -> Paused:
    after = max(pause.next_probe, timedelta(seconds=1))
    return Paused(pause.problem, after=after, problem_class=ProblemClass.CONFIG, remedy=pause.remedy, code=pause.code)
