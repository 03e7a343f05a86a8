"""Keeps named processes running: restarts them, backs off when they crash at once, takes everything down at the end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from workers.telemetry.logs import get_logger

log = get_logger(__name__)

LOOK_EVERY_SECONDS = 0.1
UNDERTAKER = Path(__file__).with_name("undertaker.py")


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How long to wait before a process is started again; the wait doubles while it keeps dying young."""

    first_wait: timedelta = timedelta(seconds=0.2)
    longest_wait: timedelta = timedelta(seconds=30)
    dies_young_before: timedelta = timedelta(seconds=10)
    """Above what a worker takes to find out that it may not start: it asks both CRMs."""
    report_after: int = 3
    """So many early deaths in a row are worth a warning."""

    def wait(self, early_deaths: int) -> timedelta:
        """After so many early deaths in a row."""
        return min(self.first_wait * (1 << min(early_deaths, 16)), self.longest_wait)


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process to keep running."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    """On top of our own environment."""
    log_path: Path | None = None
    """Its output is appended here; without one it goes where ours goes."""
    restart: RestartPolicy | None = RestartPolicy()
    """None: once it ended, it stays ended."""
    grace: timedelta = timedelta(seconds=10)
    """From the polite signal to the hard one."""


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """What is known about a process at this moment."""

    name: str
    pid: int | None
    restarts: int
    early_deaths: int
    """In a row."""
    exit_status: int | None
    """Of its latest end; negative: the signal that ended it."""


class Supervisor:
    """A context manager: starts its processes on entry, and on exit stops them, the last one first.

    `run` is for whoever has nothing else to do; others call `tick` several times a second. Everything happens in the
    thread that calls. Each process leads a session of its own, so Ctrl-C reaches the supervisor alone, and whatever
    it started can be ended with it.
    """

    def __init__(self, specs: Sequence[ProcessSpec]) -> None:
        self._children = {spec.name: _Child(spec) for spec in specs}
        if len(self._children) < len(specs):
            raise ValueError("two processes have the same name")
        self._watches: list[_Watch] = []
        self._undertaker: subprocess.Popen[str] | None = None
        self._also_guarded: set[int] = set()
        self._told_to_stop = False

    def __enter__(self) -> Self:
        try:
            for child in self._children.values():
                self._start(child)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def watch(self, look: Callable[[], None], *, every: timedelta) -> None:
        """Call `look` from the loop; it may call `restart` and `kill`, and delays everything while it runs."""
        self._watches.append(_Watch(look, every.total_seconds(), time.monotonic() + every.total_seconds()))

    def run(self) -> None:
        """Until SIGTERM, SIGINT or SIGHUP; the caller's `with` then stops everything. Main thread only."""
        with _signals_call(self.tell_to_stop):
            while not self._told_to_stop:
                self.tick()
                time.sleep(LOOK_EVERY_SECONDS)

    def tell_to_stop(self) -> None:
        """Let `run` return."""
        self._told_to_stop = True

    def tick(self) -> None:
        """Look once: bury who ended, start who is due, run the watches that are due."""
        now = time.monotonic()
        for child in self._children.values():
            self._look_after(child, now)
        for watch in self._watches:
            if now >= watch.due_at:
                watch.look_now()
        if self._undertaker is not None and self._undertaker.poll() is not None:
            self._hire_undertaker()

    def kill(self, name: str) -> None:
        """End it and all it started, the hard way; it is started again, and not held to have died young."""
        self._children[name].kill()

    def restart(self, name: str) -> None:
        """Ask it to end; after its grace it has to. It is started again at once, whatever its policy."""
        self._children[name].start_again()

    def guard(self, pid: int) -> None:
        """A process that somebody else started, leading a session of its own, shall not outlive us either."""
        self._also_guarded.add(pid)
        self._tell_undertaker(f"+{pid}")

    def statuses(self) -> list[ProcessStatus]:
        """One per process, in their order."""
        return [child.status() for child in self._children.values()]

    def status(self, name: str) -> ProcessStatus:
        """Of the process of that name."""
        return self._children[name].status()

    def stop(self) -> None:
        """Stop the last one first, each politely and then not; a second SIGTERM or Ctrl-C skips the politeness."""
        children = list(reversed(self._children.values()))
        with _signals_call(lambda: _kill_all(children)):
            for child in children:
                child.ask_to_end()
                while child.is_running:
                    child.insist_if_overdue(time.monotonic())
                    time.sleep(LOOK_EVERY_SECONDS / 5)
                child.signal_group(signal.SIGKILL)
                child.forget()
        if self._undertaker is not None and self._undertaker.stdin is not None:
            for pid in {child.last_pid for child in children} | self._also_guarded:
                self._tell_undertaker(f"-{pid}")
            with suppress(BrokenPipeError):
                self._undertaker.stdin.close()
            self._undertaker.wait()
            self._undertaker = None

    def _look_after(self, child: "_Child", now: float) -> None:
        if child.has_ended():
            self._bury(child, now)
        elif child.is_running:
            child.insist_if_overdue(now)
        elif child.start_at is not None and now >= child.start_at:
            try:
                self._start(child)
                child.restarts += 1
            except OSError as error:
                log.warning("process.not_started", process=child.spec.name, problem=error)
                child.plan_restart(now, lived=0.0)

    def _start(self, child: "_Child") -> None:
        if self._undertaker is None:
            self._hire_undertaker()
        pid = child.start()
        self._tell_undertaker(f"+{pid}")
        log.info("process.started", process=child.spec.name, pid=pid)

    def _bury(self, child: "_Child", now: float) -> None:
        # What it started is of no use without it: children of a dead worker would run on, holding its work.
        child.signal_group(signal.SIGKILL)
        self._tell_undertaker(f"-{child.last_pid}")
        child.forget()
        child.plan_restart(now, lived=now - child.started_at)
        child.report()

    def _hire_undertaker(self) -> None:
        self._undertaker = subprocess.Popen(  # noqa: S603 -- our own program
            [sys.executable, "-I", "-S", str(UNDERTAKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )
        running = {child.last_pid for child in self._children.values() if child.is_running}
        for pid in running | self._also_guarded:
            self._tell_undertaker(f"+{pid}")

    def _tell_undertaker(self, line: str) -> None:
        if self._undertaker is None or self._undertaker.stdin is None:
            return
        with suppress(BrokenPipeError):  # the next tick hires another one, and tells it everything
            self._undertaker.stdin.write(f"{line}\n")
            self._undertaker.stdin.flush()


@dataclass(slots=True)
class _Watch:
    look: Callable[[], None]
    every: float
    due_at: float

    def look_now(self) -> None:
        try:
            self.look()
        except Exception:  # a watch that cannot look must not end what it watches
            log.exception("watch.failed")
        self.due_at = time.monotonic() + self.every


class _Child:
    """One process through its lives."""

    def __init__(self, spec: ProcessSpec) -> None:
        self.spec = spec
        self.last_pid = 0
        self.started_at = 0.0
        self.start_at: float | None = None
        self.restarts = 0
        self._is_wanted_again = False
        self._was_killed = False
        self._early_deaths = 0
        self._exit_status: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._kill_at: float | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def status(self) -> ProcessStatus:
        pid = self.last_pid if self.is_running else None
        return ProcessStatus(self.spec.name, pid, self.restarts, self._early_deaths, self._exit_status)

    def start(self) -> int:
        self.start_at = None
        with _opened(self.spec.log_path) as output:
            self._process = subprocess.Popen(  # noqa: S603 -- what we were told to run
                self.spec.argv,
                env={**os.environ, **self.spec.env},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=None if output is None else subprocess.STDOUT,
                start_new_session=True,
            )
        self.started_at = time.monotonic()
        self.last_pid = self._process.pid
        return self.last_pid

    def has_ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def forget(self) -> None:
        if self._process is not None:
            self._exit_status = self._process.returncode
        self._process = self._kill_at = self.start_at = None

    def ask_to_end(self) -> None:
        """The leader alone is asked: a worker that is asked together with its children loses what they are doing."""
        if self.is_running and self._kill_at is None:
            self._kill_at = time.monotonic() + self.spec.grace.total_seconds()
            os.kill(self.last_pid, signal.SIGTERM)

    def kill(self) -> None:
        self._was_killed = self.is_running
        self.signal_group(signal.SIGKILL)

    def start_again(self) -> None:
        if self._process is None:
            self.start_at = time.monotonic()
        else:
            self._is_wanted_again = True
            self.ask_to_end()

    def insist_if_overdue(self, now: float) -> None:
        if self._kill_at is not None and now >= self._kill_at:
            self.signal_group(signal.SIGKILL)

    def signal_group(self, number: signal.Signals) -> None:
        if self._process is not None:
            # macOS answers EPERM where only the dead are left.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.last_pid, number)

    def plan_restart(self, now: float, *, lived: float) -> None:
        policy = self.spec.restart
        if self._is_wanted_again:
            self._is_wanted_again, self.start_at = False, now
        elif policy is not None:
            is_early = lived < policy.dies_young_before.total_seconds() and not self._was_killed
            self._was_killed = False
            wait = policy.wait(self._early_deaths)
            self._early_deaths = self._early_deaths + 1 if is_early else 0
            self.start_at = now + (wait if is_early else policy.first_wait).total_seconds()

    def report(self) -> None:
        policy = self.spec.restart
        log.info("process.ended", process=self.spec.name, exit_status=self._exit_status)
        if policy is not None and self._early_deaths >= policy.report_after:
            log.warning(
                "process.keeps_dying",
                process=self.spec.name,
                exit_status=self._exit_status,
                early_deaths=self._early_deaths,
                wait_seconds=policy.wait(self._early_deaths - 1).total_seconds(),
                output=self.spec.log_path,
            )


@contextmanager
def _opened(log_path: Path | None) -> Iterator[int | None]:
    if log_path is None:
        yield None
        return
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with log_path.open("ab") as output:
        yield output.fileno()


@contextmanager
def _signals_call(action: Callable[[], None]) -> Iterator[None]:
    """While inside, the signals that end a program do this instead; elsewhere than in the main thread, nothing."""

    def act(_number: int, _frame: FrameType | None) -> None:
        action()

    try:
        before = {number: signal.signal(number, act) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    except ValueError:
        before = {}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _kill_all(children: Sequence[_Child]) -> None:
    for child in children:
        child.signal_group(signal.SIGKILL)
