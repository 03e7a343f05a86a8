"""Several processes, one budget, one portal that counts: nobody is ever told to slow down."""

import time
from multiprocessing import get_context

import redis
from pydantic import SecretStr

from simulator.hubspot.seeding import DEFAULT_TOKEN
from tasks.contracts.errors import Throttled
from tasks.contracts.records import CompanyId, Lane
from workers.coordination.budget import Budget
from workers.crm.hubspot import HubSpotDoor
from workers.settings import Settings

BURST = 30


def settings(portal_url: str) -> Settings:
    return Settings(_env_file=None, hubspot_url=portal_url, hubspot_token=SecretStr(DEFAULT_TOKEN), hubspot_burst=BURST)


def call_as_fast_as_allowed(portal_url: str, redis_url: str, seconds: float) -> int:
    known = settings(portal_url)
    door = HubSpotDoor(known, Budget(redis.Redis.from_url(redis_url), known), Lane.LIVE)
    end, answered = time.monotonic() + seconds, 0
    while (left := end - time.monotonic()) > 0:
        result = door.read_companies([CompanyId("1")])[CompanyId("1")]
        if isinstance(result, Throttled) and result.after:
            time.sleep(min(left, result.after.total_seconds()))
        answered += result is None
    return answered


def test_processes_together_keep_to_the_burst_without_a_single_refusal(portal_world, redis_server):
    portal_world.portal.configure({"burst_limit": BURST})

    with get_context("spawn").Pool(3) as processes:
        answered = processes.starmap(call_as_fast_as_allowed, [(portal_world.wire.url, redis_server.url, 11.5)] * 3)

    assert portal_world.portal.counters["rate_limited_ten_secondly_rolling"] == 0
    assert BURST < sum(answered) <= 2 * BURST
