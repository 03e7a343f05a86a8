"""Where a mapping comes from: the operator's file, or the one that comes with Tandem."""

from importlib.resources import files
from pathlib import Path

from tasks.contracts.errors import ProblemClass, Rejected
from tasks.contracts.mapping import FieldMapping, Finding
from tasks.contracts.mapping_file import parse_mapping


def load_mapping(path: str) -> FieldMapping | tuple[Finding, ...]:
    """The mapping, or everything that is wrong with the file. Empty: the default mapping."""
    if not path:
        return parse_mapping(default_mapping())
    try:
        return parse_mapping(Path(path).read_bytes())
    except OSError as error:
        problem = f"{path} cannot be read: {error.strerror}"
        return (Finding(0, "the mapping file", problem, "Name a file that the workers may read"),)


def read_mapping(path: str) -> FieldMapping:
    """As above; raises Rejected, with everything that is wrong, if it cannot be used."""
    mapping = load_mapping(path)
    if isinstance(mapping, FieldMapping):
        return mapping
    raise Rejected(
        f"the mapping file{f' {path}' if path else ''} cannot be used: " + "; ".join(map(str, mapping)),
        problem_class=ProblemClass.CONFIG,
        code="MAPPING_FILE",
        remedy="`tandem mapping check` says the same, line by line",
    )


def default_mapping() -> bytes:
    """The file itself, to begin one's own with."""
    return files("workers.mapping").joinpath("default.toml").read_bytes()
