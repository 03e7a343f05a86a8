"""Records of one type in the order of their last change, built for changes that come almost in order."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator


class Timeline:
    """Ids by moment in milliseconds, then by id. A record that has moved on stays at its old place too.

    Taking it out would move all that follows; so whoever reads has to pass over outdated places.
    """

    def __init__(self) -> None:
        self._moments = array("q")
        self._ids: list[str] = []

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, moment: int, record_id: str) -> None:
        start = bisect_left(self._moments, moment)
        end = bisect_right(self._moments, moment, start)
        place = bisect_left(self._ids, record_id, start, end)
        if place == end or self._ids[place] != record_id:
            self._moments.insert(place, moment)
            self._ids.insert(place, record_id)

    def between(self, since: int, until: int) -> Iterator[tuple[int, str]]:
        """Both ends included."""
        start, end = bisect_left(self._moments, since), bisect_right(self._moments, until)
        return zip(self._moments[start:end], self._ids[start:end], strict=True)

    def keep(self, is_current: Callable[[int, str], bool]) -> None:
        """Drop the places that are outdated."""
        kept = [place for place in zip(self._moments, self._ids, strict=True) if is_current(*place)]
        self._moments = array("q", [moment for moment, _ in kept])
        self._ids = [record_id for _, record_id in kept]
