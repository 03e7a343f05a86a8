"""Field sync with real slices, the real client libraries and both simulated CRMs."""

from tests.field_sync.conftest import Pairs, writes_in

BATCH_UPDATE = "POST /crm/objects/2026-09/companies/batch/update"


def test_edits_on_both_sides_meet_and_a_second_run_writes_nothing(pairs: Pairs) -> None:
    pairs.link({"phone": "555", "city": ""}, {"BillingCity": "Bonn"})
    sent = writes_in(pairs.sync())
    assert len(sent) == 2, sent
    assert (pairs.account()["Phone"], pairs.company()["city"]) == ("555", "Bonn")
    assert writes_in(pairs.sync()) == []
