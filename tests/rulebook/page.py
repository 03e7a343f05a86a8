"""The page about the rules: the catalogue, joined with the tests that are named after its rules."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tasks.rulebook.catalogue import RULES, SECTIONS
from tasks.rulebook.rule import Rule
from tests.architecture.source_tree import files, read

PREFIX = "test_rule_"
OPENING = """# The rulebook

What Tandem does in every case that the sync of accounts and companies knows. `python -m tests.rulebook` makes this page
from the catalogue in `tasks/rulebook/` and from the tests that are named after its rules; do not edit. What the reasons
mean in plain words, and what to do about them, is in [errors.md](errors.md).

The last column names the public article that describes what HubSpot's own integration does there. Where Tandem does
otherwise, the rule says what Tandem does.
"""
HEADER = "| rule | what Tandem does | told as | tests | described in |\n|---|---|---|---|---|"


@dataclass(frozen=True)
class RuleTest:
    """A test whose name begins with a rule's number."""

    file: str
    name: str

    def __str__(self) -> str:
        return f"{self.file}::{self.name}"


def find_tests() -> list[RuleTest]:
    """All tests that say they are about a rule, whichever file they are in."""
    paths = [path for path in files(".py") if path.startswith("tests/") and "/test_" in path]
    return [RuleTest(path, name) for path in paths for name in _test_names(read(path))]


def _test_names(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(PREFIX):
            yield node.name


def number_of(name: str, numbers: Iterable[str]) -> str | None:
    """The rule a test is about: the longest number its name begins with. None: no rule has it."""
    rest = name.removeprefix(PREFIX)
    found = [number for number in numbers if rest.startswith(f"{_as_in_names(number)}_")]
    return max(found, key=len, default=None)


def group_by_rule(tests: Sequence[RuleTest], numbers: Sequence[str]) -> Mapping[str | None, Sequence[RuleTest]]:
    """Sorted by their number; those about no rule that there is stand under None."""
    found: dict[str | None, list[RuleTest]] = defaultdict(list)
    for test in tests:
        found[number_of(test.name, numbers)].append(test)
    return found


def page() -> str:
    """The page as it has to be."""
    tests = group_by_rule(find_tests(), [rule.number for rule in RULES])
    sections = ("\n".join([f"## {title}\n", HEADER, *_rows(rules, tests), ""]) for title, rules in SECTIONS.items())
    return "\n".join([OPENING, *sections])


def _rows(rules: Sequence[Rule], tests: Mapping[str | None, Sequence[RuleTest]]) -> Iterator[str]:
    for rule in rules:
        told = ", ".join(f"`{reason.value}`" for reason in rule.reasons)
        named = "<br>".join(f"`{test}`" for test in tests.get(rule.number, ())) or "none yet"
        cells = [rule.number, rule.text, told, named, rule.source]
        yield f"| {' | '.join(cells)} |"


def _as_in_names(number: str) -> str:
    return re.sub(r"\W", "_", number)
