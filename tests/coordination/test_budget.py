"""What the call budget promises, whoever asks: no limit is passed, live work goes first, the reserve stays."""

import time
from datetime import timedelta
from itertools import count
from multiprocessing import get_context

import pytest
import redis

from tasks.contracts.errors import Unreachable
from tasks.contracts.records import Lane
from workers.coordination.budget import Allowance, Budget
from workers.settings import Settings

numbers = count()


def settings(**changes) -> Settings:
    return Settings(_env_file=None, **changes)


def take(
    budget: Budget, *allowances: Allowance, lane: Lane = Lane.LIVE, family: str = "hubspot.companies.read"
) -> timedelta:
    return budget.take(allowances, lane, family=family, call=f"call-{next(numbers)}").wait


def how_many(budget: Budget, *allowances: Allowance, lane: Lane = Lane.LIVE, at_most: int = 40) -> int:
    """Calls granted until the budget says wait."""
    for granted in range(at_most):
        if take(budget, *allowances, lane=lane):
            return granted
    return at_most


@pytest.mark.parametrize(
    ("allowance", "limit"),
    [
        pytest.param(Allowance.HUBSPOT_BURST, 19, id="burst"),
        pytest.param(Allowance.HUBSPOT_ASSOCIATIONS, 15, id="associations"),
        pytest.param(Allowance.HUBSPOT_SEARCH, 5, id="search"),
    ],
)
def test_a_window_grants_its_limit_and_not_one_more(client, allowance, limit):
    budget = Budget(client, settings(hubspot_burst=19, hubspot_association_burst=15, hubspot_search_rate=5))

    assert how_many(budget, allowance) == limit
    assert timedelta() < take(budget, allowance) <= timedelta(seconds=10.5)


def test_the_wait_is_as_long_as_it_has_to_be(client):
    """Until the first call leaves its window of 1.5 s, by a clock that is read before and after each call."""
    budget = Budget(client, settings(hubspot_search_rate=1))
    before_call = time.monotonic()
    assert not take(budget, Allowance.HUBSPOT_SEARCH)
    after_call = time.monotonic()
    wait = take(budget, Allowance.HUBSPOT_SEARCH).total_seconds()
    after_wait = time.monotonic()

    shortest, longest = before_call + 1.5 - after_wait, after_call + 1.5 - after_call
    assert shortest - 0.01 <= wait <= longest + 0.01
    time.sleep(wait)
    assert not take(budget, Allowance.HUBSPOT_SEARCH)


def test_all_allowances_of_a_call_are_charged_or_none(client):
    budget = Budget(client, settings(hubspot_burst=10, hubspot_association_burst=4))

    assert how_many(budget, Allowance.HUBSPOT_BURST, Allowance.HUBSPOT_ASSOCIATIONS) == 4
    assert how_many(budget, Allowance.HUBSPOT_BURST) == 6


@pytest.mark.parametrize("lane", [Lane.BACKFILL, Lane.MAINTENANCE])
def test_spare_lanes_get_their_share_and_live_work_the_rest(client, lane):
    budget = Budget(client, settings(hubspot_burst=20, backfill_share=0.25))

    assert how_many(budget, Allowance.HUBSPOT_BURST, lane=lane) == 5
    assert how_many(budget, Allowance.HUBSPOT_BURST) == 15


def test_spare_lanes_get_nothing_when_live_work_took_all(client):
    budget = Budget(client, settings(hubspot_burst=20, backfill_share=0.25))
    how_many(budget, Allowance.HUBSPOT_BURST)

    assert take(budget, Allowance.HUBSPOT_BURST, lane=Lane.BACKFILL)


def test_nobody_touches_the_day_s_reserve(client):
    budget = Budget(client, settings(hubspot_daily=20, daily_reserve=0.25))

    assert how_many(budget, Allowance.HUBSPOT_DAY) == 15
    for lane in Lane:
        assert take(budget, Allowance.HUBSPOT_DAY, lane=lane) > timedelta(minutes=14)


@pytest.mark.parametrize("lane", [Lane.BACKFILL, Lane.MAINTENANCE])
def test_a_first_load_leaves_live_work_its_part_of_the_day(client, lane):
    budget = Budget(client, settings(salesforce_daily=20, daily_reserve=0.25, backfill_share=0.4))

    assert how_many(budget, Allowance.SALESFORCE_DAY, lane=lane) == 6
    assert take(budget, Allowance.SALESFORCE_DAY, lane=lane) > timedelta(minutes=14)
    assert how_many(budget, Allowance.SALESFORCE_DAY) == 9


def test_a_first_load_stops_when_others_have_used_its_part_of_the_day(client):
    budget = Budget(client, settings(daily_reserve=0.2, backfill_share=0.5))
    budget.note_usage(Allowance.SALESFORCE_DAY, used=40, limit=100)

    assert take(budget, Allowance.SALESFORCE_DAY, lane=Lane.BACKFILL)
    assert not take(budget, Allowance.SALESFORCE_DAY)


def test_other_tools_calls_use_up_the_day(client):
    budget = Budget(client, settings(salesforce_daily=1000, daily_reserve=0.2))
    budget.note_usage(Allowance.SALESFORCE_DAY, used=75, limit=100)

    assert how_many(budget, Allowance.SALESFORCE_DAY) == 5


def test_a_day_that_turned_is_noticed(client):
    budget = Budget(client, settings(daily_reserve=0.2))
    budget.note_usage(Allowance.HUBSPOT_DAY, used=90, limit=100)
    assert take(budget, Allowance.HUBSPOT_DAY)
    budget.note_usage(Allowance.HUBSPOT_DAY, used=1, limit=100)

    assert not take(budget, Allowance.HUBSPOT_DAY)


