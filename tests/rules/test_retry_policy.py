"""The retry policy is a table, and so is its test."""

from datetime import timedelta

import pytest

from tasks.contracts.errors import Busy, Halted, Hindered, Paused, Throttled, Unreachable
from tasks.rules.retry_policy import Attempt, next_wait, uses_up_an_attempt

after = timedelta
LONG = after(seconds=256)
"""2 to the power of 8 seconds."""


@pytest.mark.parametrize(
    ("problem", "failures", "age", "wait"),
    [
        pytest.param(Unreachable("503"), 0, after(0), after(seconds=1), id="first-failure-waits-a-second"),
        pytest.param(Unreachable("503"), 3, after(0), after(seconds=8), id="then-twice-as-long-each-time"),
        pytest.param(Unreachable("503"), 30, after(hours=2), after(minutes=5), id="but-never-longer-than-five-minutes"),
        pytest.param(Unreachable("503"), 9_999, after(hours=5), after(minutes=5), id="however-often-it-failed"),
        pytest.param(Unreachable("503"), 8, after(minutes=10), LONG, id="an-outage-of-ten-minutes-parks-nobody"),
        pytest.param(Unreachable("503"), 80, after(hours=6), None, id="one-of-six-hours-does"),
        pytest.param(Unreachable("503"), 7, after(hours=7), LONG / 2, id="but-not-who-was-tried-a-few-times-only"),
        pytest.param(Unreachable("503", after=after(seconds=3)), 1, after(0), after(seconds=3), id="unless-told"),
        pytest.param(Hindered("lock"), 3, after(0), after(seconds=8), id="one-row-s-trouble-waits-as-long"),
        pytest.param(Hindered("lock", after=after(seconds=3)), 1, after(0), after(seconds=3), id="unless-told-too"),
        pytest.param(Hindered("lock"), 8, after(minutes=5), None, id="and-parks-at-the-eighth-failure"),
        pytest.param(
            Throttled("429", after=after(seconds=40)), 8, after(0), after(seconds=40), id="the-crm-knows-best"
        ),
        pytest.param(Throttled("429"), 0, after(days=3), None, id="two-days-of-no-quota-are-a-problem"),
        pytest.param(Busy("leased"), 99, after(minutes=1), after(seconds=1), id="waiting-is-not-failing"),
        pytest.param(Busy("leased"), 0, after(hours=7), None, id="but-nobody-waits-forever"),
        pytest.param(Paused("x", after=after(7)), 99, after(days=9), after(7), id="and-so-is-a-crm-that-nobody-calls"),
        pytest.param(Halted("401"), 99, after(days=9), after(minutes=5), id="an-admin-is-waited-for"),
    ],
)
def test_next_wait(problem, failures, age, wait):
    assert next_wait(problem, Attempt(failures, age)) == wait


@pytest.mark.parametrize(
    ("problem", "counts"),
    [
        (Unreachable("503"), True),
        (Hindered("lock"), True),
        (Throttled("429"), False),
        (Busy("leased"), False),
        (Halted("401"), False),
        (Paused("nobody calls it"), False),
    ],
)
def test_only_failures_use_up_an_attempt(problem, counts):
    assert uses_up_an_attempt(problem) is counts
