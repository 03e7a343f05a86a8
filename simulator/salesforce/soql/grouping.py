"""Counts and sums up records by groups."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.schema import NUMBER_TYPES, TEXT_TYPES, Field, SObject
from simulator.salesforce.soql.columns import Column, Scope
from simulator.salesforce.soql.predicates import comparable, compile_condition
from simulator.salesforce.soql.selection import arrange
from simulator.salesforce.soql.syntax import And, Condition, Not, Or, Path, Select
from simulator.salesforce.store import Record

MOST_GROUPS = 2_000
Read = Callable[[Record], Any]


@dataclass(frozen=True, slots=True)
class GroupScope(Scope):
    """Looks paths up among what a query groups by and sums up; its records are the groups, by the paths' keys."""

    columns: Mapping[str, Column]

    def find_column(self, path: Path, sobject: SObject) -> Column:  # noqa: ARG002 - a group belongs to no object
        column = self.columns.get(path.key)
        if column is None:
            raise self.refuse("MALFORMED_QUERY", f"Field must be grouped or aggregated: {path.text}", path)
        return column


def find_groups(records: list[Record], select: Select, sobject: SObject, scope: Scope) -> list[Record]:
    """As rows by label, in the order and the number that were asked for."""
    aggregates = {path.key: path for path in _paths(select) if path.function}
    group_columns = {path.key: _groupable(path, sobject, scope) for path in select.group}
    functions = {key: _aggregate(path, sobject, scope) for key, path in aggregates.items()}
    columns = {
        key: Column(replace(field, name=key))
        for key, field in [
            *((key, column.field) for key, column in group_columns.items()),
            *((key, field) for key, (field, _) in functions.items()),
        ]
    }
    inside = GroupScope(scope.query, scope.schema, scope.store, columns)
    labels = _labels(select, inside, sobject)
    groups = [
        dict(zip(group_columns, keys, strict=True)) | {key: sum_up(rows) for key, (_, sum_up) in functions.items()}
        for keys, rows in _split(records, list(group_columns.values()), is_whole=not select.group)
    ]
    if select.having is not None:
        groups = list(filter(_compile_having(select.having, sobject, inside), groups))
    arranged = arrange(groups, select, sobject, inside)
    if len(arranged) > MOST_GROUPS:
        raise SalesforceError(
            "EXCEEDED_ID_LIMIT",
            "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch",
        )
    return [{label: group[key] for label, key in labels} for group in arranged]


def render_group(group: Record) -> dict[str, Any]:
    return {"attributes": {"type": "AggregateResult"}, **group}


def _compile_having(having: Condition, sobject: SObject, scope: GroupScope) -> Callable[[Record], bool]:
    def refuse_join(_select: Select, _outer: Column, path: Path) -> Iterable[Any]:
        raise scope.refuse("MALFORMED_QUERY", "semi joins are not allowed in HAVING", path)

    return compile_condition(having, sobject, scope, refuse_join)


def _paths(select: Select) -> list[Path]:
    having = _paths_of(select.having) if select.having else []
    return [*select.paths, *having, *(term.path for term in select.order)]


def _paths_of(condition: Condition) -> list[Path]:
    match condition:
        case And(terms) | Or(terms):
            return [path for term in terms for path in _paths_of(term)]
        case Not(term):
            return _paths_of(term)
        case _:
            return [condition.path]


def _groupable(path: Path, sobject: SObject, scope: Scope) -> Column:
    column = scope.find_column(path, sobject)
    if not column.field.sortable:
        raise scope.refuse("MALFORMED_QUERY", f"field '{path.text}' can not be grouped in a query call", path)
    return column


def _labels(select: Select, scope: GroupScope, sobject: SObject) -> list[tuple[str, str]]:
    """What the columns of the answer are called; an aggregate without a name gets a number."""
    labels: list[tuple[str, str]] = []
    numbered = 0
    for path in select.paths:
        scope.find_column(path, sobject)
        label = path.alias or path.text.rpartition(".")[2]
        if path.function and not path.alias:
            label, numbered = f"expr{numbered}", numbered + 1
        if label.lower() in {known.lower() for known, _ in labels}:
            raise scope.refuse("MALFORMED_QUERY", f"duplicate alias: {label}", path)
        labels.append((label, path.key))
    return labels


def _split(
    records: list[Record], columns: list[Column], *, is_whole: bool
) -> Iterable[tuple[tuple[Any, ...], list[Record]]]:
    """Texts that differ by case only are one group, known by the first of them."""
    if is_whole:
        return [((), records)]
    readers = [(column.field, column.reader()) for column in columns]
    groups: dict[tuple[Any, ...], tuple[tuple[Any, ...], list[Record]]] = {}
    for record in records:
        values = tuple(read(record) for _, read in readers)
        key = tuple(
            None if value is None else comparable(field, value)
            for value, (field, _) in zip(values, readers, strict=True)
        )
        groups.setdefault(key, (values, []))[1].append(record)
    return groups.values()


def _aggregate(path: Path, sobject: SObject, scope: Scope) -> tuple[Field, Callable[[list[Record]], Any]]:
    """What the result is like, and how it comes about. Only values count, never nulls."""
    column = scope.find_column(Path(path.text, path.position), sobject)
    field, read = column.field, column.reader()
    allowed = {
        "COUNT": True,
        "COUNT_DISTINCT": field.sortable,
        "SUM": field.type in NUMBER_TYPES,
        "AVG": field.type in NUMBER_TYPES,
    }.get(path.function, field.sortable and field.type != "boolean")
    if not allowed:
        raise scope.refuse(
            "MALFORMED_QUERY", f"field {path.text} does not support aggregate operator {path.function}", path
        )

    def values(records: list[Record]) -> list[Any]:
        return [value for record in records if (value := read(record)) is not None]

    def order(value: Any) -> Any:
        return value.casefold() if field.type in TEXT_TYPES else value

    match path.function:
        case "COUNT":
            return Field(path.key, "int"), lambda records: len(values(records))
        case "COUNT_DISTINCT":
            return Field(path.key, "int"), lambda records: len({comparable(field, each) for each in values(records)})
        case "SUM":
            return Field(path.key, "double"), lambda records: sum(found) if (found := values(records)) else None
        case "AVG":
            return Field(path.key, "double"), lambda rows: sum(found) / len(found) if (found := values(rows)) else None
        case "MIN":
            return field, lambda records: min(values(records), key=order, default=None)
        case _:
            return field, lambda records: max(values(records), key=order, default=None)
