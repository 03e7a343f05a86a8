"""The processes of a running Tandem, as a supervisor starts them: workers, beat, Flower."""

import secrets
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from workers.supervisor import ProcessSpec

STOPPING = timedelta(seconds=40)
"""Above the 30 s in which a worker finishes its slice."""


def tandem(*words: str) -> list[str]:
    """The command line, as a program of this very Python."""
    return [sys.executable, "-m", "workers.cli", *words]


def process_specs(
    *,
    workers: int,
    concurrency: int,
    env: Mapping[str, str],
    log_folder: Path | None = None,
    flower: bool = True,
    receiver: bool = False,
) -> list[ProcessSpec]:
    """`workers` worker processes with `concurrency` children each, one beat, one Flower, and a receiver if wanted.

    With a folder for logs every process writes a file of its own there.
    """
    names = [f"worker-{number}" for number in range(1, workers + 1)]
    commands = {name: ["worker", "--name", name, "--concurrency", str(concurrency)] for name in names}
    commands["beat"] = ["beat"]
    if flower:
        commands["flower"] = ["flower"]
    if receiver:
        commands["receiver"] = ["receiver"]
    return [
        ProcessSpec(
            name,
            tandem(*words),
            env=env,
            log_path=log_folder / f"{name}.log" if log_folder else None,
            grace=STOPPING,
        )
        for name, words in commands.items()
    ]


def new_password() -> str:
    """For Flower, where nobody has chosen one."""
    return secrets.token_urlsafe(12)
