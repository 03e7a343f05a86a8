"""The tree agrees with its own rules: small files, telling names, nothing left behind, no way for code to arrive."""

import ast
import re
from pathlib import PurePath

import pytest

from tests.architecture.source_tree import files, lines, read

MIGRATIONS = "workers/ledger/migrations/versions/"
VAGUE_WORDS = {
    *("util", "utils", "helper", "helpers", "common", "misc", "manager", "handler", "processor", "service", "base"),
    *("data", "info", "do", "process"),
}
NO_REASON = re.compile(r"#\s*noqa(?!:\s*[A-Z0-9]+(?:\s*,\s*[A-Z0-9]+)*\s+-{1,2}\s+\S)")
# Written so that this file does not contain what it looks for.
LEFT_BEHIND = re.compile(r"\b(?:T[O]DO|F[I]XME|X[X]X)\b")
MERGE_MARK = re.compile(r"^(?:<{7}|>{7}|={7})(?: |$)")
ELSEWHERE = re.compile(
    r"py[p]i\.|python[h]osted|npm[j]s\.|crates\.[i]o|(?:index|mirror)-[u]rl\s*=?\s*https?:"
    r"|(?<![\w./-])/(?:w[o]rk|h[o]me|r[o]ot|U[s]ers|m[n]t)/"
)
CARRIES_CODE = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib", "jsonpickle"}
LUA_OPENS_WITH = ("KEYS", "ARGV", "Returns")

THIS = "tests/architecture/test_source_tree.py"
PYTHON = [path for path in files(".py") if not path.startswith(MIGRATIONS)]


def allowed_lines(path: str) -> int:
    folder = str(PurePath(path).parent)
    return {"tasks": 150, "tasks/rules": 250, "tasks/rulebook": 200}.get(folder, 400)


@pytest.mark.parametrize("path", [*PYTHON, *files(".lua", "run", "Makefile")])
def test_a_file_is_small_enough_to_be_read(path: str) -> None:
    assert len(lines(path)) <= allowed_lines(path)


def test_a_name_says_what_is_in_it() -> None:
    vague = [
        path for path in files(".py", ".lua") for part in PurePath(path).parts if VAGUE_WORDS & set(_words_of(part))
    ]
    assert vague == []


def _words_of(part: str) -> list[str]:
    return part.partition(".")[0].removeprefix("test_").split("_")


def test_a_rule_is_only_set_aside_with_a_reason() -> None:
    assert _found(NO_REASON, files(".py")) == []


def test_nothing_is_left_to_be_done() -> None:
    assert _found(LEFT_BEHIND, files()) == []
    assert _found(MERGE_MARK, files()) == []


def test_nobodys_machine_and_no_package_index_is_named() -> None:
    assert _found(ELSEWHERE, files()) == []


def _found(pattern: re.Pattern[str], paths: list[str]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(lines(path), start=1)
        if pattern.search(line)
    ]


@pytest.mark.parametrize("path", [path for path in PYTHON if path.endswith("__init__.py")])
def test_a_package_says_at_most_what_it_is(path: str) -> None:
    body = ast.parse(read(path)).body
    assert all(isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant) for each in body), path
    assert len(body) <= 1


@pytest.mark.parametrize("path", [path for path in PYTHON if not path.endswith("__init__.py")])
def test_a_module_opens_with_what_it_is_for(path: str) -> None:
    assert ast.get_docstring(ast.parse(read(path))), f"{path} has no docstring"


def test_a_script_opens_with_what_goes_in_and_what_comes_out() -> None:
    silent = []
    for path in files(".lua"):
        opening = []
        for line in lines(path):
            if not line.startswith("--"):
                break
            opening.append(line)
        silent += [f"{path}: {word}" for word in LUA_OPENS_WITH if not re.search(rf"-- {word}\b", "\n".join(opening))]
    assert silent == []


@pytest.mark.parametrize("path", [path for path in PYTHON if path != THIS])
def test_no_code_arrives_with_the_values(path: str) -> None:
    tree = ast.parse(read(path))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names.add(node.value)
    assert not names & CARRIES_CODE
