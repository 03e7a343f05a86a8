"""Find what no event told us in Salesforce: changed, deleted, merged, converted and restored records, and roles."""

from datetime import timedelta
from functools import partial

from tasks.contracts.feeds import ROLE, Place, PollBook, SalesforceFeed, Turn
from tasks.contracts.machinery import Messenger
from tasks.contracts.records import Kind
from tasks.polling import Notebook, Polled, compare_keys, keys_of, read_in_turn, take_turn
from tasks.rules.polling_pace import Pace, open_window

CHANGES = "salesforce"
DELETIONS = "salesforce.deletions"
KINDS = (Kind.ACCOUNT, Kind.SALESFORCE_CONTACT, Kind.LEAD, Kind.OPPORTUNITY, ROLE)
DELETED_KINDS = (Kind.ACCOUNT, Kind.SALESFORCE_CONTACT, Kind.LEAD)
LOOKS_BACK = timedelta(days=14, hours=23)
"""The list of deletions reaches fifteen days back at most."""
SHORTEST_SPAN = timedelta(seconds=61)


def poll_salesforce(
    feed: SalesforceFeed, book: PollBook, messenger: Messenger, pace: Pace, *, quota_left: float
) -> Polled | None:
    """Rows by their stamp, deleted ones included. None: it is not due, or somebody else is at it."""

    def read(turn: Turn, polled: Polled) -> None:
        notebook = Notebook(turn, book, messenger, polled)
        places = {kind: open_window(turn.position.get(kind), turn.now, pace.overlap) for kind in KINDS}
        for _ in range(pace.pages):
            unread = {kind: place for kind, place in places.items() if not place.is_read}
            if unread:
                places |= _read_changes(unread, feed, notebook)
        polled.is_complete = all(place.is_read for place in places.values())

    return take_turn(CHANGES, read, book, pace, quota_left=quota_left)


def poll_salesforce_deletions(
    feed: SalesforceFeed, book: PollBook, messenger: Messenger, pace: Pace, *, quota_left: float
) -> Polled | None:
    """What left the recycle bin before a poll saw it there; and if even their list was purged, every key we know."""

    def read(turn: Turn, polled: Polled) -> None:
        notebook = Notebook(turn, book, messenger, polled)
        compared = {keys_of(kind): place for kind in DELETED_KINDS if (place := turn.position.get(keys_of(kind)))}
        for kind in DELETED_KINDS:
            compared |= _read_deletions(kind, turn, feed, notebook)
        readers = {keys_of(kind): partial(compare_keys, kind, feed.find_current, notebook) for kind in DELETED_KINDS}
        read_in_turn(compared, readers, pace, polled)

    return take_turn(DELETIONS, read, book, pace, quota_left=quota_left)


def _read_changes(places: dict[str, Place], feed: SalesforceFeed, notebook: Notebook) -> dict[str, Place]:
    as_of = notebook.book.now()
    pages = feed.find_modified(places)
    for kind, page in pages.items():
        known = notebook.book.find_sightings(kind, [one.id for one in page.sightings])
        notebook.count(len(page.sightings))
        notebook.note({kind: page.place}, page.sightings, known, as_of=as_of)
    return {kind: page.place for kind, page in pages.items()}


def _read_deletions(kind: Kind, turn: Turn, feed: SalesforceFeed, notebook: Notebook) -> dict[str, Place]:
    """Returns what has to be compared because of it: nothing, or every key of this kind."""
    place = turn.position.get(kind) or Place(since=turn.now - SHORTEST_SPAN, begun_at=turn.now)
    since = max(place.since, turn.now - LOOKS_BACK)
    if turn.now - since < SHORTEST_SPAN:
        return {}
    as_of = notebook.book.now()
    deletions = feed.find_deleted(kind, since, turn.now)
    known = notebook.book.find_sightings(kind, [one.id for one in deletions.sightings])
    position = {str(kind): Place(since=deletions.covered, begun_at=turn.now, is_read=True)}
    lost = {}
    if max(since, deletions.remembered_since) > place.since:
        lost = {keys_of(kind): Place(since=place.since, begun_at=turn.now)}
        notebook.polled.lost.append(kind)
    notebook.count(len(deletions.sightings))
    notebook.note({**position, **lost}, deletions.sightings, known, as_of=as_of)
    return lost
