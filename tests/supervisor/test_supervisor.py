"""Processes that crash come back, those that crash at once come back slowly, and nothing outlives the end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from workers.supervisor import ProcessSpec, RestartPolicy, Supervisor

STAYS = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
WITH_A_CHILD = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {DEAF!r}], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""
QUICK = RestartPolicy(first_wait=timedelta(milliseconds=20), longest_wait=timedelta(milliseconds=80))


def python(name: str, program: str, **options: object) -> ProcessSpec:
    return ProcessSpec(name, [sys.executable, "-I", "-S", "-c", program], **{"restart": QUICK, **options})  # type: ignore[arg-type]


def wait_until(is_so: Callable[[], object], supervisor: Supervisor | None = None) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        if supervisor is not None:
            supervisor.tick()
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    """A zombie that nobody reaped yet is dead."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def last_number(written: Path) -> int:
    lines = written.read_text().split() if written.exists() else []
    return int(lines[-1]) if lines else 0


def test_a_process_that_ends_is_started_again_and_counted() -> None:
    with Supervisor([python("stays", STAYS), python("other", STAYS)]) as supervisor:
        before = supervisor.status("stays").pid
        assert before
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: supervisor.status("stays").restarts == 1, supervisor)
        now = supervisor.status("stays")
        assert now.pid
        assert now.pid != before
        assert now.exit_status == -signal.SIGKILL
        assert supervisor.status("other").restarts == 0


def test_without_a_policy_what_ended_stays_ended() -> None:
    with Supervisor([python("once", "raise SystemExit(3)", restart=None)]) as supervisor:
        wait_until(lambda: supervisor.status("once").exit_status is not None, supervisor)
        supervisor.tick()
        assert supervisor.status("once").exit_status == 3
        assert supervisor.status("once").pid is None
        assert supervisor.status("once").restarts == 0


@pytest.mark.parametrize(("early_deaths", "seconds"), [(0, 0.2), (1, 0.4), (3, 1.6), (8, 30), (10_000, 30)])
def test_the_wait_doubles_up_to_a_limit(early_deaths: int, seconds: float) -> None:
    assert RestartPolicy().wait(early_deaths) == timedelta(seconds=seconds)


def test_one_that_keeps_dying_young_is_started_less_often_and_reported() -> None:
    policy = RestartPolicy(first_wait=timedelta(milliseconds=50), longest_wait=timedelta(seconds=60))
    began = time.monotonic()
    with capture_logs() as logs, Supervisor([python("crashes", "raise SystemExit(1)", restart=policy)]) as supervisor:
        wait_until(lambda: supervisor.status("crashes").early_deaths == 4, supervisor)
    assert time.monotonic() - began > 0.05 + 0.1 + 0.2
    warnings = [line for line in logs if line["event"] == "process.keeps_dying"]
    assert [line["early_deaths"] for line in warnings] == [3, 4]
    assert [line["wait_seconds"] for line in warnings] == [0.2, 0.4]
    assert warnings[0]["process"] == "crashes"


def test_one_that_lived_long_enough_is_not_held_to_its_past() -> None:
    policy = RestartPolicy(first_wait=timedelta(milliseconds=20), dies_young_before=timedelta(milliseconds=10))
    with Supervisor([python("lives", "import time; time.sleep(0.05)", restart=policy)]) as supervisor:
        wait_until(lambda: supervisor.status("lives").restarts == 3, supervisor)
        assert supervisor.status("lives").early_deaths == 0


def test_one_that_finds_out_after_a_while_that_it_may_not_start_died_young() -> None:
    refuses = "import time; time.sleep(1.2); raise SystemExit(1)"
    policy = RestartPolicy(first_wait=timedelta(milliseconds=20))
    with Supervisor([python("refuses", refuses, restart=policy)]) as supervisor:
        wait_until(lambda: supervisor.status("refuses").restarts == 1, supervisor)
        assert supervisor.status("refuses").early_deaths == 1


