"""Runs a query over the store."""

from dataclasses import dataclass

from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.schema import Schema, SObject
from simulator.salesforce.soql import selection
from simulator.salesforce.soql.columns import Scope
from simulator.salesforce.soql.grouping import find_groups, render_group
from simulator.salesforce.soql.parser import parse
from simulator.salesforce.soql.predicates import Predicate
from simulator.salesforce.soql.rendering import Render, compile_renderer
from simulator.salesforce.store import Record, Store


@dataclass(frozen=True, slots=True)
class Result:
    total: int
    records: list[Record]
    render: Render


def run_query(query: str, schema: Schema, store: Store, *, root: str, with_deleted: bool) -> Result:
    select = parse(query)
    scope = Scope(query, schema, store)
    sobject = scope.find_object(select.object_name)
    if select.is_grouped:
        matching = selection.find_matching(select, sobject, scope, with_deleted=with_deleted)
        groups = find_groups(matching, select, sobject, scope)
        return Result(len(groups), groups, render_group)
    render = compile_renderer(select, sobject, scope, root)
    matching = selection.find_matching(select, sobject, scope, with_deleted=with_deleted)
    records = selection.arrange(matching, select, sobject, scope)
    return Result(len(records), records if select.fields else [], render)


def compile_where(where: str, sobject: SObject, schema: Schema, store: Store) -> Predicate:
    """A condition on its own, as validation rules use it; ValueError if it is not one."""
    query = f"SELECT Id FROM {sobject.name} WHERE {where}"  # noqa: S608 - the language is SOQL
    scope = Scope(query, schema, store)
    try:
        select = parse(query)
        if select.where is None:
            raise ValueError(f"not a condition: {where}")
        return selection.compile_where(select.where, sobject, scope)
    except SalesforceError as error:
        raise ValueError(error.message) from error
