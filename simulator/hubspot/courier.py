"""Brings events to their apps: late, in batches, at most so many at once, and again if nobody took them."""

import asyncio
import contextlib
import heapq
import itertools
import json
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import aiohttp
from yarl import URL

from simulator.hubspot.announcer import Event
from simulator.hubspot.signatures import signature_v1, signature_v2, signature_v3
from simulator.hubspot.switches import Switches
from simulator.hubspot.timestamps import now_text
from simulator.hubspot.webhooks import App

MAX_EVENTS = 100
MAX_REMEMBERED = 2_000  # requests, each with up to a hundred events
LONGEST_REST = 0.25  # so that what is on the portal's agenda is not announced much too late
USER_AGENT = (
    "HubSpot Connect 2.0 (http://dev.hubspot.com/) (namespace: webhooks-nio-http-client) - WebhooksExecutorDaemon"
)


class Sending(NamedTuple):
    """One request, and what became of it: a status, or why there was none."""

    number: int
    at: str
    app_id: str
    url: str
    attempt: int
    outcome: int | str
    events: list[Event]

    @property
    def succeeded(self) -> bool:
        return isinstance(self.outcome, int) and 200 <= self.outcome < 300


@dataclass(slots=True)
class Parcel:
    events: list[Event]
    attempt: int = 0


@dataclass(slots=True)
class Mailbox:
    """Of one app: fresh events and parcels to be tried again, each by when it is due."""

    app: App
    fresh: list[tuple[float, int, Event]] = field(default_factory=list)
    again: list[tuple[float, int, Parcel]] = field(default_factory=list)
    in_flight: int = 0

    def take(self, now: float) -> Iterator[Parcel]:
        while self.in_flight < self.app.max_concurrent:
            if self.again and self.again[0][0] <= now:
                parcel = heapq.heappop(self.again)[2]
            elif self.fresh and self.fresh[0][0] <= now:
                parcel = Parcel(self._fresh_events(now))
            else:
                return
            self.in_flight += 1
            yield parcel

    def next_due(self) -> float:
        return min((heap[0][0] for heap in (self.fresh, self.again) if heap), default=float("inf"))

    def _fresh_events(self, now: float) -> list[Event]:
        events: list[Event] = []
        while self.fresh and self.fresh[0][0] <= now and len(events) < MAX_EVENTS:
            events.append(heapq.heappop(self.fresh)[2])
        return events


class Courier:
    """`wants_more` tells whether it should wait for events when it has none; `look` is done now and then meanwhile."""

    def __init__(
        self,
        switches: Switches,
        counters: Counter[str],
        *,
        look: Callable[[], None],
        wants_more: Callable[[], bool],
    ) -> None:
        self._switches = switches
        self._counters = counters
        self._look = look
        self._wants_more = wants_more
        self._random = random.Random(switches.random_seed)
        self._order = itertools.count(1)
        self._mailboxes: dict[str, Mailbox] = {}
        self.sent: deque[Sending] = deque(maxlen=MAX_REMEMBERED)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()

    def post(self, app: App, event: Event) -> None:
        self._counters["webhook_events"] += 1
        self._put(app, event)
        if self._random.random() < self._switches.webhook_duplicates:
            self._counters["webhook_duplicates"] += 1
            self._put(app, event)
        self.start()

    def waiting(self, app: App) -> int:
        """Events not yet taken by the app, those in flight not counted."""
        box = self._mailboxes.get(app.id)
        return len(box.fresh) + sum(len(parcel.events) for *_, parcel in box.again) if box else 0

    def start(self) -> None:
        """Run, if called from within a running loop; from elsewhere, wait for the next call from within."""
        if self._task and not self._task.done() and self._loop:
            self._loop.call_soon_threadsafe(self._wake.set)
            return
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._task = self._loop.create_task(self._run())

    def stop(self) -> None:
        if self._task and self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._task.cancel)

    def _put(self, app: App, event: Event) -> None:
        box = self._mailboxes.setdefault(app.id, Mailbox(app))
        due = time.monotonic() + self._switches.webhook_delay
        if self._random.random() < self._switches.webhook_reordering:
            self._counters["webhook_late_events"] += 1
            due += self._random.random() * self._switches.webhook_lateness
        heapq.heappush(box.fresh, (due, next(self._order), event))

    async def _run(self) -> None:
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as requests:
            while self._wants_more() or self._busy():
                self._look()
                for box in list(self._mailboxes.values()):
                    for parcel in box.take(time.monotonic()):
                        requests.create_task(self._deliver(session, box, parcel))
                await self._rest()

    def _busy(self) -> bool:
        return any(box.fresh or box.again or box.in_flight for box in self._mailboxes.values())

    async def _rest(self) -> None:
        due = min((box.next_due() for box in self._mailboxes.values()), default=float("inf"))
        pause = min(max(due - time.monotonic(), 0.005), LONGEST_REST)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._wake.wait()
        self._wake.clear()

    async def _deliver(self, session: aiohttp.ClientSession, box: Mailbox, parcel: Parcel) -> None:
        app, events = box.app, [{**each, "attemptNumber": parcel.attempt} for each in parcel.events]
        body = json.dumps(events, separators=(",", ":"))
        self._counters["webhook_requests"] += 1
        outcome = await self._send(session, app, body)
        sending = Sending(next(self._order), now_text(), app.id, app.target_url, parcel.attempt, outcome, events)
        self.sent.append(sending)
        box.in_flight -= 1
        if sending.succeeded:
            self._counters["webhook_delivered_events"] += len(events)
        else:
            self._counters["webhook_failures"] += 1
            self._try_again(box, parcel)
        self._wake.set()

    async def _send(self, session: aiohttp.ClientSession, app: App, body: str) -> int | str:
        limit = aiohttp.ClientTimeout(total=self._switches.webhook_timeout)
        try:
            async with session.post(
                URL(app.target_url, encoded=True),
                data=body.encode(),
                headers=self._headers(app, body),
                timeout=limit,
                allow_redirects=False,
            ) as answer:
                return answer.status
        except TimeoutError:
            self._counters["webhook_timeouts"] += 1
            return "no answer in time"
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            return type(problem).__name__

    def _headers(self, app: App, body: str) -> dict[str, str]:
        timestamp, version = str(time.time_ns() // 1_000_000), self._switches.webhook_signature
        signature = (
            signature_v1(app.secret, body) if version == "v1" else signature_v2(app.secret, app.target_url, body)
        )
        return {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "X-HubSpot-Timeout-Millis": "10000",
            "X-HubSpot-Request-Timestamp": timestamp,
            "X-HubSpot-Signature": signature,
            "X-HubSpot-Signature-Version": version,
            "X-HubSpot-Signature-v3": signature_v3(app.secret, app.target_url, body, timestamp),
        }

    def _try_again(self, box: Mailbox, parcel: Parcel) -> None:
        """The waits grow and are random; together they take about `webhook_retry_time`."""
        retries = self._switches.webhook_retries
        if parcel.attempt >= retries:
            self._counters["webhook_lost_events"] += len(parcel.events)
            return
        parcel.attempt += 1
        self._counters["webhook_retries"] += 1
        share = (2 * parcel.attempt - 1) / retries**2
        wait = self._switches.webhook_retry_time * share * (0.5 + self._random.random())
        heapq.heappush(box.again, (time.monotonic() + wait, next(self._order), parcel))


def as_json(sending: Sending) -> dict[str, Any]:
    return sending._asdict()
