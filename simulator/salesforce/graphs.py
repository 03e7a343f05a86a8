"""Composite graphs: many small transactions in one call, each of them done as a whole or not at all."""

from dataclasses import dataclass
from typing import Any

from simulator.salesforce.call import Answer, Call
from simulator.salesforce.engine import Engine
from simulator.salesforce.errors import SalesforceError, cannot_deserialize
from simulator.salesforce.references import find_names
from simulator.salesforce.subrequests import (
    Dispatch,
    Outcome,
    Subrequest,
    halt,
    limit_exceeded,
    perform,
    read_subrequests,
)


@dataclass(frozen=True, slots=True)
class Graph:
    id: str
    nodes: list[Subrequest]


def serve(engine: Engine, call: Call, dispatch: Dispatch) -> Answer:
    call.demand_method("POST")
    graphs = _read_graphs(call.read_object().get("graphs"))
    _demand_size(engine, graphs)
    engine.counters["graphs"] += 1
    answered: list[dict[str, Any]] = []
    failures, rows = 0, 0
    for graph in graphs:
        if failures < engine.settings.failed_graphs:
            outcome = perform(engine, call, graph.nodes, dispatch, all_or_none=True)
        else:
            outcome = Outcome(halt(graph.nodes, "Too many graphs of this request failed."), failed=True, rows=0)
            engine.counters["graphs.halted"] += 1
        failures += outcome.failed
        rows += outcome.rows
        engine.counters["graphs.rolled_back"] += outcome.failed
        answered.append(
            {
                "graphId": graph.id,
                "graphResponse": {"compositeResponse": outcome.responses},
                "isSuccessful": not outcome.failed,
            }
        )
    return Answer({"graphs": answered}, rows=rows)


def _read_graphs(items: Any) -> list[Graph]:
    if not isinstance(items, list) or not items:
        raise cannot_deserialize("list", items)
    graphs = [_read_graph(item) for item in items]
    if len({graph.id for graph in graphs}) < len(graphs):
        raise SalesforceError("INVALID_INPUT", "Duplicate graphId provided in a batch.")
    return graphs


def _read_graph(item: Any) -> Graph:
    if not isinstance(item, dict):
        raise cannot_deserialize("object", item)
    graph_id = item.get("graphId")
    if not isinstance(graph_id, str) or not graph_id:
        raise SalesforceError("INVALID_INPUT", f"Provided graphId ('{graph_id}') is invalid.")
    nodes = read_subrequests(item.get("compositeRequest"))
    for node in nodes:
        if node.resource[:1] != ["sobjects"]:
            raise SalesforceError("INVALID_INPUT", f"A graph works on records only, not on {node.url}")
    return Graph(graph_id, nodes)


def _demand_size(engine: Engine, graphs: list[Graph]) -> None:
    settings = engine.settings
    if len(graphs) > settings.graphs:
        raise limit_exceeded(f"Limit of {settings.graphs} graphs exceeded")
    if sum(len(graph.nodes) for graph in graphs) > settings.graph_nodes:
        raise limit_exceeded(f"Limit of {settings.graph_nodes} nodes exceeded")
    for graph in graphs:
        if _depth(graph.nodes) > settings.graph_depth:
            raise limit_exceeded(f"Limit of depth {settings.graph_depth} exceeded in graph {graph.id}")


def _depth(nodes: list[Subrequest]) -> int:
    """Nodes in the longest chain of which each needs the answer of the one before."""
    depths: dict[str, int] = {}
    for node in nodes:
        names = find_names([node.url, node.body])
        depths[node.reference_id] = 1 + max((depths.get(name, 0) for name in names), default=0)
    return max(depths.values())
