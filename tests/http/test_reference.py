"""What is published about the receiver is what it does."""

import re

import pytest

from tests.architecture.source_tree import read
from workers.http.reference import documents


@pytest.mark.parametrize("name", ["openapi.json", "http.md"])
def test_the_documents_are_in_step_with_the_routes(name):
    assert read(f"docs/{name}") == documents()[name], "python -m workers.http.reference writes them anew"


def test_the_receiver_publishes_the_same(receiver):
    published = receiver.get("/openapi.json").json()
    assert {path: sorted(operations) for path, operations in published["paths"].items()} == {
        "/changes": ["post"],
        "/companies/{company_id}/sync": ["post"],
        "/webhooks/hubspot": ["post"],
        "/health": ["get"],
        "/ready": ["get"],
        "/metrics": ["get"],
    }
    assert receiver.get("/openapi.json").text.count("crm-bridge") == 0


def test_every_reference_leads_to_a_shape(receiver):
    text = receiver.get("/openapi.json").text
    named = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert named == set(receiver.get("/openapi.json").json()["components"]["schemas"])
    assert {"Change", "ProblemDetails", "Taken"} <= named


def test_what_is_described_is_what_is_answered(receiver):
    shapes = receiver.get("/openapi.json").json()["components"]["schemas"]
    change = {"version": 1, "event_id": "e", "record": "hubspot.company", "id": "1"}
    assert set(shapes["Taken"]["properties"]) == set(receiver.post("/changes", change).json())
    assert set(receiver.post("/changes", 5).json()) <= set(shapes["ProblemDetails"]["properties"])
