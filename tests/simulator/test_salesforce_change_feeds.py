"""Which records were updated and deleted, how far that is known, and what commits late."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator import salesforce_soap as soap
from tests.simulator.salesforce_fixtures import Client, refusal
from tests.waiting import until

salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce
ROOT = f"/services/data/v{fixtures.VERSION}"
STAMP = "%Y-%m-%dT%H:%M:%S.000+0000"


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat(timespec="seconds")


def feed(salesforce: Client, name: str, start: str, end: str, sobject: str = "Account") -> requests.Response:
    return salesforce.call("GET", f"sobjects/{sobject}/{name}/", params={"start": start, "end": end})


def updated(salesforce: Client, start: str | None = None, end: str | None = None) -> dict[str, Any]:
    """By default the last hour, and whatever is still to come of this minute."""
    answer = feed(salesforce, "updated", start or ago(hours=1), end or ago(minutes=-2))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def deleted(salesforce: Client, start: str | None = None) -> dict[str, Any]:
    answer = feed(salesforce, "deleted", start or ago(hours=1), ago(minutes=-2))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def seed_changed_at(salesforce: Client, *stamps: str) -> list[str]:
    ids = [f"001Vr00000000{number:02d}" for number in range(50, 50 + len(stamps))]
    rows = [{"Id": i, "Name": i, "SystemModstamp": stamp} for i, stamp in zip(ids, stamps, strict=True)]
    salesforce.org.seed({"Account": rows})
    return [salesforce.read(record_id)["Id"] for record_id in ids]


def test_what_was_created_or_changed_is_listed_until_it_is_deleted(salesforce):
    created, changed = salesforce.create(Name="A"), salesforce.create(Name="B")
    salesforce.call("PATCH", f"sobjects/Account/{changed}", {"Phone": "1"})
    salesforce.create("Contact", LastName="Doe")
    assert updated(salesforce)["ids"] == [created, changed]
    salesforce.call("DELETE", f"sobjects/Account/{created}")
    assert updated(salesforce)["ids"] == [changed]
    assert [row["id"] for row in deleted(salesforce)["deletedRecords"]] == [created]
    soap.call(salesforce, "undelete", soap.each_id(created))
    assert (updated(salesforce)["ids"], deleted(salesforce)["deletedRecords"]) == ([created, changed], [])


def test_a_span_begins_with_its_minute_and_ends_before_its_last(salesforce):
    minute = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=10)
    moments = [minute + timedelta(seconds=seconds) for seconds in (-1, 0, 119, 120)]
    _, first, last, _ = seed_changed_at(salesforce, *(moment.strftime(STAMP) for moment in moments))
    start, end = (minute + timedelta(seconds=seconds) for seconds in (30, 159))
    answer = updated(salesforce, start.isoformat(), end.isoformat())
    assert answer["ids"] == [first, last]
    assert answer["latestDateCovered"] == (minute + timedelta(minutes=2)).strftime(STAMP)


def test_what_is_covered_never_lies_ahead(salesforce):
    now = datetime.now(UTC).strftime(STAMP)
    assert updated(salesforce, end=ago(days=-3))["latestDateCovered"] <= now
    assert deleted(salesforce)["latestDateCovered"] <= now


def test_the_library_reads_both_lists(salesforce):
    account = salesforce.create(Name="A")
    salesforce.call("DELETE", f"sobjects/Account/{account}")
    start, end = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(minutes=2)
    library = salesforce.library()
    assert library.Account.updated(start, end)["ids"] == []
    gone = library.Account.deleted(start, end)
    assert [row["id"] for row in gone["deletedRecords"]] == [account]
    assert gone["deletedRecords"][0]["deletedDate"].endswith(".000+0000")
    assert gone["earliestDateAvailable"] < gone["latestDateCovered"]


def test_a_merged_account_counts_as_deleted(salesforce):
    winner, loser = salesforce.create(Name="A"), salesforce.create(Name="B")
    soap.merge(salesforce, "Account", winner, loser)
    assert [row["id"] for row in deleted(salesforce)["deletedRecords"]] == [loser]
    assert updated(salesforce)["ids"] == [winner]


def test_the_delete_log_outlives_the_recycle_bin_for_a_while(salesforce):
    account = salesforce.create(Name="A")
    salesforce.call("DELETE", f"sobjects/Account/{account}")
    soap.call(salesforce, "emptyRecycleBin", soap.each_id(account))
    assert [row["id"] for row in deleted(salesforce)["deletedRecords"]] == [account]
    salesforce.org.configure({"delete_log_seconds": 0.0})
    until(lambda: not deleted(salesforce, start=ago(hours=1))["deletedRecords"])
    assert deleted(salesforce, start=ago(hours=1))["earliestDateAvailable"] > ago(hours=1)


@pytest.mark.parametrize("name", ["updated", "deleted"])
@pytest.mark.parametrize(
    ("start", "end"),
    [
        ({"hours": 1}, {"hours": 2}),
        ({"seconds": 60}, {"seconds": 0}),
        ({"days": 31}, {"days": 29}),
        ("nonsense", {"days": 0}),
        ("", {"days": 0}),
        ("2026-99-01T00:00:00Z", {"days": 0}),
        ("0001-01-01T00:00:00+14:00", {"days": 0}),
        ({"days": 1}, "5"),
    ],
    ids=range(8),
)
def test_a_span_must_make_sense(salesforce, name, start, end):
    moments = [ago(**moment) if isinstance(moment, dict) else moment for moment in (start, end)]
    assert refusal(feed(salesforce, name, *moments)) == (400, "INVALID_REPLICATION_DATE")


@pytest.mark.parametrize(("name", "days"), [("updated", 30), ("deleted", 15)])
def test_how_far_a_span_reaches_back_differs(salesforce, name, days):
    assert feed(salesforce, name, ago(days=days - 0.1), ago(days=0)).status_code == 200
    assert feed(salesforce, name, ago(days=days + 0.1), ago(days=0)).status_code == 400


def test_an_object_that_does_not_exist_has_no_changes(salesforce):
    assert refusal(feed(salesforce, "updated", ago(hours=1), ago(), sobject="Nope")) == (404, "NOT_FOUND")
    assert feed(salesforce, "updated", ago(hours=1), ago(), sobject="account").status_code == 200
    assert refusal(salesforce.call("POST", "sobjects/Account/updated", {})) == (405, "METHOD_NOT_ALLOWED")


def test_too_many_ids_are_refused(salesforce):
    salesforce.org.configure({"feed_id_limit": 1})
    for name in "AB":
        salesforce.create(Name=name)
    assert refusal(feed(salesforce, "updated", ago(hours=1), ago(minutes=-2))) == (400, "EXCEEDED_ID_LIMIT")


def test_seconds_count_when_an_experiment_is_in_a_hurry(salesforce):
    salesforce.org.configure({"feed_granularity": 1.0})
    account = salesforce.create(Name="A")
    assert updated(salesforce, ago(seconds=3), ago(seconds=-1))["ids"] == [account]


def wait_for_waiting_call(salesforce: Client, calls: int = 1) -> None:
    while salesforce.org.counters["commits.late"] < calls:
        time.sleep(0.005)


def test_a_row_that_commits_late_is_older_than_it_looks(salesforce):
    """Whoever polls by SystemModstamp and remembers the newest it saw, misses the row."""
    salesforce.org.configure({"feed_granularity": 1.0, "late_commit_rate": 1.0, "late_commit_seconds": 600.0})
    with ThreadPoolExecutor(1) as threads:
        late = threads.submit(Client(salesforce.org, salesforce.port).create, Name="Late")
        wait_for_waiting_call(salesforce)
        salesforce.org.configure({"late_commit_rate": 0.0})
        began = datetime.now(UTC).strftime(STAMP)
        time.sleep(1.1)
        quick = salesforce.create(Name="Quick")
        seen = updated(salesforce, ago(seconds=10), ago(seconds=-2))
        assert seen["ids"] == [quick]
        assert seen["latestDateCovered"] <= began
        salesforce.org.configure({"late_commit_seconds": 0.0})
        late_id = late.result(timeout=30)
    assert salesforce.read(late_id)["SystemModstamp"] <= began < salesforce.read(quick)["SystemModstamp"]
    again = updated(salesforce, seen["latestDateCovered"], ago(seconds=-2))
    assert set(again["ids"]) == {quick, late_id}
    assert salesforce.org.counters["feeds.held_back"] == 1


@pytest.mark.parametrize("kind", ["rest", "soap"])
def test_a_held_commit_waits_for_its_release(salesforce, kind):
    account = salesforce.create(Name="A")
    salesforce.org.configure({"hold_commits": True, "feed_granularity": 1.0})
    held_at = datetime.now(UTC).strftime(STAMP)
    with ThreadPoolExecutor(1) as threads:
        own = Client(salesforce.org, salesforce.port)
        waiting: Future[Any]
        if kind == "rest":
            waiting = threads.submit(own.call, "DELETE", f"sobjects/Account/{account}")
        else:
            waiting = threads.submit(soap.call, own, "delete", soap.each_id(account))
        wait_for_waiting_call(salesforce)
        assert salesforce.read(account)["Name"] == "A"
        assert updated(salesforce, ago(seconds=10), ago(seconds=-5))["latestDateCovered"] <= held_at
        assert not waiting.done()
        salesforce.org.configure({"hold_commits": False})
        waiting.result(timeout=30)
    assert refusal(salesforce.call("GET", f"sobjects/Account/{account}")) == (404, "ENTITY_IS_DELETED")
    assert salesforce.org.counters["commits.late"] == 1


def test_reading_is_never_late(salesforce):
    salesforce.org.configure({"late_commit_rate": 1.0, "late_commit_seconds": 60.0})
    assert salesforce.ids("SELECT Id FROM Account") == []


def test_a_composite_that_only_reads_does_not_wait_for_the_commits_of_others(salesforce):
    salesforce.org.configure({"hold_commits": True})
    read = {"method": "GET", "url": f"{ROOT}/query?q=SELECT+Id+FROM+Account", "referenceId": "read"}
    answer = salesforce.call("POST", "composite", {"compositeRequest": [read]})
    assert answer.json()["compositeResponse"][0]["httpStatusCode"] == 200
    assert salesforce.org.counters["commits.late"] == 0


def test_a_composite_that_writes_waits_like_any_other_write(salesforce):
    salesforce.org.configure({"late_commit_rate": 1.0, "late_commit_seconds": 0.1})
    write = {"method": "POST", "url": f"{ROOT}/sobjects/Account", "referenceId": "write", "body": {"Name": "A"}}
    answer = salesforce.call("POST", "composite", {"compositeRequest": [write]})
    assert answer.json()["compositeResponse"][0]["httpStatusCode"] == 201
    assert salesforce.org.counters["commits.late"] == 1
