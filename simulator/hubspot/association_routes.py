"""Associations by the v4 rules: labels replace labels, a primary company displaces the former one."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from simulator.hubspot import scopes
from simulator.hubspot.association_limits import refuse_beyond_limits
from simulator.hubspot.associations import Pair
from simulator.hubspot.crm import Crm
from simulator.hubspot.errors import RefusalError, invalid, malformed, not_found, not_to_associate, refusal, row_error
from simulator.hubspot.gate import Call, Reply, Route, is_number, required, text_of_id
from simulator.hubspot.labels import HUBSPOT_DEFINED, Label
from simulator.hubspot.object_routes import source_of, type_ids_of
from simulator.hubspot.object_types import ObjectType
from simulator.hubspot.records_view import batch_view, paging

MAX_READ, MAX_WRITE, MAX_PAGE = 1_000, 2_000, 500
Row = dict[str, Any]


def put_default(crm: Crm, call: Call) -> Reply:
    pair = _pair_of_path(call)
    _require_records(crm, pair)
    refuse_beyond_limits(crm, pair, ())
    crm.associate_by_default(pair, by=source_of(call))
    return Reply(200, batch_view([_default_view(crm, pair)], started=crm.now()))


def put_labels(crm: Crm, call: Call) -> Reply:
    pair = _pair_of_path(call)
    if not isinstance(call.body, list):
        raise malformed("a list of association types is expected")
    type_ids = _types_between(crm, pair, call.body)
    _require_records(crm, pair)
    refuse_beyond_limits(crm, pair, type_ids)
    crm.associate(pair, type_ids, by=source_of(call))
    return Reply(201, _labels_view(crm, pair, type_ids))


def list_page(crm: Crm, call: Call) -> Reply:
    from_kind, to_kind = call.kind("from_type"), call.kind("to_type")
    if crm.store.find(from_kind, call.path["id"]) is None:
        raise not_found()
    limit = call.number("limit", default=MAX_PAGE, most=MAX_PAGE)
    linked = crm.associations.of(from_kind, call.path["id"], to_kind)
    results, after = _page(crm, linked, call.query.get("after", ""), limit)
    body: dict[str, Any] = {"results": results}
    if after:
        body["paging"] = paging(call, after)
    return Reply(200, body)


def remove(crm: Crm, call: Call) -> Reply:
    crm.dissociate(_pair_of_path(call), by=source_of(call))
    return Reply(204)


def batch_default(crm: Crm, call: Call) -> Reply:
    def write(row: Row) -> dict[str, Any]:
        pair = _pair_of_row(call, row)
        _require_records(crm, pair)
        refuse_beyond_limits(crm, pair, ())
        crm.associate_by_default(pair, by=source_of(call))
        return _default_view(crm, pair)

    started = crm.now()
    results, errors = _each(crm, call, write)
    return Reply(200, batch_view(results, errors, started=started))  # 200 whatever became of the rows


def batch_create(crm: Crm, call: Call) -> Reply:
    def write(row: Row) -> dict[str, Any]:
        pair = _pair_of_row(call, row)
        type_ids = _types_between(crm, pair, required(row, "types", list))
        _require_records(crm, pair)
        refuse_beyond_limits(crm, pair, type_ids)
        crm.associate(pair, type_ids, by=source_of(call))
        return _labels_view(crm, pair, type_ids)

    started = crm.now()
    results, errors = _each(crm, call, write)
    status = 207 if errors else 200 if call.is_dated else 201
    return Reply(status, batch_view(results, errors, started=started))


def batch_read(crm: Crm, call: Call) -> Reply:
    from_kind, to_kind, started = call.kind("from_type"), call.kind("to_type"), crm.now()
    results, errors = [], []
    for row in call.inputs(most=MAX_READ):
        from_id, after = text_of_id(row.get("id")), row.get("after") or ""
        linked = crm.associations.of(from_kind, from_id, to_kind)
        if not linked and crm.switches.no_associations_is_error:
            errors.append(row_error(_nothing_associated(from_kind, from_id, to_kind)))
            continue
        to, after = _page(crm, linked, str(after), MAX_PAGE)
        result: dict[str, Any] = {"from": {"id": from_id}, "to": to}
        if after:
            result["paging"] = {"next": {"after": after}}
        results.append(result)
    crm.random.shuffle(results)
    return Reply(207 if errors else 200, batch_view(results, errors, started=started))


def batch_archive(crm: Crm, call: Call) -> Reply:
    from_kind, to_kind = call.kind("from_type"), call.kind("to_type")
    pairs: list[Pair] = []
    for row in call.inputs(most=MAX_WRITE):
        from_id, targets = _id_in(row, "from"), required(row, "to", list)
        pairs.extend(Pair(from_kind, from_id, to_kind, _id_of(target)) for target in targets)
    for pair in pairs:
        crm.dissociate(pair, by=source_of(call))
    return _archived(crm, call)


def batch_remove_labels(crm: Crm, call: Call) -> Reply:
    removals = []
    for row in call.inputs(most=MAX_WRITE):
        pair = _pair_of_row(call, row)
        removals.append((pair, _types_between(crm, pair, required(row, "types", list))))
    for pair, type_ids in removals:
        if crm.associations.types(pair):
            crm.remove_labels(pair, type_ids, by=source_of(call))
    return _archived(crm, call)


def _each(
    crm: Crm, call: Call, write: Callable[[Row], dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    results, errors = [], []
    for row in call.inputs(most=MAX_WRITE):
        try:
            results.append(write(row))
        except RefusalError as refused:
            errors.append(row_error(refused))
    crm.random.shuffle(results)
    return results, errors


def _archived(crm: Crm, call: Call) -> Reply:
    return Reply(200, batch_view([], started=crm.now())) if call.is_dated else Reply(204)


def _pair_of_path(call: Call) -> Pair:
    return Pair(call.kind("from_type"), call.path["id"], call.kind("to_type"), call.path["to_id"])


def _pair_of_row(call: Call, row: Row) -> Pair:
    return Pair(call.kind("from_type"), _id_in(row, "from"), call.kind("to_type"), _id_in(row, "to"))


def _id_in(row: Row, name: str) -> str:
    return _id_of(required(row, name, dict))


def _id_of(target: Any) -> str:
    if not isinstance(target, dict):
        raise malformed("an object with an id is expected")
    return text_of_id(target.get("id"))


def _types_between(crm: Crm, pair: Pair, specs: list[Any]) -> set[int]:
    labels = crm.associations.labels
    type_ids = type_ids_of(labels, specs)
    if wrong := type_ids - {each.type_id for each in labels.between(pair.from_kind, pair.to_kind)}:
        ends = f"{pair.from_kind.singular} to {pair.to_kind.singular}"
        raise invalid(f"The association types {sorted(wrong)} do not exist from {ends}")
    return type_ids


def _require_records(crm: Crm, pair: Pair) -> None:
    for kind, record_id in ((pair.from_kind, pair.from_id), (pair.to_kind, pair.to_id)):
        if crm.store.find(kind, record_id) is None:
            raise not_to_associate(kind, record_id)
    if pair.from_id == pair.to_id:
        raise invalid("A record cannot be associated with itself")


def _page(crm: Crm, linked: Mapping[str, Collection[int]], after: str, limit: int) -> tuple[list[dict[str, Any]], str]:
    if after and not is_number(after):
        raise invalid(f"after is not a cursor: {after[:50]}")
    ids = sorted((each for each in linked if not after or int(each) >= int(after)), key=int)
    as_shown: Callable[[str], Any] = int if crm.switches.object_ids_as_numbers else str
    results = [
        {"toObjectId": as_shown(each), "associationTypes": _types_view(crm, linked[each])} for each in ids[:limit]
    ]
    return results, ids[limit] if len(ids) > limit else ""


def _types_view(crm: Crm, type_ids: Collection[int]) -> list[dict[str, Any]]:
    labels = crm.associations.labels
    return [label_view(labels.get(type_id)) for type_id in sorted(type_ids)]


def label_view(label: Label) -> dict[str, Any]:
    return {"category": label.category, "typeId": label.type_id, "label": label.label}


def _default_view(crm: Crm, pair: Pair) -> dict[str, Any]:
    spec = {
        "associationCategory": HUBSPOT_DEFINED,
        "associationTypeId": crm.associations.labels.unlabelled(pair.from_kind, pair.to_kind),
    }
    return {"from": {"id": pair.from_id}, "to": {"id": pair.to_id}, "associationSpec": spec}


def _labels_view(crm: Crm, pair: Pair, type_ids: Collection[int]) -> dict[str, Any]:
    labels = crm.associations.labels
    return {
        "fromObjectTypeId": pair.from_kind.type_id,
        "fromObjectId": pair.from_id,
        "toObjectTypeId": pair.to_kind.type_id,
        "toObjectId": pair.to_id,
        "labels": [text for type_id in sorted(type_ids) if (text := labels.get(type_id).label)],
    }


def _nothing_associated(from_kind: ObjectType, from_id: str, to_kind: ObjectType) -> RefusalError:
    return refusal(
        404,
        "OBJECT_NOT_FOUND",
        f"No {to_kind.singular} is associated with {from_kind.singular} {from_id}.",
        subCategory="crm.associations.NO_ASSOCIATIONS_FOUND",
        context={
            "fromObjectId": [from_id],
            "fromObjectType": [from_kind.singular],
            "toObjectType": [to_kind.singular],
        },
    )


ONE = "/crm/v4/objects/{from_type}/{id}/associations"
MANY = "/crm/v4/associations/{from_type}/{to_type}"
READ = scopes.objects("read", "from_type", "to_type")
WRITE = scopes.objects("write", "from_type", "to_type")
FAMILY = "associations"
ROUTES = (
    Route("PUT", f"{ONE}/default/{{to_type}}/{{to_id}}", put_default, FAMILY, WRITE),
    Route("PUT", f"{ONE}/{{to_type}}/{{to_id}}", put_labels, FAMILY, WRITE),
    Route("DELETE", f"{ONE}/{{to_type}}/{{to_id}}", remove, FAMILY, WRITE),
    Route("GET", f"{ONE}/{{to_type}}", list_page, FAMILY, READ),
    Route("POST", f"{MANY}/batch/associate/default", batch_default, FAMILY, WRITE),
    Route("POST", f"{MANY}/batch/create", batch_create, FAMILY, WRITE),
    Route("POST", f"{MANY}/batch/read", batch_read, FAMILY, READ),
    Route("POST", f"{MANY}/batch/archive", batch_archive, FAMILY, WRITE),
    Route("POST", f"{MANY}/batch/labels/archive", batch_remove_labels, FAMILY, WRITE),
)
