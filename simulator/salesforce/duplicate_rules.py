"""The org's duplicate rules: which record looks like one that exists, and may it be saved all the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.schema import Field, Schema
from simulator.salesforce.store import Record, Store, Table

LAST_VERSION_WITH_TYPO = 54.0


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """Records of the object are duplicates if all these fields are equal and filled, whatever their case."""

    object: str
    fields: tuple[Field, ...]
    mode: str = "alert"  # or "block", which no header passes
    rule: str = ""
    message: str = "Use one of these records?"

    def find_duplicates(self, table: Table, record: Record, before: Record | None) -> list[Record]:
        if before and all(before.get(field.name) == record.get(field.name) for field in self.fields):
            return []
        if any(record.get(field.name) is None for field in self.fields):
            return []
        first, *others = self.fields
        return [
            candidate
            for candidate in table.find(first, record[first.name])
            if candidate["Id"] != record["Id"] and all(_equal(candidate, record, field) for field in others)
        ]

    def refusal(self, duplicates: list[Record], *, version: float) -> SalesforceError:
        name = self.rule or f"Standard_{self.object}_Duplicate_Rule"
        result = {
            "allowSave": self.mode == "alert",
            "duplicateRule": name,
            "duplicateRuleEntityType": self.object,
            "errorMessage": self.message,
            "matchResults": [
                {
                    "entityType": self.object,
                    "errors": [],
                    "matchEngine": "FuzzyMatchEngine",
                    "matchRecords": [self._match(record, version) for record in duplicates],
                    "rule": f"Standard_{self.object}_Match_Rule_v1_1",
                    "size": len(duplicates),
                    "success": True,
                }
            ],
        }
        key = "duplicateResut" if version <= LAST_VERSION_WITH_TYPO else "duplicateResult"
        return SalesforceError("DUPLICATES_DETECTED", self.message, details={key: result})

    def _match(self, record: Record, version: float) -> dict[str, Any]:
        url = f"/services/data/v{version:.1f}/sobjects/{self.object}/{record['Id']}"
        return {
            "additionalInformation": [],
            "fieldDiffs": [],
            "matchConfidence": 100.0,
            "record": {"attributes": {"type": self.object, "url": url}, "Id": record["Id"]},
        }


def _equal(one: Record, other: Record, field: Field) -> bool:
    return str(one.get(field.name)).casefold() == str(other.get(field.name)).casefold()


def read_duplicate_rules(definitions: Iterable[Mapping[str, Any]], schema: Schema) -> list[DuplicateRule]:
    """ValueError if a definition makes no sense."""
    rules = []
    for definition in definitions:
        sobject = schema.find(str(definition.get("object")))
        fields = tuple(sobject.find_field(name) for name in definition.get("fields", ())) if sobject else ()
        if not fields or None in fields or definition.get("mode", "alert") not in {"alert", "block"}:
            raise ValueError(f"not a duplicate rule: {dict(definition)!r}")
        try:
            rules.append(DuplicateRule(**{**definition, "fields": fields}))
        except TypeError:
            raise ValueError(f"not a duplicate rule: {dict(definition)!r}") from None
    return rules


def index_for(rules: Iterable[DuplicateRule], store: Store) -> None:
    for rule in rules:
        store.tables[rule.object].index_also(rule.fields[0])
