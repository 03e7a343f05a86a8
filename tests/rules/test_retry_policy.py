"""The retry policy is a table, and so is its test."""

from datetime import timedelta

import pytest

from tasks.contracts.errors import Busy, Halted, Throttled, Unreachable
from tasks.rules.retry_policy import Attempt, next_wait, uses_up_an_attempt

after = timedelta


@pytest.mark.parametrize(
    ("problem", "failures", "age", "wait"),
    [
        pytest.param(Unreachable("503"), 0, after(0), after(seconds=1), id="first-failure-waits-a-second"),
        pytest.param(Unreachable("503"), 3, after(0), after(seconds=8), id="then-twice-as-long-each-time"),
        pytest.param(Unreachable("503"), 8, after(minutes=9), None, id="the-eighth-failure-parks"),
        pytest.param(Unreachable("lock", after=after(seconds=3)), 1, after(0), after(seconds=3), id="unless-told"),
        pytest.param(
            Throttled("429", after=after(seconds=40)), 8, after(0), after(seconds=40), id="the-crm-knows-best"
        ),
        pytest.param(Throttled("429"), 0, after(days=3), None, id="two-days-of-no-quota-are-a-problem"),
        pytest.param(Busy("leased"), 99, after(minutes=1), after(seconds=1), id="waiting-is-not-failing"),
        pytest.param(Busy("leased"), 0, after(hours=7), None, id="but-nobody-waits-forever"),
        pytest.param(Halted("401"), 99, after(days=9), after(minutes=5), id="an-admin-is-waited-for"),
    ],
)
def test_next_wait(problem, failures, age, wait):
    assert next_wait(problem, Attempt(failures, age)) == wait


@pytest.mark.parametrize(
    ("problem", "counts"),
    [(Unreachable("503"), True), (Throttled("429"), False), (Busy("leased"), False), (Halted("401"), False)],
)
def test_only_failures_use_up_an_attempt(problem, counts):
    assert uses_up_an_attempt(problem) is counts
