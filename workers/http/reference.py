"""What is published about the receiver's routes; `python -m workers.http.reference` writes it anew into docs/."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from workers.celery_app import make_app
from workers.http.application import make_api
from workers.http.parts import Parts
from workers.messenger import CeleryMessenger
from workers.settings import Settings

FOLDER = Path("docs")
# Nobody connects to them: describing needs no services.
NOWHERE = {"DATABASE_URL": "postgresql://nowhere/tandem", "REDIS_URL": "redis://nowhere"}
OPENING = """# The receiver's routes

Made from [openapi.json](openapi.json), which the receiver publishes as `/openapi.json`; do not edit.
[changes.md](changes.md) explains how to announce changes, [operations.md](operations.md) how to run the receiver.
"""


def documents() -> dict[str, str]:
    """By name in docs/."""
    settings = Settings.model_validate(NOWHERE)
    parts = Parts.build(settings, CeleryMessenger(make_app(settings), slice_size=settings.slice_size))
    described = make_api(parts).openapi()
    return {"openapi.json": json.dumps(described, indent=2) + "\n", "http.md": page_of(described)}


def page_of(described: Mapping[str, Any]) -> str:
    """For people: every route, what it takes, and what it answers."""
    routes = [
        "\n".join(_section(method, path, operation, described))
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    ]
    return "\n".join([OPENING, *routes])


def _section(method: str, path: str, operation: Mapping[str, Any], described: Mapping[str, Any]) -> Iterator[str]:
    yield f"## `{method.upper()} {path}`\n"
    key = " Needs a producer's key." if operation.get("security") else ""
    yield f"{operation['summary']}.{key}\n"
    if told := operation.get("description"):
        yield f"{told}\n"
    yield "| answer | means | body |\n|---|---|---|"
    for status, answer in operation["responses"].items():
        yield f"| `{status}` | {answer['description']} | {_body(answer, described)} |"
    yield ""


def _body(answer: Mapping[str, Any], described: Mapping[str, Any]) -> str:
    ((media_type, content),) = answer.get("content", {"": {}}).items()
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    if media_type != "application/json":
        return f"`{media_type}`" if media_type else ""
    fields = described["components"]["schemas"][name]["properties"] if name else {}
    return ", ".join(f"`{field}`" for field in fields)


if __name__ == "__main__":
    for file_name, text in documents().items():
        (FOLDER / file_name).write_text(text, encoding="utf-8")
