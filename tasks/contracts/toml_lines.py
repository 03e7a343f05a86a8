"""On which line of a TOML text each key stands. Parsers keep this to themselves."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Place = tuple[str | int, ...]
"""The way to a value: keys, and the position within a list of tables."""


class Lines:
    """Where things stand in a text that is known to be TOML.

    A statement ends at the first line with which the lines since its beginning are TOML by themselves: one that is cut
    short has a bracket or a quote open, so it never is. That leaves all the reading to the library.
    """

    def __init__(self, text: str) -> None:
        self._lines: dict[Place, int] = {}
        self._tables: dict[Place, int] = {}
        """How many tables a list has, less one."""
        inside: Place = ()
        for line, statement in _statements(text):
            content = tomllib.loads(statement)
            if statement.lstrip().startswith("["):
                inside = self._open(content)
                self._note(inside, line)
            else:
                self._note_all(inside, content, line)

    def line_of(self, place: Sequence[str | int]) -> int:
        """The line of the value, or of the closest thing around it that has one; 1 at the outermost."""
        for end in range(len(place), 0, -1):
            if line := self._lines.get(tuple(place[:end])):
                return line
        return 1

    def _open(self, header: Mapping[str, Any]) -> Place:
        """The table a header opens; a header speaks of the last table of every list on its way."""
        place: Place = ()
        inner: Any = header
        while inner:
            ((key, inner),) = inner.items()
            place = (*place, key)
            if isinstance(inner, list):
                self._tables[place] = self._tables.get(place, -1) + 1
                inner = None
            if place in self._tables:
                place = (*place, self._tables[place])
        return place

    def _note_all(self, inside: Place, content: Mapping[str, Any], line: int) -> None:
        for key, value in content.items():
            self._note((*inside, key), line)
            if isinstance(value, Mapping):
                self._note_all((*inside, key), value, line)

    def _note(self, place: Place, line: int) -> None:
        for end in range(1, len(place) + 1):
            self._lines.setdefault(place[:end], line)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each with the line it begins on; blank lines and comments are none."""
    begin, pending = 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        begin = begin if pending else number
        pending += f"{line}\n"
        try:
            is_statement = bool(tomllib.loads(pending))
        except tomllib.TOMLDecodeError:
            continue
        if is_statement:
            yield begin, pending
        pending = ""
