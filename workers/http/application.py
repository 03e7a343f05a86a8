"""The receiver as an application: its routes, how it refuses, and what it publishes about itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from starlette.types import ASGIApp

from tasks.contracts.changes import MAX_EVENTS, Change
from workers.http.changes import change_routes
from workers.http.hubspot_webhooks import webhook_routes
from workers.http.measures import Measured
from workers.http.parts import Parts
from workers.http.probes import probe_routes
from workers.http.problems import ProblemDetails, answer_with_problems

TITLE = "Tandem's receiver"
VERSION = "1"
"""Of the interface: it changes when a producer has to."""
REFERENCES = "#/components/schemas/{model}"


def make_application(parts: Parts) -> ASGIApp:
    """Measured, from the outside in."""
    return Measured(make_api(parts), parts.measures)


def make_api(parts: Parts) -> FastAPI:
    """No pages of its own: they would load their programs from somebody else's server."""

    @asynccontextmanager
    async def alive(_app: FastAPI) -> AsyncIterator[None]:
        await parts.start()
        yield
        await parts.stop()

    api = FastAPI(title=TITLE, version=VERSION, lifespan=alive, docs_url=None, redoc_url=None, redirect_slashes=False)
    for routes in (change_routes(parts), webhook_routes(parts), probe_routes(parts)):
        api.include_router(routes)
    answer_with_problems(api)
    api.openapi = lambda: describe(api)  # type: ignore[method-assign]
    return api


def describe(api: FastAPI) -> dict[str, Any]:
    """OpenAPI, with the shapes that the routes read by themselves."""
    if api.openapi_schema is None:
        described = get_openapi(title=api.title, version=api.version, routes=api.routes)
        components = described.setdefault("components", {})
        components["securitySchemes"] = {"producerKey": {"type": "http", "scheme": "bearer"}}
        schemas = components.setdefault("schemas", {})
        for name, shape in (("Change", Change), ("ProblemDetails", ProblemDetails)):
            schema = TypeAdapter(shape).json_schema(ref_template=REFERENCES)
            schemas |= schema.pop("$defs", {}) | {name: schema}
        one = {"$ref": "#/components/schemas/Change"}
        several = {"type": "array", "items": one, "maxItems": MAX_EVENTS}
        schemas["Announcement"] = {"anyOf": [one, several]}
        api.openapi_schema = described
    return api.openapi_schema
