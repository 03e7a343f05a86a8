"""May a worker start? Only if the settings suffice, the ledger is current, and both CRMs have what is needed."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from tasks.contracts.mapping import Effect, FieldMapping, Finding
from tasks.contracts.records import Lane
from workers.crm.checks import Check, check_hubspot, check_salesforce
from workers.ledger.schema import refuse_unless_current
from workers.mapping.files import load_mapping
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
    if isinstance(findings := load_mapping(settings.mapping), tuple):
        raise SystemExit("Tandem cannot start: the mapping file cannot be used: " + "; ".join(map(str, findings)))
    if _is_known_to_be_ready(settings):
        return
    checks = list(check_crms(settings))
    wrong = [check for check in checks if not check.is_fine and not check.may_pass]
    if wrong:
        told = "".join(f"\n  {check.name}: {check.problem}. {check.remedy}" for check in wrong)
        raise SystemExit(f"Tandem cannot start, and `tandem doctor` says the same:{told}")
    if all(check.is_fine for check in checks):
        _refuse_unusable_mapping(settings)
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


def review_mapping(settings: Settings, path: str) -> tuple[Finding, ...]:
    """Everything about a mapping file that a person should know; asks both CRMs if the file itself can be used."""
    loaded = load_mapping(path)
    if not isinstance(loaded, FieldMapping):
        return loaded
    hands = Hands.build(settings.model_copy(update={"mapping": path}))
    try:
        return hands.mapping.review(as_of=reach_ledger(hands.ledger.now)).findings
    finally:
        hands.engine.dispose()
        hands.redis.close()


def check_fields(settings: Settings) -> Iterator[Check]:
    """What takes a mapped field, or the whole mapping, out of the sync."""
    findings = [one for one in review_mapping(settings, settings.mapping) if one.effect is not Effect.NOTHING]
    if not findings:
        yield Check("Field mapping")
    for one in findings:
        place = f"Field mapping, line {one.line}" if one.line else "Field mapping"
        yield Check(f"{place}: {one.where}", one.problem, f"{one.remedy}.")


def _refuse_unusable_mapping(settings: Settings) -> None:
    """Half a mapping is none; a field that cannot be carried stops nobody."""
    wrong = [one for one in review_mapping(settings, settings.mapping) if one.effect is Effect.FILE]
    if wrong:
        told = "".join(f"\n  {one}" for one in wrong)
        raise SystemExit(f"Tandem cannot start with this mapping file, and `tandem mapping check` says the same:{told}")


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
        repr(load_mapping(settings.mapping)),
    )
    return "tandem:ready:" + hashlib.sha256("\0".join(what_counts).encode()).hexdigest()
