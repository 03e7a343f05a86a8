"""A17: a condition that an operator writes stays one among others, or is refused in words."""

import pytest

from tasks.rules.account_filter import LONGEST_FILTER, find_filter_problem


@pytest.mark.parametrize(
    "condition",
    [
        "Industry = 'Energy'",
        "(Type = 'Customer' OR Type = 'Partner') AND AnnualRevenue > 10000",
        r"Name = 'It\'s (not) closed' AND Name != ')('",
        r"Name = 'ends with a backslash \\'",
    ],
)
def test_a17_a_condition_may_be_anything_that_stands_for_itself(condition):
    assert find_filter_problem(condition) is None


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        pytest.param("  ", "blank", id="blank"),
        pytest.param("x" * (LONGEST_FILTER + 1), "at most 2,000", id="too-long"),
        pytest.param("Name != null) OR (Id != null", "never opened", id="closes-what-is-around-it"),
        pytest.param("(Name != null", "not closed", id="a-parenthesis-left-open"),
        pytest.param("Name = 'Acme", "quotation mark", id="a-quotation-mark-left-open"),
        pytest.param(r"Name = 'Acme\'", "quotation mark", id="an-escaped-mark-closes-nothing"),
    ],
)
def test_a17_what_would_change_the_conditions_around_it_is_refused(condition, problem):
    assert problem in (find_filter_problem(condition) or "")
