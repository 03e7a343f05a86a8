"""References between the steps of a composite: `@{company.id}` stands for what an earlier step answered."""

import re
from collections.abc import Mapping
from typing import Any

from simulator.salesforce.errors import SalesforceError, unreadable

REFERENCE = re.compile(r"@\{([A-Za-z0-9_]+)((?:\.\w+|\[\d+\])*)\}")
STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


def find_names(value: Any) -> set[str]:
    """The steps that the texts of this value refer to, however deep they are hidden."""
    names: set[str] = set()
    rest = [value]
    while rest:
        match rest.pop():
            case str() as text:
                names.update(match[1] for match in REFERENCE.finditer(text))
            case list() as items:
                rest.extend(items)
            case dict() as members:
                rest.extend(members.values())
    return names


def resolve(value: Any, answers: Mapping[str, Any]) -> Any:
    """The value with every reference in its texts replaced."""
    try:
        return _resolve(value, answers)
    except RecursionError:
        raise unreadable("The body of a subrequest is nested too deep") from None


def _resolve(value: Any, answers: Mapping[str, Any]) -> Any:
    match value:
        case str():
            return _resolve_text(value, answers) if "@{" in value else value
        case list():
            return [_resolve(item, answers) for item in value]
        case dict():
            return {name: _resolve(item, answers) for name, item in value.items()}
        case _:
            return value


def _resolve_text(text: str, answers: Mapping[str, Any]) -> Any:
    whole = REFERENCE.fullmatch(text)
    if whole:
        return _read(whole, answers)
    return REFERENCE.sub(lambda match: str(_read(match, answers)), text)


def _read(match: re.Match[str], answers: Mapping[str, Any]) -> Any:
    name, path = match[1], match[2]
    if name not in answers:
        raise _invalid(f"No value for {name}{path}", match)
    value = answers[name]
    for step in STEP.finditer(path):
        try:
            value = value[step[1]] if step[1] else value[int(step[2])]
        except (KeyError, IndexError, TypeError):
            raise _invalid(f"No value for {name}{path} found in {name}", match) from None
    return value


def _invalid(problem: str, match: re.Match[str]) -> SalesforceError:
    return SalesforceError("PROCESSING_HALTED", f"Invalid reference specified. {problem}: {match[0]}")
