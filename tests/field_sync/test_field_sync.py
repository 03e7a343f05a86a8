"""Field sync with real slices, the real client libraries and both simulated CRMs."""

from typing import Any

import pytest

from tasks.contracts.records import Lane, Owed
from tasks.create_account import create_account
from tasks.link_company import link_company
from tasks.poll_hubspot import poll_hubspot
from tasks.poll_salesforce import poll_salesforce
from tasks.sync_fields import sync_fields
from tests.crm.wire import Sent
from tests.field_sync.conftest import Pairs, is_retrieve, writes_in
from tests.ledger.samples import EARLIER
from tests.promises.poll_scenes import AT_ONCE
from tests.woken import Woken
from workers.ledger.field_problems import FieldProblems
from workers.ledger.postgres_ledger import Following
from workers.ledger.review_desk import ParkedFilter
from workers.slices import run_slice

ANN = "005000000000077AAA"
USERS = ["005000000000070AAA", "005000000000071AAA", "005000000000072AAA"]


def test_edits_on_both_sides_meet_and_a_second_run_writes_nothing(pairs: Pairs) -> None:
    pairs.link({"phone": "555", "city": ""}, {"BillingCity": "Bonn"})
    sent = writes_in(pairs.sync())
    assert len(sent) == 2, sent
    assert (pairs.account()["Phone"], pairs.company()["city"]) == ("555", "Bonn")
    assert writes_in(pairs.sync()) == []


def test_a_slice_of_many_pairs_costs_a_call_or_two_for_each_step(pairs: Pairs) -> None:
    for number in range(1, 31):
        pairs.link({"phone": f"555{number}"}, {"BillingCity": "Bonn"}, number=number)
    sent = pairs.sync(*range(1, 31))
    assert len([one for one in sent if is_retrieve(one)]) == 1
    assert len(writes_in(sent)) == 2
    assert {pairs.account(number)["Phone"] for number in range(1, 31)} == {f"555{number}" for number in range(1, 31)}
    assert writes_in(pairs.sync(*range(1, 31))) == []


def test_what_is_fresh_is_not_read_again_and_our_own_writes_are_no_news(pairs: Pairs) -> None:
    pairs.link({"phone": "555"}, {"BillingCity": "Bonn"})
    pairs.sync()
    before = len(pairs.wire.sent)
    # Owed because of something earlier, as after the flows that come before: facts of that time are fresh enough.
    pairs.hands.ledger.owe([Following((Owed("sync_fields", "1"),), as_of=EARLIER)])
    pairs.work()
    assert pairs.wire.sent[before:] == []


@pytest.mark.parametrize(
    ("rule", "code", "problem_class"),
    [
        pytest.param(
            {"object": "Account", "where": "Phone = '555'", "message": "not that one", "field": "Phone"},
            "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "BUSINESS",
            id="a-validation-rule-at-the-field",
        ),
        pytest.param(
            {"object": "Account", "where": "Phone = '555'", "message": "not that one"},
            "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "BUSINESS",
            id="a-validation-rule-at-the-top-of-the-page",
        ),
    ],
)
def test_11_a_validation_rule_keeps_one_field_out_and_no_other(pairs: Pairs, rule, code, problem_class) -> None:
    pairs.link({"phone": "555", "city": "Bonn", "zip": "53111"}, {})
    pairs.wire.org.configure({"validation_rules": [rule]})
    pairs.sync()
    account = pairs.account()
    assert (account["BillingCity"], account["BillingPostalCode"], account.get("Phone")) == ("Bonn", "53111", None)
    assert [(one.field, one.code, one.problem_class) for one in pairs.problems()] == [("Phone", code, problem_class)]
    assert writes_in(pairs.sync()) == [], "what was refused is not tried again while nothing changes"
    pairs.wire.org.configure({"validation_rules": []})
    assert writes_in(pairs.sync(forced=True)), "the Sync button tries again"
    assert (pairs.account()["Phone"], pairs.problems()) == ("555", [])


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        pytest.param(
            {"picklist_values": {"Account.Industry": ["Utilities"]}, "restricted_picklists": ["Account.Industry"]},
            "Industry",
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            id="a-restricted-picklist",
        ),
        pytest.param(
            {"extra_fields": {"Account": [{"name": "BillingCity", "length": 3}]}},
            "BillingCity",
            "STRING_TOO_LONG",
            id="a-text-without-room",
        ),
    ],
)
def test_11_what_the_org_has_changed_since_it_was_described_refuses_one_field_only(pairs: Pairs, change, field, code):
    pairs.link({"phone": "555", "industry": "BANKING", "city": "Bonn"}, {})
    pairs.hands.mapping.usable()
    pairs.wire.org.configure(change)
    pairs.sync()
    assert pairs.account()["Phone"] == "555"
    assert [(one.field, one.code, one.problem_class) for one in pairs.problems()] == [(field, code, "DATA")]
    # The description has expired: now the rules know, and no CRM is asked.
    pairs.hands.mapping.forget()
    assert writes_in(pairs.sync()) == []
    assert [one.field for one in pairs.problems()] == [field]
    assert pairs.problems()[0].code.startswith("VALUE_")


