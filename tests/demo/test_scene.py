"""The demo's scene: what it keeps running, and what it says when it cannot be set."""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from workers.demo.scene import set_scene
from workers.demo.story import Author, Expected, Phase, Story
from workers.settings import read_settings

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]
OF_A_DEPLOYMENT = ("DATABASE_URL", "REDIS_URL")


@pytest.fixture
def nothing_given(monkeypatch):
    """No service of somebody else's, and a folder of our own."""
    for name in OF_A_DEPLOYMENT:
        monkeypatch.delenv(name, raising=False)
    read_settings.cache_clear()
    # Not pytest's own folder: another run of pytest closes that to the user Postgres runs as.
    with TemporaryDirectory(prefix="tandem-test-", ignore_cleanup_errors=True) as folder, monkeypatch.context() as here:
        here.chdir(folder)
        yield
    read_settings.cache_clear()


@pytest.fixture
def story() -> Story:
    author = Author(seed=1)
    author.contact(author.company(Expected(Phase.MAIN, "C3_QUALIFYING_CONTACT", account="created")))
    return author.story


def test_a_redis_of_its_own_that_ends_is_started_again(nothing_given, story):
    with set_scene(story, chaos=False) as scene:
        server = scene.services.redis
        assert server
        server.kill()
        deadline = time.monotonic() + 60
        while not server.is_running and time.monotonic() < deadline:
            scene.tick()
            time.sleep(0.1)
        assert server.is_running


def test_simulated_crms_that_do_not_start_are_told_in_a_sentence(tmp_path):
    (tmp_path / "simulator.py").write_text("raise SystemExit('no port is free')")
    env = {name: value for name, value in os.environ.items() if name not in OF_A_DEPLOYMENT}
    command = [sys.executable, "-m", "workers.cli", "demo", "--companies", "300"]
    env["PYTHONPATH"] = str(Path(__file__).parents[2])
    finished = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert finished.returncode == 1
    assert "Traceback" not in finished.stderr
    (log,) = tmp_path.glob(".tandem/demo-*/simulator.log")
    assert f"The simulated CRMs did not start; why, says the end of {log}." in finished.stdout
    assert "no port is free" in log.read_text()
