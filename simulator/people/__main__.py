"""Let people work: python -m simulator.people --hubspot-url http://127.0.0.1:8100 --salesforce-url http://127.0.0.1:8100."""

import argparse
import asyncio
import json
import signal
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import aiohttp

from simulator.people import hubspot_acts, salesforce_acts
from simulator.people.actor import Actor, Pace, Workplace
from simulator.people.calls import Line, RefusedError, UnansweredError
from simulator.people.hubspot_records import HubSpot
from simulator.people.journal import Journal
from simulator.people.salesforce_records import Application, Salesforce


def main() -> None:
    arguments = _parser().parse_args()
    with arguments.journal.open("w", encoding="utf-8") if arguments.journal else nullcontext() as file:
        print(json.dumps(asyncio.run(_work(arguments, Journal(file))), indent=2))


async def _work(arguments: argparse.Namespace, journal: Journal) -> dict[str, Any]:
    """The summary, also if told to stop by SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession() as http:
        try:
            workplaces = await _workplaces(arguments, http)
            actor = Actor(workplaces, journal, seed=arguments.seed, weights=dict(arguments.weight))
        except (RefusedError, UnansweredError, ValueError) as wrong:
            raise SystemExit(f"Cannot begin: {wrong}") from None
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, actor.stop)
        began = loop.time()
        await actor.work(Pace(arguments.rate, arguments.actions, arguments.seconds))
        seconds = round(loop.time() - began, 3)
    return {**journal.summary(), "seconds": seconds, "waits": sum(each.crm.line.waits for each in workplaces)}


async def _workplaces(arguments: argparse.Namespace, http: aiohttp.ClientSession) -> list[Workplace]:
    workplaces = []
    if arguments.hubspot_url:
        screens = Line(http, arguments.hubspot_screens_url) if arguments.hubspot_screens_url else None
        hubspot = HubSpot(Line(http, arguments.hubspot_url), arguments.hubspot_token, screens)
        await hubspot.look_around(arguments.known)
        by_hand = hubspot_acts.BY_HAND if screens else ()
        workplaces.append(Workplace(hubspot, (*hubspot_acts.KINDS, *by_hand)))
    if arguments.salesforce_url:
        application = Application(arguments.consumer_key, arguments.consumer_secret)
        salesforce = Salesforce(Line(http, arguments.salesforce_url), application)
        await salesforce.look_around(arguments.known)
        workplaces.append(Workplace(salesforce, salesforce_acts.KINDS))
    return workplaces


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulator.people", description="People at work in both CRMs.")
    parser.add_argument("--hubspot-url", help="without one, nobody works in HubSpot")
    parser.add_argument("--hubspot-screens-url", help="the control port, where what is archived can be restored")
    parser.add_argument("--salesforce-url", help="without one, nobody works in Salesforce")
    parser.add_argument("--hubspot-token", default="pat-na1-simulator")
    parser.add_argument("--consumer-key", default="tandem-consumer-key")
    parser.add_argument("--consumer-secret", default="tandem-consumer-secret")
    parser.add_argument("--rate", type=float, default=1.0, help="acts per second")
    parser.add_argument("--seconds", type=float, help="how long; without it and --actions, until stopped")
    parser.add_argument("--actions", type=int, help="how many at most")
    parser.add_argument("--seed", type=int, default=1, help="the same seed does the same")
    parser.add_argument("--known", type=int, default=1_000, help="so many records of each type are looked up first")
    parser.add_argument("--journal", type=Path, metavar="FILE", help="one line of JSON for each act")
    parser.add_argument(
        "--weight",
        action="append",
        default=[],
        type=_weight,
        metavar="ACT=NUMBER",
        help="such as hubspot.merge_companies=5; 0 is never",
    )
    return parser


def _weight(text: str) -> tuple[str, float]:
    name, _, weight = text.partition("=")
    return name, float(weight)


if __name__ == "__main__":
    main()
