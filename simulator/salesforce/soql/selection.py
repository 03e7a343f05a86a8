"""Which records a query means, and in which order."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from simulator.salesforce.schema import TEXT_TYPES, Field, SObject
from simulator.salesforce.soql.columns import Column, Scope
from simulator.salesforce.soql.predicates import (
    Predicate,
    compile_condition,
    find_candidates,
    merge_alternatives,
)
from simulator.salesforce.soql.syntax import And, Condition, Membership, Not, Or, OrderTerm, Path, Select
from simulator.salesforce.store import Record, Table

MOST_SEMI_JOINS = 2


def find_matching(select: Select, sobject: SObject, scope: Scope, *, with_deleted: bool) -> list[Record]:
    table = scope.store.tables[sobject.name]
    records: Iterable[Record] = table.rows.values()
    if select.where is not None:
        where = merge_alternatives(select.where)
        matches = compile_where(where, sobject, scope)  # first: it refuses what makes no sense
        records = filter(matches, _candidates(where, table, scope))
    if not with_deleted:
        records = (record for record in records if not record.get("IsDeleted"))
    return list(records)


def arrange(records: list[Record], select: Select, sobject: SObject, scope: Scope) -> list[Record]:
    """In the order and the number that were asked for."""
    for term in reversed(select.order):
        column = scope.find_column(term.path, sobject)
        if not column.field.sortable:
            raise scope.refuse(
                "MALFORMED_QUERY", f"field '{term.path.text}' can not be sorted in a query call", term.path
            )
        _sort(records, term, column)
    if select.limit is None and not select.offset:
        return records
    end = None if select.limit is None else select.offset + select.limit
    return records[select.offset : end]


def compile_where(where: Condition, sobject: SObject, scope: Scope) -> Predicate:
    joins = _semi_joins(where)
    if joins:
        _demand_plain_joins(where, joins, scope)

    def values_of(select: Select, outer: Column, path: Path) -> Iterator[Any]:
        inner = scope.find_object(select.object_name)
        if len(select.fields) != 1 or len(select.paths) != 1 or select.paths[0].function:
            raise scope.refuse(
                "MALFORMED_QUERY", "semi join sub-selects must select exactly one field", select.object_name
            )
        column = scope.find_column(select.paths[0], inner)
        if _points_to(outer.field, sobject) != _points_to(column.field, inner):
            raise scope.refuse(
                "INVALID_FIELD",
                f"The selected field '{select.paths[0].text}' in the subquery and the left operand field in the where "
                f"expression in the outer query '{path.text}' should point to the same object type",
                path,
            )
        matching = find_matching(select, inner, scope, with_deleted=False)
        return map(column.reader(), arrange(matching, select, inner, scope))

    return compile_condition(where, sobject, scope, values_of)


def _candidates(where: Condition, table: Table, scope: Scope) -> Iterable[Record]:
    ids = find_candidates(where, table.sobject, scope)
    return table.rows.values() if ids is None else [table.rows[short_id] for short_id in sorted(ids)]


def _semi_joins(condition: Condition) -> list[Membership]:
    match condition:
        case Membership(_, Select()):
            return [condition]
        case And(terms) | Or(terms):
            return [join for term in terms for join in _semi_joins(term)]
        case Not(term):
            return _semi_joins(term)
        case _:
            return []


def _demand_plain_joins(where: Condition, joins: Sequence[Membership], scope: Scope) -> None:
    if len(joins) > MOST_SEMI_JOINS:
        raise scope.refuse(
            "MALFORMED_QUERY", f"Maximum {MOST_SEMI_JOINS} semi join sub-selects are allowed", joins[-1].path
        )
    for join in joins:
        if isinstance(join.members, Select) and join.members.where and _semi_joins(join.members.where):
            raise scope.refuse("MALFORMED_QUERY", "Nested semi join sub-selects are not supported", join.path)
        if not _is_required(where, join):
            raise scope.refuse(
                "MALFORMED_QUERY",
                "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE "
                "expressions",
                join.path,
            )


def _is_required(condition: Condition, join: Membership) -> bool:
    """Nothing but AND stands above the join."""
    match condition:
        case And(terms):
            return any(_is_required(term, join) for term in terms)
        case _:
            return condition is join


def _points_to(field: Field, sobject: SObject) -> str:
    return field.reference_to or sobject.name


def _sort(records: list[Record], term: OrderTerm, column: Column) -> None:
    read = column.reader()
    folds = column.field.type in TEXT_TYPES
    nulls = [record for record in records if read(record) is None]
    filled = [record for record in records if read(record) is not None]
    filled.sort(key=lambda r: read(r).casefold() if folds else read(r), reverse=term.descending)
    records[:] = filled + nulls if term.nulls_last else nulls + filled
