"""Which permissions a call needs."""

from collections.abc import Callable

from simulator.hubspot.gate import Call
from simulator.hubspot.object_types import find_object_type

ALL_SCOPES = frozenset(
    f"crm.{area}.{access}"
    for area in (
        "objects.companies",
        "objects.contacts",
        "schemas.companies",
        "schemas.contacts",
        "objects.owners",
        "lists",
    )
    for access in ("read", "write")
)


def objects(access: str, *parameters: str) -> Callable[[Call], list[str]]:
    return _of_types("objects", access, parameters or ("object_type",))


def schemas(access: str) -> Callable[[Call], list[str]]:
    return _of_types("schemas", access, ("object_type",))


def fixed(scope: str) -> Callable[[Call], list[str]]:
    return lambda _call: [scope]


def none(_call: Call) -> list[str]:
    return []


def _of_types(area: str, access: str, parameters: tuple[str, ...]) -> Callable[[Call], list[str]]:
    def scopes(call: Call) -> list[str]:
        kinds = [find_object_type(call.path[parameter]) for parameter in parameters]
        return [f"crm.{area}.{kind.plural}.{access}" for kind in kinds if kind]

    return scopes