def test_11_config_pauses_the_field_for_everybody_until_its_description_is_fine_again(pairs: Pairs) -> None:
    for number in (1, 2):
        pairs.link({"city": "Bonn"}, {}, number=number)
    pairs.work()
    for number in (1, 2):
        pairs.edit_company({"phone": "555"}, number=number)
    pairs.wire.org.configure({"read_only_fields": ["Account.Phone"]})
    pairs.sync(1)
    assert list(pairs.hands.fields.find_paused()) == ["Phone"]
    assert pairs.account(1)["BillingCity"] == "Bonn"
    before = pairs.wire.org.counters["error.INVALID_FIELD_FOR_INSERT_UPDATE"]
    pairs.sync(2)
    assert pairs.account(2)["BillingCity"] == "Bonn"
    assert pairs.wire.org.counters["error.INVALID_FIELD_FOR_INSERT_UPDATE"] == before, "nobody asks any more"

    pairs.wire.org.configure({"read_only_fields": []})
    pairs.hands.mapping.forget()
    pairs.sync(1)
    assert pairs.hands.fields.find_paused() == {}
    assert [pairs.account(number)["Phone"] for number in (1, 2)] == ["555", "555"]
    assert pairs.problems() == []


def test_11_an_operator_resumes_a_paused_field_by_replaying(pairs: Pairs) -> None:
    pairs.link({"phone": "555"}, {})
    pairs.hands.mapping.usable()
    refusal = [{"success": False, "errors": [{"statusCode": "INVALID_FIELD_FOR_INSERT_UPDATE", "fields": ["Phone"]}]}]
    once = {"kind": "status", "status": 200, "body": refusal, "times": 1}
    pairs.wire.server.faults.add({"method": "PATCH", "path": "composite/sobjects", **once})
    pairs.sync()
    # The description has always been fine, so it does not tell when the field may be tried again.
    for _ in range(3):
        pairs.hands.mapping.forget()
        pairs.sync()
        assert list(pairs.hands.fields.find_paused()) == ["Phone"]
    assert FieldProblems(pairs.hands.engine).replay(ParkedFilter(), by="anna") == 1
    pairs.hands.mapping.forget()
    pairs.work()
    assert (pairs.account()["Phone"], pairs.problems(), pairs.hands.fields.find_paused()) == ("555", [], {})


def test_a_company_as_it_was_read_for_another_mapping_is_read_anew(pairs: Pairs) -> None:
    pairs.link({"phone": "555"}, {})
    before = {"id": "1", "name": "Acme", "mapped": {"name": "Acme"}}
    pairs.hands.ledger.record_snapshots("company", {"1": before}, read_at=pairs.hands.ledger.now())
    with pairs.hands.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE owed SET as_of = now() - interval '1 hour'")
    pairs.work()
    assert (pairs.account()["Phone"], pairs.problems()) == ("555", [])


