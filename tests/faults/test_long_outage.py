"""A CRM is away for longer than a few attempts take: it is asked by probes only, and all is done when it is back."""

import time
from typing import Any

import pytest
from sqlalchemy import select

from simulator.faults import KINDS
from tasks.contracts.errors import ProblemClass
from tests.faults.hurried import TIMES_QUICKER
from tests.running import Running
from workers.demo.story import Author, Expected, Phase
from workers.ledger.models import OwedRow
from workers.ledger.review_desk import ParkedFilter, ReviewDesk

COMPANIES = 5
ROWS_OF_ONE = 3
"""create_account, link_company, propagate_lifecycle_stage."""
WORKERS = 2
FAILURES, FIRST_SECONDS, LONGEST_SECONDS = 3, 0.5, 2.0
PROBES = 4
AWAY: dict[str, dict[str, Any]] = {
    "hubspot-answers-503": {"kind": "status", "status": 503, "path": "/crm/"},
    "hubspot-hangs": {"kind": "hang", "path": "/crm/", "seconds": 60},
    "salesforce-answers-503": {"kind": "status", "status": 503, "path": "/services/data"},
    "salesforce-hangs": {"kind": "hang", "path": "/services/data", "seconds": 60},
    "salesforce-lets-nobody-in": {"kind": "status", "status": 503, "path": "/services/oauth2/token"},
}
ENV = {
    "TANDEM_RESEND_AFTER": "0.2",
    "TANDEM_RESEND_EVERY": "0.5",
    "TANDEM_READ_TIMEOUT": "0.5",
    "TANDEM_BREAKER_FAILURES": str(FAILURES),
    "TANDEM_BREAKER_FIRST_WAIT": str(FIRST_SECONDS),
    "TANDEM_BREAKER_LONGEST_WAIT": str(LONGEST_SECONDS),
}

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


def owed_rows(running: Running) -> list[Any]:
    with running.engine.connect() as connection:
        columns = OwedRow.failures, OwedRow.parked_at, OwedRow.problem_class
        return list(connection.execute(select(*columns).where(OwedRow.task == "create_account")))


def struck(running: Running) -> int:
    (fault,) = running.crms.faults()
    return int(fault["struck"])


def probes_within(seconds: float) -> int:
    """As many as there may be, however long this machine makes everybody wait."""
    wait, probes = FIRST_SECONDS, 0
    while seconds >= wait:
        seconds, wait, probes = seconds - wait, min(wait * 2, LONGEST_SECONDS), probes + 1
    return probes


@pytest.mark.parametrize("name", AWAY)
def test_an_outage_costs_a_handful_of_probes_and_parks_nobody(name, empty_ledger, redis_url, tmp_path):
    assert AWAY[name]["kind"] in KINDS
    author = Author(seed=1)
    companies = [author.company(Expected(Phase.MAIN, "")) for _ in range(COMPANIES)]
    for one in companies:
        author.contact(one)
    url, engine = empty_ledger
    # Whoever waits comes back a hundred times as often as it was told: that must not be what keeps the CRM in peace.
    app = "tests.faults.hurried:app"
    with Running(tmp_path, url, redis_url, engine, author.story, app=app, env=ENV, workers=WORKERS) as running:
        running.crms.strike(**AWAY[name])
        for one in companies:
            running.announce({"version": 1, "event_id": f"e-{one}", "record": "hubspot.company", "id": one})
        running.wait_until(lambda: struck(running) >= FAILURES, what="the breaker is open")
        opened_at, before = time.monotonic(), struck(running)
        running.wait_until(lambda: struck(running) >= before + PROBES, what=f"{PROBES} probes")
        probes, lasted = struck(running) - before, time.monotonic() - opened_at
        # A call of each worker may have been on its way when the breaker opened.
        assert probes <= probes_within(lasted) + WORKERS, "each probe waits twice as long as the one before"
        rows = owed_rows(running)
        assert len(rows) == COMPANIES
        assert [parked_at for _, parked_at, _ in rows] == [None] * COMPANIES
        assert max(failures for failures, *_ in rows) <= FAILURES, f"waits are {TIMES_QUICKER} times shorter here"
        assert {problem_class for *_, problem_class in rows} == {ProblemClass.HALT}
        assert running.logs().count("breaker.opened") == 1
        running.crms.calm()
        running.wait_until_settled(rows=ROWS_OF_ONE * COMPANIES)
        assert ReviewDesk(engine).find_parked(ParkedFilter()) == []
        accounts = running.read_back().accounts
    assert sorted(one["HubSpot_Company_Id__c"] for one in accounts) == sorted(companies)
