"""What people did in both CRMs is followed by real workers, killed after any of their calls was carried out."""

from collections.abc import Iterator
from itertools import islice

import pytest

from tests.acceptance.office import Office
from tests.running import Running
from workers.demo.story import Author, Expected, Phase

CALLS = 40
"""More than it takes to follow everything."""
FEWEST_CALLS = 12
COMPANIES_EACH = 10
LINKED_EACH = 8

pytestmark = [pytest.mark.processes, pytest.mark.timeout(1800)]


class Scene:
    """Everything that can become of records at once, for customers of its own."""

    def __init__(self, office: Office, linked: Iterator[tuple[str, str]]) -> None:
        self._office = office
        (
            self.merged,
            self.renamed,
            self.joined,
            self.loser,
            self.survivor,
            self.undeleted,
            self.restored,
            self.gone,
        ) = islice(linked, LINKED_EACH)

    def rest(self) -> None:
        """Two customers lose a record, which is followed before anything else happens."""
        hand, tell = self._office.hand, self._office.tell
        hand.delete(self.undeleted[1])
        hand.archive("companies", self.restored[0])
        tell("salesforce.account", self.undeleted[1], "deleted")
        tell("hubspot.company", self.restored[0], "deleted")

    def happen(self) -> list[tuple[str, str, str]]:
        """What people do, and what is told of it."""
        hand, crms = self._office.hand, self._office.running.crms
        self.kept = hand.merge_in_hubspot("companies", self._office.untold(), self.merged[0])
        crms.configure({"hubspot": {"merge_makes_new_id": True}})
        self.new_id = hand.merge_in_hubspot("companies", self._office.untold(), self.renamed[0])
        crms.configure({"hubspot": {"merge_makes_new_id": False}})
        self.master = hand.create("Account", {"Name": "Survivor"})
        hand.merge_in_salesforce(self.master, self.joined[1])
        hand.merge_in_salesforce(self.survivor[1], self.loser[1])
        hand.undelete(self.undeleted[1])
        hand.restore("companies", self.restored[0])
        hand.delete(self.gone[1])
        return [
            ("hubspot.company", self.kept, "merged"),
            ("hubspot.company", self.renamed[0], "merged"),
            ("salesforce.account", self.joined[1], "merged"),
            ("salesforce.account", self.loser[1], "merged"),
            ("salesforce.account", self.undeleted[1], "restored"),
            ("hubspot.company", self.restored[0], "restored"),
            ("salesforce.account", self.gone[1], "deleted"),
        ]

    def links(self) -> dict[str, tuple[str, str] | None]:
        """By company: all whom it concerns."""
        linked = {
            self.kept: self.merged[1],
            self.new_id: self.renamed[1],
            self.joined[0]: self.master,
            self.survivor[0]: self.survivor[1],
            self.undeleted[0]: self.undeleted[1],
            self.restored[0]: self.restored[1],
        }
        ended = dict.fromkeys((self.merged[0], self.renamed[0], self.loser[0]))
        return {**ended, **{one: (account, "linked") for one, account in linked.items()}, self.gone[0]: self.resting}

    @property
    def resting(self) -> tuple[str, str]:
        return self.gone[1], "sf_deleted"


@pytest.fixture(scope="module")
def office(database_url, redis_url, engine, tmp_path_factory) -> Iterator[Office]:
    author = Author(seed=2)
    companies = [author.company(Expected(Phase.MAIN, "")) for _ in range(COMPANIES_EACH * CALLS)]
    for one in companies:
        author.contact(one)
    with Running(
        tmp_path_factory.mktemp("logs"),
        *(database_url, redis_url, engine, author.story),
        workers=1,
        switches={"merged_accounts": "merge_companies"},
    ) as running:
        yield Office(running, iter(companies))


@pytest.fixture(scope="module")
def scenes(office) -> list[Scene]:
    linked = iter(office.linked(LINKED_EACH * CALLS))
    made = [Scene(office, linked) for _ in range(CALLS)]
    for scene in made:
        scene.rest()
    office.settled()
    return made


def test_killed_after_any_call_each_customer_ends_with_one_link_to_the_survivor(office, scenes):
    killed = 0
    for scene in scenes:
        was_struck = follow_and_kill(office, scene, calls_before=killed)
        assert {one: office.link(one) for one in scene.links()} == scene.links(), f"killed after {killed} calls"
        accounts = office.accounts()
        assert {one: accounts.get(one, []) for one in scene.links()} == {
            one: [link[0]] if link and link[1] == "linked" else [] for one, link in scene.links().items()
        }
        assert not office.parked(*scene.links())
        if not was_struck:
            break
        killed += 1
    assert FEWEST_CALLS < killed < CALLS, "the sweep reaches past the last call"


def follow_and_kill(office: Office, scene: Scene, *, calls_before: int) -> bool:
    """People do it all, and the only worker dies with the next call after so many; False if there are not so many."""
    running = office.running
    events = scene.happen()
    running.crms.strike(kind="hang_after_commit", skip=calls_before, times=1, seconds=600)
    for event in events:
        office.tell(*event)
    running.wait_until(lambda: is_struck(office) or office.is_settled(), what="a call hangs, or none is left to hang")
    was_struck = is_struck(office)
    if was_struck:
        running.supervisor.kill("worker-0")
    running.crms.calm()
    office.settled()
    return was_struck


def is_struck(office: Office) -> bool:
    return any(one["struck"] for one in office.running.crms.faults())
