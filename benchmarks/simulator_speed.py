"""How fast the simulated CRMs answer, and how much room a million records take: make bench-simulator."""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import psutil
import urllib3

from benchmarks.simulator_loads import HUBSPOT_KEY, HUBSPOT_TOKEN, Load, loads, records

SCRIPT = Path(__file__).with_name("wrk_requests.lua")
SERVER_CORE, CLIENT_CORES = [0], list(range(1, psutil.cpu_count() or 1)) or [0]
CONNECTIONS = 8
NO_LIMIT = 1_000_000_000
SWITCHES = {
    **{f"hubspot.{name}": 0 for name in ("burst_limit", "association_burst_limit", "daily_limit", "search_limit")},
    "hubspot.association_daily_limit": 0,
    "salesforce.daily_limit": NO_LIMIT,
}
SEED_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Measured:
    calls: int
    failed: int
    seconds: float
    cpu_seconds: float
    median: float


class Simulator:
    """A simulator process of its own, pinned to one core."""

    def __init__(self, process: psutil.Popen, data: str, control: str) -> None:
        self._process = process
        self.data = data
        self._control = control
        self._http = urllib3.PoolManager(timeout=600)

    def seed(self, data: dict[str, Any]) -> None:
        answer = self._http.request("POST", f"{self._control}/seed", body=json.dumps(data).encode())
        if answer.status != 200:
            raise SystemExit(f"the simulator did not take its seed: {answer.data.decode()}")

    def cpu_seconds(self) -> float:
        used = self._process.cpu_times()
        return float(used.user + used.system)

    def megabytes(self) -> float:
        return float(self._process.memory_info().rss / 1e6)

    def authorization(self, system: str) -> str:
        if system == "hubspot":
            return f"Bearer {HUBSPOT_TOKEN}"
        fields = {"grant_type": "client_credentials", "client_id": "tandem-consumer-key"}
        fields["client_secret"] = "tandem-consumer-secret"
        url = f"{self.data}/services/oauth2/token"
        answer = self._http.request_encode_body("POST", url, fields=fields, encode_multipart=False)
        return f"Bearer {answer.json()['access_token']}"


@contextmanager
def simulator() -> Iterator[Simulator]:
    command = [sys.executable, "-m", "simulator", "--port", "0", "--control-port", "0"]
    for name, value in SWITCHES.items():
        command += ["--set", f"{name}={value}"]
    with psutil.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        _pin(process, SERVER_CORE)
        try:
            ready = json.loads(process.stdout.readline())
            yield Simulator(process, ready["data"], ready["control"])
        finally:
            process.terminate()


def drive(server: Simulator, load: Load, seconds: float, folder: Path) -> Measured:
    authorization = server.authorization(load.system)
    cpu_before = server.cpu_seconds()
    tool = _wrk if shutil.which("wrk") else _plain_client
    figures = tool(server.data, load, seconds, authorization, folder)
    return Measured(
        calls=figures["calls"],
        failed=figures["failed"],
        seconds=figures["seconds"],
        cpu_seconds=server.cpu_seconds() - cpu_before,
        median=figures["median"],
    )


def _wrk(url: str, load: Load, seconds: float, authorization: str, folder: Path) -> dict[str, Any]:
    requests = folder / "requests.tsv"
    requests.write_text("".join(f"{each.method}\t{each.path}\t{each.body}\n" for each in load.requests))
    command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds:.0f}s"]
    command += ["--script", str(SCRIPT), url, "--", str(requests), authorization]
    with psutil.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        _pin(process, CLIENT_CORES)
        told = process.stdout.read()
    return dict(json.loads(told.splitlines()[-1]))


def _plain_client(url: str, load: Load, seconds: float, authorization: str, _folder: Path) -> dict[str, Any]:
    """Slower than the simulator, so its calls per second are its own; the processor time is the simulator's."""
    http = urllib3.PoolManager(maxsize=CONNECTIONS)
    headers = {"Authorization": authorization, "Content-Type": "application/json"}
    began, took, failed = time.monotonic(), [], 0

    def send_until_the_end(number: int) -> None:
        nonlocal failed
        for each in islice(cycle(load.requests), number, None, CONNECTIONS):
            sent = time.monotonic()
            if sent - began >= seconds:
                return
            answer = http.request(each.method, url + each.path, body=each.body or None, headers=headers)
            took.append(time.monotonic() - sent)
            failed += answer.status >= 300

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        list(threads.map(send_until_the_end, range(CONNECTIONS)))
    median = sorted(took)[len(took) // 2]
    return {"calls": len(took), "failed": failed, "seconds": time.monotonic() - began, "median": median}


def _pin(process: psutil.Popen, cores: list[int]) -> None:
    if hasattr(process, "cpu_affinity"):  # not on macOS
        process.cpu_affinity(cores)


def measure_speed(seconds: float, rounds: int) -> None:
    print(f"{'':34}{'calls/s':>9}{'rows/s':>9}{'us/call':>9}{'us/row':>8}{'median ms':>11}")
    with simulator() as server, tempfile.TemporaryDirectory() as folder:
        server.seed({"hubspot": {"properties": {"companies": [HUBSPOT_KEY]}}})
        server.seed(records(0, 10_000))
        for load in loads(10_000):
            runs = [drive(server, load, seconds, Path(folder)) for _ in range(rounds)]
            _print_best(load, runs)


def _print_best(load: Load, runs: list[Measured]) -> None:
    best = min(runs, key=lambda run: run.cpu_seconds / run.calls)
    fastest = max(run.calls / run.seconds for run in runs)
    microseconds = best.cpu_seconds / best.calls * 1e6
    print(
        f"{load.name:34}{fastest:9,.0f}{fastest * load.rows:9,.0f}{microseconds:9,.0f}"
        f"{microseconds / load.rows:8,.1f}{best.median * 1e3:11.1f}"
    )
    if failed := sum(run.failed for run in runs):
        raise SystemExit(f"{failed} of these calls failed")


def measure_size(count: int) -> None:
    """Half of the records in either CRM, every contact in a company."""
    with simulator() as server, tempfile.TemporaryDirectory() as folder:
        server.seed({"hubspot": {"properties": {"companies": [HUBSPOT_KEY]}}})
        empty, began = server.megabytes(), time.monotonic()
        for start in range(0, count, SEED_CHUNK):
            server.seed(records(start, min(start + SEED_CHUNK, count)))
        took, used = time.monotonic() - began, server.megabytes()
        print(f"{count:,} records: {used:,.0f} MB, of which {empty:,.0f} without any; seeded in {took:.0f} s")
        for load in loads(count):
            _print_best(load, [drive(server, load, 2, Path(folder))])
        print(f"and then: {server.megabytes():,.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="the best of so many counts")
    parser.add_argument("--records", type=int, default=1_000_000, help="for the room they take; 0: not measured")
    arguments = parser.parse_args()
    measure_speed(arguments.seconds, arguments.rounds)
    if arguments.records:
        measure_size(arguments.records)


if __name__ == "__main__":
    main()
