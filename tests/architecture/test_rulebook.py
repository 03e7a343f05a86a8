"""Every rule of the specification is in the catalogue, has a test that is named after it, and stands on the page."""

from collections import Counter

import pytest

from tasks.contracts.errors import ProblemClass
from tasks.contracts.reasons import Reason
from tasks.rulebook.catalogue import RULES, rules_behind
from tests.architecture.source_tree import read
from tests.rulebook.numbers import NUMBERS
from tests.rulebook.page import find_tests, group_by_rule, number_of, page

CATALOGUED = [rule.number for rule in RULES]
NOT_YET = frozenset({"2.8", "4.9", "5.5", "7.4.parent", "9.6"})
"""Rules whose tests are still to be written; the list only ever gets shorter."""
DECIDED_BY_PEOPLE = frozenset({Reason.PARKED, Reason.REPLAYED, Reason.DISMISSED})
"""What was given up, and what somebody decided about it: no rule's outcome."""


def test_the_catalogue_has_every_number_of_the_specification_once() -> None:
    assert Counter(CATALOGUED) == Counter(NUMBERS)


def test_every_rule_has_a_test_that_is_named_after_it() -> None:
    tested = set(group_by_rule(find_tests(), CATALOGUED))
    assert set(CATALOGUED) - tested == NOT_YET


def test_every_test_that_is_named_after_a_rule_is_about_one_there_is() -> None:
    assert [str(test) for test in find_tests() if number_of(test.name, CATALOGUED) is None] == []


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in DECIDED_BY_PEOPLE])
def test_every_reason_belongs_to_a_rule(reason: Reason) -> None:
    assert rules_behind(reason)


@pytest.mark.parametrize("problem_class", [each for each in ProblemClass if each is not ProblemClass.UNKNOWN])
def test_every_class_of_problem_but_a_fault_of_our_own_belongs_to_a_rule(problem_class: ProblemClass) -> None:
    assert rules_behind(problem_class)


def test_the_page_is_in_step_with_the_catalogue_and_the_tests() -> None:
    assert read("docs/rules.md") == page(), "python -m tests.rulebook writes it anew"


@pytest.mark.parametrize(
    ("name", "number"),
    [
        pytest.param("test_rule_10_11_deletions", "10.11", id="not-10.1"),
        pytest.param("test_rule_10_1_deletions", "10.1", id="nor-10.11"),
        pytest.param("test_rule_7_2_6a_owners", "7.2.6a", id="a-letter-is-part-of-it"),
        pytest.param("test_rule_7_2_6_owners", "7.2.6", id="and-missing-where-there-is-none"),
        pytest.param("test_rule_7_1_two_way_hubspot_cleared_goes_on", "7.1.two_way.hubspot_cleared", id="words"),
        pytest.param("test_rule_T1_1_off", "T1.1", id="a-row-of-a-table"),
        pytest.param("test_rule_2_99_nothing", None, id="nobody's"),
        pytest.param("test_rule_2_3", None, id="a-number-is-no-sentence"),
    ],
)
def test_which_rule_a_test_is_about(name: str, number: str | None) -> None:
    assert number_of(name, CATALOGUED) == number
