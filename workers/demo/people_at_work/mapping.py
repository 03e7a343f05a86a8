"""The simple fields of a mapping file, read without Tandem: texts and numbers, the same on both sides."""

import tomllib
from dataclasses import dataclass

NUMBERS = frozenset({"integer", "number", "currency"})
SIMPLE = frozenset({"text", "multi_line"}) | NUMBERS


@dataclass(frozen=True, slots=True)
class SimpleField:
    """A HubSpot property, a Salesforce field, and which side has the say."""

    hubspot: str
    salesforce: str
    rule: str
    is_number: bool


def read_simple_fields(mapping: bytes) -> list[SimpleField]:
    """Of companies; left out are those with a value map, with several properties, and those that are not synced."""
    entries = tomllib.loads(mapping.decode())["company"]
    return [
        SimpleField(
            entry["hubspot"],
            entry["salesforce"],
            entry.get("rule", "prefer_salesforce"),
            entry.get("type", "text") in NUMBERS,
        )
        for entry in entries
        if isinstance(entry["hubspot"], str)
        and entry.get("type", "text") in SIMPLE
        and "values" not in entry
        and entry.get("rule") != "dont_sync"
    ]
