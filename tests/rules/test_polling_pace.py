"""When the next poll is due, and where it starts."""

from datetime import UTC, datetime, timedelta

import pytest

from tasks.contracts.errors import Rejected, SyncError, Throttled, Unreachable
from tasks.contracts.feeds import Listed, Place
from tasks.rules.polling_pace import Pace, next_wait, open_list, open_window, place_in_list, wait_after

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
OVERLAP = timedelta(minutes=5)
PACE = Pace(OVERLAP, fastest=timedelta(seconds=10), slowest=timedelta(minutes=3))
EARLIER = NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    ("quiet", "quota_left", "seconds"),
    [
        pytest.param(0, 1.0, 10, id="fast-while-things-change"),
        pytest.param(1, 1.0, 20, id="slower-after-a-quiet-poll"),
        pytest.param(3, 1.0, 80, id="and-slower"),
        pytest.param(5, 1.0, 180, id="but-not-for-ever"),
        pytest.param(10**6, 1.0, 180, id="however-long-it-was-quiet"),
        pytest.param(0, 0.4, 20, id="half-as-often-when-half-the-quota-is-gone"),
        pytest.param(0, 0.2, 180, id="rarely-when-it-runs-short"),
        pytest.param(9, 0.1, 720, id="and-more-rarely-when-it-is-quiet-too"),
    ],
)
def test_the_next_poll(quiet, quota_left, seconds):
    assert next_wait(PACE, quiet=quiet, quota_left=quota_left) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("problem", "seconds"),
    [
        pytest.param(Throttled("429", after=timedelta(seconds=42)), 42, id="the-crm-knows-best"),
        pytest.param(Unreachable("503"), 20, id="away-for-a-moment"),
        pytest.param(Rejected("no right to read"), 180, id="a-person-may-mend-it"),
    ],
)
def test_the_next_poll_after_a_problem(problem: SyncError, seconds: int):
    assert wait_after(problem, PACE) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("place", "opened"),
    [
        pytest.param(None, Place(NOW - OVERLAP, NOW), id="the-first-one-starts-from-now"),
        pytest.param(Place(EARLIER, EARLIER, is_read=True), Place(EARLIER - OVERLAP, NOW), id="the-next-one-overlaps"),
        pytest.param(
            Place(EARLIER, EARLIER, EARLIER, "7"), Place(EARLIER, EARLIER, EARLIER, "7"), id="an-unfinished-one-goes-on"
        ),
    ],
)
def test_where_a_window_opens(place, opened):
    assert open_window(place, NOW, OVERLAP) == opened


def test_a_list_is_read_whole_each_time_and_only_the_first_time_is_the_first():
    first = open_list(None, NOW)
    assert first.is_first
    half = place_in_list(first, Listed(("9", "10"), after="x"))
    assert (half.upto, half.last_id, half.is_read) == ("10", "x", False)
    assert open_list(half, NOW) is half
    whole = place_in_list(half, Listed(("11",)))
    assert (whole.upto, whole.last_id, whole.is_read) == ("", "", True)
    again = open_list(whole, NOW + OVERLAP)
    assert not again.is_first
    assert not again.is_read
