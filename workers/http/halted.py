"""Which CRMs nobody calls at the moment, for probes and figures. While Redis is away, nobody knows."""

from collections.abc import Iterable
from datetime import timedelta

import redis
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tasks.contracts.errors import Unreachable
from workers.coordination.breakers import CRMS, Breakers, OpenBreaker
from workers.settings import Settings

IMPATIENT = timedelta(seconds=1)
"""Whoever asks whether the receiver is ready waits for Redis no longer."""


class HaltedCrms(Collector):
    """Of one receiver. Constructing it opens no connection."""

    def __init__(self, settings: Settings) -> None:
        url = settings.redis_url.get_secret_value()
        seconds = IMPATIENT.total_seconds()
        self._breakers = (
            Breakers(redis.Redis.from_url(url, socket_timeout=seconds, socket_connect_timeout=seconds), settings)
            if url
            else None
        )

    def find(self) -> list[OpenBreaker] | None:
        """None: nobody knows."""
        try:
            return self._breakers.find_open() if self._breakers else None
        except Unreachable:
            return None

    def describe(self) -> Iterable[Metric]:
        """Nothing, or registering would ask Redis."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """No figure while nobody knows."""
        found = self.find()
        gauge = GaugeMetricFamily("tandem_breaker_open", "Whether nobody calls the CRM.", labels=("crm",))
        for crm in CRMS if found is not None else ():
            gauge.add_metric((crm,), any(one.crm == crm for one in found or ()))
        return [gauge]
