"""For whoever runs the receiver: does it live, can it take anything, what does it measure?"""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from prometheus_client import generate_latest
from pydantic import BaseModel, Field

from workers.http.parts import Parts
from workers.http.problems import Away, refusals
from workers.ledger.schema import find_schema_problem


class Fine(BaseModel):
    """All is well."""

    status: str = "ok"


class Ready(Fine):
    """It can take changes, whatever becomes of them afterwards."""

    halted: list[str] = Field(default=[], description="CRMs that nobody calls at the moment, each with the reason.")


def probe_routes(parts: Parts) -> APIRouter:
    """None of them needs a key: they tell nothing about records."""
    routes = APIRouter()

    @routes.get("/health", summary="The process lives", response_description="It does")
    async def health() -> Fine:
        return Fine()

    @routes.get(
        "/ready",
        summary="The ledger answers and has this version's schema",
        description="It stays ready while a CRM is away: what is announced meanwhile is stored, and done later.",
        response_description="It does, and has",
        responses=refusals(503),
    )
    async def ready() -> Ready:
        problem = await parts.of_operators.run(lambda: find_schema_problem(parts.engine))
        if problem:
            raise Away(f"Not ready: {problem}")
        halted = await parts.of_operators.run(parts.halted.find)
        return Ready(halted=[f"{one.crm}: {one.code}" for one in halted or ()])

    @routes.get(
        "/metrics",
        summary="Figures for Prometheus",
        response_description="In its text format",
        response_class=PlainTextResponse,
    )
    async def metrics() -> PlainTextResponse:
        text = await parts.of_operators.run(lambda: generate_latest(parts.measures.registry))
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    return routes
