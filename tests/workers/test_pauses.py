"""What a CRM refuses for every record alike is paused, told once and probed; what it refuses for one is not."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from tasks.contracts.errors import Paused, ProblemClass, Rejected, SyncError, Unreachable
from tests.ledger.samples import empty, execute
from workers.ledger.pauses import REFUSED_IN_A_ROW, PostgresPauses
from workers.toolbox.pauses import OF_ALL, OF_ONE_OR_ALL, Pauses

SCOPE = "salesforce.Account.write"
MANY = [str(number) for number in range(1, REFUSED_IN_A_ROW + 8)]
FIRST, LONGEST = timedelta(seconds=4), timedelta(seconds=6)


@pytest.fixture
def pauses(engine) -> PostgresPauses:
    empty(engine)
    return PostgresPauses(engine, first_wait=FIRST, longest_wait=LONGEST)


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with capture_logs() as captured:
        yield captured


def told(logs: Sequence[Mapping[str, Any]]) -> list[str]:
    return [one["event"] for one in logs if one["event"].startswith("object.")]


def refusal(code: str = "INSUFFICIENT_ACCESS") -> Rejected:
    return Rejected(f"Salesforce: {code}", problem_class=ProblemClass.CONFIG, code=code, remedy="Ask an admin.")


def ask(
    pauses: PostgresPauses, answer: SyncError | str, *keys: str, known: Pauses | None = None
) -> tuple[list[str], list[Any]]:
    """In a slice of its own, unless one is given: which keys reached the CRM, and what came back."""
    asked: list[str] = []

    def crm(some: Sequence[str]) -> dict[str, SyncError | str]:
        asked.extend(some)
        return dict.fromkeys(some, answer)

    answers = (known or Pauses(pauses)).ask(SCOPE, keys, crm)
    return asked, [answers[key] for key in keys]


def probe_is_due(engine) -> None:
    execute(engine, "UPDATE pauses SET probe_at = now() - interval '1 second'")


@pytest.mark.parametrize("code", sorted(OF_ALL))
def test_a_refusal_that_no_record_is_guilty_of_pauses_at_once(pauses, logs, code):
    _, (answer,) = ask(pauses, refusal(code), "1")
    assert isinstance(answer, Paused)
    assert (answer.problem_class, answer.code, answer.remedy) == (ProblemClass.CONFIG, code, "Ask an admin.")
    assert ask(pauses, "taken", "2", "3")[0] == []
    assert told(logs) == ["object.paused"]


@pytest.mark.parametrize("code", sorted(OF_ONE_OR_ALL))
def test_a_refusal_that_one_record_may_be_guilty_of_pauses_after_several_in_a_row(pauses, logs, code):
    for number in range(1, REFUSED_IN_A_ROW):
        assert isinstance(ask(pauses, refusal(code), str(number))[1][0], Rejected)
    assert told(logs) == []
    assert isinstance(ask(pauses, refusal(code), "last")[1][0], Paused)
    assert told(logs) == ["object.paused"]


def test_a_record_that_is_taken_in_between_starts_the_count_anew(pauses, logs):
    for _ in range(3):
        ask(pauses, refusal(), *MANY[: REFUSED_IN_A_ROW - 1])
        ask(pauses, "taken", "1")
    assert told(logs) == []


def test_a_record_that_is_refused_beside_one_that_is_taken_stays_refused_alone(pauses, logs):
    def crm(keys: Sequence[str]) -> dict[str, SyncError | str]:
        return {key: "taken" if key == "1" else refusal() for key in keys}

    answers = Pauses(pauses).ask(SCOPE, MANY, crm)
    assert {type(answers[key]) for key in MANY[1:]} == {Rejected}
    assert told(logs) == []


@pytest.mark.parametrize(
    "answer", [refusal("INVALID_FIELD"), Rejected("x", code="INSUFFICIENT_ACCESS"), Unreachable("x")]
)
def test_what_says_nothing_about_the_object_pauses_nothing(pauses, answer):
    ask(pauses, answer, *MANY)
    assert pauses.find() == {}


def test_one_caller_at_a_time_probes_and_a_refused_probe_doubles_the_wait(pauses, engine):
    ask(pauses, refusal(), *MANY)
    waits = []
    for _ in range(2):
        probe_is_due(engine)
        slices = [Pauses(pauses) for _ in range(3)]
        reached = [ask(pauses, refusal(), str(number), known=one)[0] for number, one in enumerate(slices)]
        assert reached == [["0"], [], []]
        waits.append(pauses.find()[SCOPE].next_probe)
    assert FIRST < waits[0] <= LONGEST
    assert FIRST < waits[1] <= LONGEST


def test_another_scope_goes_on(pauses):
    ask(pauses, refusal(), *MANY)
    answers = Pauses(pauses).ask_each({"a": SCOPE, "b": "salesforce.Account.read"}, lambda keys: dict.fromkeys(keys, 1))
    assert isinstance(answers["a"], Paused)
    assert answers["b"] == 1


def test_in_the_good_case_nothing_is_written(pauses, engine):
    before = pauses.find()
    assert ask(pauses, "taken", *MANY)[0] == MANY
    assert pauses.find() == before == {}
