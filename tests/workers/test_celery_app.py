"""What other services may send to the tasks, right or wrong: nothing of it is lost, and nothing comes back for ever."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.ledger.samples import empty, owed_row
from workers.celery_app import make_app, register_tasks
from workers.ledger.inbox import count_malformed
from workers.settings import Settings
from workers.toolbox.hands import Hands

Task = Callable[..., Any]


@pytest.fixture
def create_account(database_url: str, redis_url: str, engine: Engine) -> Iterator[Task]:
    """As a worker has it, with an empty ledger and the sync switched off."""
    empty(engine)
    given: dict[str, Any] = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    settings = Settings(_env_file=None, **given)
    hands = Hands.build(settings)
    app = make_app(settings)
    register_tasks(app, lambda _: hands)
    yield app.tasks["tasks.create_account"]
    app.close()
    hands.engine.dispose()
    hands.redis.close()


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
    assert count_malformed(engine) == 4
