"""The call budget of the fleet: what every worker together may ask of both CRMs, kept in Redis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

import redis

from tasks.contracts.records import Lane
from workers.coordination.scripts import Script, needing_redis
from workers.settings import Settings

COUNTERS = "tandem:calls"
DAY = timedelta(days=1)
LATE_ARRIVAL = timedelta(milliseconds=500)
"""The CRM counts when a call arrives, we when it leaves: our windows are longer by this much."""
CALL_AT_MOST = timedelta(minutes=2)
"""A call whose worker died gives its slot back after this long."""
SALESFORCE_SLOTS = 20
"""Calls at one moment; an org allows 25 long ones and other tools need theirs."""


class Allowance(StrEnum):
    """What a call may use up."""

    HUBSPOT_BURST = "hubspot_burst"
    HUBSPOT_ASSOCIATIONS = "hubspot_associations"
    """Association calls count here and in the burst: the lower limit is on top of the general one."""
    HUBSPOT_SEARCH = "hubspot_search"
    HUBSPOT_WRITES = "hubspot_writes"
    """Has the burst's limit; exists so that a write lock does not stop the reads."""
    HUBSPOT_DAY = "hubspot_day"
    SALESFORCE_DAY = "salesforce_day"
    SALESFORCE_CONCURRENT = "salesforce_concurrent"


@dataclass(frozen=True, slots=True)
class Rule:
    """How an allowance is measured: a rolling window, slots at one moment, or a day's calls."""

    kind: str
    limit: int
    length: timedelta


def rules_of(settings: Settings) -> Mapping[str, Rule]:
    """The rule of every allowance in this deployment."""
    ten_seconds = timedelta(seconds=10) + LATE_ARRIVAL
    one_second = timedelta(seconds=1) + LATE_ARRIVAL
    return {
        Allowance.HUBSPOT_BURST: Rule("window", settings.hubspot_burst, ten_seconds),
        Allowance.HUBSPOT_ASSOCIATIONS: Rule("window", settings.hubspot_association_burst, ten_seconds),
        Allowance.HUBSPOT_SEARCH: Rule("window", settings.hubspot_search_rate, one_second),
        Allowance.HUBSPOT_WRITES: Rule("window", settings.hubspot_burst, ten_seconds),
        Allowance.HUBSPOT_DAY: Rule("day", settings.hubspot_daily, DAY),
        Allowance.SALESFORCE_DAY: Rule("day", settings.salesforce_daily, DAY),
        Allowance.SALESFORCE_CONCURRENT: Rule("slots", SALESFORCE_SLOTS, CALL_AT_MOST),
    }


def spare_limit(rule: Rule, settings: Settings) -> int:
    """What the lanes that can wait may have of an allowance."""
    return max(1, int(rule.limit * settings.backfill_share))


class Budget:
    """Grants calls, or says how long to wait. Every method raises Unreachable when Redis is away."""

    def __init__(self, client: redis.Redis, settings: Settings) -> None:
        self._redis = client
        self._rules = rules_of(settings)
        self._settings = settings
        self._take = Script(client, "budget_take")
        self._note = Script(client, "budget_note")
        self._close = Script(client, "budget_close")

    def take(self, allowances: Sequence[str], lane: Lane, *, family: str, call: str) -> timedelta:
        """Zero: the call is granted and counted under its family (`crm.what`). Else: ask again after this long.

        `call` is an id of its own for every call; `finish` frees the slot it takes up.
        """
        keys = [COUNTERS]
        is_spare = "0" if lane is Lane.LIVE else "1"
        arguments: list[str | int | float] = [call, family.partition(".")[0], family, is_spare]
        for allowance in allowances:
            rule = self._rules[allowance]
            keys += [budget_key(allowance, part) for part in ("all", "spare", "others", "closed")]
            spare = spare_limit(rule, self._settings)
            arguments += [rule.kind, rule.limit, spare, _ms(rule.length), self._settings.daily_reserve]
        return timedelta(milliseconds=int(self._take.run(keys, arguments)))

    def finish(self, allowances: Sequence[str], call: str) -> None:
        """The call is over: whoever waits for a slot may go."""
        slots = [allowance for allowance in allowances if self._rules[allowance].kind == "slots"]
        with needing_redis():
            for allowance in slots:
                self._redis.zrem(budget_key(allowance, "all"), call)
                self._redis.zrem(budget_key(allowance, "spare"), call)

    def note_usage(self, allowance: str, *, used: int, limit: int) -> None:
        """What the CRM itself counts, other tools' calls included; for a day it also sets the limit."""
        rule = self._rules[allowance]
        keys = [budget_key(allowance, "all"), budget_key(allowance, "others")]
        self._note.run(keys, [rule.kind, used, limit, _ms(rule.length), rule.limit])

    def punish(self, allowance: str, for_: timedelta) -> None:
        """The CRM said no: every worker stays away for this long."""
        keys = [budget_key(allowance, "closed"), COUNTERS]
        self._close.run(keys, [max(1, _ms(for_)), f"refused.{allowance}"])

    def left_of_day(self, allowance: str) -> float:
        """The share of the day's calls that nobody has used yet, as the CRM last said; everything if it has not."""
        with needing_redis():
            told: list[Any] = self._redis.hmget(budget_key(allowance, "all"), "used", "limit")
        used, limit = (float(_text(one)) if one else 0.0 for one in told)
        return max(0.0, 1 - used / limit) if limit else 1.0

    def calls(self) -> dict[str, int]:
        """Calls made so far, repeated ones included: by CRM, by family, and refusals by allowance."""
        with needing_redis():
            counted: dict[Any, Any] = self._redis.hgetall(COUNTERS)
        return {_text(name): int(count) for name, count in counted.items()}


def budget_key(allowance: str, part: str) -> str:
    """Where a part of an allowance's count is kept."""
    return f"tandem:budget:{allowance}:{part}"


def _ms(length: timedelta) -> int:
    return int(length.total_seconds() * 1000)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
