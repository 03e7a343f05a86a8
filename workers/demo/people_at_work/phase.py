"""People work in both CRMs while Tandem runs; then everything comes to rest, and is held against the rules."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import DBAPIError

from workers.demo.people_at_work.asking import ask_for_reasons
from workers.demo.people_at_work.checker import Findings, check
from workers.demo.people_at_work.duplicates import Makers
from workers.demo.people_at_work.journal import Journal, read_journal
from workers.demo.people_at_work.mapping import read_simple_fields
from workers.demo.people_at_work.office import People
from workers.demo.people_at_work.ping_pong import Writes, too_many_writes, writes_of
from workers.demo.people_at_work.quiet import SEEN_AFTER, Quiet, Tally, busy_though_quiet, have_read
from workers.demo.people_at_work.reading import read_world
from workers.demo.people_at_work.sources import APP_ID, SWITCHES, USER_ID, webhook_subscriptions
from workers.demo.scene import Scene
from workers.demo.simulated_crms import CONSUMER_KEY, CONSUMER_SECRET, HUBSPOT_TOKEN, CannotPlay
from workers.ledger.poll_book import read_cursors
from workers.ledger.postgres_ledger import PostgresLedger
from workers.ledger.review_desk import ReviewDesk
from workers.mapping.files import default_mapping

LONGEST_UNREST = 240
"""Seconds after the last act."""
LOOK_EVERY = 0.2

Watch = Callable[[str, int, int], None]
"""Told what is going on, how many acts there were, and how much is owed."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What people did, what Tandem did about it, and what is wrong with the end."""

    journal: Journal
    writes: Writes
    calls: dict[str, int]
    seconds_to_rest: float
    quiet: Quiet
    pairs: int
    findings: Findings
    problems: tuple[str, ...]


class PeopleAtWork:
    """The last phase of the demo."""

    def __init__(self, scene: Scene, watch: Watch, *, seconds: float) -> None:
        self._scene = scene
        self._watch = watch
        self._seconds = seconds
        self._desk = ReviewDesk(scene.engine)
        self._last_busy = datetime.now(UTC)
        self._acts = 0

    def play(self) -> Worked:
        """Raises CannotPlay if people cannot work, or if Tandem does not come to rest."""
        began = datetime.now(UTC)
        self._let_tandem_listen()
        self._wait_for_polls("polls begin", after=began, until=time.monotonic() + LONGEST_UNREST)
        before, calls_before = self._tally(), self._scene.crms.calls()
        journal = self._let_people_work()
        ended = time.monotonic()
        self._wait_for_rest()
        rested, calls = self._tally(), self._scene.crms.calls()
        quiet = self._another_round(rested)
        return self._judge(
            journal,
            before=before,
            quiet=quiet,
            began=began,
            calls={crm: number - calls_before[crm] for crm, number in calls.items()},
            seconds_to_rest=time.monotonic() - ended,
        )

    def _let_tandem_listen(self) -> None:
        ledger = PostgresLedger(self._scene.engine)
        for name, value in SWITCHES.items():
            ledger.write_switch_from_now_on(name, value, "demo")
        self._scene.crms.set_up_webhooks(webhook_subscriptions(self._scene.receiver_port))

    def _let_people_work(self) -> Journal:
        crms = self._scene.crms
        with People(
            self._scene.folder, crms_url=crms.url, control_url=crms.control_url, seconds=self._seconds
        ) as people:
            self._scene.supervisor.guard(people.pid)
            while people.exit_status is None:
                self._acts = people.acts
                self._look("people at work")
            if people.exit_status != 0:
                raise CannotPlay(f"People could not work; why, says the end of {people.log_path}.")
        journal = read_journal(people.journal_path)
        self._acts, self._last_busy = len(journal.acts), datetime.now(UTC)
        return journal

    def _wait_for_rest(self) -> None:
        """Until nothing is owed and polls have read whatever happened last, Tandem's own writes included."""
        until = time.monotonic() + LONGEST_UNREST
        while True:
            seen = self._last_busy
            self._wait_for_polls("coming to rest", after=seen + SEEN_AFTER, until=until)
            if self._last_busy == seen:
                return

    def _another_round(self, before: Tally) -> Quiet:
        now = datetime.now(UTC)
        self._wait_for_polls("nobody at work", after=now, until=time.monotonic() + LONGEST_UNREST)
        return Quiet(before, self._tally())

    def _wait_for_polls(self, what: str, *, after: datetime, until: float) -> None:
        while not (self._look(what) == 0 and have_read(read_cursors(self._scene.engine), after)):
            if time.monotonic() > until:
                raise CannotPlay(
                    f"{what}: not at rest after {LONGEST_UNREST} s; see {self._scene.folder}/worker-1.log"
                    " and `tandem status`"
                )

    def _look(self, what: str) -> int:
        """How much is owed; something, while nobody can tell."""
        self._scene.tick()
        time.sleep(LOOK_EVERY)
        with suppress(DBAPIError):
            owed = sum(one.owed for one in self._desk.count_owed())
            if owed:
                self._last_busy = datetime.now(UTC)
            self._watch(what, self._acts, owed)
            return owed
        return 1

    def _tally(self) -> Tally:
        counters = self._scene.crms.counters()
        writes = writes_of(counters, app_id=APP_ID, user_id=USER_ID)
        return Tally(writes, self._desk.count_requests(), counters)

    def _judge(
        self,
        journal: Journal,
        *,
        before: Tally,
        quiet: Quiet,
        began: datetime,
        calls: dict[str, int],
        seconds_to_rest: float,
    ) -> Worked:
        fields = read_simple_fields(default_mapping())
        url, application = self._scene.crms.url, (CONSUMER_KEY, CONSUMER_SECRET)
        mapping = {field.hubspot: field.salesforce for field in fields}
        world = read_world(url, HUBSPOT_TOKEN, url, application, mapping=mapping)
        told = ask_for_reasons(self._scene.engine)
        findings = check(world, journal, told, Makers(APP_ID, USER_ID, began), fields)
        writes = quiet.before.writes - before.writes
        problems = (*findings.problems, *too_many_writes(writes, journal), *busy_though_quiet(quiet))
        return Worked(journal, writes, calls, seconds_to_rest, quiet, sum(1 for _ in world.pairs()), findings, problems)
