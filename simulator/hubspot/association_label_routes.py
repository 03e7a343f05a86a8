"""The labels of associations, the limits set on them, and the report on records that come near HubSpot's own."""

from typing import Any

from simulator.hubspot import scopes
from simulator.hubspot.association_routes import label_view
from simulator.hubspot.crm import Crm
from simulator.hubspot.errors import invalid, not_found, refusal
from simulator.hubspot.gate import Call, Reply, Route, is_number, optional, required
from simulator.hubspot.labels import USER_DEFINED, Label
from simulator.hubspot.records_view import batch_view

MAX_OWN_LABELS, MAX_INPUTS = 10, 100
Row = dict[str, Any]


def list_labels(crm: Crm, call: Call) -> Reply:
    labels = _between(crm, call)
    return Reply(200, {"results": [label_view(each) for each in labels]})


def create_label(crm: Crm, call: Call) -> Reply:
    fields = call.fields()
    required(fields, "name", str)
    label, inverse = required(fields, "label", str), optional(fields, "inverseLabel", str)
    known = _between(crm, call)
    if label in {each.label for each in known}:
        raise refusal(409, "CONFLICT", f"A label {label} already exists between these object types.")
    if sum(each.category == USER_DEFINED for each in known) >= MAX_OWN_LABELS:
        raise invalid(f"Two object types may have at most {MAX_OWN_LABELS} labels between them")
    made = crm.associations.labels.add(call.kind("from_type"), call.kind("to_type"), label, inverse)
    return Reply(200, {"results": [label_view(each) for each in made]})


def update_label(crm: Crm, call: Call) -> Reply:
    fields, labels = call.fields(), crm.associations.labels
    known = _own(crm, call, required(fields, "associationTypeId", int))
    label, inverse = required(fields, "label", str), optional(fields, "inverseLabel", str)
    labels.rename(known.type_id, label)
    if inverse and known.inverse != known.type_id:
        labels.rename(known.inverse, inverse)
    return Reply(204)


def remove_label(crm: Crm, call: Call) -> Reply:
    text = call.path["association_type_id"]
    type_id = int(text) if is_number(text) else 0
    crm.associations.remove_label(_own(crm, call, type_id).type_id)
    return Reply(204)


def list_all_limits(crm: Crm, _call: Call) -> Reply:
    return _limits(crm, list(crm.associations.labels.everywhere()))


def list_limits(crm: Crm, call: Call) -> Reply:
    return _limits(crm, _between(crm, call))


def create_limits(crm: Crm, call: Call) -> Reply:
    started, results = crm.now(), []
    for label, row in _rows(crm, call):
        crm.associations.labels.limits[label.type_id] = _most(row)
        results.append(_limit_view(crm, label))
    return Reply(201, batch_view(results, started=started))


def update_limits(crm: Crm, call: Call) -> Reply:
    started, limits, results = crm.now(), crm.associations.labels.limits, []
    rows = _rows(crm, call)
    if missing := [label.type_id for label, _ in rows if label.type_id not in limits]:
        raise not_found(f"The association types {missing} have no limits to change")
    for label, row in rows:
        limits[label.type_id] = _most(row)
        shown = _limit_view(crm, label)
        del shown["label"]
        results.append(shown)
    return Reply(200, batch_view(results, started=started))


def remove_limits(crm: Crm, call: Call) -> Reply:
    for label, _ in _rows(crm, call):
        crm.associations.labels.limits.pop(label.type_id, None)
    return Reply(204)


def report_high_usage(crm: Crm, call: Call) -> Reply:
    """Sent to a user by e-mail; nobody has one here."""
    for owner in crm.owners.values():
        if str(owner.user_id) == call.path["user_id"]:
            report = {"userId": owner.user_id, "userEmail": owner.email, "enqueueTime": crm.now()}
            return Reply(200, report)
    raise not_found(f"There is no user {call.path['user_id']}")


def _between(crm: Crm, call: Call) -> list[Label]:
    return crm.associations.labels.between(call.kind("from_type"), call.kind("to_type"))


def _own(crm: Crm, call: Call, type_id: int) -> Label:
    found = next((each for each in _between(crm, call) if each.type_id == type_id), None)
    if found is None:
        raise not_found(f"There is no association type {type_id} between these object types")
    if found.category != USER_DEFINED:
        raise invalid(f"The association type {type_id} is defined by HubSpot")
    return found


def _rows(crm: Crm, call: Call) -> list[tuple[Label, Row]]:
    known = {each.type_id: each for each in _between(crm, call)}
    rows = []
    for row in call.inputs(most=MAX_INPUTS):
        label = known.get(required(row, "typeId", int))
        if label is None or required(row, "category", str) != label.category:
            raise invalid(f"There is no association type {row['typeId']} of that category")
        rows.append((label, row))
    return rows


def _most(row: Row) -> int:
    most = int(required(row, "maxToObjectIds", int))
    if most < 1:
        raise invalid("maxToObjectIds must be at least 1")
    return most


def _limits(crm: Crm, labels: list[Label]) -> Reply:
    limited = [each for each in labels if each.type_id in crm.associations.labels.limits]
    return Reply(200, {"results": [_limit_view(crm, each) for each in limited]})


def _limit_view(crm: Crm, label: Label) -> dict[str, Any]:
    most = crm.associations.labels.limits[label.type_id]
    return {**label_view(label), "userEnforcedMaxToObjectIds": most}


ALL = "/crm/v4/associations"
LABELS = f"{ALL}/{{from_type}}/{{to_type}}/labels"
LIMITS = f"{ALL}/definitions/configurations"
LIMITS_BETWEEN = f"{LIMITS}/{{from_type}}/{{to_type}}"
READ = scopes.objects("read", "from_type", "to_type")
WRITE = scopes.objects("write", "from_type", "to_type")
FAMILY = "associations"
ROUTES = (
    Route("GET", f"{LIMITS}/all", list_all_limits, FAMILY, scopes.none),
    Route("GET", LIMITS_BETWEEN, list_limits, FAMILY, READ),
    Route("POST", f"{LIMITS_BETWEEN}/batch/create", create_limits, FAMILY, WRITE),
    Route("POST", f"{LIMITS_BETWEEN}/batch/update", update_limits, FAMILY, WRITE),
    Route("POST", f"{LIMITS_BETWEEN}/batch/purge", remove_limits, FAMILY, WRITE),
    Route("POST", f"{ALL}/usage/high-usage-report/{{user_id}}", report_high_usage, FAMILY, scopes.none),
    Route("GET", LABELS, list_labels, FAMILY, READ),
    Route("POST", LABELS, create_label, FAMILY, WRITE),
    Route("PUT", LABELS, update_label, FAMILY, WRITE),
    Route("DELETE", f"{LABELS}/{{association_type_id}}", remove_label, FAMILY, WRITE),
)
