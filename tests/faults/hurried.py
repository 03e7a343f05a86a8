"""Tandem's Celery app in a hurry: whoever is told to try again later waits a hundredth of the time, or what
TEST_TIMES_QUICKER says."""

import os
from collections.abc import Sequence
from dataclasses import replace

from tasks.contracts.machinery import Later, Settlement
from tasks.contracts.records import Owed
from workers.celery_app import make_app, register_tasks
from workers.ledger.owed_book import PostgresOwedBook
from workers.settings import Settings, read_settings
from workers.toolbox.hands import Hands

TIMES_QUICKER = float(os.environ.get("TEST_TIMES_QUICKER", "100"))


class HurriedBook(PostgresOwedBook):
    """Hours of waiting pass in minutes."""

    def settle(self, settlements: Sequence[Settlement]) -> Sequence[Owed]:
        return super().settle([_sooner(one) for one in settlements])


def _sooner(one: Settlement) -> Settlement:
    return replace(one, after=one.after / TIMES_QUICKER) if isinstance(one, Later) else one


def _build(settings: Settings) -> Hands:
    hands = Hands.build(settings)
    return replace(hands, book=HurriedBook(hands.engine, resend_after=settings.resend_after))


app = make_app(read_settings())
register_tasks(app, _build)
