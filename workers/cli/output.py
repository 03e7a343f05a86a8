"""How the command line speaks: tables and sentences for people, JSON for programs, both on standard output."""

import dataclasses
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

WIDE = 180
"""Columns where nobody tells how many there are: for files and pipes."""
console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]


class Failed(Exception):
    """A command could not do what it was asked; the text says why and what to do."""


def print_json(value: Any) -> None:
    """Records as objects, times as ISO 8601, durations in seconds."""
    console.print_json(json.dumps(_plain(value)), indent=None if not console.is_terminal else 2)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table, or nothing at all where there are no rows."""
    table = Table(*columns, title=title or None, title_justify="left", box=None, header_style="dim", pad_edge=False)
    for row in rows:
        table.add_row(*(escape("" if cell is None else _text(cell)) for cell in row))
    if table.row_count:
        console.print(table)


def say(text: str) -> None:
    """A line for people; markup in it is meant."""
    console.print(text, soft_wrap=True)


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, int) and not isinstance(cell, bool):
        return f"{cell:,}"
    return str(cell)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    return value
