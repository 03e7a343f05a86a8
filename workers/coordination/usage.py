"""How much of each CRM's day is used, what each lane may still have of it, and when the day turns."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import redis

from workers.coordination.budget import Allowance, budget_key, rules_of, spare_limit
from workers.coordination.scripts import needing_redis
from workers.settings import Settings

RESETS = {
    Allowance.HUBSPOT_DAY: "at midnight in the portal's time zone",
    Allowance.SALESFORCE_DAY: "each call 24 hours after it was made",
}


@dataclass(frozen=True, slots=True)
class DayUsage:
    """One CRM's day, in calls: all tools' together once the CRM has told, until then only ours."""

    crm: str
    used: int
    limit: int
    reserve: int
    """Kept back for the customer's other tools."""
    live_until: int
    """Live work goes on until so many are used."""
    others_until: int
    """Backfill and maintenance stop here."""
    resets: str
    closed_for: timedelta
    """The CRM has said no: nobody calls it for so long."""


def read_usage(client: redis.Redis, settings: Settings) -> list[DayUsage]:
    """HubSpot's and Salesforce's. Raises Unreachable when Redis is away."""
    return [_read(client, settings, allowance) for allowance in RESETS]


def _read(client: redis.Redis, settings: Settings, allowance: Allowance) -> DayUsage:
    rule = rules_of(settings)[allowance]
    with needing_redis():
        known: Any = client.hmget(budget_key(allowance, "all"), ["used", "limit"])
        closed: Any = client.pttl(budget_key(allowance, "closed"))
    used, limit = int(known[0] or 0), int(known[1] or rule.limit)
    ours = limit * (1 - settings.daily_reserve)
    return DayUsage(
        crm=allowance.partition("_")[0],
        used=used,
        limit=limit,
        reserve=limit - int(ours),
        live_until=int(ours),
        others_until=int(ours * (spare_limit(rule, settings) / rule.limit)),
        resets=RESETS[allowance],
        closed_for=timedelta(milliseconds=max(0, closed)),
    )
