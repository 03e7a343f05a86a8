"""Measure the matching rules: python -m benchmarks.matching [FILE ...]; a file of your own is as good as ours."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.matching.labelled import FILES, build_world, read_pairs
from benchmarks.matching.measuring import as_table


def main(words: Sequence[str] | None = None) -> int:
    """Prints precision and recall of each step; the format of the files is that of tests/rules/labelled."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, default=list(FILES))
    pairs = list(read_pairs(parser.parse_args(words).files))
    world = build_world(pairs)
    print(
        f"{len(pairs):,} labelled pairs of {len(world.companies):,} companies and {len(world.accounts):,} accounts;"
        f" {len(world.truth):,} of them are one customer\n\n{as_table(world)}"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
