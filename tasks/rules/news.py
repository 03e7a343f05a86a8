"""Is what a poll has read a change, and of which record? Most of it is not: seen before, or written by ourselves."""

import hashlib
import json
from collections.abc import Iterator

from tasks.contracts.changes import Change, What
from tasks.contracts.feeds import ROLE, SEGMENT, Fate, Sighting
from tasks.contracts.records import Kind

PRODUCER = "poll"
MERGED = "merged_ids"
"""The fact in which a survivor names the records that were merged into it."""
PRIMARY = "primary_company_id"
"""The fact in which a contact names its primary company."""
WHAT_OF_FATE = {
    Fate.DELETED: What.DELETED,
    Fate.GONE: What.DELETED,
    Fate.MERGED: What.MERGED,
    Fate.CONVERTED: What.CONVERTED,
}


def is_news(now: Sighting, before: Sighting | None) -> bool:
    """Whether anything we look at differs from when it was last seen."""
    if before is None or (now.fate is Fate.ALIVE) is not (before.fate is Fate.ALIVE):
        return True
    if now.fate is not Fate.ALIVE:
        return now.fate is Fate.MERGED and before.fate is Fate.DELETED
    return any(before.facts.get(name) != value for name, value in now.facts.items())


def is_outdated(now: Sighting, before: Sighting | None) -> bool:
    """Search still shows what the record was before it was last seen."""
    if before is None or before.fate is not Fate.ALIVE:
        return False
    return bool(now.stamp and before.stamp and now.stamp < before.stamp)


def changes_in(now: Sighting, before: Sighting | None) -> list[Change]:
    """What has to be announced because of it; safe to announce again, as the event ids are the same then."""
    if not is_news(now, before):
        return []
    kind, record_id, what = _subject(now, before)
    moment = f"{now.stamp.timestamp():.3f}" if now.stamp else ""
    event_id = f"poll:{now.kind}:{now.id}:{moment}:{_digest(now, before)}"
    change = Change(
        version=1,
        event_id=event_id,
        record=kind,
        id=record_id,
        what=what,
        occurred_at=now.stamp,
        producer=PRODUCER,
    )
    return [change, *(_merged_away(loser) for loser in losers_in(now, before))]


def losers_in(now: Sighting, before: Sighting | None) -> Iterator[Sighting]:
    """The records that were merged into this one since it was last seen."""
    known = before.facts.get(MERGED) or () if before else ()
    for loser in now.facts.get(MERGED) or ():
        if loser not in known:
            yield Sighting(now.kind, loser, stamp=now.stamp, fate=Fate.MERGED, heir=now.id)


def _merged_away(loser: Sighting) -> Change:
    event_id = f"poll:{loser.kind}:{loser.id}:merged:{loser.heir}"
    kind = Kind(loser.kind)
    return Change(
        version=1,
        event_id=event_id,
        record=kind,
        id=loser.id,
        what=What.MERGED,
        occurred_at=loser.stamp,
        producer=PRODUCER,
    )


def _subject(now: Sighting, before: Sighting | None) -> tuple[Kind, str, What]:
    if now.kind == ROLE:
        return Kind.OPPORTUNITY, str(now.facts["opportunity_id"]), What.ASSOCIATED
    if now.kind.startswith(SEGMENT):
        return Kind(now.kind.split(":")[1]), now.id, What.CHANGED
    if now.fate is not Fate.ALIVE:
        return Kind(now.kind), now.id, WHAT_OF_FATE[now.fate]
    was_away = before is not None and before.fate is not Fate.ALIVE
    return Kind(now.kind), now.id, What.RESTORED if was_away else What.CHANGED


def _digest(now: Sighting, before: Sighting | None) -> str:
    """Of the step from one to the other: two changes within one stamp are two changes."""
    step = [_content(before) if before else None, _content(now)]
    return hashlib.sha256(json.dumps(step, sort_keys=True).encode()).hexdigest()[:16]


def _content(sighting: Sighting) -> list[object]:
    return [sighting.fate, sighting.heir, dict(sighting.facts)]
