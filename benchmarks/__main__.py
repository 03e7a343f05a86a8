"""Compare Tandem with the usual way and with the quota floor: python -m benchmarks."""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.conditions import CannotRun, Conditions
from benchmarks.contenders import Tandem, UsualWay
from benchmarks.measuring import measure
from benchmarks.report import Comparison, machine_facts, print_comparison
from workers.embedded import EmbeddedServices
from workers.settings import LogFormat
from workers.telemetry.logs import configure_logging

DEFAULT = Conditions()


def main(words: Sequence[str] | None = None) -> int:
    """Exit status 1: it could not be measured, or a contender got something wrong."""
    arguments = _parser().parse_args(words)
    configure_logging(level="ERROR", log_format=LogFormat.CONSOLE)
    conditions = Conditions(
        workers=arguments.workers,
        children=arguments.children,
        latency=arguments.latency / 1000,
        hubspot_burst=0 if arguments.unlimited else arguments.burst,
    )
    console = Console(highlight=False, soft_wrap=True)
    folder = Path(tempfile.mkdtemp(prefix="tandem-benchmark-"))
    given = (os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", ""))
    try:
        with EmbeddedServices(folder, *given) as services:
            comparison = compare(
                conditions,
                services,
                companies=arguments.companies,
                usual_sample=min(arguments.usual_sample, arguments.companies),
                folder=folder,
                console=console,
            )
    except CannotRun as problem:
        console.print(f"[red]{problem}[/red]")
        return 1
    print_comparison(comparison, console)
    if arguments.json:
        arguments.json.write_text(json.dumps(comparison.as_json(), indent=2) + "\n", encoding="utf-8")
    if not comparison.is_right:
        console.print(f"The logs are in {folder}.")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def compare(
    conditions: Conditions,
    services: EmbeddedServices,
    *,
    companies: int,
    usual_sample: int,
    folder: Path,
    console: Console,
) -> Comparison:
    """Both, one after the other, so that neither takes the machine from the other. Raises CannotRun."""
    machine = machine_facts()
    console.print(f"Tandem: {companies:,} companies …")
    tandem = measure(Tandem(), conditions, services, companies=companies, folder=folder / "tandem")
    console.print(f"The usual way: {usual_sample:,} companies …")
    usual = measure(UsualWay(), conditions, services, companies=usual_sample, folder=folder / "usual-way")
    return Comparison(conditions, tandem, usual, machine)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--companies", type=_positive, default=5_000, help="for Tandem (default 5000)")
    parser.add_argument(
        "--usual-sample", type=_positive, default=500, help="for the usual way, which takes long (default 500)"
    )
    parser.add_argument("--workers", type=_positive, default=DEFAULT.workers, help="worker processes (default 2)")
    parser.add_argument("--children", type=_positive, default=DEFAULT.children, help="of each worker (default 2)")
    parser.add_argument("--latency", type=float, default=DEFAULT.latency * 1000, help="of each CRM, in ms (default 20)")
    parser.add_argument(
        "--burst", type=_positive, default=DEFAULT.hubspot_burst, help="HubSpot calls per 10 s (default 190)"
    )
    parser.add_argument("--unlimited", action="store_true", help="no quota at all: what the programs themselves cost")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
