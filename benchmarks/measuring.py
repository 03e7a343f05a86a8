"""Lets one contender do all its work, alone, and counts: time, calls, processor time, and whether it is right."""

import resource
import time
from collections import Counter
from pathlib import Path

from benchmarks.conditions import CannotRun, Conditions, Ground, prepare_ground
from benchmarks.contenders import Contender
from benchmarks.figures import Figures, rate_limited, salesforce_calls
from workers.embedded import EmbeddedServices
from workers.supervisor import Supervisor

LOOK_EVERY = 0.1
LONGEST_STANDSTILL = 180
"""Seconds in which no call comes in: then somebody is stuck, and waiting on would measure nothing."""


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
        right, accounts = count_right(ground)
    return Figures(
        contender=contender.name,
        records=companies,
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        hubspot_calls=counted["hubspot"].get("calls", 0),
        salesforce_calls=salesforce_calls(counted["salesforce"]),
        rate_limited=rate_limited(counted["hubspot"]),
        right=right,
        accounts=accounts,
    )


def count_right(ground: Ground) -> tuple[int, int]:
    """Companies that are as they should be, and all accounts there are; from the records, not from any program."""
    accounts = [one for one in ground.crms.state("salesforce")["Account"] if not one["IsDeleted"]]
    holders = Counter(one.get("HubSpot_Company_Id__c") for one in accounts)
    account_of = {one.get("HubSpot_Company_Id__c"): one["Id"] for one in accounts}
    right = sum(
        holders[company["id"]] == 1 and company["properties"].get("sf_account_id") == account_of[company["id"]]
        for company in ground.crms.state("hubspot")["companies"]
    )
    return right, len(accounts)


def _wait_until_done(contender: Contender, ground: Ground, supervisor: Supervisor) -> None:
    wanted, calls_before, last_call = len(ground.company_ids), -1, time.monotonic()
    while True:
        supervisor.tick()
        counted = ground.crms.counters()
        # The costly question last: looking into the CRMs keeps them from answering.
        if _accounts_created(counted) >= wanted and contender.is_idle(ground) and count_right(ground)[0] == wanted:
            return
        calls = sum(of_crm.get("calls", 0) for of_crm in counted.values())
        if calls != calls_before:
            calls_before, last_call = calls, time.monotonic()
        if time.monotonic() - last_call > LONGEST_STANDSTILL:
            raise CannotRun(
                f"{contender.name}: no call for {LONGEST_STANDSTILL} s and not done; its logs are in {ground.folder}"
            )
        time.sleep(LOOK_EVERY)


def _accounts_created(counted: dict[str, dict[str, int]]) -> int:
    return counted["salesforce"].get("records.created", 0)


def _cpu_of_ended_children() -> float:
    """Of all descendants that ended and were waited for: after the supervisor, its workers with their children."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
