"""What the CRMs' describe calls answer, as the mapping's rules know it. Every key may be missing."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

from tasks.contracts.descriptions import (
    FieldDescription,
    HubSpotOwner,
    Option,
    PropertyDescription,
    SalesforceUser,
    UserType,
)
from tasks.rules.value_types import OWNER_PROPERTY

SENSITIVE = frozenset({"sensitive", "highly_sensitive"})
"""Values of these are left out of every answer, unless the key has scopes that Tandem does not ask for."""


def property_description(answer: Mapping[str, Any]) -> PropertyDescription:
    """One of `results` of the properties call."""
    name = str(answer["name"])
    rights = answer.get("modificationMetadata") or {}
    return PropertyDescription(
        name,
        str(answer.get("type", "")),
        str(answer.get("fieldType", "")),
        str(answer.get("label") or ""),
        tuple(
            Option(str(one["value"]), str(one.get("label") or ""), is_active=not one.get("hidden"))
            for one in answer.get("options") or ()
        ),
        is_readable=answer.get("dataSensitivity") not in SENSITIVE,
        is_writable=not rights.get("readOnlyValue"),
        is_calculated=bool(answer.get("calculated")),
        is_custom=not answer.get("hubspotDefined"),
        is_user=name == OWNER_PROPERTY or answer.get("referencedObjectType") == "OWNER",
    )


def field_descriptions(answer: Mapping[str, Any]) -> tuple[FieldDescription, ...]:
    """A whole describe of one object: a dependent picklist can only be read beside the one it depends on."""
    fields: Sequence[Mapping[str, Any]] = answer["fields"]
    by_name = {str(one["name"]): one for one in fields}
    return tuple(_field_description(one, by_name.get(str(one.get("controllerName")))) for one in fields)


def hubspot_owner(answer: Mapping[str, Any]) -> HubSpotOwner:
    """One of `results` of the owners call."""
    return HubSpotOwner(str(answer["id"]), str(answer.get("email") or ""), is_archived=bool(answer.get("archived")))


def salesforce_user(row: Mapping[str, Any]) -> SalesforceUser:
    """A row of `SELECT Id, Email, IsActive, UserType FROM User`."""
    known = {each.value for each in UserType}
    type_ = str(row.get("UserType") or "")
    return SalesforceUser(
        str(row["Id"]),
        str(row.get("Email") or ""),
        is_active=bool(row.get("IsActive")),
        type=UserType(type_) if type_ in known else UserType.OTHER,
    )


def _field_description(answer: Mapping[str, Any], controller: Mapping[str, Any] | None) -> FieldDescription:
    type_ = str(answer.get("type", ""))
    scale = int(answer.get("scale") or 0)
    is_broken = type_ in {"double", "currency", "percent"}
    return FieldDescription(
        str(answer["name"]),
        type_,
        str(answer.get("label") or ""),
        int(answer.get("length") or 0),
        max(int(answer.get("precision") or 0) - scale, 0) if is_broken else int(answer.get("digits") or 0),
        scale if is_broken else None,
        is_nillable=bool(answer.get("nillable")),
        is_createable=bool(answer.get("createable")),
        is_updateable=bool(answer.get("updateable")),
        is_calculated=bool(answer.get("calculated")),
        is_defaulted=bool(answer.get("defaultedOnCreate")),
        options=tuple(_option(one, controller) for one in answer.get("picklistValues") or ()),
        reference_to=tuple(str(one) for one in answer.get("referenceTo") or ()),
    )


def _option(answer: Mapping[str, Any], controller: Mapping[str, Any] | None) -> Option:
    return Option(
        str(answer["value"]),
        str(answer.get("label") or ""),
        is_active=bool(answer.get("active", True)),
        valid_for=_valid_for(answer.get("validFor"), controller),
    )


def _valid_for(bits: str | None, controller: Mapping[str, Any] | None) -> frozenset[str] | None:
    """Bit n, the most significant one of the first byte being 0, stands for value n of the controlling picklist."""
    if not bits or not controller:
        return None
    data = b64decode(bits)
    values = [str(one["value"]) for one in controller.get("picklistValues") or ()]
    return frozenset(value for n, value in enumerate(values) if n // 8 < len(data) and data[n // 8] & (0x80 >> n % 8))
