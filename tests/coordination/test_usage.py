"""What an operator is told of the quota is what the budget acts upon."""

from datetime import timedelta

import pytest

from tasks.contracts.errors import Unreachable
from tasks.contracts.records import Lane
from tests.coordination.test_budget import how_many, settings
from workers.coordination.budget import Allowance, Budget
from workers.coordination.usage import DayUsage, read_usage

DAYS = {"hubspot": Allowance.HUBSPOT_DAY, "salesforce": Allowance.SALESFORCE_DAY}


def usage_of(client, given) -> dict[str, DayUsage]:
    return {one.crm: one for one in read_usage(client, given)}


@pytest.mark.parametrize("told_limit", [None, 51], ids=["assumed", "told-by-the-crm"])
@pytest.mark.parametrize("crm", DAYS)
def test_each_lane_gets_as_many_calls_as_is_said(client, crm, told_limit):
    given = settings(hubspot_daily=33, salesforce_daily=33, daily_reserve=0.2, backfill_share=0.5)
    budget = Budget(client, given)
    if told_limit:
        budget.note_usage(DAYS[crm], used=0, limit=told_limit)
    said = usage_of(client, given)[crm]
    assert (said.used, said.limit, said.reserve + said.live_until) == (0, told_limit or 33, told_limit or 33)

    others = how_many(budget, DAYS[crm], lane=Lane.BACKFILL)
    assert usage_of(client, given)[crm].used == others == said.others_until
    live = how_many(budget, DAYS[crm])
    assert usage_of(client, given)[crm].used == others + live == said.live_until


def test_what_the_crm_says_is_used_counts_and_each_day_says_when_it_turns(client):
    given = settings()
    Budget(client, given).note_usage(Allowance.SALESFORCE_DAY, used=1_234, limit=15_000)
    said = usage_of(client, given)
    assert (said["salesforce"].used, said["salesforce"].limit) == (1_234, 15_000)
    assert "24 hours" in said["salesforce"].resets
    assert "midnight" in said["hubspot"].resets


def test_a_day_that_is_closed_says_for_how_long(client):
    given = settings()
    Budget(client, given).punish(Allowance.HUBSPOT_DAY, timedelta(minutes=15))
    said = usage_of(client, given)
    assert timedelta(minutes=14) < said["hubspot"].closed_for <= timedelta(minutes=15)
    assert said["salesforce"].closed_for == timedelta()


def test_redis_being_away_is_told_as_everywhere(nowhere):
    with pytest.raises(Unreachable):
        read_usage(nowhere, settings())
