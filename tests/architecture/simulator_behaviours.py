"""The table of the simulated CRMs' behaviours, as docs/simulator.md has it."""

import re
from dataclasses import dataclass

from tests.architecture.source_tree import read

NAMES = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Behaviour:
    number: int
    switches: tuple[str, ...]
    counters: tuple[str, ...]
    defaults: tuple[str, ...]
    are_faults: bool  # ordered instead of switched, and counted among the faults


def behaviours() -> dict[int, Behaviour]:
    """By number, in the order of the table."""
    below = read("docs/simulator.md").partition("## Behaviours\n")[2]
    table = re.split(r"^#+ ", below, maxsplit=1, flags=re.MULTILINE)[0]
    found = [_behaviour(line) for line in table.splitlines() if re.match(r"\| \d", line)]
    return {each.number: each for each in found}


HUBSPOT = range(1, 21)
SALESFORCE = range(21, 37)


def _behaviour(line: str) -> Behaviour:
    number, _, switches, counters, defaults, source = (cell.strip() for cell in line.strip("|").split(" | "))
    assert source, line
    return Behaviour(
        number=int(number),
        switches=tuple(NAMES.findall(switches)),
        counters=tuple(NAMES.findall(counters)),
        defaults=tuple(NAMES.findall(defaults)),
        are_faults=switches.startswith("faults"),
    )
