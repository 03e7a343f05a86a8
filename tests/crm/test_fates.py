"""What became of records costs few calls: a call for one record only where a batch has said that it is gone."""

import pytest

from tasks.contracts.errors import Unreachable
from tasks.contracts.fates import End, Fate
from tasks.contracts.records import Kind
from tests.by_hand import ByHand
from tests.crm.asking import KEY


def has_accounts(salesforce, number: int) -> list[str]:
    ids = [f"001{place:012d}AAA" for place in range(1, number + 1)]
    salesforce.org.seed({"Account": [{"Id": one, "Name": "Acme"} for one in ids]})
    return ids


def test_living_companies_cost_a_call_per_hundred(hubspot):
    hubspot.has(companies={str(n): {} for n in range(1, 151)})
    found = hubspot.door().fates.read_fates(Kind.COMPANY, [str(n) for n in range(1, 151)])
    assert {fate.end for fate in found.values()} == {End.LIVING}
    assert len(hubspot.wire.calls("batch/read")) == len(hubspot.wire.sent) == 2


@pytest.mark.parametrize("new_id", [False, True])
def test_archived_ones_cost_one_more_and_merged_ones_one_each(hubspot, new_id):
    hubspot.portal.configure({"merge_makes_new_id": new_id})
    hubspot.has(companies={str(n): {} for n in range(1, 8)})
    hand = ByHand(hubspot.wire.url, hubspot.wire.control_url)
    survivor = hand.merge_in_hubspot("companies", "1", "2")
    for one in ("3", "4"):
        hand.archive("companies", one)
    hubspot.wire.sent.clear()

    found = hubspot.door().fates.read_fates(Kind.COMPANY, [*(str(n) for n in range(1, 8)), "404"])

    assert found["2"] == Fate(Kind.COMPANY, "2", End.MERGED, survivor)
    assert found["1"] == Fate(
        Kind.COMPANY, "1", *((End.MERGED, survivor) if new_id else (End.LIVING, "1")), absorbed=() if new_id else ("2",)
    )
    assert {one for one, fate in found.items() if fate.end is End.DELETED} == {"3", "4"}
    assert found["404"].end is End.UNKNOWN
    alone = [sent.path.partition("?")[0].rpartition("/")[2] for sent in hubspot.wire.sent if sent.method == "GET"]
    assert sorted(alone) == sorted(["2", "404", *(["1"] if new_id else [])])
    assert len(hubspot.wire.calls("batch/read")) == 2


def test_an_answer_that_is_lost_is_not_taken_for_a_deletion(hubspot):
    hubspot.has(companies={"1": {}})
    hubspot.wire.answer("batch/read", 503)
    assert isinstance(hubspot.door().fates.read_fates(Kind.COMPANY, ["1"])["1"], Unreachable)
    hubspot.wire.answer("companies/404", 503)
    assert isinstance(hubspot.door().fates.read_fates(Kind.COMPANY, ["404"])["404"], Unreachable)


def test_accounts_cost_a_query_and_a_chain_one_more_per_step(salesforce):
    one, two, three, four = has_accounts(salesforce, 4)
    hand = ByHand(salesforce.wire.url, salesforce.wire.control_url)
    hand.merge_in_salesforce(two, one)
    hand.merge_in_salesforce(three, two)
    hand.delete(four)
    salesforce.wire.sent.clear()

    found = salesforce.door().read_fates([one, four])

    assert found[one] == Fate(Kind.ACCOUNT, one, End.MERGED, three)
    assert found[four] == Fate(Kind.ACCOUNT, four, End.DELETED, four, survivor_is_gone=True)
    assert len(salesforce.wire.calls("queryAll")) == 3


def test_five_hundred_accounts_cost_two_queries(salesforce):
    ids = has_accounts(salesforce, 500)
    found = salesforce.door().read_fates(ids)
    assert {fate.end for fate in found.values()} == {End.LIVING}
    assert len(found) == 500
    assert len(salesforce.wire.calls("queryAll")) == 2


def test_a_deleted_account_still_tells_the_key_that_it_carries(salesforce):
    (one,) = has_accounts(salesforce, 1)
    salesforce.org.seed({"Account": [{"Id": one, "Name": "Acme", KEY: "7"}]})
    ByHand(salesforce.wire.url, salesforce.wire.control_url).delete(one)
    assert salesforce.door().read_fates([one])[one].key == "7"


def test_a_query_that_is_not_answered_says_nothing_about_anybody(salesforce):
    one, two = has_accounts(salesforce, 2)
    ByHand(salesforce.wire.url, salesforce.wire.control_url).merge_in_salesforce(two, one)
    salesforce.wire.answer("queryAll", 503)
    assert isinstance(salesforce.door().read_fates([one])[one], Unreachable)


def test_what_is_no_id_of_a_followed_object_is_left_out(salesforce):
    assert salesforce.door().read_fates(["", "x", "006000000000001AAA"]) == {}
    assert salesforce.wire.calls("queryAll") == []
