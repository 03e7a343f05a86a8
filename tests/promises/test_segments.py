"""What it costs to know who is on a list: asked about the records or read whole, and remembered for everybody."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest
import redis

from tasks.contracts.errors import Rejected, Unreachable
from tasks.contracts.records import Kind, Lane, Owed
from tests.crm.wire import Wire
from workers.coordination.turns import Turns
from workers.crm.hubspot import HubSpotDoor
from workers.toolbox.freshness import Wanted
from workers.toolbox.hands import Hands
from workers.toolbox.segments import Segments

LIST = "77"
ASKED = "/memberships/batch/read"
READ = f"/{LIST}/memberships?"


class Listed:
    """A list, work that is owed, and slices of several processes that ask who is on it."""

    def __init__(self, hands: Hands, crms: Wire) -> None:
        self._hands = hands
        self._crms = crms
        self.announced = hands.ledger.now()

    def holds(self, members: Sequence[int]) -> None:
        known = {"listId": LIST, "objectTypeId": "0-1", "name": LIST}
        self._crms.portal.seed({"lists": [{**known, "members": [str(one) for one in members]}]})

    def owes(self, count: int) -> None:
        self._hands.book.owe([Owed("create_account", str(number)) for number in range(count)])
        self.announced = self._hands.ledger.now()

    def find(self, asked: Sequence[int], *, as_of: datetime | None = None) -> set[int]:
        """As a slice of a process that has just started."""
        hands = self._hands
        segments = Segments(
            HubSpotDoor(hands.settings, hands.budget, Lane.LIVE),
            hands.ledger,
            Turns(hands.redis, longest=timedelta(seconds=20)),
            count_owed=lambda *, as_of_after: hands.book.count_owed("create_account", as_of_after=as_of_after),
        )
        wanted = [Wanted(str(one), as_of or self.announced) for one in asked]
        return {int(one) for one in segments.find_members(LIST, Kind.CONTACT, wanted)}

    def costs(self) -> tuple[int, int]:
        """Calls that asked about records, and calls that read a page of the list."""
        return len(self._crms.calls(ASKED)), len(self._crms.calls(READ))


@pytest.fixture
def listed(hands: Hands, crms: Wire) -> Listed:
    return Listed(hands, crms)


@pytest.mark.parametrize(
    ("asked", "on_list", "owed", "calls"),
    [
        pytest.param(100, 9, 5_000, (1, 0), id="a hundred records are one question, however much is owed"),
        pytest.param(500, 400, 0, (0, 2), id="a short list is read whole"),
        pytest.param(500, 5_000, 0, (5, 0), id="a long list is not"),
        pytest.param(500, 5_000, 2_500, (0, 20), id="a long list is, when others are owed an answer as well"),
        pytest.param(500, 0, 0, (0, 1), id="nobody is on an empty list"),
    ],
)
def test_it_costs_as_few_calls_as_it_can_and_nothing_the_second_time(listed, asked, on_list, owed, calls):
    members = range(0, 2 * on_list, 2)
    listed.holds(members)
    listed.owes(owed)
    for _ in ("first", "again"):
        assert listed.find(range(asked)) == set(members) & set(range(asked))
        assert listed.costs() == calls


def test_a_list_that_was_read_whole_answers_for_everybody_who_was_owed_before(listed):
    listed.holds(range(0, 2_000, 2))
    listed.owes(1_000)
    assert listed.find(range(500)) == set(range(0, 500, 2))
    assert listed.find(range(500, 1_000)) == set(range(500, 1_000, 2))
    assert listed.costs() == (0, 4)


def test_slices_that_start_together_read_it_once(listed):
    listed.holds(range(0, 2_000, 2))
    listed.owes(1_000)
    with ThreadPoolExecutor() as processes:
        found = processes.map(lambda start: listed.find(range(start, start + 250)), range(0, 1_000, 250))
    assert set().union(*found) == set(range(0, 1_000, 2))
    assert listed.costs() == (0, 4)


def test_who_was_announced_after_the_reading_is_asked_about_anew_and_alone(listed):
    """However much is still owed from before, the list is not read again for one change after the other."""
    listed.holds(range(0, 2_000, 2))
    listed.owes(1_000)
    listed.find(range(500))
    listed.holds(range(1, 2_000, 2))
    listed.owes(1)
    assert listed.find([*range(400)], as_of=listed.announced) == set(range(1, 400, 2))
    assert listed.costs() == (4, 4)


def test_a_reading_that_ends_halfway_is_no_reading(listed, crms):
    listed.holds(range(1_000))
    listed.owes(1_000)
    crms.server.faults.add({"kind": "status", "path": f"/{LIST}/memberships", "skip": 1, "times": 1})
    with pytest.raises(Unreachable):
        listed.find(range(500))
    assert listed.find(range(500, 1_000)) == set(range(500, 1_000))
    assert listed.costs() == (0, 2 + 4)


def test_a_deleted_list_does_not_pass_for_one_that_nobody_is_on(listed):
    with pytest.raises(Rejected):
        listed.find([1])
    with pytest.raises(Rejected):
        listed.find(range(500))


@pytest.fixture
def taken_turn(hands: Hands) -> Iterator[None]:
    """Somebody else's, which does not end."""
    with ExitStack() as stack:
        stack.enter_context(hands.redis.lock(f"tandem:turn:list:{LIST}", timeout=60))
        yield


def test_who_waits_too_long_for_a_turn_goes_on_without_it(hands, taken_turn):
    turns = Turns(hands.redis, longest=timedelta(milliseconds=200))
    with turns.wait_for(f"list:{LIST}"):
        pass


def test_without_redis_there_are_no_turns_and_the_work_goes_on():
    turns = Turns(redis.Redis(port=1, socket_connect_timeout=0.1))
    with turns.wait_for("anything"):
        pass
