"""Both CRMs are away for longer than a few attempts take: what was announced meanwhile is done when they are back."""

from typing import Any

import pytest
from sqlalchemy import select

from tasks.rules.retry_policy import MAX_FAILURES
from tests.faults.hurried import TIMES_QUICKER
from tests.running import Running
from workers.demo.story import Author, Expected, Phase
from workers.ledger.models import OwedRow
from workers.ledger.review_desk import ParkedFilter, ReviewDesk

COMPANIES = 5
ROWS_OF_ONE = 3
"""create_account, link_company, propagate_lifecycle_stage."""

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


def owed_rows(running: Running) -> list[Any]:
    with running.engine.connect() as connection:
        columns = OwedRow.failures, OwedRow.not_before - OwedRow.owed_since, OwedRow.parked_at
        return list(connection.execute(select(*columns).where(OwedRow.task == "create_account")))


def test_what_is_announced_in_an_outage_is_done_when_it_is_over(empty_ledger, redis_url, tmp_path):
    author = Author(seed=1)
    companies = [author.company(Expected(Phase.MAIN, "")) for _ in range(COMPANIES)]
    for one in companies:
        author.contact(one)
    url, engine = empty_ledger
    env = {"TANDEM_RESEND_AFTER": "0.2", "TANDEM_RESEND_EVERY": "0.5"}
    app = "tests.faults.hurried:app"
    with Running(tmp_path, url, redis_url, engine, author.story, app=app, env=env) as running:
        running.crms.strike(kind="status", status=503)
        for one in companies:
            running.announce({"version": 1, "event_id": f"e-{one}", "record": "hubspot.company", "id": one})

        def has_lasted() -> bool:
            rows = owed_rows(running)
            long = len(rows) == COMPANIES and all(failures > MAX_FAILURES + 2 for failures, *_ in rows)
            return long or any(parked_at for *_, parked_at in rows)

        running.wait_until(has_lasted, what=f"more than {MAX_FAILURES} failures each")
        outage = min(lasted for _, lasted, _ in owed_rows(running)) * TIMES_QUICKER
        assert outage.total_seconds() > 600, "ten minutes and more, as the rows have waited"
        running.crms.calm()
        running.wait_until_settled(rows=ROWS_OF_ONE * COMPANIES)
        assert ReviewDesk(engine).find_parked(ParkedFilter()) == []
        accounts = running.read_back().accounts
    assert sorted(one["HubSpot_Company_Id__c"] for one in accounts) == sorted(companies)
