"""The benchmark's report says what was counted, and its judge is not to be fooled."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from benchmarks.conditions import Conditions
from benchmarks.figures import Figures, rate_limited, salesforce_calls
from benchmarks.measuring import count_right
from benchmarks.quota_floor import HUBSPOT_FLOOR, SALESFORCE_FLOOR, ceiling
from benchmarks.report import Comparison, print_comparison

TANDEM = Figures(
    contender="Tandem",
    records=1_000,
    seconds=4,
    cpu_seconds=5,
    hubspot_calls=42,
    salesforce_calls=10,
    rate_limited=0,
    right=1_000,
    accounts=1_000,
)
USUAL = Figures(
    contender="usual way",
    records=100,
    seconds=20,
    cpu_seconds=2,
    hubspot_calls=450,
    salesforce_calls=404,
    rate_limited=50,
    right=100,
    accounts=100,
)
COMPARISON = Comparison(Conditions(), TANDEM, USUAL, {"cores": 2, "system": "any", "python": "any", "load_before": 0})


def printed(comparison: Comparison) -> list[str]:
    text = StringIO()
    print_comparison(comparison, Console(file=text, width=200, soft_wrap=True))
    return [" ".join(line.split()) for line in text.getvalue().splitlines()]


def test_ratios_are_per_record_and_come_first():
    lines = printed(COMPARISON)
    assert lines[1:8] == [
        "records per second, Tandem to the usual way 50.0 x",
        "HubSpot calls, the usual way to Tandem 107.1 x",
        "Salesforce calls, the usual way to Tandem 404.0 x",
        "HubSpot calls, Tandem to the quota floor 2.0 x",
        "HubSpot calls, usual way to the quota floor 214.3 x",
        "Salesforce calls, Tandem to the quota floor 2.0 x",
        "Salesforce calls, usual way to the quota floor 808.0 x",
    ]


def test_a_sample_is_called_a_sample():
    assert any("100 of 1,000 records" in line for line in printed(COMPARISON))
    equal = replace(COMPARISON, usual=replace(USUAL, records=1_000))
    assert not any("sample" in line for line in printed(equal))


def test_processor_time_is_only_compared_over_equal_numbers_of_records():
    assert COMPARISON.ratios.worker_cpu is None
    equal = replace(COMPARISON, usual=replace(USUAL, records=1_000, cpu_seconds=20))
    assert equal.ratios.worker_cpu == pytest.approx(4)
    assert any(line.startswith("processor time") and line.endswith("4.0 x") for line in printed(equal))


@pytest.mark.parametrize("wrong", [{"right": 99}, {"accounts": 101}])
def test_fast_and_wrong_is_not_a_result(wrong):
    spoilt = replace(COMPARISON, usual=replace(USUAL, **wrong))
    assert COMPARISON.is_right
    assert not spoilt.is_right
    assert any(line.startswith("usual way: ") and "right" in line for line in printed(spoilt))


def test_the_file_holds_what_the_screen_shows():
    written = COMPARISON.as_json()
    assert written["ratios"]["hubspot_calls"] == pytest.approx(450 / 100 / (42 / 1_000))
    assert [one["hubspot_calls"] for one in written["figures"]] == [42, 450]
    assert written["floor"] == {"hubspot_per_record": HUBSPOT_FLOOR, "salesforce_per_record": SALESFORCE_FLOOR}


def test_the_floor_is_that_of_the_published_batch_sizes():
    assert pytest.approx(0.021) == HUBSPOT_FLOOR
    assert pytest.approx(0.005) == SALESFORCE_FLOOR
    assert ceiling(burst=190) == pytest.approx(904.8, abs=0.1)


def test_calls_turned_away_at_the_door_count_too():
    counters = {"calls": 7, "oauth.token": 2, "error.INVALID_SESSION_ID": 1, "query": 5, "records.created": 3}
    assert salesforce_calls(counters) == 10
    assert rate_limited({"calls": 9, "rate_limited_secondly": 2, "rate_limited_daily": 1}) == 3


def company(key: str, account: str | None) -> dict[str, object]:
    return {"id": key, "properties": {"sf_account_id": account} if account else {}}


@pytest.mark.parametrize(
    ("companies", "accounts", "right"),
    [
        pytest.param([("1", "A"), ("2", "B")], [("A", "1"), ("B", "2")], 2, id="ids-on-both-sides"),
        pytest.param([("1", "A"), ("2", None)], [("A", "1"), ("B", "2")], 1, id="an-id-missing-in-hubspot"),
        pytest.param([("1", "A"), ("2", "B")], [("A", "1"), ("B", None)], 1, id="an-id-missing-in-salesforce"),
        pytest.param([("1", "B"), ("2", "A")], [("A", "1"), ("B", "2")], 0, id="swapped"),
        pytest.param([("1", "B")], [("A", "1"), ("B", "1")], 0, id="two-accounts-for-one-company"),
    ],
)
def test_only_one_account_with_ids_on_both_sides_is_right(companies, accounts, right):
    in_salesforce = [{"Id": key, **({"HubSpot_Company_Id__c": of} if of else {})} for key, of in accounts]
    assert count_right([company(*one) for one in companies], in_salesforce) == right
