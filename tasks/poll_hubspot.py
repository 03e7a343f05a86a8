"""Find what no event told us in HubSpot: changed, merged, archived and restored records, and who entered a segment."""

from functools import partial

from tasks.contracts.feeds import Fate, HubSpotFeed, Place, PollBook, Sighting, Turn, kind_of_segment
from tasks.contracts.machinery import Messenger
from tasks.contracts.records import Kind, Switches
from tasks.polling import Notebook, Polled, compare_keys, keys_of, read_in_turn, take_turn
from tasks.rules.news import is_news, is_outdated
from tasks.rules.polling_pace import Pace, open_list, open_window, place_in_list

CHANGES = "hubspot"
LISTS = "hubspot.lists"
KEYS = "hubspot.keys"
KINDS = (Kind.COMPANY, Kind.CONTACT)


def poll_hubspot(
    feed: HubSpotFeed, book: PollBook, messenger: Messenger, pace: Pace, *, quota_left: float
) -> Polled | None:
    """What search knows to have changed. None: it is not due, or somebody else is at it."""

    def read(turn: Turn, polled: Polled) -> None:
        notebook = Notebook(turn, book, messenger, polled)
        places = {kind: open_window(turn.position.get(kind), turn.now, pace.overlap) for kind in KINDS}
        read_in_turn(places, {kind: partial(_read_changes, kind, feed, notebook) for kind in KINDS}, pace, polled)

    return take_turn(CHANGES, read, book, pace, quota_left=quota_left)


def poll_hubspot_lists(
    feed: HubSpotFeed, book: PollBook, messenger: Messenger, pace: Pace, switches: Switches, *, quota_left: float
) -> Polled | None:
    """What search never tells: who is archived or back again, and who is on the lists that the operator has chosen.

    Read whole each time, because nothing says what has changed in a list.
    """

    def read(turn: Turn, polled: Polled) -> None:
        notebook = Notebook(turn, book, messenger, polled)
        lists = {f"archived:{kind}": partial(_read_archived, kind, feed, notebook) for kind in KINDS}
        for kind, segment in _segments(switches):
            members = kind_of_segment(segment, kind)
            lists[members] = partial(_read_members, members, segment, feed, notebook)
        places = {name: open_list(turn.position.get(name), turn.now) for name in lists}
        read_in_turn(places, lists, pace, polled)

    return take_turn(LISTS, read, book, pace, quota_left=quota_left)


def poll_hubspot_keys(
    feed: HubSpotFeed, book: PollBook, messenger: Messenger, pace: Pace, *, quota_left: float
) -> Polled | None:
    """Every record we know, asked for by its id: what went and left no trace, or came into one that went as well."""

    def read(turn: Turn, polled: Polled) -> None:
        notebook = Notebook(turn, book, messenger, polled)
        places = {keys_of(kind): open_list(turn.position.get(keys_of(kind)), turn.now) for kind in KINDS}
        readers = {keys_of(kind): partial(compare_keys, kind, feed.find_current, notebook) for kind in KINDS}
        read_in_turn(places, readers, pace, polled)

    return take_turn(KEYS, read, book, pace, quota_left=quota_left)


def _read_changes(kind: Kind, feed: HubSpotFeed, notebook: Notebook, place: Place) -> Place:
    book = notebook.book
    page = feed.find_modified(kind, place)
    known = book.find_sightings(kind, [one.id for one in page.sightings])
    told = [one for one in page.sightings if not is_outdated(one, known.get(one.id))]
    suspects = [one.id for one in told if is_news(one, known.get(one.id))]
    # Search lags behind: what a record is now, only a read by its id tells.
    as_of = book.now()
    current = feed.find_current(kind, suspects) if suspects else {}
    notebook.count(len(page.sightings))
    notebook.note({kind: page.place}, list(current.values()), known, as_of=as_of)
    return page.place


def _read_archived(kind: Kind, feed: HubSpotFeed, notebook: Notebook, place: Place) -> Place:
    book = notebook.book
    as_of = book.now()
    listed = feed.find_archived(kind, place.last_id)
    then = place_in_list(place, listed)
    archived = [Sighting(kind, one, fate=Fate.DELETED) for one in listed.ids]
    known = book.find_sightings(kind, listed.ids)
    new_to_us = [one for one in archived if place.is_first and one.id not in known]
    known_archived = book.find_between(kind, Fate.DELETED, after=place.upto, upto=then.upto, seen_before=place.begun_at)
    unlisted = sorted(set(known_archived).difference(listed.ids))
    current = feed.find_current(kind, unlisted) if unlisted else {}
    gone = [Sighting(kind, one.id, fate=Fate.GONE) for one in current.values() if one.fate is not Fate.ALIVE]
    restored = [one for one in current.values() if one.fate is Fate.ALIVE]
    known = {**known, **book.find_sightings(kind, unlisted)}
    seen = [one for one in archived if one not in new_to_us] + restored
    notebook.count(len(listed.ids))
    notebook.note({f"archived:{kind}": then}, seen, known, as_of=as_of, silently=[*new_to_us, *gone])
    return then


def _read_members(members: str, segment: str, feed: HubSpotFeed, notebook: Notebook, place: Place) -> Place:
    book = notebook.book
    as_of = book.now()
    listed = feed.find_members(segment, place.last_id)
    then = place_in_list(place, listed)
    were_on_it = book.find_between(members, Fate.ALIVE, after=place.upto, upto=then.upto, seen_before=place.begun_at)
    left = sorted(set(were_on_it).difference(listed.ids))
    known = book.find_sightings(members, [*listed.ids, *left])
    seen = [Sighting(members, one) for one in listed.ids] + [Sighting(members, one, fate=Fate.DELETED) for one in left]
    notebook.count(len(listed.ids))
    if place.is_first:
        notebook.note({members: then}, (), known, as_of=as_of, silently=seen)
    else:
        notebook.note({members: then}, seen, known, as_of=as_of)
    return then


def _segments(switches: Switches) -> list[tuple[Kind, str]]:
    chosen = ((Kind.CONTACT, switches.contact_segment), (Kind.COMPANY, switches.company_segment))
    return [(kind, segment) for kind, segment in chosen if segment]
