"""One request and its answer, whether they came over the wire or inside a composite."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.salesforce.errors import SalesforceError, cannot_deserialize, unreadable


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def parse_json(body: bytes) -> Any:
    if not body.strip():
        raise unreadable("The HTTP entity body is required, but this request has no entity body.")
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise unreadable("Unexpected character or end of input: expected a valid value at [line:1, column:1]") from None


@dataclass(slots=True)
class Answer:
    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    rows: int = 0  # written, for what the org's automation costs


@dataclass(slots=True)
class Call:
    method: str
    path: tuple[str, ...]  # decoded, after the version
    query: Mapping[str, str]
    headers: Mapping[str, str]
    version: float
    user_id: str
    body: bytes = b""
    payload: Any = None  # of a subrequest, which arrives already parsed

    @property
    def root(self) -> str:
        return f"/services/data/v{self.version:.1f}"

    def read_payload(self) -> Any:
        return parse_json(self.body) if self.payload is None else self.payload

    def read_object(self) -> dict[str, Any]:
        payload = self.read_payload()
        if not isinstance(payload, dict):
            raise cannot_deserialize("object", payload)
        return payload

    def read_flag(self, body: Mapping[str, Any], name: str) -> bool:
        flag = body.get(name, False)
        if not isinstance(flag, bool):
            raise cannot_deserialize("boolean", flag)
        return flag

    def demand_method(self, *allowed: str) -> None:
        if self.method not in allowed:
            raise method_not_allowed(self, ",".join(allowed))

    def is_set(self, name: str) -> bool:
        return self.query.get(name, "").lower() == "true"

    def header_options(self, name: str) -> dict[str, str]:
        """A header of the form `a=1; b=2`, names and values in lower case."""
        options = (part.partition("=") for part in self.headers.get(name, "").replace(",", ";").split(";"))
        return {key.strip().lower(): value.strip().lower() for key, _, value in options}


def method_not_allowed(call: Call, allowed: str) -> SalesforceError:
    return SalesforceError(
        "METHOD_NOT_ALLOWED", f"HTTP Method '{call.method}' not allowed. Allowed are {allowed}", status=405
    )
