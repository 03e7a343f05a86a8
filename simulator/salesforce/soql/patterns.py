"""String literals and LIKE patterns: their escapes, and many patterns as one test."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from simulator.salesforce.errors import SalesforceError

ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
VERBATIM = frozenset("\"'\\_%")
DEEPEST_TREE = 40


def unescape(text: str) -> str:
    if "\\" not in text:
        return text
    return re.sub(r"\\(.)", lambda match: _escaped(match[1]), text, flags=re.DOTALL)


def _escaped(character: str) -> str:
    if character in VERBATIM:
        return character
    if character.lower() in ESCAPES:
        return ESCAPES[character.lower()]
    raise SalesforceError("MALFORMED_QUERY", f"invalid string literal: illegal escape sequence '\\{character}'")


def compile_patterns(patterns: Iterable[str]) -> Callable[[str], bool]:
    """A test for folded text: does one of the patterns match all of it?"""
    inside: list[str] = []
    whole: list[str] = []
    for pattern in patterns:
        parts = _parts(pattern)
        match parts:
            case ["%", ("text", literal), "%"]:
                inside.append(literal)
            case _:
                whole.append(_as_regex(parts))
    if not whole:
        return _contains_any(inside)
    matches = re.compile("|".join(whole), re.DOTALL).fullmatch
    if not inside:
        return lambda text: matches(text) is not None
    contains = _contains_any(inside)
    return lambda text: contains(text) or matches(text) is not None


Part = str | tuple[str, str]


def _parts(pattern: str) -> list[Part]:
    """Wildcards as they are, everything between them as ("text", folded literal)."""
    parts: list[Part] = []
    for piece in re.findall(r"\\.|%|_|[^\\%_]+", pattern, flags=re.DOTALL):
        if piece in {"%", "_"}:
            parts.append(piece)
            continue
        literal = unescape(piece).casefold()
        if parts and isinstance(parts[-1], tuple):
            literal = parts.pop()[1] + literal
        parts.append(("text", literal))
    return parts


def _as_regex(parts: list[Part]) -> str:
    """The first place for what stands between two `%` is as good as any, so no search ever looks back for another."""
    pieces = [""]
    for part in parts:
        if part == "%":
            pieces.append("")
        else:
            pieces[-1] += re.escape(part[1]) if isinstance(part, tuple) else "."
    first, *others = pieces
    if not others:
        return first
    return first + "".join(f"(?>.*?{piece})" for piece in others[:-1] if piece) + ".*" + others[-1]


def _contains_any(literals: list[str]) -> Callable[[str], bool]:
    if len(literals) == 1:
        wanted = literals[0]
        return lambda text: wanted in text
    tree: dict[str, Any] = {}
    for literal in literals:
        branch = tree
        for character in literal:
            branch = branch.setdefault(character, {})
        branch[""] = {}
    regex = _tree_regex(tree, 0)
    search = re.compile(regex or "|".join(map(re.escape, literals))).search
    return lambda text: search(text) is not None


def _tree_regex(tree: dict[str, Any], depth: int) -> str | None:
    """Alternatives share their beginnings, so a search hardly looks back; None if too deep."""
    chain = ""
    while len(tree) == 1 and "" not in tree:
        ((character, tree),) = tree.items()
        chain += re.escape(character)
    if "" in tree:
        return chain  # whatever continues this literal is found with it
    if depth > DEEPEST_TREE:
        return None
    branches = []
    for character, below in tree.items():
        branch = _tree_regex(below, depth + 1)
        if branch is None:
            return None
        branches.append(re.escape(character) + branch)
    return f"{chain}(?:{'|'.join(branches)})"
