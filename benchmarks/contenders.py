"""Who is measured: how each is given its work, which processes do it, and when nothing is left to do."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from celery import Celery
from sqlalchemy import Engine

from benchmarks.conditions import ASSOCIATION_BURST, NO_LIMIT, SEARCHES_PER_SECOND, Ground
from benchmarks.usual_way import QUEUE, TASK
from tasks.contracts.records import Kind
from workers.announcing import Producer
from workers.demo.story import CONTACT_SEGMENT
from workers.ledger.engine import make_engine
from workers.ledger.postgres_ledger import PostgresLedger
from workers.ledger.review_desk import ReviewDesk
from workers.processes import process_specs
from workers.supervisor import ProcessSpec


class Contender(Protocol):
    """One way of doing the job."""

    name: str

    def queue_everything(self, ground: Ground) -> None:
        """Before any worker runs."""
        ...

    def processes(self, ground: Ground) -> Sequence[ProcessSpec]:
        """As many workers and children as the conditions say."""
        ...

    def is_idle(self, ground: Ground) -> bool:
        """Asked again and again once all accounts are there: has it nothing left to do?"""
        ...


@dataclass
class Tandem:
    """Told of every company by change events, as another service tells it."""

    name: str = "Tandem"

    def queue_everything(self, ground: Ground) -> None:
        """Events of 500 companies each, and the switches."""
        ledger_engine = _open(ground)
        ledger = PostgresLedger(ledger_engine)
        switches = {"company_sync": True, "contact_segment": CONTACT_SEGMENT, "domain_match": "auto"}
        for name, value in switches.items():
            ledger.write_switch(name, value, "benchmark")
        ledger_engine.dispose()
        producer = Producer(ground.redis_url)
        producer.announce([_event(company_id) for company_id in ground.company_ids])
        producer.close()

    def processes(self, ground: Ground) -> Sequence[ProcessSpec]:
        """Workers and beat, told the portal's limits as an operator tells them."""
        burst = ground.conditions.hubspot_burst
        limits = (burst, ASSOCIATION_BURST, SEARCHES_PER_SECOND) if burst else (NO_LIMIT,) * 3
        env = {
            **_env(ground),
            "TANDEM_HUBSPOT_BURST": str(limits[0]),
            "TANDEM_HUBSPOT_ASSOCIATION_BURST": str(limits[1]),
            "TANDEM_HUBSPOT_SEARCH_RATE": str(limits[2]),
            "TANDEM_BEAT_FILE": str(ground.folder / "celerybeat-schedule"),
        }
        conditions = ground.conditions
        return process_specs(
            workers=conditions.workers,
            concurrency=conditions.children,
            env=env,
            log_folder=ground.folder,
            flower=False,
        )

    def is_idle(self, ground: Ground) -> bool:
        """Nothing is owed."""
        engine = _open(ground)
        try:
            return not any(one.owed for one in ReviewDesk(engine).count_owed())
        finally:
            engine.dispose()


@dataclass
class UsualWay:
    """One message and one task per company.

    It spends the quota by being refused and trying again. Celery's own rate limit would avoid the refusals, but was
    measured to fall to about one task a second per worker after twenty seconds, less than half of what was asked for.
    """

    name: str = "usual way"

    def queue_everything(self, ground: Ground) -> None:
        """One message per company."""
        app = Celery("producer", broker=ground.redis_url)
        with app.producer_pool.acquire(block=True) as producer:
            for company_id in ground.company_ids:
                app.send_task(TASK, args=[company_id], queue=QUEUE, producer=producer)
        app.close()

    def processes(self, ground: Ground) -> Sequence[ProcessSpec]:
        """Workers only: it has no beat."""
        env = {**_env(ground), "USUAL_WAY_SEGMENT": CONTACT_SEGMENT}
        names = [f"worker-{number}" for number in range(1, ground.conditions.workers + 1)]
        return [_usual_worker(name, ground, env) for name in names]

    def is_idle(self, ground: Ground) -> bool:  # noqa: ARG002 -- what the CRMs hold is all there is to ask
        """Its only trace is in the CRMs, which are asked anyway."""
        return True


def _usual_worker(name: str, ground: Ground, env: dict[str, str]) -> ProcessSpec:
    options = ["--queues", QUEUE, "--concurrency", str(ground.conditions.children), "--hostname", f"{name}@benchmark"]
    command = ["celery", "--app", "benchmarks.usual_way", "worker", *options, "--without-gossip", "--without-mingle"]
    return ProcessSpec(
        name,
        [sys.executable, "-m", *command],
        env=env,
        log_path=ground.folder / f"{name}.log",
        grace=timedelta(seconds=20),
    )


def _env(ground: Ground) -> dict[str, str]:
    return {**ground.crms.settings, "DATABASE_URL": ground.database_url, "REDIS_URL": ground.redis_url}


def _event(company_id: str) -> dict[str, object]:
    return {
        "version": 1,
        "event_id": f"benchmark-{company_id}",
        "record": Kind.COMPANY.value,
        "id": company_id,
        "what": "changed",
        "producer": "benchmark",
    }


def _open(ground: Ground) -> Engine:
    patience = timedelta(seconds=10)
    return make_engine(ground.database_url, lock_timeout=patience, statement_timeout=patience)
