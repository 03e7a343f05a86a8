"""The demo: everything for real but the CRMs, which are simulated, and the outcome checked from outside."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape

from workers.demo.announcements import MALFORMED
from workers.demo.cast import write_story
from workers.demo.display import Display
from workers.demo.people_at_work.phase import PeopleAtWork
from workers.demo.people_at_work.report import print_people
from workers.demo.play import Played, Player
from workers.demo.readback import read_back
from workers.demo.report import print_report
from workers.demo.scene import Scene, set_scene
from workers.demo.simulated_crms import CONSUMER_KEY, CONSUMER_SECRET, HUBSPOT_TOKEN, CannotPlay
from workers.demo.story import Phase, Story
from workers.demo.verdicts import Judgement, judge
from workers.ledger.inbox import count_malformed
from workers.ledger.invariants import check_invariants
from workers.ledger.timelines import read_reasons
from workers.watches import watch_redis

REDIS_BREAKS_AFTER = 6.0
"""Seconds into the backlog."""


@dataclass(frozen=True, slots=True)
class Demo:
    """How to play."""

    backlog: int
    """Companies that need a new account and nothing special; the awkward ones come on top."""
    keep: bool = False
    chaos: bool = False
    people_seconds: float = 0.0
    """So long people work in both CRMs after everything else."""


def run_demo(demo: Demo, console: Console | None = None) -> bool:
    """Play, judge, report. True: every company ended as it was built to end."""
    console = console or Console(highlight=False)
    story = write_story(backlog=demo.backlog)
    console.print(f"[bold]Tandem demo[/bold]: {story.size}", soft_wrap=True)
    began = time.monotonic()
    try:
        with set_scene(story, chaos=demo.chaos) as scene:
            console.print(
                f"Flower shows the work at {scene.flower_url} ({scene.flower_user} / {scene.flower_password})"
            )
            started = time.monotonic()
            played = _play(story, scene, console)
            judgement = _judge(story, scene)
            seconds = time.monotonic() - started
            print_report(console, judgement, played, scene, seconds=seconds, setup_seconds=started - began)
            problems = [*judgement.problems, *_let_people_work(demo, scene, console)]
            if demo.keep:
                _keep(scene, story, console)
            if problems:
                raise CannotPlay(f"The logs are in {scene.folder}.")
    except CannotPlay as problem:
        console.print(f"[red]{escape(str(problem))}[/red]", soft_wrap=True)
        return False
    return True


def _play(story: Story, scene: Scene, console: Console) -> list[Played]:
    played = []
    with Display(console) as display:
        player = Player(scene, story, display.show)
        for phase in Phase:
            if phase is Phase.MAIN and scene.chaos is not None:
                scene.chaos.break_redis_soon(REDIS_BREAKS_AFTER)
            played.append(player.play(phase))
            display.finish(played[-1])
    return played


def _let_people_work(demo: Demo, scene: Scene, console: Console) -> Sequence[str]:
    if not demo.people_seconds:
        return ()
    with Display(console) as display:
        worked = PeopleAtWork(scene, display.show_people, seconds=demo.people_seconds).play()
    print_people(console, worked)
    (scene.folder / "findings.txt").write_text("".join(f"{problem}\n" for problem in worked.problems))
    return worked.problems


def _judge(story: Story, scene: Scene) -> Judgement:
    """The CRMs through their public APIs; from the ledger only what it says about itself."""
    found = read_back(scene.crms.url, HUBSPOT_TOKEN, scene.crms.url, CONSUMER_KEY, CONSUMER_SECRET)
    problems: Sequence[str] = [f"the ledger: {violation}" for violation in check_invariants(scene.engine)]
    if scene.chaos is not None:
        problems = [*problems, *(f"the chaos: {undone}" for undone in scene.chaos.left_undone())]
    malformed = count_malformed(scene.engine)
    if malformed != len(MALFORMED):
        problems = [*problems, f"{malformed} malformed events were kept instead of {len(MALFORMED)}"]
    return judge(story, found, read_reasons(scene.engine), malformed=malformed, known_problems=problems)


def _keep(scene: Scene, story: Story, console: Console) -> None:
    company = next(iter(story.in_phase(Phase.MAIN)))
    alone = story.in_phase(Phase.SYNC_OFF)[0]
    env = {"DATABASE_URL": scene.services.database_url, "REDIS_URL": scene.services.redis_url, **scene.crms.settings}
    console.print("\nEverything keeps running; Ctrl-C stops it. In another terminal:\n", soft_wrap=True)
    for name, value in env.items():
        console.print(f"  export {name}='{value}'", markup=False, soft_wrap=True)
    for words in (
        "status",
        f"why company {company}",
        f"sync company {alone} --force",
        "parked list",
        "doctor",
    ):
        console.print(f"  .venv/bin/tandem {words}", markup=False, soft_wrap=True)
    console.print(f"\nThe simulators' control port: {scene.crms.control_url}/counters", soft_wrap=True)
    if scene.chaos is not None:  # it is over, and with it its own care for Redis
        watch_redis(scene.supervisor, scene.services)
    scene.supervisor.run()
