"""`tandem receiver` as a process: what starts, what refuses to, and how it stops."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.cli.test_processes import TANDEM, tandem
from tests.waiting import until
from workers.embedded import free_port
from workers.ledger.producers import PostgresProducers

pytestmark = pytest.mark.processes


@pytest.fixture
def environment(empty_ledger, services) -> dict[str, str]:
    return {"DATABASE_URL": empty_ledger[0], "REDIS_URL": services.redis_url}


@contextmanager
def receiving(environment: dict[str, str], log: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*TANDEM, "receiver", "--port", str(port)], env={**os.environ, **environment}, stderr=output
        )
    try:
        until(lambda: _answers(port) or process.poll() is not None, seconds=60)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"REDIS_URL": ""}, "REDIS_URL is not set"),
        ({"TANDEM_HUBSPOT_WEBHOOK_SECRETS": "tandem-consumer-secret"}, "TANDEM_PUBLIC_URL"),
        ({"TANDEM_PUBLIC_URL": "http://tandem.example.com"}, "TANDEM_PUBLIC_URL"),
        ({"TANDEM_HUBSPOT_PORTAL": "12x"}, "TANDEM_HUBSPOT_PORTAL"),
    ],
)
def test_it_refuses_to_start_half_configured(environment, env, said):
    finished = tandem({**environment, **env}, "receiver", "--port", str(free_port()))
    assert finished.returncode == 1
    assert said in finished.stderr


def test_it_refuses_a_ledger_that_was_not_migrated(environment, empty_ledger):
    with empty_ledger[1].begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    finished = tandem(environment, "receiver", "--port", str(free_port()))
    assert finished.returncode == 1
    assert "tandem migrate" in finished.stderr


def test_it_says_when_its_port_is_taken(environment):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        finished = tandem(environment, "receiver", "--port", str(taken.getsockname()[1]))
    assert finished.returncode == 1
    assert "Address already in use" in finished.stderr


def test_it_answers_what_is_under_way_and_then_ends(environment, empty_ledger, tmp_path):
    producers = PostgresProducers(empty_ledger[1])
    key = tandem(environment, "producer", "add", "crm-bridge").stdout.strip()
    head = f"POST /changes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    body = json.dumps([{"version": 1, "event_id": "e1", "record": "hubspot.company", "id": "42"}])
    with receiving(environment, tmp_path / "log") as (url, process):
        assert requests.get(f"{url}/ready", timeout=20).status_code == 200
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=20) as connection:
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n[".encode())
            until(lambda: all(one.last_used_at for one in producers.list_keys()))  # the call has come as far as that
            process.send_signal(signal.SIGTERM)
            until(lambda: not _answers(int(url.rpartition(":")[2])))
            connection.sendall(body[1:].encode())
            assert connection.recv(4096).startswith(b"HTTP/1.1 202")
        assert process.wait(60) == 0
    told = tandem(environment, "why", "company", "42").stdout
    assert "crm-bridge:e1" in told
    log = (tmp_path / "log").read_text()
    assert key.rpartition("_")[2] not in log
    assert "Traceback" not in log


def test_it_starts_while_the_ledger_is_away(environment, tmp_path):
    away = {**environment, "DATABASE_URL": f"postgresql://u:pat-na1-wrong@127.0.0.1:{free_port()}/x"}
    with receiving(away, tmp_path / "log") as (url, _):
        assert requests.get(f"{url}/health", timeout=20).status_code == 200
        assert requests.get(f"{url}/ready", timeout=20).status_code == 503
    log = (tmp_path / "log").read_text()
    assert "ledger.away" in log
    assert "pat-na1-wrong" not in log
