"""Lets one contender do all its work, alone, and counts: time, calls, processor time, and whether it is right."""

import resource
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.conditions import CannotRun, Conditions, Ground, prepare_ground
from benchmarks.contenders import Contender
from benchmarks.figures import Figures, rate_limited, salesforce_calls
from workers.embedded import EmbeddedServices
from workers.supervisor import Supervisor

LOOK_EVERY = 0.1


def measure(
    contender: Contender, conditions: Conditions, services: EmbeddedServices, *, companies: int, folder: Path
) -> Figures:
    """Everything is queued before the clock starts. Raises CannotRun if it gets stuck."""
    with prepare_ground(conditions, services, companies=companies, folder=folder) as ground:
        contender.queue_everything(ground)
        cpu_before, began = _cpu_of_ended_children(), time.monotonic()
        with Supervisor(contender.processes(ground)) as supervisor:
            supervisor.guard(ground.crms.pid)
            _wait_until_done(contender, ground, supervisor)
            seconds = time.monotonic() - began
            counted = ground.crms.counters()
        cpu_seconds = _cpu_of_ended_children() - cpu_before
        in_hubspot, in_salesforce = _records(ground)
    return Figures(
        contender=contender.name,
        records=companies,
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        hubspot_calls=counted["hubspot"].get("calls", 0),
        salesforce_calls=salesforce_calls(counted["salesforce"]),
        rate_limited=rate_limited(counted["hubspot"]),
        right=count_right(in_hubspot, in_salesforce),
        accounts=len(in_salesforce),
    )


def count_right(companies: Sequence[Mapping[str, Any]], accounts: Sequence[Mapping[str, Any]]) -> int:
    """Companies with exactly one account, and the ids on both sides."""
    holders = Counter(one.get("HubSpot_Company_Id__c") for one in accounts)
    account_of = {one.get("HubSpot_Company_Id__c"): one["Id"] for one in accounts}
    return sum(
        holders[company["id"]] == 1 and company["properties"].get("sf_account_id") == account_of[company["id"]]
        for company in companies
    )


def _records(ground: Ground) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Companies and accounts as the simulator holds them, whatever a program says it did."""
    return ground.crms.state("hubspot")["companies"], ground.crms.state("salesforce")["Account"]


def _wait_until_done(contender: Contender, ground: Ground, supervisor: Supervisor) -> None:
    wanted, calls_before, last_call = len(ground.company_ids), -1, time.monotonic()
    while True:
        supervisor.tick()
        counted = ground.crms.counters()
        # The costly question last: looking into the CRMs keeps them from answering.
        if (
            _accounts_created(counted) >= wanted
            and contender.is_idle(ground)
            and count_right(*_records(ground)) == wanted
        ):
            return
        calls = sum(of_crm.get("calls", 0) for of_crm in counted.values())
        if calls != calls_before:
            calls_before, last_call = calls, time.monotonic()
        standstill = time.monotonic() - last_call
        if standstill > ground.conditions.patience:
            raise CannotRun(f"{contender.name}: no call for {standstill:.0f} s, not done; logs are in {ground.folder}")
        time.sleep(LOOK_EVERY)


def _accounts_created(counted: dict[str, dict[str, int]]) -> int:
    return counted["salesforce"].get("records.created", 0)


def _cpu_of_ended_children() -> float:
    """Of all descendants that ended and were waited for: after the supervisor, its workers with their children."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
