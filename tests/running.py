"""Real workers as processes against simulated CRMs, for tests: started, spoken to as other services do, looked at."""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from celery import Celery
from sqlalchemy import Engine

from tasks.contracts.records import Lane
from workers.demo.readback import Readback, read_back
from workers.demo.simulated_crms import CONSUMER_KEY, CONSUMER_SECRET, HUBSPOT_TOKEN, SimulatedCrms
from workers.demo.story import Story
from workers.ledger.postgres_ledger import PostgresLedger
from workers.ledger.review_desk import ReviewDesk
from workers.messenger import queue_of
from workers.supervisor import ProcessSpec, Supervisor

QUICK = {"TANDEM_CLAIM_TTL": "4", "TANDEM_RESEND_AFTER": "2", "TANDEM_RESEND_EVERY": "1", "TANDEM_LOG_LEVEL": "WARNING"}


@dataclass
class Running:
    """A context manager: a beat and `workers` single-child worker processes of the app, and both CRMs."""

    folder: Path
    database_url: str
    redis_url: str
    engine: Engine
    story: Story
    workers: int = 2
    app: str = "workers.celery_app"
    env: Mapping[str, str] = field(default_factory=dict)
    switches: Mapping[str, object] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.crms = SimulatedCrms(self.folder / "simulator.log")
        self.crms.__enter__()
        self.crms.seed(self.story)
        ledger = PostgresLedger(self.engine)
        for name, value in {"company_sync": True, "domain_match": "auto", **self.switches}.items():
            ledger.write_switch(name, value, "test")
        self.supervisor = Supervisor([self._worker(number) for number in range(self.workers)] + [self._beat()])
        self.supervisor.__enter__()
        self._client = Celery("another service", broker=self.redis_url)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        self.supervisor.__exit__(kind, error, trace)
        self.crms.__exit__(kind, error, trace)

    def send(self, task: str, *args: Any, **kwargs: Any) -> None:
        """Call a task by its name, as any service may."""
        self._client.send_task(f"tasks.{task}", args=args, kwargs=kwargs, queue=queue_of(Lane.LIVE), retry=False)

    def announce(self, *events: Any) -> None:
        """In one message."""
        self.send("receive_changes", list(events))

    def wait_until(self, is_so: Any, *, what: str, seconds: float = 90) -> None:
        """Keep the processes running until it is so."""
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, f"{what}: not after {seconds} s; see {self.logs()}"
            self.supervisor.tick()
            time.sleep(0.1)

    def wait_until_all_listen(self) -> None:
        """Every worker has started, so that none does the others' work meanwhile."""

        def all_listen() -> bool:
            return len(self._client.control.ping(timeout=1, limit=self.workers)) == self.workers

        self.wait_until(all_listen, what="all workers listen")

    def wait_until_settled(self, *, rows: int) -> None:
        """So many rows were owed, and none is any more."""

        def settled() -> bool:
            with self.engine.connect() as connection:
                known = connection.exec_driver_sql("SELECT count(*) FROM owed").scalar() or 0
            return known >= rows and not any(one.owed for one in ReviewDesk(self.engine).count_owed())

        self.wait_until(settled, what=f"{rows} rows settled")

    def read_back(self) -> Readback:
        """Both CRMs through their public APIs."""
        return read_back(self.crms.url, HUBSPOT_TOKEN, self.crms.url, CONSUMER_KEY, CONSUMER_SECRET)

    def logs(self) -> str:
        """The ends of all log files."""
        ends = [f"{path.name}: {path.read_text()[-1500:]}" for path in sorted(self.folder.glob("*.log"))]
        return "\n".join(ends)

    def _worker(self, number: int) -> ProcessSpec:
        options = ["--concurrency", "1", "--hostname", f"worker{number}@test"]
        return self._celery(f"worker-{number}", ["worker", *options, "--without-gossip", "--without-mingle"])

    def _beat(self) -> ProcessSpec:
        return self._celery("beat", ["beat"])

    def _celery(self, name: str, words: Sequence[str]) -> ProcessSpec:
        env = {
            **self.crms.settings,
            **QUICK,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "TANDEM_BEAT_FILE": str(self.folder / "beat"),
            **self.env,
        }
        return ProcessSpec(
            name,
            [sys.executable, "-m", "celery", "--app", self.app, *words],
            env=env,
            log_path=self.folder / f"{name}.log",
            grace=timedelta(),  # by then all has been looked at; how they end politely is shown elsewhere
        )
