"""Turns a condition into a function of a record, and finds the few records an index says can satisfy it."""

import operator
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from simulator.salesforce import timestamps
from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.ids import find_short_id
from simulator.salesforce.schema import ID_TYPES, NUMBER_TYPES, TEXT_TYPES, Field, SObject
from simulator.salesforce.soql.columns import Column, Scope
from simulator.salesforce.soql.date_ranges import find_range
from simulator.salesforce.soql.patterns import compile_patterns, unescape
from simulator.salesforce.soql.syntax import (
    And,
    Compare,
    Condition,
    Includes,
    Kind,
    Like,
    Literal,
    Membership,
    Not,
    Or,
    Path,
    Select,
)
from simulator.salesforce.store import Record

Predicate = Callable[[Record], bool]
ValuesOf = Callable[[Select, Column, Path], Iterable[Any]]
ORDERINGS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
WANTED_KIND = {
    "int": (Kind.NUMBER,),
    "double": (Kind.NUMBER,),
    "currency": (Kind.NUMBER,),
    "percent": (Kind.NUMBER,),
    "boolean": (Kind.BOOLEAN,),
    "date": (Kind.DATE, Kind.DATE_RANGE),
    "datetime": (Kind.DATETIME, Kind.DATE_RANGE),
}


def compile_condition(condition: Condition, sobject: SObject, scope: Scope, values_of: ValuesOf) -> Predicate:
    """`values_of` answers a semi-join: the values of its one column, for a column of the outer query."""
    return _Compiler(sobject, scope, values_of).compile(condition)


def merge_alternatives(condition: Condition) -> Condition:
    """The same condition, with OR-ed tests of one field gathered into one test."""
    match condition:
        case Or(terms):
            return _merge([merge_alternatives(term) for term in terms])
        case And(terms):
            return And(tuple(merge_alternatives(term) for term in terms))
        case Not(term):
            return Not(merge_alternatives(term))
        case _:
            return condition


def _merge(terms: list[Condition]) -> Condition:
    patterns: dict[str, list[Like]] = {}
    members: dict[str, list[tuple[Path, tuple[Literal, ...]]]] = {}
    others: list[Condition] = []
    for term in terms:
        match term:
            case Like(path):
                patterns.setdefault(path.key, []).append(term)
            case Compare(path, "=", Literal(Kind.STRING) as literal):
                members.setdefault(path.key, []).append((path, (literal,)))
            case Membership(path, tuple(literals), False):
                members.setdefault(path.key, []).append((path, literals))
            case _:
                others.append(term)
    merged: list[Condition] = [
        Like(group[0].path, tuple(pattern for like in group for pattern in like.patterns))
        for group in patterns.values()
    ]
    merged += [
        Membership(group[0][0], tuple(literal for _, literals in group for literal in literals))
        for group in members.values()
    ]
    merged += others
    return merged[0] if len(merged) == 1 else Or(tuple(merged))


def comparable(field: Field, value: Any) -> Any:
    """What two values of the field are compared by."""
    if field.type in ID_TYPES:
        return value[:15]
    if field.type in TEXT_TYPES and not field.case_sensitive:
        return value.casefold()
    return value


