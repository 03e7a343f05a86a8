"""Companies and contacts, by whichever of their names they are called."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ObjectType:
    plural: str
    singular: str
    type_id: str
    legacy_name: str
    modified: str  # the property that moves with every change; its name differs
    shown: tuple[str, ...]  # properties a reader gets without asking


COMPANIES = ObjectType(
    plural="companies",
    singular="company",
    type_id="0-2",
    legacy_name="COMPANY",
    modified="hs_lastmodifieddate",
    shown=("name", "domain", "createdate", "hs_lastmodifieddate", "hs_object_id"),
)
CONTACTS = ObjectType(
    plural="contacts",
    singular="contact",
    type_id="0-1",
    legacy_name="CONTACT",
    modified="lastmodifieddate",
    shown=("firstname", "lastname", "email", "createdate", "lastmodifieddate", "hs_object_id"),
)
OBJECT_TYPES = (COMPANIES, CONTACTS)
_BY_NAME = {name: kind for kind in OBJECT_TYPES for name in (kind.plural, kind.singular, kind.type_id)}


def find_object_type(name: str) -> ObjectType | None:
    return _BY_NAME.get(name) or _BY_NAME.get(name.lower())