def test_a_field_that_has_gone_is_noticed_when_it_is_read(pairs: Pairs) -> None:
    for number in (1, 2, 3):
        pairs.link({"phone": "555", "city": "Bonn"}, {}, number=number)
    pairs.hands.mapping.usable()
    pairs.wire.org.configure({"missing_fields": ["Account.Phone"]})
    sent = pairs.sync()
    assert len([one for one in sent if is_retrieve(one)]) == 1, "no record is guilty, so none is asked for alone"
    with pairs.hands.engine.connect() as connection:
        told = connection.exec_driver_sql("SELECT DISTINCT problem FROM owed").scalar_one()
    assert told.endswith("INVALID_FIELD (Phone); the mapping is looked at anew")
    with pairs.hands.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE owed SET not_before = now()")
    pairs.work()
    assert pairs.account()["BillingCity"] == "Bonn"


def test_7_2_6_owners_go_by_address_and_new_accounts_belong_to_the_company_s_owner(pairs: Pairs) -> None:
    pairs.wire.portal.seed({"owners": [{"id": "77", "email": "ann@x.example", "userId": 7}]})
    pairs.wire.org.seed({"User": [{"Id": ANN, "LastName": "Ann", "Email": "ANN@x.example", "IsActive": True}]})
    pairs.link({}, {"OwnerId": ANN})
    pairs.sync()
    assert pairs.company()["hubspot_owner_id"] == "77"
    pairs.add_company({"name": "Zeta", "hubspot_owner_id": "77", "phone": "9"}, number=2)
    pairs.owe(2, task="create_account", forced=True)
    pairs.work()
    (made,) = (row for row in pairs.wire.org.state()["Account"] if row["Name"] == "Zeta")
    assert (made["OwnerId"], made["Phone"]) == (ANN, "9")


def test_7_2_1_applying_the_mapping_owes_every_linked_pair_a_look_at_its_fields(pairs: Pairs) -> None:
    for number in (1, 2, 3):
        pairs.link({"phone": "555"}, {}, number=number)
    pairs.work()
    for number in (1, 2, 3):
        pairs.edit_company({"phone": "777"}, number=number)
        pairs.edit_account({"Phone": None}, number=number)
    assert pairs.hands.fields.owe_all() == 3
    pairs.work()
    assert [pairs.company(number).get("phone", "") for number in (1, 2, 3)] == [""] * 3, "cleared in Salesforce since"


def test_concurrent_edits_of_a_two_way_field_are_decided_by_their_times(pairs: Pairs) -> None:
    users = [{"Id": one, "LastName": "X", "Email": f"{n}@x.example", "IsActive": True} for n, one in enumerate(USERS)]
    pairs.wire.org.seed({"User": users})
    pairs.wire.portal.seed({"owners": [{"id": f"{n}7", "email": f"{n}@x.example", "userId": n} for n in range(1, 3)]})
    pairs.link({"hubspot_owner_id": "17"}, {"OwnerId": USERS[1]})
    pairs.sync()
    pairs.edit_account({"OwnerId": USERS[0], "SystemModstamp": "2026-01-01T00:00:00.000+0000"})
    pairs.edit_company({"hubspot_owner_id": "27"})
    pairs.sync()
    assert (pairs.account()["OwnerId"], pairs.company()["hubspot_owner_id"]) == (USERS[2], "27")


def create(pairs: Pairs, *companies: dict[str, str]) -> list[Sent]:
    """New companies and the accounts they get; returns what came over the wire for their fields' first sync."""
    numbers = range(1, len(companies) + 1)
    for number, values in zip(numbers, companies, strict=True):
        pairs.add_company({"name": f"Acme {number}", **values}, number=number)
    pairs.owe(*numbers, task="create_account", forced=True)
    for task in (create_account, link_company):
        while run_slice(task, [], Lane.LIVE, pairs.hands, Woken()):
            pass
    before = len(pairs.wire.sent)
    assert run_slice(sync_fields, [], Lane.LIVE, pairs.hands, Woken()) == len(companies)
    return pairs.wire.sent[before:]


def account_named(pairs: Pairs, name: str) -> dict[str, Any]:
    (row,) = (row for row in pairs.wire.org.state()["Account"] if row["Name"] == name)
    found: dict[str, Any] = row
    return found


def test_the_first_sync_after_an_account_was_created_ends_without_an_api_call(pairs: Pairs) -> None:
    values = {"phone": "555", "numberofemployees": "12", "annualrevenue": "1000.5", "address": "Am Markt 1"}
    assert create(pairs, {"domain": "acme.com", **values}, {"website": "www.acme.org"}, {}) == []
    assert account_named(pairs, "Acme 1")["Website"] == "acme.com"
    assert not pairs.company(1).get("website"), "what we made up is not carried back"
    assert pairs.problems() == []


