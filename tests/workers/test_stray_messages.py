"""A service that calls a task by its name alone, as Celery lets it, is heard like any other: by a real worker."""

from collections.abc import Iterator

import pytest
import redis
from celery import Celery

from tests.running import Running
from workers.demo.story import Author, Expected, Phase, Story
from workers.ledger.inbox import find_noted

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]
STOCK_QUEUE = "celery"


@pytest.fixture
def story() -> Story:
    author = Author(seed=1)
    for _ in range(2):
        author.contact(author.company(Expected(Phase.MAIN, "")))
    return author.story


@pytest.fixture
def running(tmp_path, services, empty_ledger, story) -> Iterator[Running]:
    url, engine = empty_ledger
    with Running(tmp_path, url, services.redis_url, engine, story, workers=1) as running:
        yield running


def test_a_call_that_names_no_queue_is_done(running, story, services):
    announced, called = (str(one["id"]) for one in story.companies)
    event = {"version": 1, "event_id": "stray", "record": "hubspot.company", "id": announced}
    with Celery("a service that names no queue", broker=services.redis_url) as client:
        client.send_task("tasks.receive_changes", args=[[event]])
        client.send_task("tasks.create_account", args=[[called]])
    running.wait_until(lambda: find_noted(running.engine, ["stray"]), what="the change is noted")
    running.wait_until_settled(rows=6)
    by_company = {one["HubSpot_Company_Id__c"] for one in running.read_back().accounts}
    assert by_company == {announced, called}
    with redis.Redis.from_url(services.redis_url) as connection:
        assert connection.llen(STOCK_QUEUE) == 0
