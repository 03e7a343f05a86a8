"""Tandem's Celery app with guards taken out, as TEST_WITHOUT says: do the others hold, and what are they for?"""

import os
from collections.abc import Sequence
from dataclasses import replace

from tasks.contracts.records import Identity
from tasks.contracts.tools import Subject
from workers.celery_app import make_app, register_tasks
from workers.coordination.leases import RedisLeases
from workers.ledger.postgres_ledger import PostgresLedger
from workers.settings import Settings, read_settings
from workers.toolbox.hands import Hands

WITHOUT = set(os.environ.get("TEST_WITHOUT", "").split(","))


class EverybodyGetsIt(RedisLeases):
    """No lease is ever refused."""

    def take(self, groups: Sequence[Sequence[Identity]]) -> list[str | None]:
        return [f"not-a-lease-{number}" for number, _ in enumerate(groups)]


class NobodyClaims(PostgresLedger):
    """Every identity is free for everybody."""

    def claim_identities(
        self, requests: Sequence[tuple[Subject, tuple[Identity, ...]]]
    ) -> list[dict[Identity, Subject]]:
        return [{} for _ in requests]


def _build(settings: Settings) -> Hands:
    hands = Hands.build(settings)
    if "leases" in WITHOUT:
        hands = replace(hands, leases=EverybodyGetsIt(hands.redis, ttl=settings.claim_ttl))
    if "claims" in WITHOUT:
        hands = replace(hands, ledger=NobodyClaims(hands.engine))
    return hands


app = make_app(read_settings())
register_tasks(app, _build)
