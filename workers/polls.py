"""Runs the polls of one CRM that are due, with the real feeds and at the pace of this deployment."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta

from tasks.contracts.errors import TryAgain
from tasks.contracts.machinery import Messenger
from tasks.poll_hubspot import poll_hubspot, poll_hubspot_keys, poll_hubspot_lists
from tasks.poll_salesforce import poll_salesforce, poll_salesforce_deletions
from tasks.polling import Polled
from tasks.rules.polling_pace import Pace
from workers.coordination.budget import Allowance
from workers.telemetry.logs import get_logger
from workers.toolbox.hands import Hands

log = get_logger(__name__)


def run_hubspot_polls(hands: Hands, messenger: Messenger) -> bool:
    """Whether there is more to read at once."""
    switches = hands.ledger.read_switches()
    if not switches.hubspot_polling:
        return False
    left = _left_of_day(hands, Allowance.HUBSPOT_DAY)
    feed, book = hands.hubspot_feed, hands.poll_book
    changes = poll_hubspot(feed, book, messenger, _pace(hands, hands.settings.poll_hubspot_overlap), quota_left=left)
    pace = _steady(hands, hands.settings.poll_lists_every)
    lists = poll_hubspot_lists(feed, book, messenger, pace, switches, quota_left=left)
    pace = _steady(hands, hands.settings.poll_keys_every)
    keys = poll_hubspot_keys(feed, book, messenger, pace, quota_left=left)
    return any(list(_report({"hubspot": changes, "hubspot.lists": lists, "hubspot.keys": keys})))


def run_salesforce_polls(hands: Hands, messenger: Messenger) -> bool:
    """Whether there is more to read at once."""
    if not hands.ledger.read_switches().salesforce_polling:
        return False
    left = _left_of_day(hands, Allowance.SALESFORCE_DAY)
    feed, book = hands.salesforce_feed, hands.poll_book
    pace = _pace(hands, hands.settings.poll_salesforce_overlap)
    changes = poll_salesforce(feed, book, messenger, pace, quota_left=left)
    steady = _steady(hands, hands.settings.poll_deletions_every)
    deletions = poll_salesforce_deletions(feed, book, messenger, steady, quota_left=left)
    return any(list(_report({"salesforce": changes, "salesforce.deletions": deletions})))


def _pace(hands: Hands, overlap: timedelta) -> Pace:
    settings = hands.settings
    return Pace(overlap, settings.poll_fastest, settings.poll_slowest, settings.poll_pages)


def _steady(hands: Hands, every: timedelta) -> Pace:
    """What is read whole costs the same whether it changes or not."""
    return Pace(timedelta(), every, every, hands.settings.poll_pages)


def _left_of_day(hands: Hands, allowance: Allowance) -> float:
    try:
        return hands.budget.left_of_day(allowance)
    except TryAgain:  # the calls themselves will wait for Redis
        return 1.0


def _report(polls: dict[str, Polled | None]) -> Iterator[bool]:
    for cursor, polled in polls.items():
        if polled is None:
            continue
        for kind in polled.lost:
            log.warning("poll.deletions_lost", cursor=cursor, kind=kind)
        if polled.problem:
            log.warning("poll.stopped", cursor=cursor, problem=polled.problem)
        counted = {name: value for name, value in asdict(polled).items() if name not in {"lost", "problem"}}
        log.info("poll.done", cursor=cursor, **counted)
        yield not polled.is_complete and not polled.problem
