"""Where a mapping comes from: the operator's file, or the one that comes with Tandem."""

from importlib.resources import files
from pathlib import Path

from tasks.contracts.mapping import FieldMapping, Finding
from tasks.contracts.mapping_file import parse_mapping


def load_mapping(path: Path | None) -> FieldMapping | tuple[Finding, ...]:
    """The mapping, or everything that is wrong with the file. None: the default mapping."""
    if path is None:
        return parse_mapping(default_mapping())
    try:
        return parse_mapping(path.read_bytes())
    except OSError as error:
        problem = f"{path} cannot be read: {error.strerror}"
        return (Finding(0, "the mapping file", problem, "Name a file that the workers may read"),)


def default_mapping() -> bytes:
    """The file itself, to begin one's own with."""
    return files("workers.mapping").joinpath("default.toml").read_bytes()
