"""How the fleet's Redis client behaves when connections drop."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from pydantic import SecretStr

from workers.embedded import EmbeddedRedis
from workers.settings import Settings
from workers.toolbox.hands import connect_redis


def connect(url: str) -> "redis.Redis":
    return connect_redis(Settings(_env_file=None, REDIS_URL=SecretStr(url)))


class HangingUp:
    """Accepts every connection and closes it at once."""

    def __init__(self) -> None:
        self.times = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listening.getsockname()[1]}/0"
        threading.Thread(target=self._hang_up, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _hang_up(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.times += 1
            connection.close()


@pytest.fixture
def hanging_up() -> Iterator[HangingUp]:
    server = HangingUp()
    yield server
    server.close()


def test_a_connection_that_drops_in_the_middle_of_a_command_costs_nothing(redis_server: EmbeddedRedis, client):
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(connect(redis_server.url).blpop, ["queue"], timeout=5)
        _until(lambda: client.info("clients")["blocked_clients"] == 1)
        client.client_kill_filter(_type="normal", skipme=True)
        client.rpush("queue", "1")

        assert waiting.result() == (b"queue", b"1")


def test_a_redis_that_keeps_hanging_up_is_asked_a_few_times_within_a_second(hanging_up: HangingUp):
    began = time.monotonic()

    with pytest.raises(redis.ConnectionError):
        connect(hanging_up.url).get("known")

    assert 3 <= hanging_up.times <= 9  # three tries, each of which may greet three times
    assert time.monotonic() - began < 1


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)