def test_one_that_was_killed_on_purpose_did_not_die_young() -> None:
    with Supervisor([python("stays", STAYS)]) as supervisor:
        supervisor.kill("stays")
        wait_until(lambda: supervisor.status("stays").restarts == 1, supervisor)
        assert supervisor.status("stays").early_deaths == 0


def test_a_program_that_is_not_there_says_so_at_once() -> None:
    first = python("first", STAYS)
    supervisor = Supervisor([first, ProcessSpec("missing", ["/nowhere/to/be/found"])])
    with pytest.raises(FileNotFoundError), supervisor:
        pass
    assert supervisor.status("first").pid is None


def test_they_are_stopped_the_last_one_first(tmp_path: Path) -> None:
    told = tmp_path / "told"
    program = (
        "import signal, sys, time\n"
        "def end(*_):\n    print(sys.argv[1], flush=True); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end); print('ready', flush=True); time.sleep(60)"
    )
    specs = [
        ProcessSpec(name, [sys.executable, "-I", "-S", "-c", program, name], log_path=told)
        for name in ("redis", "worker", "beat")
    ]
    with Supervisor(specs):
        wait_until(lambda: told.exists() and told.read_text().count("ready") == 3)
    assert told.read_text().split()[3:] == ["beat", "worker", "redis"]


def test_one_that_does_not_listen_is_killed_after_its_grace(tmp_path: Path) -> None:
    output = tmp_path / "output"
    deaf = python("deaf", DEAF, grace=timedelta(seconds=0.3), log_path=output)
    with Supervisor([deaf]) as supervisor:
        wait_until(lambda: output.exists() and output.read_text())
        began = time.monotonic()
    assert 0.3 <= time.monotonic() - began < 30
    assert supervisor.status("deaf").exit_status == -signal.SIGKILL


@pytest.mark.parametrize("how", ["kill", "crash", "stop"])
def test_what_a_process_started_ends_with_it(tmp_path: Path, how: str) -> None:
    output = tmp_path / "output"
    supervisor = Supervisor([python("worker", WITH_A_CHILD, log_path=output)])
    with supervisor:
        wait_until(lambda: last_number(output))
        grandchild, leader = last_number(output), supervisor.status("worker").pid
        assert leader
        assert is_alive(grandchild)
        if how == "kill":
            supervisor.kill("worker")
        elif how == "crash":
            os.kill(leader, signal.SIGKILL)
        else:
            supervisor.stop()
        if how != "stop":
            wait_until(lambda: supervisor.status("worker").restarts == 1, supervisor)
        wait_until(lambda: not is_alive(grandchild))


def test_restarting_asks_first_and_waits_for_nothing(tmp_path: Path) -> None:
    output = tmp_path / "output"
    slow = RestartPolicy(first_wait=timedelta(seconds=60))
    with Supervisor([python("deaf", DEAF, grace=timedelta(seconds=1), log_path=output, restart=slow)]) as supervisor:
        wait_until(lambda: output.exists() and output.read_text())
        began = time.monotonic()
        supervisor.restart("deaf")
        assert time.monotonic() - began < 1
        wait_until(lambda: supervisor.status("deaf").restarts == 1, supervisor)


def test_restarting_ends_a_back_off() -> None:
    slow = RestartPolicy(first_wait=timedelta(seconds=60))
    with Supervisor([python("crashes", "pass", restart=slow)]) as supervisor:
        wait_until(lambda: supervisor.status("crashes").exit_status is not None, supervisor)
        supervisor.restart("crashes")
        supervisor.tick()
        assert supervisor.status("crashes").restarts == 1


def test_a_watch_is_called_now_and_then_and_may_restart() -> None:
    with Supervisor([python("worker", STAYS)]) as supervisor:
        seen: list[float] = []

        def look() -> None:
            seen.append(time.monotonic())
            if len(seen) == 2:
                supervisor.restart("worker")

        supervisor.watch(look, every=timedelta(milliseconds=60))
        wait_until(lambda: supervisor.status("worker").restarts == 1, supervisor)
        assert seen[1] - seen[0] >= 0.06


