"""Up to a hundred records in one call, and what happens when some of them are wrong."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from simulator.hubspot import scopes
from simulator.hubspot.crm import Crm
from simulator.hubspot.drafts import Draft
from simulator.hubspot.errors import RefusalError, invalid, records_missing, row_error
from simulator.hubspot.gate import Call, Reply, Route, optional, required, text_list, text_of_id
from simulator.hubspot.object_routes import checked, new_links, require_key, source_of
from simulator.hubspot.object_types import COMPANIES, ObjectType
from simulator.hubspot.records_view import batch_view, history, shown_names, view
from simulator.hubspot.store import Record, taken

Row = dict[str, Any]
Done = tuple[Record, bool]  # the record, and whether it is new
Writer = Callable[[Draft, Row], Done]


def batch_read(crm: Crm, call: Call) -> Reply:
    kind, fields = call.kind(), call.fields()
    started = crm.now()
    ids = [text_of_id(row.get("id")) for row in _inputs(crm, call)]
    key = optional(fields, "idProperty", str)
    if key:
        require_key(crm, kind, key)
    _refuse_repeated(crm, ids)
    with_history = text_list(fields, "propertiesWithHistory")
    names = shown_names(crm, kind, [*text_list(fields, "properties"), *with_history])
    is_archived = call.flag("archived")
    held = (crm.store.archived if is_archived else crm.store.live)[kind.plural]
    find_by_key = crm.store.find_archived_by_key if is_archived else crm.store.find_by_key
    results, missing = [], []
    for each in ids:
        record = find_by_key(kind, key, each) if key else held.get(each)
        if record is None:
            missing.append(each)
            continue
        seen = view(record, names)
        if with_history:
            seen["propertiesWithHistory"] = history(record, shown_names(crm, kind, with_history))
        results.append(seen)
    errors = [row_error(records_missing(kind, missing))] if missing else []
    return _batch_reply(crm, 200, results, errors, started)


def batch_create(crm: Crm, call: Call) -> Reply:
    kind = call.kind()

    def write(draft: Draft, row: Row) -> Done:
        values = checked(required(row, "properties", dict))
        return draft.create(kind, values, new_links(crm, kind, row)), True

    rows = _inputs(crm, call)
    return _write_all(crm, call, rows, write, status=201)


def batch_update(crm: Crm, call: Call) -> Reply:
    kind = call.kind()

    def write(draft: Draft, row: Row) -> Done:
        record = _addressed(crm, kind, row)
        if record is None:
            raise records_missing(kind, [text_of_id(row["id"])])
        draft.update(record, checked(required(row, "properties", dict)))
        return record, False

    rows = _inputs(crm, call)
    _check_addresses(crm, kind, rows)
    return _write_all(crm, call, rows, write, status=200)


def batch_upsert(crm: Crm, call: Call) -> Reply:
    kind = call.kind()

    def write(draft: Draft, row: Row) -> Done:
        values = checked(required(row, "properties", dict))
        record = _addressed(crm, kind, row)
        if record:
            draft.update(record, values)
            return record, False
        key = row.get("idProperty")
        if not key:
            raise records_missing(kind, [text_of_id(row["id"])])
        return draft.create(kind, {key: text_of_id(row["id"]), **values}), True

    rows = _inputs(crm, call)
    _check_addresses(crm, kind, rows)
    if kind is COMPANIES:
        crm.limits.admit_company_upserts(len(rows))
    reply = _write_all(crm, call, rows, write, status=200)
    crm.counters["upserted_rows"] += len(reply.body["results"])
    return reply


def batch_archive(crm: Crm, call: Call) -> Reply:
    kind = call.kind()
    ids = [text_of_id(row.get("id")) for row in _inputs(crm, call)]
    _refuse_repeated(crm, ids)
    for each in ids:
        record = crm.store.find(kind, each)
        if record:
            crm.archive(record, by=source_of(call))
            crm.announcer.archived(record, source_of(call))
    return Reply(204)


def _write_all(crm: Crm, call: Call, rows: list[Row], write: Writer, *, status: int) -> Reply:
    started = crm.now()
    if crm.switches.trace_ids_spare_good_rows and _each_traced(rows):
        crm.counters["batches_row_by_row"] += 1
        done, errors = _row_by_row(crm, call, rows, write)
    else:
        crm.counters["batches_all_or_nothing"] += 1
        done, errors = _all_or_nothing(crm, call, rows, write), []
    is_upsert = call.request.path.endswith("/upsert")
    results = []
    for row, (record, is_new) in done:
        key = [row["idProperty"]] if row.get("idProperty") else []
        names = shown_names(crm, record.kind, [*record.kind.shown, *row["properties"], *key])
        seen = view(record, names)
        if is_upsert:
            seen["new"] = is_new
        if trace_id := row.get("objectWriteTraceId"):
            seen["objectWriteTraceId"] = trace_id
        results.append(seen)
        crm.counters[f"created_{record.kind.plural}"] += is_new
    return _batch_reply(crm, status, results, errors, started)


def _all_or_nothing(crm: Crm, call: Call, rows: list[Row], write: Writer) -> list[tuple[Row, Done]]:
    draft = Draft(crm, source_of(call))
    done = [(row, write(draft, row)) for row in rows]
    draft.commit()
    return done


def _row_by_row(
    crm: Crm, call: Call, rows: list[Row], write: Writer
) -> tuple[list[tuple[Row, Done]], list[dict[str, Any]]]:
    done, errors = [], []
    for row in rows:
        draft = Draft(crm, source_of(call))
        try:
            result = write(draft, row)
        except RefusalError as refused:
            errors.append(row_error(refused, objectWriteTraceId=[row["objectWriteTraceId"]]))
            crm.counters["rows_refused"] += 1
            continue
        draft.commit()
        done.append((row, result))
    return done, errors


def _each_traced(rows: list[Row]) -> bool:
    trace_ids = {row.get("objectWriteTraceId") for row in rows if isinstance(row.get("objectWriteTraceId"), str)}
    return len(trace_ids) == len(rows) and "" not in trace_ids


def _check_addresses(crm: Crm, kind: ObjectType, rows: list[Row]) -> None:
    """What is wrong with the request as a whole, whatever its rows are worth."""
    addresses = []
    for row in rows:
        wanted, key = text_of_id(row.get("id")), optional(row, "idProperty", str)
        if key:
            require_key(crm, kind, key)
            addresses.append(taken(kind, key, wanted).value)
        else:
            addresses.append(wanted)
    _refuse_repeated(crm, addresses)


def _inputs(crm: Crm, call: Call) -> list[Row]:
    most, rows = crm.switches.batch_limit, call.fields().get("inputs")
    if isinstance(rows, list) and len(rows) > most:
        crm.counters["batches_too_large"] += 1
    return call.inputs(most=most)


def _refuse_repeated(crm: Crm, ids: list[str]) -> None:
    if len(set(ids)) < len(ids) and crm.switches.refuse_repeated_ids:
        crm.counters["batches_with_repeated_ids"] += 1
        repeated = sorted(each for each, times in Counter(ids).items() if times > 1)
        listed = ", ".join(repeated)
        raise invalid(f"Duplicate IDs found in batch input: [{listed}]. IDs must be unique", context={"ids": repeated})


def _addressed(crm: Crm, kind: ObjectType, row: Row) -> Record | None:
    """Merged-away ids are not followed here, other than in calls for one record."""
    wanted, key = text_of_id(row["id"]), row.get("idProperty")
    return crm.store.find_by_key(kind, key, wanted) if key else crm.store.find(kind, wanted)


def _batch_reply(
    crm: Crm, status: int, results: list[dict[str, Any]], errors: list[dict[str, Any]], started: str
) -> Reply:
    if crm.switches.shuffle_results and len(results) > 1:
        crm.counters["batches_shuffled"] += 1
        crm.random.shuffle(results)
        crm.random.shuffle(errors)
    return Reply(207 if errors else status, batch_view(results, errors, started=started))


BATCH = "/crm/v3/objects/{object_type}/batch"
READ, WRITE = scopes.objects("read"), scopes.objects("write")
ROUTES = (
    Route("POST", f"{BATCH}/read", batch_read, "batch", READ),
    Route("POST", f"{BATCH}/create", batch_create, "batch", WRITE),
    Route("POST", f"{BATCH}/update", batch_update, "batch", WRITE),
    Route("POST", f"{BATCH}/upsert", batch_upsert, "batch", WRITE),
    Route("POST", f"{BATCH}/archive", batch_archive, "batch", WRITE),
)
