"""Every behaviour the documents list is counted when it shows, and does not show when it is switched off."""

from collections.abc import Callable

import pytest

from tests.architecture.simulator_behaviours import behaviours
from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator import salesforce_soap as soap
from tests.simulator.salesforce_fixtures import KEY_FIELD, Client
from tests.simulator.test_salesforce_change_feeds import deleted, updated

salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce
BY_KEY = f"sobjects/Account/{KEY_FIELD}"
LEAD = {"LastName": "Doe", "Company": "Acme"}
FAR_AHEAD = {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
ALLOW = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}


def keyed_rows(salesforce: Client) -> None:
    salesforce.call("PATCH", f"{BY_KEY}/1", {"Name": "A"})
    salesforce.call("PATCH", f"{BY_KEY}/1", {"Name": "A", KEY_FIELD: "1"})
    salesforce.org.configure({"not_unique_fields": [f"Account.{KEY_FIELD}"]})
    salesforce.create(Name="A", **{KEY_FIELD: "1"})
    assert salesforce.call("PATCH", f"{BY_KEY}/1", {"Name": "A"}).status_code == 300


def queries(salesforce: Client) -> None:
    salesforce.org.configure({"page_size": 1})
    for name in "AB":
        salesforce.create(Name=name)
    following = salesforce.query("SELECT Id FROM Account").json()["nextRecordsUrl"]
    for path in (following, following + "9"):
        salesforce.http.get(salesforce.url + path, timeout=10)
    salesforce.query("SELECT")


def change_feeds(salesforce: Client) -> None:
    salesforce.org.configure({"late_commit_rate": 1.0, "late_commit_seconds": 0.01})
    salesforce.create(Name="A")
    salesforce.org.configure({"hold_commits": True})
    updated(salesforce)
    deleted(salesforce)
    salesforce.org.configure({"feed_id_limit": 0, "hold_commits": False})
    with pytest.raises(AssertionError, match="EXCEEDED_ID_LIMIT"):
        updated(salesforce)


def conditions(salesforce: Client) -> None:
    path = f"sobjects/Account/{salesforce.create(Name='A')}"
    assert salesforce.call("PATCH", path, {"Phone": "1"}, headers={"If-Match": '"x"'}).status_code == 412
    assert salesforce.call("GET", path, headers=FAR_AHEAD).status_code == 304


def conflicts(salesforce: Client) -> None:
    salesforce.create(Name="A", **{KEY_FIELD: "1"})
    salesforce.call("POST", "sobjects/Account", {"Name": "B", KEY_FIELD: "1"})
    salesforce.org.configure({"lost_upsert_races": 1, "lock_errors": 1})
    for _ in range(2):
        salesforce.call("PATCH", f"{BY_KEY}/1", {"Name": "A"})


def duplicate_rules(salesforce: Client) -> None:
    salesforce.org.configure({"duplicate_rules": [{"object": "Account", "fields": ["Name"]}]})
    for headers in ({}, {}, ALLOW):
        salesforce.call("POST", "sobjects/Account", {"Name": "A"}, headers=headers)


def field_rules(salesforce: Client) -> None:
    rule = {"object": "Account", "where": "Phone = '1'", "message": "No"}
    salesforce.org.configure({"restricted_picklists": ["Account.Rating"], "validation_rules": [rule]})
    for values in ({}, {"Name": "x" * 256}, {"Name": "A", "Rating": "Z"}, {"Name": "A", "Phone": "1"}):
        assert salesforce.call("POST", "sobjects/Account", values).status_code == 400


def recycle_bin(salesforce: Client) -> None:
    winner, loser = salesforce.create(Name="A"), salesforce.create(Name="B")
    soap.merge(salesforce, "Account", winner, loser)
    soap.call(salesforce, "undelete", soap.each_id(loser))
    salesforce.call("DELETE", f"sobjects/Account/{loser}")
    soap.call(salesforce, "emptyRecycleBin", soap.each_id(loser))


def conversion(salesforce: Client) -> None:
    lead = salesforce.create("Lead", **LEAD)
    soap.convert(salesforce, lead)
    salesforce.call("PATCH", f"sobjects/Lead/{lead}", {"Title": "x"})


def descriptions(salesforce: Client) -> None:
    salesforce.call("GET", "sobjects/Account/describe")
    salesforce.call("GET", "limits")
    salesforce.call("POST", "sobjects/Contact", {"LastName": "Doe", "AccountId": "nonsense"})


SHOW: dict[int, Callable[[Client], None]] = {
    22: keyed_rows, 24: queries, 25: change_feeds, 26: conditions, 27: conflicts, 28: duplicate_rules,
    29: field_rules, 30: recycle_bin, 31: conversion, 36: descriptions,
}  # fmt: skip


@pytest.mark.parametrize("number", SHOW)
def test_a_behaviour_is_counted_under_the_names_that_are_listed(salesforce, number):
    counters = behaviours()[number].counters
    before = {name for name in counters if salesforce.org.counters[name]}
    SHOW[number](salesforce)
    assert {name for name in counters if not salesforce.org.counters[name]} | before == set()


def test_a_key_in_the_body_may_be_let_pass(salesforce):
    salesforce.org.configure({"key_in_body_refused": False})
    answer = salesforce.call("PATCH", f"{BY_KEY}/1", {"Name": "A", KEY_FIELD: "1"})
    assert (answer.status_code, salesforce.read(answer.json()["id"])[KEY_FIELD]) == (201, "1")


def test_conditions_may_be_ignored(salesforce):
    salesforce.org.configure({"etag_objects": [], "conditional_dates": False})
    path = f"sobjects/Account/{salesforce.create(Name='A')}"
    assert "ETag" not in salesforce.call("GET", path).headers
    assert salesforce.call("PATCH", path, {"Phone": "1"}, headers={"If-Match": '"x"'}).status_code == 204
    assert salesforce.call("GET", path, headers=FAR_AHEAD).status_code == 200


def test_other_objects_may_have_entity_tags(salesforce):
    salesforce.org.configure({"etag_objects": ["Account", "Contact"]})
    path = f"sobjects/Contact/{salesforce.create('Contact', LastName='Doe')}"
    assert salesforce.call("PATCH", path, {"Phone": "1"}, headers={"if-match": '"x"'}).status_code == 412


def test_a_user_may_be_allowed_to_edit_converted_leads(salesforce):
    salesforce.org.configure({"converted_leads_editable": True})
    lead = salesforce.create("Lead", **LEAD)
    soap.convert(salesforce, lead)
    assert salesforce.call("PATCH", f"sobjects/Lead/{lead}", {"Title": "x"}).status_code == 204


def test_an_org_may_have_no_merge(salesforce):
    salesforce.org.configure({"soap_operations": ["undelete"]})
    session = str(salesforce.http.headers["Authorization"]).removeprefix("Bearer ")
    answer = soap.post(salesforce, soap.envelope("merge", "", session=session))
    assert soap.fault(answer)[1] == "soapenv:Client"