class _Compiler:
    def __init__(self, sobject: SObject, scope: Scope, values_of: ValuesOf) -> None:
        self._sobject = sobject
        self._scope = scope
        self._values_of = values_of

    def compile(self, condition: Condition) -> Predicate:
        match condition:
            case Compare():
                return self._compare(condition)
            case Like():
                return self._like(condition)
            case Membership():
                return self._membership(condition)
            case Includes():
                return self._includes(condition)
            case Not(term):
                inner = self.compile(term)
                return lambda record: not inner(record)
            case And(terms):
                tests = [self.compile(term) for term in terms]
                return lambda record: all(test(record) for test in tests)
            case Or(terms):
                tests = [self.compile(term) for term in terms]
                return lambda record: any(test(record) for test in tests)

    def _compare(self, condition: Compare) -> Predicate:
        column = self._filterable(condition.path)
        if condition.literal.kind is Kind.DATE_RANGE:
            return self._compare_range(condition, column)
        wanted = self._value(column.field, condition.literal, condition.path)
        read, field = column.reader(), column.field
        match condition.operator:
            case "=" | "!=" if wanted is None:
                is_null = condition.operator == "="
                return lambda record: (read(record) is None) is is_null
            case "=":
                return lambda record: (value := read(record)) is not None and comparable(field, value) == wanted
            case "!=":
                return lambda record: (value := read(record)) is None or comparable(field, value) != wanted
            case ordering:
                if wanted is None or field.type == "boolean":
                    raise self._refuse_operator(condition.path)
                holds = ORDERINGS[ordering]
                return lambda record: (value := read(record)) is not None and holds(comparable(field, value), wanted)

    def _compare_range(self, condition: Compare, column: Column) -> Predicate:
        read = column.reader()
        self._demand_kind(column.field, condition.literal, condition.path)
        first, after = _range_of(condition.literal, column.field)
        match condition.operator:
            case "=":
                return lambda record: (value := read(record)) is not None and first <= value < after
            case "!=":
                return lambda record: (value := read(record)) is None or not first <= value < after
            case "<":
                return lambda record: (value := read(record)) is not None and value < first
            case "<=":
                return lambda record: (value := read(record)) is not None and value < after
            case ">":
                return lambda record: (value := read(record)) is not None and value >= after
            case _:
                return lambda record: (value := read(record)) is not None and value >= first

    def _like(self, condition: Like) -> Predicate:
        column = self._filterable(condition.path)
        if column.field.type not in TEXT_TYPES or column.field.type == "multipicklist":
            raise self._refuse_operator(condition.path)
        read = column.reader()
        matches = compile_patterns(pattern.text for pattern in condition.patterns)
        return lambda record: (value := read(record)) is not None and matches(value.casefold())

    def _membership(self, condition: Membership) -> Predicate:
        column = self._filterable(condition.path)
        wanted = self.members(condition, column)
        read, field, negated = column.reader(), column.field, condition.negated
        null_is_in = None in wanted

        def is_member(record: Record) -> bool:
            value = read(record)
            found = null_is_in if value is None else comparable(field, value) in wanted
            return found is not negated

        return is_member

    def _includes(self, condition: Includes) -> Predicate:
        column = self._filterable(condition.path)
        if column.field.type != "multipicklist":
            raise self._refuse_operator(condition.path)
        read, negated = column.reader(), condition.negated
        groups = [choices_of(unescape(literal.text)) for literal in condition.groups]

        def holds(record: Record) -> bool:
            chosen = choices_of(read(record) or "")
            return any(group <= chosen for group in groups) is not negated

        return holds

    def members(self, condition: Membership, column: Column) -> set[Any]:
        if isinstance(condition.members, Select):
            if column.field.type not in ID_TYPES:
                raise self._refuse_operator(condition.path)
            return {
                comparable(column.field, value)
                for value in self._values_of(condition.members, column, condition.path)
                if value
            }
        return {self._value(column.field, literal, condition.path) for literal in condition.members}

    def _filterable(self, path: Path) -> Column:
        column = self._scope.find_column(path, self._sobject)
        if not column.field.filterable:
            raise self._scope.refuse(
                "INVALID_FIELD", f"field '{column.field.name}' can not be filtered in a query call", path
            )
        return column

    def _value(self, field: Field, literal: Literal, path: Path) -> Any:
        if literal.kind is Kind.NULL:
            return None
        self._demand_kind(field, literal, path)
        if field.type in NUMBER_TYPES:
            return float(literal.text)
        match field.type:
            case "boolean":
                return literal.text == "TRUE"
            case "date":
                return self._day(literal.text, path)
            case "datetime":
                return self._moment(literal.text, path)
            case _:
                return _text_value(field, unescape(literal.text))

    def _moment(self, text: str, path: Path) -> str:
        moment = timestamps.find_datetime(text)
        if moment is None:
            raise self._scope.refuse("INVALID_FIELD", f"invalid dateTime: {text}", path)
        return timestamps.stamp(moment)

    def _day(self, text: str, path: Path) -> str:
        day = timestamps.find_date(text)
        if day is None:
            raise self._scope.refuse("INVALID_FIELD", f"invalid date: {text}", path)
        return day.isoformat()

    def _demand_kind(self, field: Field, literal: Literal, path: Path) -> None:
        if literal.kind in WANTED_KIND.get(field.type, (Kind.STRING,)):
            return
        names = {"url": "string", "phone": "string", "picklist": "string", "textarea": "string"}
        kind = {"datetime": "dateTime", "reference": "ID", "id": "ID"} | names
        quotes = "should not" if field.type in WANTED_KIND else "should"
        raise self._scope.refuse(
            "INVALID_FIELD",
            f"value of filter criterion for field '{field.name}' must be of type "
            f"{kind.get(field.type, field.type)} and {quotes} be enclosed in quotes",
            path,
        )

    def _refuse_operator(self, path: Path) -> SalesforceError:
        return self._scope.refuse("INVALID_FIELD", f"invalid operator on field '{path.text}'", path)


def _text_value(field: Field, text: str) -> str | None:
    """An empty string means null to a query."""
    if field.type not in ID_TYPES or not text:
        return str(comparable(field, text)) or None
    short_id = find_short_id(text)
    if short_id is None:
        raise SalesforceError("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}")
    return short_id


def choices_of(text: str) -> frozenset[str]:
    """The values of a multi-select picklist, which are written with semicolons between them."""
    return frozenset(choice.strip().casefold() for choice in text.split(";")) - {""}


def _range_of(literal: Literal, field: Field) -> tuple[str, str]:
    """The first moment of a date literal, and the first one after it."""
    first, after = find_range(literal.text, literal.number, today=datetime.now(UTC).date())
    if field.type == "date":
        return first.isoformat(), after.isoformat()
    return timestamps.stamp_of_day(first), timestamps.stamp_of_day(after)


def find_candidates(condition: Condition, sobject: SObject, scope: Scope) -> set[str] | None:
    """The ids of all records that can match, if an index knows; None means: look at every record."""
    match condition:
        case And(terms):
            known = [ids for term in terms if (ids := find_candidates(term, sobject, scope)) is not None]
            return min(known, key=len) if known else None
        case Or(terms):
            parts = [find_candidates(term, sobject, scope) for term in terms]
            return None if None in parts else set().union(*(part for part in parts if part is not None))
        case Membership(path, tuple(literals), False):
            return _lookup(path, literals, sobject, scope)
        case Compare(path, "=", Literal(Kind.STRING) as literal):
            return _lookup(path, (literal,), sobject, scope)
        case _:
            return None


def _lookup(path: Path, literals: tuple[Literal, ...], sobject: SObject, scope: Scope) -> set[str] | None:
    field = scope.find_column(path, sobject).field if "." not in path.text else None
    table = scope.store.tables[sobject.name]
    if field is None or not (field.type == "id" or table.has_index(field)):
        return None
    texts = [unescape(literal.text) for literal in literals if literal.kind is Kind.STRING]
    if len(texts) < len(literals) or "" in texts:
        return None
    return table.find_ids(field, {comparable(field, text) for text in texts})
