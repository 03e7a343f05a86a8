"""Imports everything an image's program imports, with nothing at hand but what the image's lock file installs.

Run as a program, with the lock file's path, a blank or the modules that libraries import by name, and our packages:
imports cannot be undone within the tests' own process.
"""

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import Distribution, DistributionFinder, packages_distributions
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.importlib import MetaPathFinderProtocol


class OnlyLocked(MetaPathFinder):
    """Stands before the other finders and hides the packages of every distribution that the lock does not name."""

    def __init__(self, lock: str, ours: Sequence[str], finders: "Sequence[MetaPathFinderProtocol]") -> None:
        locked = {_plain(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
        self._finders = finders
        self._hidden = {
            package
            for package, distributions in packages_distributions().items()
            if not locked & {_plain(one) for one in distributions} and package not in ours
        }

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name.partition(".")[0] in self._hidden:
            return None
        found = (finder.find_spec(name, path, target) for finder in self._finders)
        return next((spec for spec in found if spec), None)

    def find_distributions(self, context: DistributionFinder.Context) -> Iterator[Distribution]:
        """Libraries ask for the versions of others."""
        for finder in self._finders:
            if hasattr(finder, "find_distributions"):
                yield from finder.find_distributions(context)


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def main() -> None:
    """Ends with a traceback that names what is missing."""
    lock, by_name, *ours = sys.argv[1:]
    sys.meta_path[:] = [OnlyLocked(Path(lock).read_text(encoding="utf-8"), ours, tuple(sys.meta_path))]
    for package in ours:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not module.name.endswith("__main__") and "migrations" not in module.name:  # Alembic runs those
                importlib.import_module(module.name)
    for name in by_name.split():
        importlib.import_module(name)


if __name__ == "__main__":
    main()