def test_a_watch_that_fails_ends_nothing() -> None:
    with capture_logs() as logs, Supervisor([python("worker", STAYS)]) as supervisor:
        supervisor.watch(lambda: 1 / 0, every=timedelta(0))  # type: ignore[arg-type]
        supervisor.tick()
        assert supervisor.status("worker").pid
    assert "watch.failed" in {line["event"] for line in logs}


def test_the_environment_is_ours_and_the_spec_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OURS", "kept")
    monkeypatch.setenv("BOTH", "lost")
    output = tmp_path / "logs" / "output"
    program = "import os; print(os.environ['OURS'], os.environ['BOTH'])"
    with Supervisor([python("env", program, env={"BOTH": "won"}, log_path=output, restart=None)]) as supervisor:
        wait_until(lambda: supervisor.status("env").exit_status == 0, supervisor)
    assert output.read_text().split() == ["kept", "won"]


def test_two_of_the_same_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="same name"):
        Supervisor([python("worker", STAYS), python("worker", STAYS)])


RUNS = """
import sys
from pathlib import Path
from workers.settings import LogFormat
from workers.supervisor import ProcessSpec, Supervisor
from workers.telemetry.logs import configure_logging
configure_logging(level="WARNING", log_format=LogFormat.JSON)
specs = [ProcessSpec("worker", [sys.executable, "-I", "-S", "-c", sys.argv[1]], log_path=Path(sys.argv[2]))]
with Supervisor(specs) as supervisor:
    print(supervisor.status("worker").pid, flush=True)
    exec(sys.argv[3])
    supervisor.run()
print("stopped", flush=True)
"""


def supervise(program: str, output: Path, first: str = "") -> tuple["subprocess.Popen[str]", int]:
    process = subprocess.Popen(
        [sys.executable, "-c", RUNS, program, str(output), first], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    child = int(process.stdout.readline())
    wait_until(lambda: output.exists() and output.read_text())
    return process, child


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_signals_that_end_a_program_stop_everything(tmp_path: Path, number: signal.Signals) -> None:
    process, child = supervise(WITH_A_CHILD, tmp_path / "output")
    grandchild = last_number(tmp_path / "output")
    process.send_signal(number)
    told, _ = process.communicate(timeout=60)
    assert told.split() == ["stopped"]
    assert process.returncode == 0
    wait_until(lambda: not is_alive(child) and not is_alive(grandchild))


def test_a_second_signal_does_not_wait_for_the_grace(tmp_path: Path) -> None:
    process, _child = supervise(DEAF, tmp_path / "output")
    process.send_signal(signal.SIGTERM)
    time.sleep(0.4)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0


REPLACED = "supervisor._undertaker.kill(); supervisor._undertaker.wait(); supervisor.tick()"


@pytest.mark.parametrize("first", ["", REPLACED], ids=["its-undertaker-sees-to-it", "so-does-another-undertaker"])
def test_nothing_outlives_a_supervisor_that_was_killed(tmp_path: Path, first: str) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", STAYS], start_new_session=True)
    process, child = supervise(WITH_A_CHILD, tmp_path / "output", f"supervisor.guard({stranger.pid}); {first}")
    grandchild = last_number(tmp_path / "output")
    time.sleep(0.2)
    process.kill()
    process.communicate(timeout=60)
    wait_until(lambda: not is_alive(child) and not is_alive(grandchild))
    assert stranger.wait(60) == -signal.SIGKILL


def test_a_guarded_stranger_survives_an_orderly_stop() -> None:
    stranger = subprocess.Popen([sys.executable, "-c", STAYS], start_new_session=True)
    with Supervisor([python("worker", STAYS)]) as supervisor:
        supervisor.guard(stranger.pid)
    assert is_alive(stranger.pid)
    stranger.kill()
    stranger.wait()
