"""A right that is missing for a whole object keeps everybody waiting who needs it, parks nobody and is told once."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from tasks.contracts.records import Lane, Owed
from tasks.create_account import create_account
from tasks.link_company import link_company
from tasks.sync_task import SyncTask
from tests.crm.wire import Wire
from tests.ledger.samples import execute, owed_row
from tests.workers.test_pauses import told
from tests.workers.test_slices import Woken
from workers.ledger.pauses import REFUSED_IN_A_ROW
from workers.ledger.review_desk import ParkedFilter, ReviewDesk
from workers.slices import run_slice
from workers.toolbox.hands import Hands

ALL = 100
MANY = [str(number) for number in range(1, REFUSED_IN_A_ROW + 8)]


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with capture_logs() as captured:
        yield captured


def accounts_owed(hands: Hands, *company_ids: str) -> None:
    hands.ledger.write_switch("company_sync", True, "test")
    hands.book.owe([Owed("create_account", one, forced=True) for one in company_ids])


def work_off(hands: Hands, task: SyncTask = create_account, *, at_once: int = ALL) -> None:
    """Whatever waits is due."""
    execute(hands.engine, "UPDATE owed SET not_before = now() - interval '1 second'")
    sized = replace(hands, settings=hands.settings.model_copy(update={"slice_size": at_once}))
    for _ in range(ALL // at_once):
        run_slice(task, [], Lane.LIVE, sized, Woken())


def parked(hands: Hands) -> list[str]:
    return [one.code for one in ReviewDesk(hands.engine).find_parked(ParkedFilter())]


@pytest.fixture
def without_right(hands: Hands, crms: Wire) -> Hands:
    crms.portal.seed({"companies": [{"id": one, "properties": {"name": f"Company {one}"}} for one in MANY]})
    crms.org.configure({"object_permissions": {"Account": ["read", "update"]}})
    accounts_owed(hands, *MANY)
    return hands


def grant(hands: Hands, crms: Wire) -> None:
    crms.org.configure({"object_permissions": {}})
    hands.pauses.probe_now()


@pytest.mark.parametrize("at_once", [ALL, 1], ids=["in-one-slice", "one-by-one"])
def test_without_the_right_to_create_accounts_companies_wait_and_it_is_told_once(without_right, crms, logs, at_once):
    work_off(without_right, at_once=at_once)
    assert told(logs) == ["object.paused"]
    assert len(parked(without_right)) == (0 if at_once == ALL else REFUSED_IN_A_ROW - 1)
    rows = [owed_row(without_right.engine, one) for one in MANY]
    waiting = [(one.problem_class, one.failures) for one in rows if one.parked_at is None]
    assert waiting == [("CONFIG", 0)] * (len(MANY) - len(parked(without_right)))

    crms.sent.clear()
    work_off(without_right)
    assert crms.calls("composite/sobjects") == []

    grant(without_right, crms)
    work_off(without_right)
    work_off(without_right)
    assert parked(without_right) == []
    assert len(crms.org.state()["Account"]) == len(MANY)
    assert told(logs) == ["object.paused", "object.resumed"]


def test_without_the_scope_to_write_companies_hubspot_is_asked_once(hands, crms, logs):
    crms.portal.seed({"companies": [{"id": one, "properties": {"name": f"Company {one}"}} for one in MANY]})
    accounts_owed(hands, *MANY)
    work_off(hands)
    crms.answer("companies/batch/update", 403, {"status": "error", "category": "MISSING_SCOPES"}, times=9)
    for _ in range(3):
        work_off(hands, link_company)
    assert len(crms.calls("companies/batch/update")) == 1
    assert parked(hands) == []
    assert told(logs) == ["object.paused"]
