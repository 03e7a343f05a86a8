"""The contract of HubSpot's client as data, where the folder of specs is there, and answers held against it."""

import json
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from simulator.hubspot.paths import DATED
from tests.architecture.source_tree import ROOT
from tests.simulator.hubspot_models import SPARED, check_value

FILE = Path("hubspot") / "hubspot-api-client-12.0.0.contract.json"
ABSENT = "no folder of specs: neither TANDEM_SPECS names one nor is there a shared/specs beside the checkout"
# In the generation of paths that carry a date these answer 200 where the numbered ones answer 201 and 204.
DATED_STATUS = re.compile(r"/associations/2026-09/.*/batch/(create|archive|labels/archive)")
# What the documentation shows or others recorded, though the client's models have no place for it.
BEYOND_ERROR = {"status", "error", "identityProfile"}


class Operation(NamedTuple):
    package: str
    name: str
    method: str
    path: re.Pattern[str]
    responses: Mapping[str, str]


class Recorded(NamedTuple):
    method: str
    path: str
    status: int
    body: bytes


@cache
def find_spec() -> "Spec | None":
    named = os.environ.get("TANDEM_SPECS")
    folders = [Path(named)] if named else [each / "shared" / "specs" for each in ROOT.parents]
    found = next((folder / FILE for folder in folders if (folder / FILE).is_file()), None)
    return Spec(json.loads(found.read_text(encoding="utf-8"))) if found else None


class Spec:
    def __init__(self, contract: Mapping[str, Any]) -> None:
        self._packages = contract["packages"]
        self.operations = [
            Operation(
                package,
                f"{each['api']}.{each['operation']}",
                each["method"],
                re.compile(re.sub(r"\{\w+\}", "[^/]+", each["path"])),
                each["responses"],
            )
            for package, content in self._packages.items()
            for each in content["operations"]
        ]
        # A path of fixed words is meant before one that would also fit.
        self.operations.sort(key=lambda each: each.path.pattern.count("[^/]+"))

    def check(self, recorded: Recorded) -> bool:
        """Whether the contract knows the call; AssertionError says what of its answer does not fit."""
        operation = self._find(recorded.method, _numbered(recorded.path))
        if operation is None:
            return False
        where = f"{recorded.method} {recorded.path}: {recorded.status}"
        body = json.loads(recorded.body) if recorded.body else None
        if recorded.status >= 400:
            self._check_error(operation.package, recorded.status, body, where)
        elif model := operation.responses.get(str(recorded.status)):
            self.check_model(operation.package, model, body, where)
        elif not DATED_STATUS.search(recorded.path):
            assert not operation.responses, f"{where}: the client expects {sorted(operation.responses)}"
            assert (recorded.status, body) == (204, None), f"{where}: the client expects nothing"
        return True

    def check_model(self, package: str, model: str, value: Any, where: str) -> None:
        assert isinstance(value, dict), f"{where}: {value!r} is no {model}"
        fields = {each["json"]: each for each in self._packages[package]["models"][model]}
        unknown = set(value) - set(fields)
        assert not unknown, f"{where}: {model} does not know {sorted(unknown)}"
        for name, each in fields.items():
            if value.get(name) is None:
                assert not each["required"] or name in SPARED.get(model, {}), f"{where}: {model} needs {name}"
                continue
            self._check_field(package, each, value[name], f"{where}.{name}")

    def _check_field(self, package: str, field: Mapping[str, Any], value: Any, where: str) -> None:
        if field["json"] == "toObjectId" and type(value) is int:
            return  # a number in the documentation, a text in the models
        allowed = field.get("enum")
        assert not allowed or value in allowed, f"{where}: {value!r} is none of {allowed}"

        def check_model(kind: str, value: Any, where: str) -> None:
            self.check_model(package, kind, value, where)

        check_value(field["type"], value, where, check_model)

    def _check_error(self, package: str, status: int, body: Any, where: str) -> None:
        assert isinstance(body, dict), f"{where}: {body!r} is no error"
        if status == 429:  # recorded bodies have neither a category nor a context
            assert {"status", "message", "errorType", "policyName", "correlationId"} <= body.keys(), f"{where}: {body}"
            return
        assert body["status"] == "error", f"{where}: {body}"
        known = {name: value for name, value in body.items() if name not in BEYOND_ERROR}
        self.check_model(package, "Error", known, where)

    def _find(self, method: str, path: str) -> Operation | None:
        return next((each for each in self.operations if each.method == method and each.path.fullmatch(path)), None)


def _numbered(path: str) -> str:
    """The path of the numbered generation that is answered the same."""
    if "/associations/" in path and path.startswith(DATED["/crm/v4/objects"]):
        return path.replace(DATED["/crm/v4/objects"], "/crm/v4/objects", 1)
    for numbered, dated in DATED.items():
        if path.startswith(dated):
            return path.replace(dated, numbered, 1)
    return path