def test_a_spent_day_lets_one_call_look_every_quarter_of_an_hour(client):
    budget = Budget(client, settings(daily_reserve=0.2))
    budget.note_usage(Allowance.HUBSPOT_DAY, used=90, limit=100)
    assert take(budget, Allowance.HUBSPOT_DAY) > timedelta(minutes=14)
    client.hincrby("tandem:budget:hubspot_day:all", "asked", -16 * 60_000)

    assert how_many(budget, Allowance.HUBSPOT_DAY) == 1


def test_other_tools_calls_use_up_the_window(client):
    budget = Budget(client, settings(hubspot_burst=20))
    how_many(budget, Allowance.HUBSPOT_BURST, at_most=4)
    budget.note_usage(Allowance.HUBSPOT_BURST, used=14, limit=20)

    assert how_many(budget, Allowance.HUBSPOT_BURST) == 6
    assert take(budget, Allowance.HUBSPOT_BURST)


def test_a_plan_that_is_smaller_than_we_were_told_is_kept_to(client):
    budget = Budget(client, settings(hubspot_burst=19))
    assert not take(budget, Allowance.HUBSPOT_BURST)
    budget.note_usage(Allowance.HUBSPOT_BURST, used=1, limit=10)

    assert how_many(budget, Allowance.HUBSPOT_BURST) == 9


def test_our_own_calls_are_not_blamed_on_others(client):
    budget = Budget(client, settings(hubspot_burst=20))
    how_many(budget, Allowance.HUBSPOT_BURST, at_most=9)
    budget.note_usage(Allowance.HUBSPOT_BURST, used=7, limit=20)

    assert how_many(budget, Allowance.HUBSPOT_BURST) == 11


def test_a_punished_allowance_is_closed_for_every_worker(client, redis_server):
    Budget(client, settings()).punish(Allowance.HUBSPOT_BURST, timedelta(seconds=7))
    another = Budget(redis.Redis.from_url(redis_server.url), settings())

    assert timedelta(seconds=6) < take(another, Allowance.HUBSPOT_BURST) <= timedelta(seconds=7)
    assert not take(another, Allowance.HUBSPOT_SEARCH)


def test_a_second_punishment_never_shortens_the_first(client):
    budget = Budget(client, settings())
    budget.punish(Allowance.HUBSPOT_BURST, timedelta(seconds=9))
    budget.punish(Allowance.HUBSPOT_BURST, timedelta(seconds=1))

    assert take(budget, Allowance.HUBSPOT_BURST) > timedelta(seconds=8)


def test_slots_are_freed_by_the_call_that_is_over(client):
    budget = Budget(client, settings())
    slots = [Allowance.SALESFORCE_CONCURRENT]
    for number in range(20):
        assert not budget.take(slots, Lane.LIVE, family="salesforce.query", call=f"slot-{number}").wait
    assert take(budget, *slots)

    budget.finish(slots, "slot-3")

    assert not take(budget, *slots)
    assert take(budget, *slots)


def test_calls_are_counted_by_crm_and_family_when_they_are_granted(client):
    budget = Budget(client, settings(hubspot_search_rate=1))
    for _ in range(3):
        take(budget, Allowance.HUBSPOT_SEARCH, family="hubspot.search")
    take(budget, Allowance.HUBSPOT_BURST, family="hubspot.companies.read")
    budget.punish(Allowance.HUBSPOT_BURST, timedelta(seconds=1))

    assert budget.calls() == {
        "hubspot": 2, "hubspot.search": 1, "hubspot.companies.read": 1, "refused.hubspot_burst": 1,
    }  # fmt: skip


def test_redis_being_away_is_a_reason_to_try_again(nowhere):
    budget = Budget(nowhere, settings())
    with pytest.raises(Unreachable):
        take(budget, Allowance.HUBSPOT_BURST)
    with pytest.raises(Unreachable):
        budget.calls()


def grant_times(url: str, name: str, attempts: int) -> int:
    budget = Budget(redis.Redis.from_url(url), settings(hubspot_burst=50))
    waits = [
        budget.take([Allowance.HUBSPOT_BURST], Lane.LIVE, family="hubspot.x", call=f"{name}-{number}").wait
        for number in range(attempts)
    ]
    return waits.count(timedelta())


def test_processes_share_one_window(client, redis_server):
    with get_context("spawn").Pool(2) as processes:
        granted = processes.starmap(grant_times, [(redis_server.url, name, 60) for name in "ab"])

    assert sum(granted) == 50


def granted_for(url: str, name: str, seconds: float) -> list[float]:
    """When this process's calls were granted, if it asks as soon as it may."""
    budget = Budget(redis.Redis.from_url(url), settings(hubspot_search_rate=5))
    end, granted = time.time() + seconds, []
    for number in count():
        wait = budget.take([Allowance.HUBSPOT_SEARCH], Lane.LIVE, family="hubspot.x", call=f"{name}-{number}").wait
        if not wait:
            granted.append(time.time())
        if time.time() + wait.total_seconds() > end:
            return granted
        time.sleep(wait.total_seconds())
    return granted


def test_no_second_ever_sees_more_than_its_limit(client, redis_server):
    with get_context("spawn").Pool(2) as processes:
        grants = processes.starmap(granted_for, [(redis_server.url, name, 4) for name in "ab"])

    times = sorted(grants[0] + grants[1])
    assert len(times) >= 10
    assert min(sixth - first for first, sixth in zip(times, times[5:], strict=False)) >= 1
