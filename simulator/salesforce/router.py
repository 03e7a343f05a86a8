"""Which resource a path names, once the version is read and the session is known."""

from simulator.salesforce import (
    change_feeds,
    composite,
    graphs,
    limits,
    preconditions,
    record_collections,
    request_batches,
    rows,
    timestamps,
    trees,
)
from simulator.salesforce.bulk import resources as bulk_jobs
from simulator.salesforce.call import Answer, Call, method_not_allowed
from simulator.salesforce.describe import describe_briefly, describe_object
from simulator.salesforce.engine import ORGANIZATION_ID, Engine
from simulator.salesforce.errors import SalesforceError, not_found
from simulator.salesforce.soql.queries import run_query

RESOURCES = ("sobjects", "query", "queryAll", "composite", "jobs", "limits")
ROW_FAMILY = {"GET": "rows.get", "HEAD": "rows.get", "PATCH": "rows.update", "DELETE": "rows.delete"}
KEY_FAMILY = {**ROW_FAMILY, "PATCH": "rows.upsert"}


def dispatch(engine: Engine, call: Call) -> Answer:
    family = call.path[0].lower() if call.path else ""
    match family:
        case "sobjects":
            return _serve_sobjects(engine, call)
        case "query" | "queryall":
            return _serve_query(engine, call)
        case "composite":
            return _serve_composite(engine, call)
        case "jobs":
            return bulk_jobs.serve(engine, call)
        case "limits" if len(call.path) == 1:
            return _serve_limits(engine, call)
        case "":
            return _serve_root(call)
        case _:
            raise not_found()


def _serve_root(call: Call) -> Answer:
    resources = {name: f"{call.root}/{name}" for name in RESOURCES}
    identity = f"http://{call.headers.get('Host')}/id/{ORGANIZATION_ID}/{call.user_id}"
    return Answer({**resources, "identity": identity})


def _serve_sobjects(engine: Engine, call: Call) -> Answer:
    match call.path[1:]:
        case ():
            _demand_get(engine, call, "describe")
            described = [describe_briefly(sobject, call.root) for sobject in engine.schema.sobjects.values()]
            return Answer({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": described})
        case (name,):
            return _serve_object(engine, call, name)
        case (name, "describe"):
            return _serve_describe(engine, call, name)
        case (name, "updated" | "deleted" as feed):
            _demand_get(engine, call, f"feeds.{feed}")
            sobject = engine.require_object(name)
            return (change_feeds.updated if feed == "updated" else change_feeds.deleted)(engine, call, sobject)
        case (name, record_id):
            sobject = engine.require_object(name)
            engine.counters[ROW_FAMILY.get(call.method, "rows.other")] += 1
            return rows.serve_by_id(engine, call, sobject, record_id)
        case (name, field_name, key):
            sobject = engine.require_object(name)
            engine.counters[KEY_FAMILY.get(call.method, "rows.other")] += 1
            return rows.serve_by_key(engine, call, sobject, engine.require_key_field(sobject, field_name), key)
        case _:
            raise not_found()


def _serve_object(engine: Engine, call: Call, name: str) -> Answer:
    sobject = engine.require_object(name)
    if call.method == "POST":
        engine.counters["rows.create"] += 1
        return rows.create(engine, call, sobject)
    _demand_get(engine, call, "describe", allowed="GET,HEAD,POST")
    return Answer({"objectDescribe": describe_briefly(sobject, call.root), "recentItems": []})


def _serve_describe(engine: Engine, call: Call, name: str) -> Answer:
    _demand_get(engine, call, "describe")
    sobject = engine.require_object(name)
    unchanged = preconditions.check_dates(engine, call, engine.schema_changed_at)
    headers = {"Last-Modified": timestamps.http_date(engine.schema_changed_at)}
    return unchanged or Answer(
        describe_object(sobject, call.root, engine.schema.children[sobject.name]), headers=headers
    )


def _serve_query(engine: Engine, call: Call) -> Answer:
    resource = "queryAll" if call.path[0].lower() == "queryall" else "query"
    url = f"{call.root}/{resource}"
    match call.path[1:]:
        case ():
            _demand_get(engine, call, "query")
            if "q" not in call.query:
                raise SalesforceError("MALFORMED_QUERY", "A query string has to be specified")
            with_deleted = resource == "queryAll"
            if with_deleted:
                engine.recycle_bin.purge_expired()
            result = run_query(call.query["q"], engine.schema, engine.store, root=call.root, with_deleted=with_deleted)
            return Answer(engine.cursors.first_page(result, wanted_size=_batch_size(call), resource=url))
        case (locator,):
            _demand_get(engine, call, "query.more")
            return Answer(engine.cursors.next_page(locator, resource=url))
        case _:
            raise not_found()


def _batch_size(call: Call) -> int | None:
    size = call.header_options("Sforce-Query-Options").get("batchsize", "")
    return int(size) if size.isascii() and size.isdigit() and len(size) < 10 else None


def _serve_composite(engine: Engine, call: Call) -> Answer:
    match tuple(part.lower() for part in call.path[1:2]), call.path[2:]:
        case (), ():
            return composite.serve(engine, call, dispatch)
        case ("graph",), ():
            return graphs.serve(engine, call, dispatch)
        case ("batch",), ():
            return request_batches.serve(engine, call, dispatch)
        case ("tree",), (name,):
            return trees.serve(engine, call, engine.require_object(name))
        case ("sobjects",), ():
            return record_collections.serve_mixed(engine, call)
        case ("sobjects",), (name,):
            return record_collections.serve_object(engine, call, engine.require_object(name))
        case ("sobjects",), (name, field_name):
            return record_collections.upsert(engine, call, engine.require_object(name), field_name)
        case _:
            raise not_found()


def _serve_limits(engine: Engine, call: Call) -> Answer:
    _demand_get(engine, call, "limits")
    return Answer(limits.describe(engine))


def _demand_get(engine: Engine, call: Call, family: str, allowed: str = "GET,HEAD") -> None:
    engine.counters[family] += 1
    if call.method not in {"GET", "HEAD"}:
        raise method_not_allowed(call, allowed)
