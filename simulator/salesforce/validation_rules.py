"""The org's validation rules: conditions no record may fulfil."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.schema import Schema
from simulator.salesforce.soql.queries import compile_where
from simulator.salesforce.store import Record, Store


@dataclass(frozen=True, slots=True)
class ValidationRule:
    object: str
    refuses: Callable[[Record], bool]
    message: str
    field: str | None = None

    def check(self, record: Record) -> None:
        if self.refuses(record):
            fields = [self.field] if self.field else []
            raise SalesforceError("FIELD_CUSTOM_VALIDATION_EXCEPTION", self.message, fields=fields)


def read_validation_rules(
    definitions: Iterable[Mapping[str, Any]], schema: Schema, store: Store
) -> list[ValidationRule]:
    """From {"object", "where", "message", "field"?}, the condition in SOQL; ValueError names a bad one."""
    rules = []
    for definition in definitions:
        sobject = schema.find(str(definition.get("object")))
        if sobject is None or not {"where", "message"} <= definition.keys() <= {
            "object",
            "where",
            "message",
            "field",
        }:
            raise ValueError(f"not a validation rule: {dict(definition)!r}")
        refuses = compile_where(str(definition["where"]), sobject, schema, store)
        rules.append(
            ValidationRule(sobject.name, refuses, str(definition["message"]), definition.get("field"))
        )
    return rules
