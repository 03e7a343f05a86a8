"""Records with their children in one call, inserted as a whole or not at all."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.salesforce.call import Answer, Call
from simulator.salesforce.engine import Engine, write_options
from simulator.salesforce.errors import SalesforceError, cannot_deserialize
from simulator.salesforce.schema import SObject


@dataclass(slots=True)
class Node:
    sobject: SObject
    reference_id: str
    values: dict[str, Any]
    children: list[tuple[str, "Node"]] = field(default_factory=list)  # with the field that points at this one


class RecordRefusedError(Exception):
    """What is wrong with the record of that name."""

    def __init__(self, reference_id: str, error: SalesforceError) -> None:
        super().__init__(reference_id)
        self.reference_id = reference_id
        self.error = error


def serve(engine: Engine, call: Call, sobject: SObject) -> Answer:
    call.demand_method("POST")
    engine.counters["composite.tree"] += 1
    roots = call.read_object().get("records")
    if not isinstance(roots, list) or not roots:
        raise cannot_deserialize("list", roots)
    try:
        nodes = [_read_node(engine, sobject, root, depth=1) for root in roots]
        levels = list(_levels(nodes))
        _demand_size(engine, levels)
        results = _insert(engine, call, levels)
    except RecordRefusedError as refusal:
        engine.counters[f"error.{refusal.error.code}"] += 1
        errors = [refusal.error.as_row()]
        return Answer({"hasErrors": True, "results": [{"referenceId": refusal.reference_id, "errors": errors}]}, 400)
    return Answer({"hasErrors": False, "results": results}, 201, rows=len(results))


def _insert(engine: Engine, call: Call, levels: list[list[Node]]) -> list[dict[str, Any]]:
    options = write_options(call)
    results = []
    with engine.store.transaction() as roll_back:
        for node in (node for level in levels for node in level):
            try:
                record = engine.writer.insert(node.sobject, node.values, options)
            except SalesforceError as error:
                roll_back()
                raise RecordRefusedError(node.reference_id, error) from None
            results.append({"referenceId": node.reference_id, "id": record["Id"]})
            for reference, child in node.children:
                child.values[reference] = record["Id"]
    return results


def _read_node(engine: Engine, sobject: SObject, item: Any, *, depth: int) -> Node:
    if not isinstance(item, dict):
        raise cannot_deserialize("object", item)
    attributes = item.get("attributes")
    attributes = attributes if isinstance(attributes, dict) else {}
    reference_id = attributes.get("referenceId")
    if not isinstance(reference_id, str) or not reference_id:
        raise RecordRefusedError("", SalesforceError("INVALID_INPUT", "referenceId is required for every record"))
    if str(attributes.get("type")).lower() != sobject.name.lower():
        problem = f"Record type {attributes.get('type')} is not {sobject.name}"
        raise RecordRefusedError(reference_id, SalesforceError("INVALID_INPUT", problem))
    if depth > engine.settings.tree_depth:
        problem = f"Limit of depth {engine.settings.tree_depth} exceeded"
        raise RecordRefusedError(reference_id, SalesforceError("LIMIT_EXCEEDED", problem))
    node = Node(sobject, reference_id, {})
    for name, value in item.items():
        if isinstance(value, dict) and "records" in value and name != "attributes":
            _read_children(engine, node, name, value["records"], depth)
        elif name.lower() == "id":
            problem = "Include an ID only when updating an existing record"
            raise RecordRefusedError(reference_id, SalesforceError("INVALID_INPUT", problem, fields=["Id"]))
        else:
            node.values[name] = value
    return node


def _read_children(engine: Engine, node: Node, name: str, items: Any, depth: int) -> None:
    link = engine.schema.children[node.sobject.name].get(name.lower())
    if link is None:
        problem = f"No such column '{name}' on sobject of type {node.sobject.name}"
        raise RecordRefusedError(node.reference_id, SalesforceError("INVALID_FIELD", problem, fields=[]))
    if not isinstance(items, list):
        raise cannot_deserialize("list", items)
    child, reference = link
    for item in items:
        node.children.append((reference.name, _read_node(engine, child, item, depth=depth + 1)))


def _levels(level: list[Node]) -> Iterator[list[Node]]:
    """The roots, then all their children, and so on: the order in which they are written and answered."""
    while level:
        yield level
        level = [child for node in level for _, child in node.children]


def _demand_size(engine: Engine, levels: list[list[Node]]) -> None:
    nodes = [node for level in levels for node in level]
    names = [node.reference_id for node in nodes]
    settings = engine.settings
    if len(nodes) > settings.tree_records:
        problem = SalesforceError("LIMIT_EXCEEDED", f"Limit of {settings.tree_records} records exceeded")
        raise RecordRefusedError(names[settings.tree_records], problem)
    if len({node.sobject.name for node in nodes}) > settings.tree_objects:
        problem = SalesforceError("LIMIT_EXCEEDED", f"Limit of {settings.tree_objects} object types exceeded")
        raise RecordRefusedError(names[-1], problem)
    repeated = next((name for name, count in Counter(names).items() if count > 1), None)
    if repeated:
        problem = SalesforceError("INVALID_INPUT", f"Duplicate ReferenceId provided: {repeated}")
        raise RecordRefusedError(repeated, problem)
