"""Write the generated part of the labelled set: python -m benchmarks.matching.generator.

Every company is invented. Each scene is a small corner of two CRMs, made by one of the variations in `customers` and
`strangers`. The same seed gives the same file.
"""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.matching import customers, strangers
from benchmarks.matching.inventor import Inventor, Pairs
from benchmarks.matching.labelled import COLUMNS, FOLDER, LabelledPair
from benchmarks.matching.words import FREE_MAIL

SEED = 20_240_917

VARIATIONS: tuple[tuple[Callable[[Inventor], Pairs], int], ...] = (
    (customers.plain, 2_600),
    (customers.accented, 300),
    (customers.misspelt, 250),
    (customers.further_domain, 300),
    (customers.without_website, 400),
    (customers.other_domain, 200),
    (customers.rebranded, 150),
    (customers.abbreviated, 100),
    (customers.shortened, 300),
    (customers.unnamed, 150),
    (strangers.namesake_abroad, 200),
    (strangers.namesake_next_door, 150),
    (strangers.subsidiaries, 200),
    (strangers.branches_of_one_name, 150),
    (strangers.franchise, 80),
    (strangers.holding, 200),
    (strangers.sister_abroad, 150),
    (strangers.free_mail, len(FREE_MAIL)),
    (strangers.shared_page, 150),
    (strangers.opted_out, 40),
    (strangers.lookalike, 150),
    (strangers.sold_domain, 60),
    (strangers.numbered, 150),
    (strangers.consultant, 60),
    (strangers.slipped_row, 5),
)


def generate(seed: int = SEED) -> Iterator[LabelledPair]:
    """All pairs, scene by scene, in the order of the file."""
    inventor = Inventor(seed)
    number = 0
    for variation, scenes in VARIATIONS:
        for _ in range(scenes):
            number += 1
            for same, company, account, evidence in variation(inventor):
                yield LabelledPair(f"g{number}", variation.__name__.replace("_", "-"), same, company, account, evidence)


def write(path: Path) -> None:
    """The file as it is kept."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(pair.as_row() for pair in generate())


if __name__ == "__main__":
    write(FOLDER / "generated.tsv")
