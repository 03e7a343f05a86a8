"""Run both simulated CRMs: python -m simulator --port 8100 --control-port 8101."""

import argparse
import gc
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import uvloop

from simulator.hubspot.portal import Portal
from simulator.salesforce.org import Org
from simulator.server import serve


def main() -> None:
    gc.set_threshold(100_000, 20, 50)  # what is remembered stays; looking through it all the time is in vain
    arguments = _parser().parse_args()
    seed = json.loads(arguments.seed.read_text(encoding="utf-8")) if arguments.seed else {}
    uvloop.run(
        serve(
            [Portal(), Org()],
            host=arguments.host,
            port=arguments.port,
            control_port=arguments.control_port,
            seed=seed,
            settings=_settings(arguments.set),
            faults=arguments.fault,
        )
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulator", description="HubSpot and Salesforce on a laptop.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8100, help="for the clients; 0 takes any")
    parser.add_argument("--control-port", type=int, default=8101, help="for the experiment; 0 takes any")
    parser.add_argument("--seed", type=Path, metavar="FILE", help='JSON: {"hubspot": {...}, "salesforce": {...}}')
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SYSTEM.SWITCH=VALUE",
        help="such as hubspot.search_lag=5",
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        type=json.loads,
        metavar="JSON",
        help="""such as '{"kind": "slow_start", "seconds": 3}'""",
    )
    return parser


def _settings(assignments: Iterable[str]) -> dict[str, dict[str, Any]]:
    settings: dict[str, dict[str, Any]] = {}
    for assignment in assignments:
        name, _, value = assignment.partition("=")
        of_system, _, switch = name.partition(".")
        settings.setdefault(of_system, {})[switch] = _value(value)
    return settings


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    main()
