"""How the door to HubSpot behaves on the wire: its pace, its connections, and what it never says."""

import logging
import math
import time
from datetime import timedelta

import pytest
import requests

from simulator.hubspot.seeding import DEFAULT_TOKEN
from tasks.contracts.errors import Halted, Rejected, Throttled, Unreachable
from tasks.contracts.records import (
    AccountId,
    Company,
    CompanyId,
    ContactId,
)
from tests.crm.asking import companies, contacts

ACCOUNT = AccountId("001Vr00000m4eGCIAY")


# What HubSpot says about the pace


def call_as_another_tool(hubspot, times):
    for _ in range(times):
        headers = {"Authorization": f"Bearer {DEFAULT_TOKEN}"}
        assert requests.get(f"{hubspot.wire.url}/crm/v3/owners", headers=headers, timeout=5).ok
    hubspot.wire.sent.clear()


def test_other_tools_calls_of_the_day_reach_the_budget(hubspot):
    hubspot.portal.configure({"daily_limit": 20})
    call_as_another_tool(hubspot, 15)
    door = hubspot.door()
    door.read_companies(companies(1))

    problem = door.read_companies(companies(1))[CompanyId("1")]

    assert isinstance(problem, Throttled)
    assert problem.after
    assert problem.after > timedelta(minutes=10)
    assert len(hubspot.wire.sent) == 1


@pytest.mark.parametrize(
    ("limit", "least", "most"),
    [pytest.param("burst_limit", 9, 10.5, id="burst"), pytest.param("daily_limit", 890, 900, id="day")],
)
def test_a_limit_that_others_used_up_stops_every_worker(hubspot, limit, least, most):
    hubspot.portal.configure({limit: 1})
    call_as_another_tool(hubspot, 1)

    assert_everybody_waits(hubspot, least, most)


@pytest.mark.parametrize(
    ("status", "wait"),
    [pytest.param(429, 40, id="told-to-wait"), pytest.param(477, 7_200, id="portal-is-moving")],
)
def test_a_wait_that_hubspot_asks_for_stops_every_worker(hubspot, status, wait):
    hubspot.wire.answer("batch/read", status, "{}", {"Retry-After": str(wait)})

    assert_everybody_waits(hubspot, wait - 2, wait)


def assert_everybody_waits(hubspot, least, most):
    told = hubspot.door().read_companies(companies(1))[CompanyId("1")]
    another = hubspot.door().read_contacts(contacts(1))[ContactId("1")]

    assert isinstance(told, Throttled)
    assert isinstance(another, Throttled)
    assert another.after
    assert least < another.after.total_seconds() <= most
    assert len(hubspot.wire.sent) == 1


def test_a_write_lock_stops_writes_for_two_seconds_and_no_reads(hubspot):
    hubspot.has(companies={"1": {}})
    hubspot.wire.answer("batch/update", 423)
    door = hubspot.door()
    assert isinstance(door.write_companies({CompanyId("1"): {"name": "x"}})[CompanyId("1")], Throttled)

    assert isinstance(door.read_companies(companies(1))[CompanyId("1")], Company)
    wait = hubspot.budget().take(["hubspot_writes"], hubspot.lane, family="hubspot.x", call="x")
    assert timedelta(seconds=1) < wait <= timedelta(seconds=2)


def test_a_short_wait_is_slept_through(hubspot):
    hubspot.has(companies={"1": {}})
    hubspot.budget().punish("hubspot_burst", timedelta(seconds=0.2))

    assert isinstance(hubspot.door().read_companies(companies(1))[CompanyId("1")], Company)


def test_calls_are_counted_by_family_repeated_ones_too(hubspot):
    hubspot.wire.answer("batch/read", 500)
    door = hubspot.door()
    door.read_companies(companies(1))
    door.read_companies(companies(1))
    door.read_contacts_of(companies(1))

    assert hubspot.budget().calls() == {
        "hubspot": 3, "hubspot.companies.read": 2, "hubspot.associations.read": 1,
    }  # fmt: skip


# The wire


def test_a_process_keeps_its_connections(hubspot):
    door = hubspot.door()
    for _ in range(5):
        door.read_companies(companies(1))
    ports = {sent.peer for sent in hubspot.wire.sent}

    assert len(hubspot.wire.sent) == 5
    assert len(ports) == 1


def test_a_door_opens_no_connection_when_it_is_built(hubspot):
    hubspot.door()

    assert hubspot.wire.sent == []


def test_nothing_is_repeated_behind_our_back(hubspot):
    hubspot.wire.answer("properties", 503, headers={"Retry-After": "1"}, times=2)

    with pytest.raises(Unreachable):
        hubspot.door().read_stage_order()
    assert len(hubspot.wire.sent) == 1


def test_a_portal_that_hangs_is_given_up(hubspot):
    hubspot.changes["read_timeout"] = timedelta(seconds=0.2)
    hubspot.wire.delay("batch/read", 1)

    assert isinstance(hubspot.door().read_companies(companies(1))[CompanyId("1")], Unreachable)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://127.0.0.1:9"])
def test_a_portal_that_is_not_there_is_a_reason_to_try_again(hubspot, url):
    hubspot.changes["hubspot_url"] = url

    assert isinstance(hubspot.door().read_companies(companies(1))[CompanyId("1")], Unreachable)


def test_a_server_without_tls_where_it_is_due_is_a_reason_to_try_again(hubspot):
    hubspot.changes["hubspot_url"] = hubspot.wire.url.replace("http", "https")

    assert isinstance(hubspot.door().read_companies(companies(1))[CompanyId("1")], Unreachable)


@pytest.mark.parametrize(("status", "kind"), [(401, Halted), (403, Rejected), (400, Rejected), (200, Unreachable)])
def test_no_value_and_no_key_is_ever_said(hubspot, status, kind, caplog):
    caplog.set_level(logging.DEBUG)
    hubspot.wire.answer("batch/update", status, "<html>secret-value", times=2)

    problem = hubspot.door().write_contacts({ContactId("1"): {"email": "secret-value"}})[ContactId("1")]

    assert isinstance(problem, kind)
    assert "secret" not in f"{problem} {problem.remedy} {problem.evidence} {problem.__cause__}"
    assert problem.__suppress_context__
    assert DEFAULT_TOKEN not in caplog.text
    assert "secret-value" not in caplog.text


def test_the_fleet_keeps_to_the_burst(hubspot):
    """Two doors, one budget: what is over it is not sent."""
    hubspot.changes["hubspot_burst"] = 6
    doors = [hubspot.door(), hubspot.door()]

    window, seconds = 10, math.inf
    while seconds > window:  # what left it by then counts no more
        hubspot.redis.flushall()
        hubspot.wire.sent.clear()
        began = time.monotonic()
        results = [doors[n % 2].read_companies(companies(n))[CompanyId(str(n))] for n in range(8)]
        seconds = time.monotonic() - began

    assert [isinstance(result, Throttled) for result in results] == [False] * 6 + [True] * 2
    assert len(hubspot.wire.sent) == 6
