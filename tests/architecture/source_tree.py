"""The files of the project, as its rules see them."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_OURS = {"__pycache__", "build", "dist", "node_modules"}
HIDDEN_BUT_OURS = {".ci", ".gitignore"}
PARTIAL_LOCKS = tuple(f"requirements-{name}.lock" for name in ("build", "runtime", "simulator"))
GENERATED = {"requirements.lock", *PARTIAL_LOCKS}


def files(*endings: str) -> list[str]:
    """Paths below the root with one of these endings, or all; nothing installed, cached or generated."""
    found = (str(path.relative_to(ROOT)) for path in _walk(ROOT))
    return sorted(path for path in found if path not in GENERATED and (not endings or path.endswith(endings)))


def lines(path: str) -> list[str]:
    """Of the file at this path below the root."""
    return read(path).splitlines()


def read(path: str) -> str:
    """The file's text."""
    return (ROOT / path).read_text(encoding="utf-8")


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in NOT_OURS or path.name.endswith(".egg-info"):
            continue
        if path.name.startswith(".") and path.name not in HIDDEN_BUT_OURS:
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path
