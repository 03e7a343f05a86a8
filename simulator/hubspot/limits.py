"""The quotas of the portal: the rolling bursts, the day, the searches per second, the company write lock."""

import time
import uuid
from collections import Counter, deque
from typing import Any, NamedTuple

from simulator.hubspot.errors import RefusalError, refusal
from simulator.hubspot.switches import Switches

BURST = 10.0
UNLIMITED = 1_000_000  # what the headers say then


class Window:
    """How much was used within the last `length` seconds."""

    def __init__(self, length: float) -> None:
        self._length = length
        self._uses: deque[float] = deque()

    def used(self, now: float) -> int:
        edge = now - self._length
        while self._uses and self._uses[0] <= edge:
            self._uses.popleft()
        return len(self._uses)

    def add(self, now: float, times: int = 1) -> None:
        self._uses.extend([now] * times)


class _Headers(NamedTuple):
    """What the rate headers of an answer tell."""

    burst: Window
    limit: int
    tells_day: bool


class Limits:
    def __init__(self, switches: Switches, counters: Counter[str]) -> None:
        self._switches = switches
        self._counters = counters
        self._bursts: dict[str, Window] = {}
        self._association_bursts: dict[str, Window] = {}
        self._searches = Window(1.0)
        self._upserts = Window(1.0)
        self._locked_until = 0.0
        self._today = 0
        self._used_today: Counter[str] = Counter()

    def admit(self, token: str, family: str, *, by_oauth: bool = False) -> dict[str, str]:
        """Count one call and give its rate headers; refuses with 429, and a refused call does not count."""
        now = time.monotonic()
        self._turn_the_day()
        burst = self._bursts.setdefault(token, Window(BURST))
        searching = family == "search"
        allowed = self._switches.oauth_burst_limit if by_oauth else self._switches.burst_limit
        windows = [(burst, allowed, "ten_secondly_rolling", "publicapi:private-apps")]
        days = [("calls", self._switches.daily_limit)]
        if searching:
            windows.append((self._searches, self._switches.search_limit, "secondly", "publicapi:crm:search"))
        elif family == "associations":
            own = self._association_bursts.setdefault(token, Window(BURST))
            limit = self._switches.association_burst_limit
            windows.append((own, limit, "ten_secondly_rolling", "publicapi:crm:associations"))
            days.append(("associations", self._switches.association_daily_limit))
        headers = _Headers(burst, allowed, tells_day=not by_oauth) if not searching else None
        self._refuse_over(days, windows, now, headers)
        for window, *_ in windows:
            window.add(now)
        self._used_today.update(name for name, _ in days)
        return self._headers(headers, now) if headers else {}

    def admit_company_upserts(self, rows: int) -> None:
        allowed = self._switches.company_upserts_per_second
        if not allowed:
            return
        now = time.monotonic()
        if now >= self._locked_until:
            self._upserts.add(now, rows)
            if self._upserts.used(now) <= allowed:
                return
            self._locked_until = now + self._switches.write_lock_time
        self._counters["write_locked"] += 1
        raise refusal(423, "LOCKED", "The companies are locked for writing; try again in two seconds.")

    def _refuse_over(self, days: Any, windows: Any, now: float, headers: _Headers | None) -> None:
        for name, limit in days:
            if limit and self._used_today[name] >= limit:
                raise self._too_many("daily", "publicapi:private-apps", now, headers)
        for window, limit, policy, group in windows:
            if limit and window.used(now) >= limit:
                raise self._too_many(policy, group, now, headers)

    def _too_many(self, policy: str, group: str, now: float, headers: _Headers | None) -> RefusalError:
        self._counters[f"rate_limited_{policy}"] += 1
        body = {
            "status": "error",
            "message": f"You have reached your {policy} limit.",
            "errorType": "RATE_LIMIT",
            "policyName": policy.upper(),
            "groupName": group,
        }
        if policy == "daily":
            body["requestId"] = str(uuid.uuid4())
        if self._switches.rate_limits_category:
            body["category"] = "RATE_LIMITS"
        return RefusalError(429, body, headers=self._headers(headers, now) if headers else {})

    def _headers(self, told: _Headers, now: float) -> dict[str, str]:
        limit = told.limit or UNLIMITED
        remaining = max(0, limit - told.burst.used(now))
        headers = {
            "X-HubSpot-RateLimit-Max": str(limit),
            "X-HubSpot-RateLimit-Remaining": str(remaining),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Secondly": str(limit // 10),
            "X-HubSpot-RateLimit-Secondly-Remaining": str(min(remaining, limit // 10)),
        }
        if told.tells_day:
            daily = self._switches.daily_limit or UNLIMITED
            headers["X-HubSpot-RateLimit-Daily"] = str(daily)
            headers["X-HubSpot-RateLimit-Daily-Remaining"] = str(max(0, daily - self._used_today["calls"]))
        return headers

    def _turn_the_day(self) -> None:
        today = int(time.time() // 86_400)
        if today != self._today:
            self._today = today
            self._used_today.clear()
