"""A poll, killed after its n-th call for every n, then run again: nothing is lost, and nothing is noted twice."""

from collections.abc import Callable

import pytest

from tasks.contracts.feeds import Noted, Turn
from tasks.contracts.machinery import Received
from tasks.contracts.records import Kind, Switches
from tests.doubles.calls import Killed
from tests.doubles.poll_book import LASTS, MemoryPollBook
from tests.promises.poll_scenes import ACCOUNT, LEAD, OTHER_ACCOUNT, MemoryPollScene, poll

BOUND = 60


def changed(scene: MemoryPollScene) -> None:
    """Something of everything, and more than a page of it."""
    for number in range(1, 6):
        scene.write(Kind.COMPANY, str(number), "Acme")
    scene.write(Kind.CONTACT, "7", "one@example.com")
    scene.merge(Kind.COMPANY, "1", "2")
    scene.archive(Kind.COMPANY, "3")
    scene.has_segment("5", ["1", "2", "7"])
    scene.write_row(Kind.ACCOUNT, ACCOUNT, "Acme")
    scene.write_row(Kind.ACCOUNT, OTHER_ACCOUNT, "Acme Inc")
    scene.merge_accounts(ACCOUNT, OTHER_ACCOUNT)
    scene.write_row(Kind.LEAD, LEAD, "one@example.com")
    scene.convert_lead(LEAD, ACCOUNT)


def polled_once() -> MemoryPollScene:
    scene = MemoryPollScene(Switches(contact_segment="5"))
    scene.has_segment("5", ["1", "9"])
    poll(scene)
    changed(scene)
    scene.calls.made.clear()
    return scene


def end_of(scene: MemoryPollScene) -> object:
    return sorted(scene.noted()), sorted(map(str, scene.book.owed))


def crash_and_go_on(scene: MemoryPollScene, nth: int) -> None:
    scene.calls.kill_after = nth
    with pytest.raises(Killed):
        poll(scene)
    scene.calls.kill_after = None
    scene.wait(LASTS * 2)
    poll(scene)


def test_the_sweep_is_about_something_and_reaches_its_end():
    scene = polled_once()
    poll(scene)
    assert len(scene.noted()) >= 13
    assert 30 < len(scene.calls.made) < BOUND


@pytest.mark.parametrize("nth", range(1, BOUND))
def test_a_crash_after_any_call_ends_like_no_crash(nth):
    expected = polled_once()
    poll(expected)
    if nth > len(expected.calls.made):
        return
    scene = polled_once()
    crash_and_go_on(scene, nth)
    assert end_of(scene) == end_of(expected)
    poll(scene)
    assert end_of(scene) == end_of(expected)


class CursorFirst(MemoryPollBook):
    """Moves the cursor in one step and notes the changes in another."""

    def note(self, turn: Turn, noted: Noted) -> Received:
        super().note(turn, Noted(noted.position))
        return super().note(turn, Noted({}, noted.sightings, noted.changes, noted.as_of))


def lost_after(make: Callable[[MemoryPollScene], MemoryPollBook]) -> int:
    """How many of the crashes lose a change."""
    expected = polled_once()
    poll(expected)
    losses = 0
    for nth in range(1, BOUND):
        scene = polled_once()
        scene.book = make(scene)
        try:
            crash_and_go_on(scene, nth)
        except pytest.fail.Exception:  # it ended before
            continue
        losses += len(scene.noted()) < len(expected.noted())
    return losses


def as_it_was(scene: MemoryPollScene) -> MemoryPollBook:
    return scene.book


def cursor_first(scene: MemoryPollScene) -> MemoryPollBook:
    return CursorFirst(scene.calls, scene.clock, scene.book.cursors, scene.book.sightings)


def test_a_cursor_that_moves_before_the_changes_are_noted_would_lose_some_of_them():
    assert lost_after(as_it_was) == 0
    # What search and rows tell is found again by the overlap; a list is not read twice.
    assert lost_after(cursor_first) > 0
