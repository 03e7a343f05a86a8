"""Many records in few calls: what is asked, and what a refusal costs."""

import pytest

from tasks.contracts.errors import Gone, Halted, Rejected, Throttled, Unreachable
from workers.crm.chunks import ask_in_chunks


class Oracle:
    """Answers with the number itself, refuses batches with a guilty one, remembers what it was asked."""

    def __init__(self, guilty: set[int], error: Exception) -> None:
        self.guilty = guilty
        self.error = error
        self.asked: list[list[int]] = []

    def __call__(self, numbers):
        self.asked.append(list(numbers))
        if self.guilty & set(numbers):
            raise self.error
        return {number: number for number in numbers}


def test_each_key_is_asked_for_once_in_chunks():
    oracle = Oracle(set(), Gone("x"))

    assert ask_in_chunks([1, 2, 1, 3], 2, oracle) == {1: 1, 2: 2, 3: 3}
    assert oracle.asked == [[1, 2], [3]]


def test_a_refused_chunk_is_split_until_the_guilty_stand_alone():
    refused = Rejected("x")
    oracle = Oracle({3, 90}, refused)

    answers = ask_in_chunks(range(100), 100, oracle)

    assert {number for number, answer in answers.items() if answer is refused} == {3, 90}
    assert len(oracle.asked) < 30


@pytest.mark.parametrize("error", [Unreachable("x"), Rejected("x", code="MISSING_SCOPES")])
def test_what_no_row_is_guilty_of_is_not_split(error):
    oracle = Oracle({3}, error)

    answers = ask_in_chunks(range(20), 10, oracle)

    assert [answers[number] is error for number in range(20)] == [True] * 10 + [False] * 10
    assert len(oracle.asked) == 2


@pytest.mark.parametrize("error", [Throttled("x"), Halted("x")])
def test_what_every_chunk_would_hear_is_asked_once(error):
    oracle = Oracle({3}, error)

    assert ask_in_chunks(range(50), 10, oracle) == dict.fromkeys(range(50), error)
    assert len(oracle.asked) == 1
