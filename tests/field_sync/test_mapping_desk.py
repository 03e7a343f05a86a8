"""What both CRMs say about themselves is read seldom, shared by the fleet, and noticed when it changes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tasks.contracts.records import Lane
from tests.crm.wire import Wire
from tests.field_sync.conftest import Pairs
from workers.readiness import review_mapping
from workers.toolbox.fields import EVER, MappingDesk
from workers.toolbox.hands import Hands

DESCRIBING = ("/properties", "/describe", "/owners", "/query")


def another_process(hands: Hands, ttl: timedelta = timedelta(minutes=10)) -> MappingDesk:
    return MappingDesk(
        hands.mapping.mapping,
        hands.ledger,
        hands.fields,
        hubspot=hands.hubspot[Lane.LIVE],
        salesforce=hands.salesforce[Lane.LIVE],
        ttl=ttl,
    )


def described(wire: Wire) -> int:
    return sum(any(part in one.path for part in DESCRIBING) for one in wire.sent)


def test_what_one_process_has_read_every_other_one_knows(pairs: Pairs) -> None:
    usable = pairs.hands.mapping.usable()
    asked = described(pairs.wire)
    again = another_process(pairs.hands).usable()
    assert (again.fields, described(pairs.wire)) == (usable.fields, asked)
    assert "Phone" in {one.name for one in usable.fields}


def test_a_process_that_asks_again_gets_the_very_same_mapping(pairs: Pairs) -> None:
    assert pairs.hands.mapping.usable() is pairs.hands.mapping.usable()


def test_an_org_that_has_not_changed_says_so_in_a_word(pairs: Pairs) -> None:
    usable = another_process(pairs.hands).usable()
    pairs.wire.answer("/describe", 304)
    assert another_process(pairs.hands, ttl=timedelta(0)).usable().fields == usable.fields
    (first, second) = (one for one in pairs.wire.calls("/describe"))
    assert "If-Modified-Since" not in first.headers
    assert second.headers["If-Modified-Since"].endswith("GMT")


def test_a_key_without_the_right_to_read_owners_keeps_out_owners_only(pairs: Pairs) -> None:
    pairs.wire.answer("/owners", 403, {"category": "MISSING_SCOPES", "message": "no"})
    review = another_process(pairs.hands).review(as_of=EVER)
    assert "OwnerId" not in review.fields
    assert "Phone" in review.fields
    assert any("owners" in one.problem for one in review.findings)


def test_a_field_we_may_not_write_is_a_finding_and_keeps_out_no_other(pairs: Pairs) -> None:
    pairs.wire.org.configure({"read_only_fields": ["Account.Phone"]})
    findings = review_mapping(pairs.hands.settings, "")
    assert [one.where for one in findings if one.effect.value == "field"] == ["phone ↔ Phone"]


def test_a_broken_file_is_told_line_by_line_without_asking_anybody(pairs: Pairs, tmp_path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text('version = 1\n[[company]]\nhubspot = "phone"\nsalesforce = "Phone"\nrule = "often"\n')
    before = len(pairs.wire.sent)
    (finding,) = review_mapping(pairs.hands.settings, str(path))
    assert (finding.line, finding.effect.value, len(pairs.wire.sent)) == (5, "file", before)


def test_the_version_the_workers_have_loaded_stands_in_the_ledger(pairs: Pairs) -> None:
    pairs.hands.mapping.usable()
    first = pairs.hands.ledger.read_cursor("mapping")["version"]
    entries = {kind: found[1:] for kind, found in pairs.hands.mapping.mapping.entries.items()}
    desk = another_process(pairs.hands)
    desk.mapping = replace(desk.mapping, entries=entries)
    desk.usable()
    assert pairs.hands.ledger.read_cursor("mapping")["version"] != first


@pytest.mark.parametrize("days", [0, 2])
def test_what_was_refused_may_be_tried_again_after_a_day(pairs: Pairs, days: int) -> None:
    pairs.link({"phone": "555"}, {})
    rule = {"object": "Account", "where": "Phone = '555'", "message": "no", "field": "Phone"}
    pairs.wire.org.configure({"validation_rules": [rule]})
    pairs.sync()
    pairs.wire.org.configure({"validation_rules": []})
    with pairs.hands.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE field_problems SET tried_at = now() - interval '{days} days'")
    pairs.sync()
    assert pairs.account().get("Phone") == (None if days == 0 else "555")
