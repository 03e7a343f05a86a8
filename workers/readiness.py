"""May a worker start? Only if the settings suffice, the ledger is current, and both CRMs have what is needed."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from tasks.contracts.errors import SyncError
from tasks.contracts.records import Lane
from tasks.rules.lifecycle import CASCADE_REMEDY, find_cascade_problem
from workers.coordination.breakers import Breakers
from workers.crm.checks import Check, check_hubspot, check_salesforce
from workers.ledger.schema import refuse_unless_current
from workers.settings import Settings
from workers.telemetry.logs import get_logger
from workers.toolbox.hands import Hands, connect_redis
from workers.toolbox.reach import reach_ledger

log = get_logger(__name__)

KNOWN_TO_BE_READY_FOR = timedelta(hours=1)
"""Looking costs ten calls, and a fleet starts many workers: one look for all of them."""


def refuse_half_configured(settings: Settings) -> None:
    """SystemExit with everything that is certainly wrong and how to mend it.

    What may pass by itself (a CRM that is away, no quota left) stops nobody: the records wait for it. Raises
    SyncError when the ledger cannot be asked at all.
    """
    if problems := settings.missing():
        raise SystemExit("Tandem cannot start: " + "; ".join(problems))
    try:
        refuse_unless_current(settings.database_url.get_secret_value())
    except DBAPIError as problem:
        log.warning("ledger.away", problem=type(problem.orig).__name__)
    _warn_of_two_cascades(settings)
    if _is_known_to_be_ready(settings):
        return
    _ask_anew(settings)
    checks = list(check_crms(settings))
    wrong = [check for check in checks if not check.is_fine and not check.may_pass]
    if wrong:
        told = "".join(f"\n  {check.name}: {check.problem}. {check.remedy}" for check in wrong)
        raise SystemExit(f"Tandem cannot start, and `tandem doctor` says the same:{told}")
    if all(check.is_fine for check in checks):
        _remember(settings)


def check_crms(settings: Settings) -> Iterator[Check]:
    """Every check of both CRMs; the segments that are switched on are looked for as well."""
    hands = Hands.build(settings)
    switches = reach_ledger(hands.ledger.read_switches)
    segments = [one for one in (switches.contact_segment, switches.company_segment) if one]
    yield from check_hubspot(hands.hubspot[Lane.MAINTENANCE], settings, segments)
    yield from check_salesforce(hands.salesforce[Lane.MAINTENANCE], settings)
    hands.engine.dispose()
    hands.redis.close()


def _ask_anew(settings: Settings) -> None:
    """Whoever starts a worker may have mended something; and it must not start because nobody is asked just now."""
    with suppress(SyncError):
        Breakers(connect_redis(settings), settings).probe_now()


def _warn_of_two_cascades(settings: Settings) -> None:
    hands = Hands.build(settings)
    with suppress(SyncError):  # without the ledger there are other worries
        if problem := find_cascade_problem(reach_ledger(hands.ledger.read_switches)):
            log.warning("stages.two_cascades", problem=problem, remedy=CASCADE_REMEDY)
    hands.engine.dispose()


def _is_known_to_be_ready(settings: Settings) -> bool:
    try:
        return bool(connect_redis(settings).exists(_key(settings)))
    except RedisError:
        return False


def _remember(settings: Settings) -> None:
    try:
        connect_redis(settings).set(_key(settings), 1, ex=KNOWN_TO_BE_READY_FOR)
    except RedisError as problem:
        log.warning("readiness.not_remembered", problem=type(problem).__name__)


def _key(settings: Settings) -> str:
    """Other settings are looked at anew."""
    what_counts = (
        *(settings.hubspot_url, settings.hubspot_token.get_secret_value(), settings.hubspot_account_property),
        *(settings.salesforce_url, settings.salesforce_version, settings.salesforce_account_key),
        settings.salesforce_consumer_key.get_secret_value(),
        settings.salesforce_consumer_secret.get_secret_value(),
        settings.salesforce_private_key.get_secret_value(),
    )
    return "tandem:ready:" + hashlib.sha256("\0".join(what_counts).encode()).hexdigest()
