"""Finds what a path means: a field of the object, or of a parent reached through a relationship."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.schema import Field, Schema, SObject
from simulator.salesforce.soql.syntax import Path, refuse
from simulator.salesforce.store import Record, Store, Table

MOST_HOPS = 5
ADVICE = (
    "If you are attempting to use a custom {what}, be sure to append the '__{suffix}' after the custom "
    "{what} name. Please reference your WSDL or the describe call for the appropriate names."
)


@dataclass(frozen=True, slots=True)
class Column:
    field: Field
    hops: tuple[tuple[str, Table], ...] = ()  # reference field, and where it leads

    def reader(self) -> Callable[[Record], Any]:
        name, hops = self.field.name, self.hops
        if not hops:
            return lambda record: record.get(name)

        def read(record: Record) -> Any:
            for reference, table in hops:
                parent_id = record.get(reference)
                parent = table.rows.get(parent_id[:15]) if parent_id else None
                if parent is None:
                    return None
                record = parent
            return record.get(name)

        return read


@dataclass(frozen=True, slots=True)
class Scope:
    """Where the paths of one query are looked up."""

    query: str
    schema: Schema
    store: Store

    def find_object(self, path: Path) -> SObject:
        sobject = self.schema.find(path.text)
        if sobject is None or "read" not in sobject.permissions:
            raise self.refuse(
                "INVALID_TYPE",
                f"sObject type '{path.text}' is not supported. " + ADVICE.format(what="object", suffix="c"),
                path,
            )
        return sobject

    def find_column(self, path: Path, sobject: SObject) -> Column:
        if path.function:
            raise self.refuse("MALFORMED_QUERY", "aggregates are allowed in grouped queries only", path)
        *relationships, name = path.text.split(".")
        if relationships and relationships[0].lower() == sobject.name.lower():
            relationships = relationships[1:]
        hops: list[tuple[str, Table]] = []
        for relationship in relationships:
            reference = sobject.find_relationship(relationship)
            parent = self.schema.find(reference.reference_to) if reference else None
            if reference is None or parent is None or len(hops) == MOST_HOPS:
                raise self.refuse(
                    "INVALID_FIELD",
                    f"Didn't understand relationship '{relationship}' in field path. "
                    + ADVICE.format(what="relationship", suffix="r"),
                    path,
                )
            hops.append((reference.name, self.store.tables[parent.name]))
            sobject = parent
        field = sobject.find_field(name)
        if field is None:
            raise self.refuse(
                "INVALID_FIELD",
                f"No such column '{name}' on entity '{sobject.name}'. " + ADVICE.format(what="field", suffix="c"),
                path,
            )
        return Column(field, tuple(hops))

    def refuse(self, code: str, message: str, path: Path) -> SalesforceError:
        return refuse(code, message, query=self.query, position=path.position)
