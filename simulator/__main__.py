"""Run both simulated CRMs: python -m simulator --port 8100 --control-port 8101."""

import argparse
import gc
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import uvloop

from simulator.hubspot.portal import Portal
from simulator.salesforce.org import Org
from simulator.server import CannotBeginError, serve

HIGHEST_PORT = 65_535


def main(words: Sequence[str] | None = None) -> None:
    arguments = _parser().parse_args(words)
    try:
        uvloop.run(
            serve(
                [Portal(), Org()],
                host=arguments.host,
                port=arguments.port,
                control_port=arguments.control_port,
                seed=_seed(arguments.seed),
                settings=_by_system(arguments.set),
                faults=arguments.fault,
            )
        )
    except CannotBeginError as wrong:
        raise SystemExit(f"Cannot begin: {wrong}") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulator", description="HubSpot and Salesforce on a laptop.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=_port, default=8100, help="for the clients; 0 takes any")
    parser.add_argument("--control-port", type=_port, default=8101, help="for the experiment; 0 takes any")
    parser.add_argument("--seed", type=Path, metavar="FILE", help='JSON: {"hubspot": {...}, "salesforce": {...}}')
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=_switch,
        metavar="SYSTEM.SWITCH=VALUE",
        help="such as hubspot.search_lag=5",
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        type=_fault,
        metavar="JSON",
        help="""such as '{"kind": "slow_start", "seconds": 3}'""",
    )
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; those go from 0 to {HIGHEST_PORT}")
    return int(text)


def _fault(text: str) -> dict[str, Any]:
    order = _value(text)
    if not isinstance(order, dict):
        raise argparse.ArgumentTypeError(f"{text!r} is not an object in JSON")
    return order


def _seed(path: Path | None) -> Any:
    if path is None:
        return {}
    try:
        return json.loads(path.read_bytes())
    except OSError as wrong:
        raise CannotBeginError(f"the seed {path} cannot be read: {wrong.strerror}") from None
    except (ValueError, RecursionError) as wrong:
        raise CannotBeginError(f"the seed {path} is not JSON: {wrong}") from None


def _switch(text: str) -> tuple[str, str, Any]:
    name, equals, value = text.partition("=")
    of_system, dot, switch = name.partition(".")
    if not (equals and dot):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form SYSTEM.SWITCH=VALUE")
    return of_system, switch, _value(value)


def _by_system(switches: Iterable[tuple[str, str, Any]]) -> dict[str, dict[str, Any]]:
    settings: dict[str, dict[str, Any]] = {}
    for of_system, switch, value in switches:
        settings.setdefault(of_system, {})[switch] = value
    return settings


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


if __name__ == "__main__":
    gc.set_threshold(100_000, 20, 50)  # what is remembered stays; looking through it all the time is in vain
    main()
