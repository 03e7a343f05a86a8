"""The refusals of the portal, in the exact words a client has to understand."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from simulator.hubspot.object_types import ObjectType


class RefusalError(Exception):
    """Answer with this status and body instead of a result."""

    def __init__(self, status: int, body: dict[str, Any], *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(body.get("message", ""))
        self.status = status
        self.body = body
        self.headers = headers or {}


def refusal(status: int, category: str, message: str, **extra: Any) -> RefusalError:
    return RefusalError(status, {"status": "error", "message": message, "category": category, **extra})


def invalid(message: str, **extra: Any) -> RefusalError:
    return refusal(400, "VALIDATION_ERROR", message, **extra)


def malformed(what: str) -> RefusalError:
    return invalid(f"Invalid input JSON: {what}")


def not_found(message: str = "resource not found", **extra: Any) -> RefusalError:
    return refusal(404, "OBJECT_NOT_FOUND", message, **extra)


def records_missing(kind: ObjectType, ids: Sequence[str]) -> RefusalError:
    name = kind.legacy_name
    message = f"Could not get some {name} objects, they may be deleted or not exist. Check that ids are valid."
    return not_found(message, context={"ids": list(ids)})


def not_to_associate(kind: ObjectType, record_id: str) -> RefusalError:
    """The recorded refusal of an association with a record that is not there: not a 404."""
    named = {
        "INVALID_OBJECT_IDS": [f"{kind.legacy_name}={record_id} is not valid"],
        "objectId": [record_id],
        "objectType": [kind.legacy_name],
    }
    return invalid("One or more associations are invalid", context=named)


def property_problem(code: str, name: str, message: str, portal_id: int) -> dict[str, Any]:
    return {
        "isValid": False,
        "message": message,
        "error": code,
        "name": name,
        "localizedErrorMessage": message,
        "portalId": portal_id,
    }


def properties_invalid(problems: Sequence[Mapping[str, Any]]) -> RefusalError:
    details = [
        {
            "message": problem["message"],
            "code": problem["error"],
            "context": {"propertyName": [problem["name"]]},
        }
        for problem in problems
    ]
    listed = json.dumps(list(problems), separators=(",", ":"))
    return invalid(f"Property values were not valid: {listed}", errors=details)


def value_taken(
    kind: ObjectType, *, portal_id: int, name: str, value: str, record_id: str, owner_id: str
) -> RefusalError:
    object_type = f"ObjectTypeId{{legacyObjectType={kind.legacy_name}}}"
    coordinates = (
        f"PropertyValueCoordinates{{portalId={portal_id}, objectTypeId={object_type}, "
        f"propertyName={name}, value={value}}}"
    )
    return invalid(f"Cannot set {coordinates} on {record_id}. {owner_id} already has that value.")


def contact_exists(owner_id: str) -> RefusalError:
    return refusal(409, "CONFLICT", f"Contact already exists. Existing ID: {owner_id}")


def contact_exists_with_profile(owner_id: str, email: str) -> RefusalError:
    """The older of the two recorded shapes of the same conflict."""
    profile = {"vid": int(owner_id), "identity": [{"value": email, "type": "EMAIL"}]}
    return refusal(
        409,
        "OBJECT_ALREADY_EXISTS",
        f"Contact already exists. Existing ID: {owner_id}",
        error="CONTACT_EXISTS",
        identityProfile=profile,
        errors=[{"message": "A contact with this email already exists", "in": "email"}],
    )


def row_error(refused: RefusalError, **context: Sequence[str]) -> dict[str, Any]:
    """A refusal of one row of a batch, as it stands in the `errors` of a 207."""
    body = refused.body
    merged = {**body.get("context", {}), **{name: list(ids) for name, ids in context.items()}}
    row = {"status": "error", "category": body["category"], "message": body["message"], "context": merged}
    if "subCategory" in body:
        row["subCategory"] = body["subCategory"]
    return row
