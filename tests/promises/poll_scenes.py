"""Where polls are tested: both CRMs as their users see them, in memory and over HTTP, and what was noted of them."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import requests
from sqlalchemy import select, update

from simulator.hubspot.seeding import DEFAULT_TOKEN
from simulator.hubspot.sources import PEOPLE
from tasks.contracts.changes import What
from tasks.contracts.feeds import Fate, HubSpotFeed, PollBook, SalesforceFeed
from tasks.contracts.records import Kind, Switches
from tasks.poll_hubspot import poll_hubspot, poll_hubspot_keys, poll_hubspot_lists
from tasks.poll_salesforce import poll_salesforce, poll_salesforce_deletions
from tasks.polling import Polled
from tasks.rules.news import MERGED
from tasks.rules.polling_pace import Pace
from tests.crm.wire import Wire
from tests.doubles.calls import Calls
from tests.doubles.feeds import Clock, MemoryHubSpotFeed, MemorySalesforceFeed
from tests.doubles.messages import MemoryMessenger
from tests.doubles.poll_book import MemoryPollBook
from tests.ledger.samples import empty
from tests.simulator.salesforce_fixtures import Client
from tests.simulator.salesforce_soap import call, convert, each_id, merge
from workers.ledger.models import ChangeRow, CursorRow
from workers.ledger.poll_book import PLACES
from workers.toolbox.fields import CURSOR
from workers.toolbox.hands import Hands

OVERLAP = timedelta(minutes=11)
AT_ONCE = Pace(OVERLAP, fastest=timedelta(), slowest=timedelta(), pages=3)
NO_OVERLAP = Pace(timedelta(), fastest=timedelta(), slowest=timedelta(), pages=3)
MOST_RUNS = 6

PATHS = {Kind.COMPANY: "companies", Kind.CONTACT: "contacts"}
SOBJECTS = {Kind.ACCOUNT: "Account", Kind.SALESFORCE_CONTACT: "Contact", Kind.LEAD: "Lead"}
NAMED: Mapping[Kind, str] = {
    Kind.COMPANY: "name",
    Kind.CONTACT: "email",
    Kind.ACCOUNT: "Name",
    Kind.SALESFORCE_CONTACT: "Email",
    Kind.LEAD: "Email",
}
ACCOUNT, OTHER_ACCOUNT = "001000000000001AAA", "001000000000002AAA"
LEAD = "00Q000000000001EAA"

Noticed = tuple[Kind, str, What]


class PollScene(Protocol):
    """The same over memory and over the real thing."""

    switches: Switches

    @property
    def hubspot(self) -> HubSpotFeed: ...
    @property
    def salesforce(self) -> SalesforceFeed: ...
    @property
    def book(self) -> PollBook: ...
    @property
    def messenger(self) -> MemoryMessenger: ...

    def write(self, kind: Kind, record_id: str, text: str) -> None:
        """A HubSpot record is made, or changed in what we look at: a name, or an e-mail address."""
        ...

    def touch(self, kind: Kind, record_id: str) -> None:
        """A HubSpot record is changed in what we do not look at."""
        ...

    def archive(self, kind: Kind, record_id: str) -> None: ...
    def restore(self, kind: Kind, record_id: str) -> None: ...
    def merge(self, kind: Kind, survivor: str, loser: str) -> None: ...
    def has_segment(self, segment: str, members: Sequence[str]) -> None: ...
    def let_search_lag(self) -> None: ...
    def let_search_catch_up(self) -> None: ...

    def write_row(self, kind: Kind, record_id: str, text: str) -> None: ...
    def delete_row(self, kind: Kind, record_id: str) -> None: ...
    def empty_bin(self, kind: Kind, record_id: str) -> None:
        """It is in no recycle bin any more."""
        ...

    def purge_deletions(self) -> None:
        """The list of deletions forgets them."""
        ...

    def merge_accounts(self, winner: str, loser: str) -> None: ...
    def convert_lead(self, lead: str, account: str) -> None: ...
    def hold_commits(self, kind: Kind, record_id: str, text: str) -> None:
        """A long transaction has begun to write this and has not committed."""
        ...

    def commit(self) -> None: ...

    def noted(self) -> list[Noticed]:
        """Every change so far."""
        ...

    def wait(self, time: timedelta) -> None:
        """So much time passes for the cursors."""
        ...

    def forget(self) -> None:
        """As before the first poll."""
        ...


def poll(scene: PollScene, pace: Pace | None = None) -> list[Polled]:
    """Everything that can be polled, until there is nothing more to read."""
    feed, book, messenger, pace = scene.hubspot, scene.book, scene.messenger, pace or AT_ONCE
    runs = [
        lambda: poll_hubspot(feed, book, messenger, pace, quota_left=1),
        lambda: poll_hubspot_lists(feed, book, messenger, pace, scene.switches, quota_left=1),
        lambda: poll_hubspot_keys(feed, book, messenger, pace, quota_left=1),
        lambda: poll_salesforce(scene.salesforce, book, messenger, pace, quota_left=1),
        lambda: poll_salesforce_deletions(scene.salesforce, book, messenger, pace, quota_left=1),
    ]
    polled = []
    for run in runs:
        for _ in range(MOST_RUNS):
            if one := run():
                polled.append(one)
            if one is None or one.is_complete:
                break
        else:
            raise AssertionError("a poll does not come to its end")
    return polled


@dataclass
class MemoryPollScene:
    switches: Switches = field(default_factory=Switches)
    messenger: MemoryMessenger = field(default_factory=MemoryMessenger)

    def __post_init__(self) -> None:
        self.clock, self.calls = Clock(), Calls()
        self.hubspot = MemoryHubSpotFeed(self.calls, self.clock)
        self.salesforce = MemorySalesforceFeed(self.calls, self.clock)
        self.book = MemoryPollBook(self.calls, self.clock)

    def write(self, kind: Kind, record_id: str, text: str) -> None:
        before = self.hubspot.live.get((kind, record_id))
        facts = before.facts if before else {MERGED: []}
        self.hubspot.put(kind, record_id, {**facts, NAMED[kind]: text})

    def touch(self, kind: Kind, record_id: str) -> None:
        self.hubspot.put(kind, record_id, self.hubspot.live[kind, record_id].facts)

    def archive(self, kind: Kind, record_id: str) -> None:
        self.hubspot.archived[kind, record_id] = self.hubspot.live.pop((kind, record_id))
        self.hubspot.index.pop((kind, record_id), None)

    def restore(self, kind: Kind, record_id: str) -> None:
        one = self.hubspot.archived.pop((kind, record_id))
        self.hubspot.live[kind, record_id] = self.hubspot.index[kind, record_id] = one

    def merge(self, kind: Kind, survivor: str, loser: str) -> None:
        self.hubspot.live.pop((kind, loser))
        self.hubspot.index.pop((kind, loser), None)
        facts = self.hubspot.live[kind, survivor].facts
        self.hubspot.put(kind, survivor, {**facts, MERGED: [*facts[MERGED], loser]})

    def has_segment(self, segment: str, members: Sequence[str]) -> None:
        self.hubspot.segments[segment] = set(members)

    def let_search_lag(self) -> None:
        self.hubspot.lags = True

    def let_search_catch_up(self) -> None:
        self.hubspot.lags = False
        self.hubspot.catch_up()

    def write_row(self, kind: Kind, record_id: str, text: str) -> None:
        self.salesforce.put(kind, record_id, {NAMED[kind]: text})

    def delete_row(self, kind: Kind, record_id: str) -> None:
        self.salesforce.put(kind, record_id, self.salesforce.rows[kind, record_id].facts, fate=Fate.DELETED)

    def empty_bin(self, kind: Kind, record_id: str) -> None:
        del self.salesforce.rows[kind, record_id]

    def purge_deletions(self) -> None:
        self.salesforce.deletions.clear()
        self.salesforce.remembered_since = self.clock.tick()

    def merge_accounts(self, winner: str, loser: str) -> None:
        facts = self.salesforce.rows[Kind.ACCOUNT, loser].facts
        self.salesforce.put(Kind.ACCOUNT, loser, facts, fate=Fate.MERGED, heir=winner)

    def convert_lead(self, lead: str, account: str) -> None:
        facts = self.salesforce.rows[Kind.LEAD, lead].facts
        contact = "003000000000009AAA"
        self.salesforce.put(Kind.LEAD, lead, facts, fate=Fate.CONVERTED, heir=contact)
        self.salesforce.put(Kind.SALESFORCE_CONTACT, contact, facts)

    def hold_commits(self, kind: Kind, record_id: str, text: str) -> None:
        self.salesforce.holds = True
        self.write_row(kind, record_id, text)

    def commit(self) -> None:
        self.salesforce.commit()

    def noted(self) -> list[Noticed]:
        return [(change.record, change.id, change.what) for change in self.book.changes.values()]

    def wait(self, time: timedelta) -> None:
        self.clock.now += time

    def forget(self) -> None:
        self.book = MemoryPollBook(self.calls, self.clock)


class RealPollScene:
    """Postgres and the client libraries; what is stamped is stamped by the simulated CRMs."""

    def __init__(self, hands: Hands, wire: Wire) -> None:
        self._hands, self._wire = hands, wire
        self.switches, self.messenger = Switches(), MemoryMessenger()
        wire.portal.configure({"search_lag": 0, "search_limit": 0})
        wire.org.configure({"feed_granularity": 0})
        self._people = Client(wire.org, int(wire.url.rpartition(":")[2]))
        self._held: list[Any] = []

    @property
    def hubspot(self) -> HubSpotFeed:
        return self._hands.hubspot_feed

    @property
    def salesforce(self) -> SalesforceFeed:
        return self._hands.salesforce_feed

    @property
    def book(self) -> PollBook:
        return self._hands.poll_book

    def write(self, kind: Kind, record_id: str, text: str) -> None:
        known = {row["id"] for row in self._wire.portal.state()[PATHS[kind]]}
        if record_id in known:
            body = {"properties": {NAMED[kind]: text}}
            self._in_hubspot("PATCH", f"{PATHS[kind]}/{record_id}", body)
        else:
            self._wire.portal.seed({PATHS[kind]: [{"id": record_id, "properties": {NAMED[kind]: text}}]})

    def touch(self, kind: Kind, record_id: str) -> None:
        body = {"properties": {"twitterhandle": f"{datetime.now(UTC):%S%f}"}}
        self._in_hubspot("PATCH", f"{PATHS[kind]}/{record_id}", body)

    def archive(self, kind: Kind, record_id: str) -> None:
        self._in_hubspot("DELETE", f"{PATHS[kind]}/{record_id}")

    def restore(self, kind: Kind, record_id: str) -> None:
        crm = self._wire.portal._crm
        crm.restore(crm.store.archived[PATHS[kind]][record_id], by=PEOPLE)

    def merge(self, kind: Kind, survivor: str, loser: str) -> None:
        body = {"primaryObjectId": survivor, "objectIdToMerge": loser}
        self._in_hubspot("POST", f"{PATHS[kind]}/merge", body)

    def has_segment(self, segment: str, members: Sequence[str]) -> None:
        known = {"listId": segment, "name": "Segment", "objectTypeId": "0-1", "members": members}
        self._wire.portal.seed({"lists": [known]})

    def let_search_lag(self) -> None:
        self._wire.portal.configure({"search_lag": 1.0, "search_lag_tail": 1.0})

    def let_search_catch_up(self) -> None:
        self._wire.portal.configure({"search_lag": 0.0})
        time.sleep(1.1)

    def write_row(self, kind: Kind, record_id: str, text: str) -> None:
        known = {row["Id"]: row for row in self._wire.org.state()[SOBJECTS[kind]]}
        if record_id in known:
            path = f"sobjects/{SOBJECTS[kind]}/{record_id}"
            self._people.call("PATCH", path, {NAMED[kind]: text}).raise_for_status()
        else:
            needed = (
                {} if kind is Kind.ACCOUNT else {"LastName": "Doe"} | ({"Company": "Acme"} if kind is Kind.LEAD else {})
            )
            self._wire.org.seed({SOBJECTS[kind]: [{"Id": record_id, NAMED[kind]: text, **needed}]})

    def delete_row(self, kind: Kind, record_id: str) -> None:
        self._people.call("DELETE", f"sobjects/{SOBJECTS[kind]}/{record_id}").raise_for_status()

    def empty_bin(self, kind: Kind, record_id: str) -> None:
        (row,) = call(self._people, "emptyRecycleBin", each_id(record_id))
        assert row["success"] == ["true"]
        # The list of deletions ends before the second in which it is asked for; `wait` moves cursors, not the clock.
        time.sleep(1 - time.time() % 1)

    def purge_deletions(self) -> None:
        self._wire.org.configure({"delete_log_seconds": 0})

    def merge_accounts(self, winner: str, loser: str) -> None:
        assert merge(self._people, "Account", winner, loser)["success"] == ["true"]

    def convert_lead(self, lead: str, account: str) -> None:
        assert convert(self._people, lead, accountId=account, doNotCreateOpportunity="true")["success"] == ["true"]

    def hold_commits(self, kind: Kind, record_id: str, text: str) -> None:
        self._wire.org.configure({"hold_commits": True})
        writing = threading.Thread(target=self.write_row, args=(kind, record_id, text))
        writing.start()
        self._held.append(writing)
        while not self._wire.org.counters["commits.late"]:
            time.sleep(0.01)
        time.sleep(1.1)  # Salesforce tells whole seconds: the next poll begins in a later one

    def commit(self) -> None:
        self._wire.org.configure({"hold_commits": False})
        for writing in self._held:
            writing.join(10)

    def noted(self) -> list[Noticed]:
        query = select(ChangeRow.kind, ChangeRow.record_id, ChangeRow.what).order_by(ChangeRow.received_at)
        with self._hands.engine.connect() as connection:
            return [(Kind(kind), id_, What(what)) for kind, id_, what in connection.execute(query)]

    def wait(self, time: timedelta) -> None:
        with self._hands.engine.begin() as connection:
            for row in connection.execute(
                select(CursorRow.name, CursorRow.position).where(CursorRow.name != CURSOR)
            ).all():
                places = PLACES.validate_python(row.position)
                earlier = {
                    name: replace(place, since=place.since - time, begun_at=place.begun_at - time)
                    for name, place in places.items()
                }
                moved = PLACES.dump_python(earlier, mode="json")
                connection.execute(update(CursorRow).where(CursorRow.name == row.name).values(position=moved))

    def forget(self) -> None:
        empty(self._hands.engine)

    def _in_hubspot(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> None:
        headers = {"Authorization": f"Bearer {DEFAULT_TOKEN}"}
        url = f"{self._wire.url}/crm/v3/objects/{path}"
        requests.request(method, url, json=body, headers=headers, timeout=5).raise_for_status()
