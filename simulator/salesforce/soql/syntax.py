"""What a query says, once it is parsed."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from simulator.salesforce.errors import SalesforceError


class Kind(Enum):
    NAME = "name"
    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NULL = "null"
    DATE = "date"
    DATETIME = "datetime"
    DATE_RANGE = "date range"
    MARK = "mark"
    END = "end"


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant; a string is kept as it was written, for LIKE reads its escapes differently."""

    kind: Kind
    text: str
    days: int = 0


@dataclass(frozen=True, slots=True)
class Path:
    """A field, or a field of a parent (`Account.Name`)."""

    text: str
    position: int

    @property
    def key(self) -> str:
        return self.text.lower()


@dataclass(frozen=True, slots=True)
class Compare:
    path: Path
    operator: str
    literal: Literal


@dataclass(frozen=True, slots=True)
class Like:
    """Matches if one of the patterns does."""

    path: Path
    patterns: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Membership:
    path: Path
    members: "tuple[Literal, ...] | Select"
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    term: "Condition"


@dataclass(frozen=True, slots=True)
class And:
    terms: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    terms: "tuple[Condition, ...]"


Condition: TypeAlias = Compare | Like | Membership | Not | And | Or


@dataclass(frozen=True, slots=True)
class OrderTerm:
    path: Path
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Select:
    fields: tuple[Path, ...]  # empty: COUNT()
    object_name: Path
    where: Condition | None = None
    order: tuple[OrderTerm, ...] = ()
    limit: int | None = None
    offset: int = 0


def refuse(code: str, message: str, *, query: str, position: int) -> SalesforceError:
    """An error that points at its place in the query, the way Salesforce draws it."""
    excerpt = query[max(0, position - 40) : position + 40].replace("\n", " ")
    caret = " " * min(position, 40) + "^"
    return SalesforceError(code, f"\n{excerpt}\n{caret}\nERROR at Row:1:Column:{position + 1}\n{message}")
