"""What the ledger knows of a property: read, or written by us, or nothing."""

from datetime import timedelta

import pytest

from tasks.contracts.records import Kind
from workers.ledger.known_values import KnownValues

LINK = (Kind.COMPANY, "1", "sf_account_id")
STAGE = (Kind.CONTACT, "7", "lifecyclestage")


@pytest.fixture
def known(engine) -> KnownValues:
    return KnownValues(engine, account_property="sf_account_id")


def snapshot(ledger, kind, record_id, **body):
    ledger.record_snapshots(kind, {record_id: body or None}, read_at=ledger.now() + timedelta(seconds=1))


def test_nothing_is_known_of_a_record_nobody_has_read_or_written(known):
    assert known.find([LINK, STAGE]) == {}
    assert known.find([]) == {}


def test_what_was_read_is_known_by_the_portals_name_of_the_property(known, ledger):
    snapshot(ledger, "company", "1", id="1", account_id="001", lifecycle_stage="")
    stage = (Kind.COMPANY, "1", "lifecyclestage")
    assert known.find([LINK, stage, (Kind.COMPANY, "1", "city")]) == {LINK: "001", stage: ""}
    assert known.find([(Kind.CONTACT, "1", "sf_account_id"), (Kind.COMPANY, "2", "sf_account_id")]) == {}


def test_our_own_write_is_known_at_once(known, ledger):
    snapshot(ledger, "company", "1", id="1", account_id=None)
    assert known.find([LINK]) == {LINK: ""}
    ledger.patch_snapshots("company", {"1": {"account_id": "001"}})
    assert known.find([LINK]) == {LINK: "001"}


def test_a_record_that_was_looked_for_and_not_found_has_no_values(known, ledger):
    snapshot(ledger, "company", "1")
    assert known.find([LINK]) == {}


def test_what_we_wrote_counts_until_somebody_has_read(known, ledger):
    ledger.record_written([(*STAGE, "customer")])
    assert known.find([STAGE]) == {STAGE: "customer"}
    snapshot(ledger, "contact", "7", id="7", lifecycle_stage="lead")
    assert known.find([STAGE]) == {STAGE: "lead"}


def test_mapped_properties_are_known_as_read_and_as_written(known, ledger):
    phone, city = ((Kind.COMPANY, "1", name) for name in ("phone", "city"))
    snapshot(ledger, "company", "1", id="1", mapped={"phone": "555", "city": None})
    assert known.find([phone, city]) == {phone: "555"}
    ledger.patch_snapshots("company", {"1": {"mapped": {"city": "Bonn", "phone": ""}}})
    assert known.find([phone, city]) == {phone: "", city: "Bonn"}
