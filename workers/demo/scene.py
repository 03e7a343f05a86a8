"""Everything the demo needs while it plays: services, CRMs, supervised processes, and the view from outside."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from workers.demo.chaos import Chaos
from workers.demo.people_at_work.sources import POLLS, receiver_settings
from workers.demo.simulated_crms import CannotPlay, SimulatedCrms
from workers.demo.story import Story
from workers.embedded import EmbeddedServices, free_port
from workers.ledger.engine import make_engine
from workers.ledger.review_desk import ReviewDesk
from workers.ledger.schema import migrate
from workers.processes import new_password, process_specs
from workers.settings import Settings, read_settings
from workers.supervisor import Supervisor
from workers.watches import watch_for_deaf_workers, watch_redis

FOLDERS = Path(".tandem")
"""Each demo has a folder of its own there; it stays if something went wrong."""
WORKERS, CHILDREN = 2, 2
IMPATIENT = {"TANDEM_CLAIM_TTL": "6", "TANDEM_RESEND_AFTER": "4", "TANDEM_RESEND_EVERY": "2"}
"""Where workers die every few seconds, nobody wants to wait half a minute for each."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All of it, running."""

    folder: Path
    """Logs, and the data of the embedded services."""
    services: EmbeddedServices
    crms: SimulatedCrms
    engine: Engine
    supervisor: Supervisor
    flower_url: str
    flower_user: str
    flower_password: str
    receiver_port: int
    chaos: Chaos | None

    def tick(self) -> None:
        """Keep the processes running, or from running."""
        self.supervisor.tick()
        if self.chaos is not None:
            self.chaos.tick()

    @property
    def restarts(self) -> int:
        """Of all processes together."""
        return sum(one.restarts for one in self.supervisor.statuses())


@contextmanager
def set_scene(story: Story, *, chaos: bool) -> Iterator[Scene]:
    """Start everything; on leaving, stop what was started here. Raises CannotPlay."""
    settings = read_settings()
    database_url, redis_url = settings.database_url.get_secret_value(), settings.redis_url.get_secret_value()
    if chaos and redis_url:
        raise CannotPlay("CHAOS=1 empties and kills Redis, and REDIS_URL is somebody's: unset it.")
    folder = (FOLDERS / f"demo-{os.getpid()}").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with (
        EmbeddedServices(folder, database_url, redis_url) as services,
        SimulatedCrms(folder / "simulator.log") as crms,
    ):
        crms.seed(story)
        migrate(services.database_url)
        engine = _open_empty_ledger(services.database_url, settings)
        port, receiver_port, password = (
            free_port(),
            free_port(),
            settings.flower_password.get_secret_value() or new_password(),
        )
        env = {
            **crms.settings,
            **(IMPATIENT if chaos else {}),
            **POLLS,
            **receiver_settings(receiver_port),
            "DATABASE_URL": services.database_url,
            "REDIS_URL": services.redis_url,
            "TANDEM_FLOWER_PASSWORD": password,
            "TANDEM_FLOWER_PORT": str(port),
            "TANDEM_BEAT_FILE": str(folder / "celerybeat-schedule"),
        }
        specs = process_specs(workers=WORKERS, concurrency=CHILDREN, env=env, log_folder=folder, receiver=True)
        with Supervisor(specs) as supervisor:
            supervisor.guard(crms.pid)
            watch_for_deaf_workers(supervisor, engine)
            trouble = Chaos(supervisor, services.redis) if chaos and services.redis else None
            if trouble is None:  # which takes Redis away, and brings it back, by itself
                watch_redis(supervisor, services)
            flower = f"http://127.0.0.1:{port}"
            user = settings.flower_user
            yield Scene(folder, services, crms, engine, supervisor, flower, user, password, receiver_port, trouble)
        engine.dispose()
    shutil.rmtree(folder, ignore_errors=True)


def _open_empty_ledger(url: str, settings: Settings) -> Engine:
    engine = make_engine(url, lock_timeout=settings.lock_timeout, statement_timeout=settings.statement_timeout)
    if ReviewDesk(engine).count_owed():
        raise CannotPlay("The demo wants a ledger of its own, and DATABASE_URL leads to one that is in use.")
    return engine
