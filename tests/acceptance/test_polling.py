"""People work in both CRMs and nobody announces anything: real workers poll, find every act, and then leave it be."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest
import redis
from sqlalchemy import select

from tasks.contracts.records import Kind
from tests.running import Running
from workers.coordination.budget import COUNTERS
from workers.demo.story import Author, Expected, Phase
from workers.ledger.models import ChangeRow
from workers.ledger.poll_book import read_cursors

pytestmark = pytest.mark.processes

COMPANIES = 12
ACTS = 150
OFTEN = {
    "TANDEM_POLL_WAKE_EVERY": "0.5",
    "TANDEM_POLL_FASTEST": "0.5",
    "TANDEM_POLL_SLOWEST": "0.5",
    "TANDEM_POLL_LISTS_EVERY": "1",
    "TANDEM_POLL_DELETIONS_EVERY": "1",
    "TANDEM_POLL_KEYS_EVERY": "2",
    "TANDEM_LOG_LEVEL": "INFO",
}
"""The overlaps are those of a deployment."""
POLLING = {"hubspot_polling": True, "salesforce_polling": True}

COMPANY, CONTACT, ACCOUNT, LEAD = Kind.COMPANY, Kind.CONTACT, Kind.ACCOUNT, Kind.LEAD
PERSON, OPPORTUNITY = Kind.SALESFORCE_CONTACT, Kind.OPPORTUNITY
PREFIXES = {"001": ACCOUNT, "003": PERSON, "00Q": LEAD, "006": OPPORTUNITY}
WATCHED: Mapping[str, set[str]] = {
    "hubspot.edit_company": {"name", "domain"},
    "hubspot.edit_contact": {"email"},
    "salesforce.edit_account": {"Name", "Website"},
    "salesforce.edit_contact": {"Email"},
    "salesforce.move_contact": {"AccountId"},
}
"""Edits of other fields are none of our business."""
ABOUT_ALL = {"merge_companies", "merge_contacts", "merge_accounts", "merge_leads", "convert_lead"}
ABOUT_ALL |= {"delete_company", "delete_contact", "delete_account", "delete_lead", "undelete", "restore"}
ABOUT_CREATED = {"create_company", "create_contact", "create_account", "create_lead", "create_opportunity"}


def told_by(act: Mapping[str, Any]) -> set[str]:
    """Ids of the records whose change has to be noted because of this act."""
    name = f"{act['system']}.{act['act']}"
    if act["outcome"] != "done":
        return set()
    if WATCHED.get(name, set()).intersection(act["fields"]):
        return set(act["records"])
    if act["act"] == "add_role":
        return {act["records"][0]}
    return set(act["created"] if act["act"] in ABOUT_CREATED else act["records"] if act["act"] in ABOUT_ALL else ())


@pytest.fixture(scope="module")
def running(database_url, redis_url, engine, tmp_path_factory) -> Iterator[Running]:
    author = Author(seed=1)
    for _ in range(COMPANIES):
        company = author.company(Expected(Phase.MAIN, ""))
        _, email = author.contact(company, stage="customer")
        author.salesforce_contact(email)
    folder = tmp_path_factory.mktemp("polling")
    with Running(folder, database_url, redis_url, engine, author.story, env=OFTEN, switches=POLLING) as started:
        started.wait_until(lambda: len(read_cursors(engine)) >= 10, what="every cursor stands somewhere")
        yield started


def people_work(running: Running) -> list[dict[str, Any]]:
    journal = running.folder / "people.jsonl"
    urls = ["--hubspot-url", running.crms.url, "--salesforce-url", running.crms.url]
    urls += ["--hubspot-screens-url", running.crms.control_url]
    pace = ["--rate", "20", "--actions", str(ACTS), "--seed", "11", "--journal", str(journal)]
    # What people restore at once nobody has missed.
    rare = ["--weight", "hubspot.restore=0", "--weight", "salesforce.undelete=0"]
    command = [sys.executable, "-m", "simulator.people", *urls, *pace, *rare]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=200)
    return [json.loads(line) for line in journal.read_text().splitlines()]


def missing(running: Running, acts: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Acts on a record after which no change of it was noted."""
    with running.engine.connect() as connection:
        rows = connection.execute(select(ChangeRow.record_id, ChangeRow.received_at)).all()
    latest: dict[str, datetime] = {}
    for record_id, received_at in rows:
        latest[record_id] = max(received_at, latest.get(record_id, received_at))
    return [
        (act["at"], act["act"], record_id)
        for act in acts
        for record_id in told_by(act)
        if record_id not in latest or latest[record_id] < begun(act)
    ]


def begun(act: Mapping[str, Any]) -> datetime:
    """The journal notes when an act was over; a poll may have seen it a moment before."""
    return datetime.fromtimestamp(
        datetime.fromisoformat(act["at"]).timestamp() - 1, datetime.fromisoformat(act["at"]).tzinfo
    )


def count(running: Running, table: str) -> int:
    with running.engine.connect() as connection:
        return connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() or 0


@pytest.mark.timeout(400)
def test_every_act_is_found_and_worked_off_and_then_there_are_only_the_polls_reads(running):
    acts = people_work(running)
    assert sum(bool(told_by(act)) for act in acts) > ACTS / 4
    running.wait_until(lambda: not missing(running, acts), what=f"found: {missing(running, acts)}", seconds=120)
    running.wait_until_settled(rows=1)

    changes = wait_until_quiet(running)
    before, families = running.crms.counters(), reads(running)
    polled = polls_in(running)
    running.wait_until(lambda: polls_in(running) > polled + 12, what="more polls")
    assert count(running, "changes") == changes
    after = running.crms.counters()
    grown = {name for crm in after for name in after[crm] if after[crm][name] != before[crm].get(name, 0)}
    assert not {name for name in grown if "write" in name or "upsert" in name or "update" in name}, grown
    assert {name for name, number in reads(running).items() if number != families.get(name, 0)} <= {
        "hubspot",
        "salesforce",
        "hubspot.search",
        "hubspot.companies.read",
        "hubspot.contacts.read",
        "salesforce.composite",
        "salesforce.feed",
    }


def polls_in(running: Running) -> int:
    """Polls that were due and read something."""
    return sum(path.read_text().count('"poll.done"') for path in running.folder.glob("worker-*.log"))


def reads(running: Running) -> dict[str, int]:
    """Our own calls so far, by family."""
    with redis.Redis.from_url(running.redis_url) as connection:
        counted: dict[bytes, bytes] = connection.hgetall(COUNTERS)
    return {name.decode(): int(number) for name, number in counted.items()}


def wait_until_quiet(running: Running) -> int:
    """No new change for a while: everything search knew late has arrived."""
    changes, since = count(running, "changes"), time.monotonic()
    while time.monotonic() - since < 15:
        running.supervisor.tick()
        time.sleep(0.2)
        if (now := count(running, "changes")) != changes:
            changes, since = now, time.monotonic()
    return changes
