"""Imports everything a deployed worker imports, with nothing at hand but what the runtime lock file installs.

Run as a program, with the lock file's path: imports cannot be undone within the tests' own process.
"""

import importlib
import pkgutil
import re
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import packages_distributions
from pathlib import Path

OURS = ("tasks", "workers")
NEEDED_AT_RUN_TIME = ("kombu.transport.redis", "celery.apps.worker", "celery.apps.beat", "flower.command")


class OnlyLocked(MetaPathFinder):
    """Hides the packages of every distribution that the lock file does not name."""

    def __init__(self, lock: str) -> None:
        locked = {_plain(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
        self._hidden = {
            package
            for package, distributions in packages_distributions().items()
            if not locked & {_plain(one) for one in distributions} and package not in OURS
        }

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        if name.partition(".")[0] in self._hidden:
            raise ModuleNotFoundError(f"{name} is not in the runtime lock file", name=name)
        return None


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def main() -> None:
    """Ends with a traceback that names what is missing."""
    sys.meta_path.insert(0, OnlyLocked(Path(sys.argv[1]).read_text(encoding="utf-8")))
    for package in OURS:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not module.name.endswith("__main__") and "migrations" not in module.name:  # Alembic runs those
                importlib.import_module(module.name)
    for name in NEEDED_AT_RUN_TIME:
        importlib.import_module(name)


if __name__ == "__main__":
    main()
