"""The chaos of the demo tells what it did, and what it did not come to do."""

import sys
import time

from workers.demo.chaos import Chaos
from workers.embedded import EmbeddedRedis
from workers.supervisor import ProcessSpec, Supervisor


def test_chaos_that_did_not_happen_is_told(tmp_path):
    server = EmbeddedRedis(tmp_path)
    worker = ProcessSpec("worker-1", [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"])
    try:
        with Supervisor([worker]) as supervisor:
            chaos = Chaos(supervisor, server)
            assert len(chaos.left_undone()) == 2
            chaos.break_redis_soon(0)
            deadline = time.monotonic() + 30
            while chaos.left_undone() and time.monotonic() < deadline:
                supervisor.tick()
                chaos.tick()
                time.sleep(0.05)
            assert chaos.left_undone() == []
            assert (chaos.kills >= 1, chaos.redis_restarts) == (True, 1)
            assert server.is_running
    finally:
        server.close()
