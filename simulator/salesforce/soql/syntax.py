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
    number: int = 0  # of days, weeks, months


@dataclass(frozen=True, slots=True)
class Path:
    """A field, or a field of a parent (`Account.Name`), perhaps summed up (`COUNT(Id) number`)."""

    text: str
    position: int
    function: str = ""
    alias: str = ""

    @property
    def key(self) -> str:
        return f"{self.function}({self.text.lower()})" if self.function else self.text.lower()


@dataclass(frozen=True, slots=True)
class EveryField:
    """`FIELDS(ALL)`, `FIELDS(STANDARD)` or `FIELDS(CUSTOM)`."""

    kind: str
    position: int


@dataclass(frozen=True, slots=True)
class Children:
    """A query of its own for every record: `(SELECT LastName FROM Contacts)`."""

    select: "Select"


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
class Includes:
    """Matches if the choices contain all of one of the groups."""

    path: Path
    groups: tuple[Literal, ...]
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


Condition: TypeAlias = Compare | Like | Membership | Includes | Not | And | Or


@dataclass(frozen=True, slots=True)
class OrderTerm:
    path: Path
    descending: bool
    nulls_last: bool


Item: TypeAlias = Path | EveryField | Children


@dataclass(frozen=True, slots=True)
class Select:
    fields: tuple[Item, ...]  # empty: COUNT()
    object_name: Path
    where: Condition | None = None
    group: tuple[Path, ...] = ()
    having: Condition | None = None
    order: tuple[OrderTerm, ...] = ()
    limit: int | None = None
    offset: int = 0

    @property
    def paths(self) -> tuple[Path, ...]:
        return tuple(item for item in self.fields if isinstance(item, Path))

    @property
    def is_grouped(self) -> bool:
        return bool(self.group) or any(path.function for path in self.paths)


def refuse(code: str, message: str, *, query: str, position: int) -> SalesforceError:
    """An error that points at its place in the query, the way Salesforce draws it."""
    excerpt = query[max(0, position - 40) : position + 40].replace("\n", " ")
    caret = " " * min(position, 40) + "^"
    row = query.count("\n", 0, position) + 1
    column = position - query.rfind("\n", 0, position)
    return SalesforceError(code, f"\n{excerpt}\n{caret}\nERROR at Row:{row}:Column:{column}\n{message}")
