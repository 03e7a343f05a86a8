"""Cuts a query into words, literals and marks."""

import re
from typing import NamedTuple

from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.soql.syntax import Kind

TOKEN = re.compile(
    r"""\s*(?:
      (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    | (?P<date>\d{4}-\d\d-\d\d)
    | (?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)
    | (?P<name>[A-Za-z]\w*(?:\.[A-Za-z]\w*)*)
    | '(?P<string>(?:[^'\\]|\\.)*)'
    | (?P<mark><=|>=|!=|<>|[=<>(),:])
    )""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
KINDS = {kind.value: kind for kind in Kind}
SPACE = re.compile(r"\s*")


class Token(NamedTuple):
    kind: Kind
    text: str
    position: int
    word: str = ""  # a name, in capitals


def tokenize(query: str) -> list[Token]:
    tokens = []
    position = 0
    end = len(query.rstrip())
    while position < end:
        match = TOKEN.match(query, position)
        if match is None or match.lastgroup is None:
            raise _unexpected(query, position)
        kind = match.lastgroup
        text = match[kind]
        word = text.upper() if kind == "name" else ""
        tokens.append(Token(KINDS[kind], text, match.start(kind) - (kind == "string"), word))
        position = match.end()
    tokens.append(Token(Kind.END, "<EOF>", end))
    return tokens


def _unexpected(query: str, position: int) -> SalesforceError:
    space = SPACE.match(query, position)
    start = space.end() if space else position
    row = query.count("\n", 0, start) + 1
    column = start - query.rfind("\n", 0, start) - 1
    if query[start] == "'":
        return SalesforceError("MALFORMED_QUERY", f"line {row}:{column} mismatched character '<EOF>' expecting '''")
    return SalesforceError(
        "MALFORMED_QUERY", f"line {row}:{column} no viable alternative at character '{query[start]}'"
    )
