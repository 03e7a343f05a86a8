"""What Prometheus reads: requests and their outcomes as counted here, and what is owed as the ledger has it."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workers.ledger.field_book import FieldBook
from workers.ledger.field_problems import FieldProblems
from workers.ledger.review_desk import ReviewDesk

ELSEWHERE = "elsewhere"
"""Paths that do not exist, under one name: anybody can think up any number of them."""


class Measures:
    """Of one receiver."""

    def __init__(self, engine: Engine) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(OwedCollector(engine))
        self.changes = Counter(
            "tandem_received_changes", "Changes by what became of them.", ("source", "outcome"), registry=self.registry
        )
        self.refused = Counter(
            "tandem_refused_webhooks", "Requests that were not HubSpot's.", ("flaw",), registry=self.registry
        )
        self.requests = Counter(
            "tandem_http_requests", "Requests by route and status.", ("route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "tandem_http_seconds", "From the headers to the end of the answer.", ("route",), registry=self.registry
        )

    def count(self, source: str, **outcomes: int) -> None:
        """Those that are not zero."""
        for outcome, number in outcomes.items():
            if number:
                self.changes.labels(source, outcome).inc(number)


class Measured:
    """Around the whole application."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self._app = app
        self._measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        started = time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", ELSEWHERE)
            self._measures.requests.labels(route, str(status)).inc()
            self._measures.seconds.labels(route).observe(time.perf_counter() - started)


class OwedCollector(Collector):
    """Asks the ledger when it is asked. While the ledger is away there is no figure, and `tandem_ledger_up` is 0."""

    def __init__(self, engine: Engine) -> None:
        self._desk = ReviewDesk(engine)
        self._problems, self._book = FieldProblems(engine), FieldBook(engine)

    def describe(self) -> Iterable[Metric]:
        """Nothing, or registering would ask the ledger."""
        return ()

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily("tandem_ledger_up", "Whether the ledger answers.")
        try:
            owed = [*self._owed(), *self._fields()]
        except SQLAlchemyError:
            up.add_metric((), 0)
            return [up]
        up.add_metric((), 1)
        return [up, *owed]

    def _owed(self) -> Iterable[Metric]:
        by = ("task", "lane")
        owed = GaugeMetricFamily("tandem_owed", "Records by what they wait for.", labels=(*by, "state"))
        parked = GaugeMetricFamily("tandem_parked", "Records that need a person.", labels=by)
        oldest = GaugeMetricFamily("tandem_oldest_due_seconds", "How long work has waited for a worker.", labels=by)
        now = datetime.now(UTC)
        for one in self._desk.count_owed():
            place = (one.task, one.lane.value)
            for state, number in (("due", one.due), ("waiting", one.waiting), ("claimed", one.claimed)):
                owed.add_metric((*place, state), number)
            parked.add_metric(place, one.parked)
            oldest.add_metric(place, (now - one.oldest_due).total_seconds() if one.oldest_due else 0)
        problems = GaugeMetricFamily(
            "tandem_parked_problems", "The same by what is wrong.", labels=("task", "problem_class", "code")
        )
        for each in self._desk.count_parked():
            problems.add_metric((each.task, each.problem_class, each.code), each.rows)
        return (owed, parked, oldest, problems)

    def _fields(self) -> Iterable[Metric]:
        by = ("problem_class", "code")
        parked = GaugeMetricFamily("tandem_parked_fields", "Fields left out of records that sync.", labels=by)
        for one in self._problems.count():
            parked.add_metric((one.problem_class, one.code), one.rows)
        paused = GaugeMetricFamily(
            "tandem_paused_fields", "1: nobody syncs the field, because its set-up is wrong.", labels=("field", "code")
        )
        for each in self._book.find_paused().values():
            paused.add_metric((each.field, each.code), 1)
        return (parked, paused)
