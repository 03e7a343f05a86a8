"""Runs a parsed query over the store and writes its records as Salesforce does."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.schema import TEXT_TYPES, Field, Schema, SObject
from simulator.salesforce.soql.columns import Column, Scope
from simulator.salesforce.soql.parser import parse
from simulator.salesforce.soql.predicates import (
    Predicate,
    compile_condition,
    find_candidates,
    merge_alternatives,
)
from simulator.salesforce.soql.syntax import Condition, OrderTerm, Path, Select
from simulator.salesforce.store import Record, Store, Table

Render = Callable[[Record], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Result:
    total: int
    records: list[Record]
    render: Render


def run_query(query: str, schema: Schema, store: Store, *, root: str, with_deleted: bool) -> Result:
    select = parse(query)
    scope = Scope(query, schema, store)
    sobject = scope.find_object(select.object_name)
    records = _matching(select, sobject, scope, with_deleted=with_deleted)
    if not select.fields:
        return Result(len(records), [], lambda _: {})
    columns = [(path, scope.find_column(path, sobject)) for path in select.fields]
    return Result(len(records), records, _renderer(columns, sobject, scope, root))


def compile_where(where: str, sobject: SObject, schema: Schema, store: Store) -> Predicate:
    """A condition on its own, as validation rules use it; ValueError if it is not one."""
    query = f"SELECT Id FROM {sobject.name} WHERE {where}"  # noqa: S608 - the language is SOQL
    scope = Scope(query, schema, store)
    try:
        select = parse(query)
        if select.where is None:
            raise ValueError(f"not a condition: {where}")
        return _compile(select.where, sobject, scope)
    except SalesforceError as error:
        raise ValueError(error.message) from error


def _matching(select: Select, sobject: SObject, scope: Scope, *, with_deleted: bool) -> list[Record]:
    table = scope.store.tables[sobject.name]
    records: Iterable[Record] = table.rows.values()
    if select.where is not None:
        where = merge_alternatives(select.where)
        matches = _compile(where, sobject, scope)  # first: it refuses what makes no sense
        records = filter(matches, _candidates(where, table, scope))
    if not with_deleted:
        records = (record for record in records if not record.get("IsDeleted"))
    found = list(records)
    for term in reversed(select.order):
        _sort(found, term, scope.find_column(term.path, sobject))
    end = None if select.limit is None else select.offset + select.limit
    return found[select.offset : end]


def _candidates(where: Condition, table: Table, scope: Scope) -> Iterable[Record]:
    ids = find_candidates(where, table.sobject, scope)
    return table.rows.values() if ids is None else [table.rows[short_id] for short_id in sorted(ids)]


def _compile(where: Condition, sobject: SObject, scope: Scope) -> Predicate:
    def values_of(select: Select) -> Iterator[Any]:
        parent = scope.find_object(select.object_name)
        if len(select.fields) != 1:
            raise scope.refuse(
                "MALFORMED_QUERY", "semi join sub-selects must select exactly one field", select.object_name
            )
        read = scope.find_column(select.fields[0], parent).reader()
        return map(read, _matching(select, parent, scope, with_deleted=False))

    return compile_condition(where, sobject, scope, values_of)


def _sort(records: list[Record], term: OrderTerm, column: Column) -> None:
    read = column.reader()
    folds = column.field.type in TEXT_TYPES
    nulls = [record for record in records if read(record) is None]
    filled = [record for record in records if read(record) is not None]
    filled.sort(key=lambda r: read(r).casefold() if folds else read(r), reverse=term.descending)
    records[:] = filled + nulls if term.nulls_last else nulls + filled


def _renderer(columns: list[tuple[Path, Column]], sobject: SObject, scope: Scope, root: str) -> Render:
    own = [column.field.name for _, column in columns if not column.hops]
    parents = [
        _parent_renderer(sobject.fields[reference], group, scope, root)
        for reference, group in _grouped(columns).items()
    ]
    prefix = f"{root}/sobjects/{sobject.name}/"
    kind = sobject.name

    def render(record: Record) -> dict[str, Any]:
        rendered: dict[str, Any] = {"attributes": {"type": kind, "url": prefix + record["Id"]}}
        for name in own:
            rendered[name] = record.get(name)
        for relationship, parent in parents:
            rendered[relationship] = parent(record)
        return rendered

    return render


def _grouped(columns: list[tuple[Path, Column]]) -> dict[str, list[tuple[Path, Column]]]:
    groups: dict[str, list[tuple[Path, Column]]] = {}
    for path, column in columns:
        if column.hops:
            groups.setdefault(column.hops[0][0], []).append((path, column))
    return groups


def _parent_renderer(
    reference: Field, columns: list[tuple[Path, Column]], scope: Scope, root: str
) -> tuple[str, Callable[[Record], dict[str, Any] | None]]:
    table = columns[0][1].hops[0][1]
    below = [(path, Column(column.field, column.hops[1:])) for path, column in columns]
    render = _renderer(below, table.sobject, scope, root)

    def render_parent(record: Record) -> dict[str, Any] | None:
        parent_id = record.get(reference.name)
        parent = table.rows.get(parent_id[:15]) if parent_id else None
        return render(parent) if parent else None

    return reference.relationship, render_parent
