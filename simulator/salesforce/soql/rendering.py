"""Writes records as Salesforce does: what was selected of each, of its parents and of its children."""

from collections.abc import Callable
from typing import Any

from simulator.salesforce.schema import Field, SObject
from simulator.salesforce.soql.columns import Column, Scope
from simulator.salesforce.soql.selection import arrange, compile_where
from simulator.salesforce.soql.syntax import Children, EveryField, Path, Select
from simulator.salesforce.store import Record

Render = Callable[[Record], dict[str, Any]]
MOST_CHILD_QUERIES = 20


def compile_renderer(select: Select, sobject: SObject, scope: Scope, root: str) -> Render:
    columns = _columns(select, sobject, scope)
    child_queries = [item for item in select.fields if isinstance(item, Children)]
    if len(child_queries) > MOST_CHILD_QUERIES:
        raise scope.refuse("MALFORMED_QUERY", "too many child queries", select.object_name)
    render = _renderer(columns, sobject, scope, root)
    if not child_queries:
        return render
    children = [_children_renderer(item.select, sobject, scope, root) for item in child_queries]

    def render_with_children(record: Record) -> dict[str, Any]:
        return render(record) | {name: render_children(record) for name, render_children in children}

    return render_with_children


def _columns(select: Select, sobject: SObject, scope: Scope) -> list[Column]:
    columns: dict[tuple[str, ...], Column] = {}
    for item in select.fields:
        match item:
            case Path():
                found = [scope.find_column(item, sobject)]
            case EveryField(kind):
                found = [Column(field) for field in sobject.fields.values() if _is_of(field, kind)]
            case _:
                found = []
        for column in found:
            key = (*(reference for reference, _ in column.hops), column.field.name)
            if key in columns:
                where = item if isinstance(item, Path) else select.object_name
                raise scope.refuse("MALFORMED_QUERY", f"duplicate field selected: {column.field.name}", where)
            columns[key] = column
    return list(columns.values())


def _is_of(field: Field, kind: str) -> bool:
    return kind == "ALL" or field.name.endswith("__c") is (kind == "CUSTOM")


def _renderer(columns: list[Column], sobject: SObject, scope: Scope, root: str) -> Render:
    own = [column.field.name for column in columns if not column.hops]
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


def _grouped(columns: list[Column]) -> dict[str, list[Column]]:
    groups: dict[str, list[Column]] = {}
    for column in columns:
        if column.hops:
            groups.setdefault(column.hops[0][0], []).append(column)
    return groups


def _parent_renderer(
    reference: Field, columns: list[Column], scope: Scope, root: str
) -> tuple[str, Callable[[Record], dict[str, Any] | None]]:
    table = columns[0].hops[0][1]
    below = [Column(column.field, column.hops[1:]) for column in columns]
    render = _renderer(below, table.sobject, scope, root)

    def render_parent(record: Record) -> dict[str, Any] | None:
        parent_id = record.get(reference.name)
        parent = table.rows.get(parent_id[:15]) if parent_id else None
        return render(parent) if parent else None

    return reference.relationship, render_parent


def _children_renderer(
    select: Select, parent: SObject, scope: Scope, root: str
) -> tuple[str, Callable[[Record], dict[str, Any] | None]]:
    found = scope.schema.children[parent.name].get(select.object_name.key)
    if found is None or "read" not in found[0].permissions:
        raise scope.refuse(
            "INVALID_TYPE",
            f"Didn't understand relationship '{select.object_name.text}' in FROM part of query call. If you are "
            "attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name.",
            select.object_name,
        )
    if select.is_grouped or not select.fields or any(isinstance(item, Children) for item in select.fields):
        raise scope.refuse("MALFORMED_QUERY", "a child query selects fields only", select.object_name)
    sobject, link = found
    table = scope.store.tables[sobject.name]
    render = compile_renderer(select, sobject, scope, root)
    matches = compile_where(select.where, sobject, scope) if select.where else None
    arrange([], select, sobject, scope)  # refuses an order that makes no sense even if nobody has children

    def render_children(record: Record) -> dict[str, Any] | None:
        children = [child for child in table.find(link, record["Id"]) if matches is None or matches(child)]
        arranged = arrange(children, select, sobject, scope)
        rows = [render(child) for child in arranged]
        return {"totalSize": len(rows), "done": True, "records": rows} if rows else None

    return link.children, render_children
