"""Plays the story: sets the switches of each phase, announces its changes, and waits until nothing is owed."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy.exc import DBAPIError

from tasks.contracts.records import Lane
from workers.announcing import Producer, announce_until_noted
from workers.demo.announcements import MALFORMED, as_a_careless_producer_sends_them, echoes_of, events_of
from workers.demo.people import set_stages_back
from workers.demo.scene import Scene
from workers.demo.simulated_crms import HUBSPOT_TOKEN, CannotPlay
from workers.demo.story import COMPANY_SEGMENT, CONTACT_SEGMENT, Phase, Story
from workers.ledger.inbox import count_malformed
from workers.ledger.postgres_ledger import PostgresLedger
from workers.ledger.review_desk import ReviewDesk
from workers.messenger import queue_of

SWITCHES: Mapping[Phase, Mapping[str, object]] = {
    Phase.SYNC_OFF: {"company_sync": False, "contact_segment": CONTACT_SEGMENT, "domain_match": "auto"},
    Phase.LEADS: {"company_sync": True, "default_object": "lead"},
    Phase.GATE: {"default_object": "contact", "company_segment": COMPANY_SEGMENT},
    Phase.ALONE: {"company_segment_alone": True},
    Phase.SUGGEST: {"company_segment": None, "company_segment_alone": False, "domain_match": "suggest"},
    Phase.MAIN: {"domain_match": "auto"},
    Phase.CASCADE: {"stage_to_contacts": True},
    Phase.ECHO: {},
    Phase.SET_BACK: {"stage_to_contacts": False},
}
"""What is switched when a phase begins; the rest stays as it was."""

LONGEST_STANDSTILL = 180
"""Seconds without any progress after which the demo gives up."""
HOPELESS_AFTER = 4
"""Early deaths in a row."""
LOOK_EVERY = 0.1
COUNT_EVERY = 0.5


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of a phase."""

    phase: Phase
    announced: int
    owed: int
    parked: int


@dataclass(frozen=True, slots=True)
class Played:
    """What a phase took."""

    phase: Phase
    companies: int
    seconds: float
    calls: Mapping[str, int]


Watch = Callable[[Progress], None]


class Player:
    """Plays phase after phase on a scene."""

    def __init__(self, scene: Scene, story: Story, watch: Watch) -> None:
        self._scene = scene
        self._story = story
        self._watch = watch
        self._producer = Producer(scene.services.redis_url)
        self._desk = ReviewDesk(scene.engine)

    def play(self, phase: Phase) -> Played:
        """Until nothing is owed. Raises CannotPlay if it stands still for too long."""
        ledger = PostgresLedger(self._scene.engine)
        for name, value in SWITCHES[phase].items():
            # Each phase shows some rules by themselves: earlier companies keep what was decided in theirs.
            ledger.write_switch_from_now_on(name, value, "demo")
        began, calls_before = time.monotonic(), self._scene.crms.calls()
        events = events_of(self._story, phase)
        with ThreadPoolExecutor(1) as producing:
            announcing = producing.submit(self._announce, phase, events)
            self._wait(phase, len(events), announcing)
            if then := {Phase.SET_BACK: self._ask_for_stages, Phase.ECHO: self._echo}.get(phase):
                self._wait(phase, len(events), producing.submit(then))
        calls = {crm: number - calls_before[crm] for crm, number in self._scene.crms.calls().items()}
        return Played(phase, len(self._story.in_phase(phase)), time.monotonic() - began, calls)

    def _announce(self, phase: Phase, events: Sequence[Mapping[str, Any]]) -> None:
        """Carelessly first, as services do, and then until everything has arrived, as they should."""
        is_main = phase is Phase.MAIN
        sent = as_a_careless_producer_sends_them(events, MALFORMED if is_main else (), seed=len(events))
        with suppress(OperationalError):
            self._producer.announce(sent)
        missing = announce_until_noted(self._producer, events, self._scene.engine)
        if missing:
            raise CannotPlay(f"{missing} changes did not arrive; see {self._where_to_look}")
        while is_main and count_malformed(self._scene.engine) < len(MALFORMED):
            time.sleep(2)
            if count_malformed(self._scene.engine) < len(MALFORMED):
                with suppress(OperationalError):
                    self._producer.announce(MALFORMED)

    def _echo(self) -> None:
        """A person sets companies back, and the contacts they have lifted are announced."""
        set_stages_back(self._scene.crms.url, HUBSPOT_TOKEN, self._story.lowered)
        self._announce(Phase.ECHO, echoes_of(self._story))

    def _ask_for_stages(self) -> None:
        """A task called by its name: the company's stage shall follow its contacts, backwards too."""
        app = Celery("another service", broker=self._scene.services.redis_url)
        options = {"lane": Lane.LIVE.value, "forced": True}
        task = "tasks.propagate_lifecycle_stage"
        app.send_task(task, args=[self._story.in_phase(Phase.SET_BACK)], kwargs=options, queue=queue_of(Lane.LIVE))
        app.close()
        # Nothing tells the caller that a task has begun, so give it the time to become owed.
        time.sleep(2)

    def _wait(self, phase: Phase, announced: int, announcing: "Future[None]") -> None:
        count_at, last_change, before = 0.0, time.monotonic(), (-1, -1)
        while True:
            self._scene.tick()
            time.sleep(LOOK_EVERY)
            if announcing.done() and (problem := announcing.exception()):
                raise problem
            if time.monotonic() < count_at:
                continue
            count_at = time.monotonic() + COUNT_EVERY
            self._refuse_dying_processes()
            with suppress(DBAPIError):
                counts = self._desk.count_owed()
                owed, parked = sum(one.owed for one in counts), sum(one.parked for one in counts)
                self._watch(Progress(phase, announced, owed, parked))
                if announcing.done() and not owed:
                    return
                if (owed, parked) != before:
                    before, last_change = (owed, parked), time.monotonic()
            if time.monotonic() - last_change > LONGEST_STANDSTILL:
                raise CannotPlay(
                    f"{phase.value}: nothing has moved for {LONGEST_STANDSTILL} s; see {self._where_to_look}"
                )

    def _refuse_dying_processes(self) -> None:
        for status in self._scene.supervisor.statuses():
            if status.early_deaths >= HOPELESS_AFTER:
                log = self._scene.folder / f"{status.name}.log"
                raise CannotPlay(f"{status.name} ends as soon as it starts; see {log}")

    @property
    def _where_to_look(self) -> str:
        return f"{self._scene.folder}/worker-1.log and `tandem status`"
