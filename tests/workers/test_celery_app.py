"""What other services may send to the tasks, right or wrong: nothing of it is lost, and nothing comes back for ever."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.ledger.samples import empty, owed_row
from workers.celery_app import SYNC_TASKS, make_app, register_tasks
from workers.ledger.inbox import find_malformed
from workers.settings import Settings
from workers.toolbox.hands import Hands

Task = Callable[..., Any]


@pytest.fixture
def tasks(database_url: str, redis_url: str, engine: Engine) -> Iterator[Mapping[str, Task]]:
    """As a worker has them, with an empty ledger and the sync switched off."""
    empty(engine)
    given: dict[str, Any] = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    settings = Settings(_env_file=None, **given)
    hands = Hands.build(settings)
    app = make_app(settings)
    register_tasks(app, lambda _: hands)
    yield app.tasks
    app.close()
    hands.engine.dispose()
    hands.redis.close()


@pytest.fixture
def create_account(tasks: Mapping[str, Task]) -> Task:
    return tasks["tasks.create_account"]


@pytest.mark.parametrize(
    "options",
    [{"forced": "maybe"}, {"forced": 1}, {"forced": [True]}, {"lane": ["live"]}, {"lane": {}}, {"lane": "fast"}],
    ids=str,
)
def test_an_option_that_is_none_is_as_if_it_were_not_there(create_account, engine, options):
    assert create_account(["1"], **options) == 1
    row = owed_row(engine)
    assert (row.lane, row.forced_upto, row.requested, row.done) == ("live", 0, 1, 1)


def test_options_that_are_some_count(create_account, engine):
    create_account("1", forced=True, lane="backfill")
    row = owed_row(engine)
    assert (row.lane, row.forced_upto) == ("backfill", 1)


def test_ids_that_are_none_are_kept_and_the_others_are_done(create_account, engine):
    assert create_account([7, "1", "x", None, {"id": "2"}]) == 1
    assert owed_row(engine).done == 1
    assert len(find_malformed(engine)) == 4


def test_ids_that_are_said_to_be_owed_are_looked_at_as_well(create_account, engine):
    assert create_account([7, "1", None], owed=True) == 0
    assert len(find_malformed(engine)) == 2


@pytest.mark.parametrize("name", [*(f"tasks.{task.name}" for task in SYNC_TASKS), "tasks.receive_changes"])
@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        pytest.param((), {}, id="without-arguments"),
        pytest.param((), {"ids": ["1"]}, id="by-another-name"),
        pytest.param((["1"],), {"force": True}, id="with-an-option-it-does-not-have"),
        pytest.param((["1"], "live"), {}, id="with-an-option-in-the-place-of-an-argument"),
        pytest.param((["1"],), {"record_ids": ["2"], "changes": []}, id="twice-the-same"),
    ],
)
def test_a_call_with_other_arguments_than_the_task_takes_is_kept(tasks, engine, name, args, kwargs):
    for _ in range(2):
        # As the worker calls it: what it raised would end in the log.
        outcome = tasks[name].apply(args, kwargs)
        assert (outcome.state, outcome.result) == ("SUCCESS", None)
    ((_, problem, times, _),) = find_malformed(engine)
    assert problem.startswith(f"{name} takes ")
    assert times == 2
    assert owed_row(engine, task=name.removeprefix("tasks.")) is None


@pytest.mark.parametrize("name", ["tasks.resend_owed", "tasks.poll_hubspot", "tasks.poll_salesforce"])
def test_what_runs_by_itself_keeps_what_it_is_given_too(tasks, engine, name):
    assert tasks[name].apply((5,)).state == "SUCCESS"
    assert len(find_malformed(engine)) == 1