def test_a_value_cleared_before_the_first_sync_was_cleared(pairs: Pairs) -> None:
    pairs.add_company({"name": "Acme 1", "phone": "555"}, number=1)
    pairs.owe(1, task="create_account", forced=True)
    run_slice(create_account, [], Lane.LIVE, pairs.hands, Woken())
    pairs.wire.org.seed({"Account": [{**account_named(pairs, "Acme 1"), "Phone": None}]})
    pairs.work()
    assert not pairs.company(1).get("phone")
    assert not account_named(pairs, "Acme 1").get("Phone")


def test_a_website_of_the_company_s_own_takes_the_place_of_the_one_we_made_up(pairs: Pairs) -> None:
    create(pairs, {"domain": "acme.com"})
    pairs.edit_company({"website": "https://acme.com/en"})
    pairs.sync()
    assert account_named(pairs, "Acme 1")["Website"] == "https://acme.com/en"
    assert pairs.company()["website"] == "https://acme.com/en"


def test_a_website_somebody_put_in_place_of_the_one_we_made_up_reaches_the_company(pairs: Pairs) -> None:
    create(pairs, {"domain": "acme.com"})
    pairs.wire.org.seed({"Account": [{**account_named(pairs, "Acme 1"), "Website": "acme.example"}]})
    pairs.sync()
    assert pairs.company()["website"] == "acme.example"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"missing_fields": ["Account.Phone"]}, id="a-mapped-field-is-gone"),
        pytest.param({"missing_fields": ["Account.Phone", "Account.IsPersonAccount"]}, id="and-no-person-accounts"),
    ],
)
def test_a_mapped_field_that_has_gone_keeps_nobody_from_being_linked(pairs: Pairs, change: dict[str, Any]) -> None:
    pairs.link({}, {"HubSpot_Company_Id__c": None})
    pairs.hands.mapping.usable()
    pairs.wire.org.configure(change)
    pairs.owe(1, task="link_company")
    assert run_slice(link_company, [], Lane.LIVE, pairs.hands, Woken()) == 1
    assert pairs.account()["HubSpot_Company_Id__c"] == "1"


def polled(pairs: Pairs) -> int:
    """Both CRMs, once; returns what was made owed."""
    hands = pairs.hands
    runs = (
        poll_hubspot(hands.hubspot_feed, hands.poll_book, Woken(), AT_ONCE, quota_left=1),
        poll_salesforce(hands.salesforce_feed, hands.poll_book, Woken(), AT_ONCE, quota_left=1),
    )
    assert [one.problem for one in runs if one] == ["", ""]
    return sum(one.owed for one in runs if one)


def test_polls_find_an_edit_of_a_mapped_field_on_either_side_and_our_own_writes_are_no_news(pairs: Pairs) -> None:
    pairs.link({"phone": "1", "city": "Bonn"}, {"Phone": "1", "BillingCity": "Bonn"})
    polled(pairs)
    pairs.work()
    assert polled(pairs) == 0
    pairs.edit_account({"Phone": "2", "SystemModstamp": None})
    assert polled(pairs) > 0
    pairs.work()
    assert pairs.company()["phone"] == "2"
    assert polled(pairs) == 0, "what we wrote to HubSpot comes back as an echo"
    pairs.edit_company({"city": "", "zip": "53111"})
    assert polled(pairs) > 0
    pairs.work()
    assert pairs.account()["BillingPostalCode"] == "53111"
    before = len(pairs.wire.sent)
    assert polled(pairs) == 0, "what we wrote to Salesforce comes back as an echo"
    pairs.work()
    sent = [one for one in pairs.wire.sent[before:] if "search" not in one.path and "composite" not in one.path]
    assert sent == [], "and ends without any call but the polls' own"


def test_a_mapped_field_that_has_gone_stops_no_poll(pairs: Pairs) -> None:
    pairs.link({}, {})
    pairs.hands.mapping.usable()
    pairs.wire.org.configure({"missing_fields": ["Account.Phone"]})
    polled(pairs)
