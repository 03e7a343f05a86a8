"""A few requests in one call, later ones referring to the answers of earlier ones."""

from simulator.salesforce.call import Answer, Call
from simulator.salesforce.engine import Engine
from simulator.salesforce.subrequests import Dispatch, Subrequest, limit_exceeded, perform, read_subrequests

HEAVY = frozenset({"query", "queryall"})


def serve(engine: Engine, call: Call, dispatch: Dispatch) -> Answer:
    call.demand_method("POST")
    body = call.read_object()
    all_or_none = call.read_flag(body, "allOrNone")
    subrequests = read_subrequests(body.get("compositeRequest"))
    most, most_heavy = engine.settings.composite_requests, engine.settings.composite_heavy_requests
    if len(subrequests) > most:
        raise limit_exceeded(f"Limit of {most} subrequests exceeded")
    if sum(_is_heavy(subrequest) for subrequest in subrequests) > most_heavy:
        raise limit_exceeded(f"Limit of {most_heavy} collection and query subrequests exceeded")
    engine.counters["composite"] += 1
    outcome = perform(engine, call, subrequests, dispatch, all_or_none=all_or_none)
    if outcome.failed and all_or_none:
        engine.counters["composite.rolled_back"] += 1
    return Answer({"compositeResponse": outcome.responses}, rows=outcome.rows)


def _is_heavy(subrequest: Subrequest) -> bool:
    resource = subrequest.resource
    return bool(resource) and (resource[0] in HEAVY or resource[:2] == ["composite", "sobjects"])
