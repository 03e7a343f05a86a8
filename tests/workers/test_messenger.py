"""Wake-ups go out in slices, with ids only; one that cannot be sent costs nothing but time."""

from celery import Celery
from kombu import Connection

from tasks.contracts.records import Lane, Owed
from workers.embedded import free_port
from workers.messenger import CeleryMessenger, queue_of

SOME = [Owed("create_account", str(number)) for number in range(5)]


def messenger_to(url: str, *, slice_size: int = 2) -> CeleryMessenger:
    app = Celery("test", broker=url)
    app.conf.broker_transport_options = {"socket_connect_timeout": 1}
    return CeleryMessenger(app, slice_size=slice_size)


def test_each_task_and_lane_is_woken_in_slices_of_ids(redis_url):
    messenger_to(redis_url).wake([*SOME, Owed("link_company", "7", Lane.BACKFILL)])
    with Connection(redis_url) as connection:
        live, backfill = (connection.SimpleQueue(queue_of(lane)) for lane in (Lane.LIVE, Lane.BACKFILL))
        messages = [live.get(timeout=5) for _ in range(3)]
        assert [message.payload[0] for message in messages] == [[["0", "1"]], [["2", "3"]], [["4"]]]
        assert messages[0].payload[1] == {"lane": "live", "owed": True}
        assert messages[0].headers["task"] == "tasks.create_account"
        assert backfill.get(timeout=5).headers["task"] == "tasks.link_company"


def test_without_redis_waking_ends_without_an_error():
    messenger_to(f"redis://127.0.0.1:{free_port()}/0").wake(SOME)
