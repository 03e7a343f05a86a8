"""The cells of an upload: which field each column is of, and what its text means there."""

from dataclasses import dataclass
from typing import Any

from simulator.salesforce.bulk.csv_text import UnusableUploadError
from simulator.salesforce.errors import SalesforceError, UnreadableCallError
from simulator.salesforce.field_values import ACCEPT
from simulator.salesforce.schema import NUMBER_TYPES, Field, Schema, SObject

NOTHING = "#N/A"
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
CHECKED_TYPES = NUMBER_TYPES | {"date", "datetime"}


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the record, or the external id of a parent (`Account.HubSpot_Company_Id__c`)."""

    field: Field
    parent_key: str = ""

    def read(self, text: str) -> Any:
        if text == NOTHING:
            return None
        if self.parent_key:
            return {self.parent_key: text}
        if self.field.type == "boolean":
            if text.lower() not in BOOLEANS:
                raise self._wrong_type(text)
            return BOOLEANS[text.lower()]
        if self.field.type in CHECKED_TYPES:
            try:
                return ACCEPT[self.field.type](self.field, text)
            except UnreadableCallError:
                raise self._wrong_type(text) from None
        return text

    @property
    def name(self) -> str:
        return self.field.relationship if self.parent_key else self.field.name

    def _wrong_type(self, text: str) -> SalesforceError:
        problem = f"{self.field.label}: value not of required type: {text}"
        return SalesforceError("INVALID_TYPE_ON_FIELD_IN_RECORD", problem, fields=[self.field.name])


def find_columns(header: list[str], sobject: SObject, schema: Schema) -> list[Column]:
    columns = [_find_column(name, sobject, schema) for name in header]
    names = [column.name for column in columns]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated:
        raise UnusableUploadError(f"InvalidBatch : Duplicate field name : {repeated}")
    return columns


def read_row(columns: list[Column], cells: list[str]) -> dict[str, Any]:
    """The values of a record: an empty cell says nothing, `#N/A` that the field shall be empty."""
    return {
        (column.field.name if cell == NOTHING else column.name): column.read(cell)
        for column, cell in zip(columns, cells, strict=True)
        if cell
    }


def _find_column(name: str, sobject: SObject, schema: Schema) -> Column:
    relationship, _, key = name.partition(".")
    if not key:
        field = sobject.find_field(name)
        if field:
            return Column(field)
    elif field := sobject.find_relationship(relationship):
        parent = schema.find(field.reference_to)
        key_field = parent.find_field(key) if parent else None
        if key_field and (key_field.external_id or key_field.id_lookup):
            return Column(field, key_field.name)
    raise UnusableUploadError(f"InvalidBatch : Field name not found : {name}")
