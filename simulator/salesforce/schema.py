"""What the org consists of: objects, their fields, and how an administrator has changed them."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from simulator.salesforce.settings import Settings

TEXT_TYPES = frozenset({"string", "textarea", "email", "phone", "url", "picklist", "multipicklist"})
NUMBER_TYPES = frozenset({"int", "double", "currency", "percent"})
ID_TYPES = frozenset({"id", "reference"})
FIELD_TYPES = TEXT_TYPES | NUMBER_TYPES | {"boolean", "date", "datetime"}  # that can be added
DEFAULT_LENGTH = 255
PERMISSIONS = frozenset({"read", "create", "update", "delete"})


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str = "string"
    length: int = 0
    label: str = ""
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    id_lookup: bool = False
    default: Any = None
    values: tuple[str, ...] = ()
    restricted: bool = False
    reference_to: str = ""
    relationship: str = ""
    children: str = ""  # what the parent calls the records that name it here
    cascade: bool = False
    digits: int = 18  # before the point
    scale: int = 0  # behind it

    @property
    def indexed(self) -> bool:
        is_parent = self.type == "reference" and self.reference_to != "User"  # who have all the records there are
        return self.external_id or self.unique or self.id_lookup or self.type == "email" or is_parent

    @property
    def filterable(self) -> bool:
        return not (self.type == "textarea" and self.length > 255)

    @property
    def sortable(self) -> bool:
        return self.filterable and self.type != "multipicklist"

    @property
    def required(self) -> bool:
        return not self.nillable and self.createable and self.default is None and self.type != "boolean"


class SObject:
    """One object with its fields; names are found whatever their case."""

    def __init__(
        self,
        name: str,
        prefix: str,
        all_fields: Iterable[Field],
        *,
        permissions: frozenset[str] = PERMISSIONS,
    ) -> None:
        self.name = name
        self.prefix = prefix
        self.permissions = permissions
        self.fields = {field.name: field if field.label else _labelled(field) for field in all_fields}
        self._by_lower_name = {name.lower(): field for name, field in self.fields.items()}
        self._by_relationship = {f.relationship.lower(): f for f in self.fields.values() if f.relationship}
        self.indexed = tuple(field for field in self.fields.values() if field.indexed)
        self.unique = tuple(field for field in self.fields.values() if field.unique)
        self.required = tuple(field for field in self.fields.values() if field.required)
        self.defaults = {f.name: f.default for f in self.fields.values() if f.default is not None}
        self.defaults |= {f.name: False for f in self.fields.values() if f.type == "boolean" and f.default is None}

    def find_field(self, name: str) -> Field | None:
        return self.fields.get(name) or self._by_lower_name.get(name.lower())

    def find_relationship(self, name: str) -> Field | None:
        return self._by_relationship.get(name.lower())


class Schema:
    def __init__(self, sobjects: Iterable[SObject]) -> None:
        self.sobjects = {sobject.name: sobject for sobject in sobjects}
        self._by_lower_name = {name.lower(): sobject for name, sobject in self.sobjects.items()}
        self.by_prefix = {sobject.prefix: sobject for sobject in self.sobjects.values()}
        self.children: dict[str, dict[str, tuple[SObject, Field]]] = {name: {} for name in self.sobjects}
        for sobject in self.sobjects.values():
            for field in sobject.fields.values():
                if field.children and field.reference_to in self.sobjects:
                    self.children[field.reference_to][field.children.lower()] = (sobject, field)

    def find(self, name: str) -> SObject | None:
        return self.sobjects.get(name) or self._by_lower_name.get(name.lower())


def build_schema(standard: Mapping[str, tuple[str, tuple[Field, ...]]], settings: Settings) -> Schema:
    """The standard objects with the administrator's changes; ValueError names a field that does not exist."""
    tables = {name: {field.name: field for field in all_fields} for name, (_, all_fields) in standard.items()}
    for object_name, definitions in settings.extra_fields.items():
        table = _fields_of(tables, object_name)
        for definition in definitions:
            field = _field_from(definition)
            table[field.name] = field
    for change, names in _changes(settings):
        for path in names:
            object_name, _, field_name = path.partition(".")
            table = _fields_of(tables, object_name)
            if field_name not in table:
                raise ValueError(f"no such field: {path}")
            changed = change(path, table.pop(field_name))
            if changed is not None:
                table[field_name] = changed
    for object_name in (*settings.missing_objects, *settings.object_permissions):
        _fields_of(tables, object_name)
    return Schema(
        SObject(name, standard[name][0], table.values(), permissions=_permissions_on(name, settings))
        for name, table in tables.items()
        if name not in settings.missing_objects
    )


Change = Callable[[str, Field], Field | None]


def _changes(settings: Settings) -> tuple[tuple[Change, Iterable[str]], ...]:
    picklists = settings.picklist_values
    return (
        (lambda path, field: replace(field, values=tuple(picklists[path])), picklists),
        (lambda _, field: replace(field, createable=False, updateable=False), settings.read_only_fields),
        (lambda _, field: replace(field, nillable=False), settings.required_fields),
        (
            lambda _, field: replace(field, external_id=False, id_lookup=False),
            settings.not_external_id_fields,
        ),
        (lambda _, field: replace(field, unique=False), settings.not_unique_fields),
        (lambda _, field: replace(field, case_sensitive=True), settings.case_sensitive_fields),
        (lambda _, field: replace(field, restricted=True), settings.restricted_picklists),
        (lambda _path, _field: None, settings.missing_fields),
    )


def _fields_of(tables: dict[str, dict[str, Field]], object_name: str) -> dict[str, Field]:
    if object_name not in tables:
        raise ValueError(f"no such object: {object_name}")
    return tables[object_name]


def _field_from(definition: Mapping[str, Any]) -> Field:
    known = {field.name for field in fields(Field)}
    if "name" not in definition or not known.issuperset(definition):
        raise ValueError(f"not a field definition: {dict(definition)!r}")
    field = Field(**{"length": DEFAULT_LENGTH, **definition, "values": tuple(definition.get("values", ()))})
    if field.type not in FIELD_TYPES or not isinstance(field.length, int):
        raise ValueError(f"not a field definition: {dict(definition)!r}")
    return field


def _permissions_on(name: str, settings: Settings) -> frozenset[str]:
    permissions = frozenset(settings.object_permissions.get(name, PERMISSIONS))
    if not permissions <= PERMISSIONS:
        raise ValueError(f"unknown permission on {name}: {sorted(permissions - PERMISSIONS)}")
    return permissions


def _labelled(field: Field) -> Field:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", field.name.removesuffix("__c").replace("_", " "))
    if field.type == "reference":
        words = re.sub(r" Id$", " ID", words)
    return replace(field, label="HubSpot".join(words.split("Hub Spot")))
