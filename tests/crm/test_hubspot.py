"""What the door to HubSpot promises, with the real client library over HTTP."""

import json
import logging
from datetime import timedelta

import pytest

from tasks.contracts.errors import Ambiguous, Gone, Halted, ProblemClass, Rejected, SyncError, Throttled, Unreachable
from tasks.contracts.records import (
    AccountId,
    Association,
    Company,
    CompanyId,
    Contact,
    ContactId,
    Kind,
    StageName,
)
from workers.settings import HubSpotPaths

ACCOUNT = AccountId("001Vr00000m4eGCIAY")


def companies(*numbers: int) -> list[CompanyId]:
    return [CompanyId(str(number)) for number in numbers]


def contacts(*numbers: int) -> list[ContactId]:
    return [ContactId(str(number)) for number in numbers]


def on(company: int, contact: int, *, primary: bool = False) -> Association:
    return Association(CompanyId(str(company)), ContactId(str(contact)), is_primary=primary)


@pytest.fixture(params=list(HubSpotPaths))
def either_generation(request, hubspot):
    hubspot.changes["hubspot_paths"] = request.param
    return hubspot


# Reading


def test_companies_are_read_as_they_are(either_generation):
    hubspot = either_generation
    hubspot.portal.rows["companies"] = {
        "1": {
            "name": "Acme", "domain": "acme.com", "website": "https://acme.com", "lifecyclestage": "lead",
            "hs_additional_domains": "acme.de; Acme.FR", "sf_account_id": ACCOUNT[:15], "salesforceaccountid": ACCOUNT,
        },
        "2": {"sf_account_id": "typed by hand"},
    }  # fmt: skip

    found = hubspot.door().read_companies(companies(1, 2, 3))

    acme = Company(
        CompanyId("1"), "Acme", "acme.com", "https://acme.com", ("acme.de", "acme.fr"), StageName("lead"),
        ACCOUNT, ACCOUNT,
    )  # fmt: skip
    assert found == {"1": acme, "2": Company(CompanyId("2")), "3": None}


@pytest.mark.parametrize(
    ("source", "automatic"),
    [
        ({"hs_object_source": "CRM_SETTING"}, True),
        ({"hs_object_source": "API", "hs_object_source_label": "CRM_SETTING"}, True),
        ({"hs_object_source": "CRM_UI", "hs_object_source_label": "CRM_UI"}, False),
        ({}, False),
    ],
)
def test_what_hubspot_made_itself_is_told_from_the_rest(hubspot, source, automatic):
    hubspot.portal.rows["companies"] = {"1": source}

    company = hubspot.door().read_companies(companies(1))[CompanyId("1")]

    assert isinstance(company, Company)
    assert company.created_automatically is automatic


def test_contacts_are_read_with_addresses_in_lower_case(hubspot):
    hubspot.portal.rows["contacts"] = {"5": {"email": "Anna@Acme.Example", "lifecyclestage": None}}

    assert hubspot.door().read_contacts(contacts(5, 6)) == {
        "5": Contact(ContactId("5"), "anna@acme.example"),
        "6": None,
    }


def test_many_companies_are_a_call_per_hundred_however_often_they_are_named(hubspot):
    hubspot.portal.rows["companies"] = {str(n): {"name": f"C{n}"} for n in range(1, 251)}

    found = hubspot.door().read_companies([*companies(*range(1, 251)), *companies(7)])

    assert {company.name for company in found.values() if isinstance(company, Company)} == {
        f"C{n}" for n in range(1, 251)
    }
    assert len(hubspot.wire.calls("batch/read")) == 3


def test_a_failing_chunk_fails_only_its_own_records(hubspot):
    hubspot.portal.rows["companies"] = {str(n): {"name": "C"} for n in range(200)}
    hubspot.wire.answer("batch/read", 502, "<html>secret-value")

    found = hubspot.door().read_companies(companies(*range(200)))

    assert [isinstance(found[id_], Unreachable) for id_ in companies(*range(200))] == [True] * 100 + [False] * 100


def test_associations_are_read_both_ways_with_the_primary_company_known(hubspot):
    hubspot.portal.links = {("1", "10"): True, ("1", "11"): False, ("2", "10"): False}
    door = hubspot.door()

    assert door.read_contacts_of(companies(1, 2, 3)) == {
        "1": (on(1, 10, primary=True), on(1, 11)),
        "2": (on(2, 10),),
        "3": (),
    }
    assert door.read_companies_of(contacts(10, 12)) == {"10": (on(1, 10, primary=True), on(2, 10)), "12": ()}


def test_every_page_of_a_company_s_contacts_is_read(hubspot):
    hubspot.portal.association_page = 100
    hubspot.portal.links = {("1", str(n)): False for n in range(1000, 1250)} | {("2", "5"): False}

    found = hubspot.door().read_contacts_of(companies(1, 2))

    assert [len(of) for of in found.values() if isinstance(of, tuple)] == [250, 1]
    assert len(hubspot.wire.calls("batch/read")) == 3


@pytest.mark.parametrize(
    ("asked", "on_list", "calls"),
    [
        pytest.param(100, 9, 1, id="a-hundred-records-are-one-question"),
        pytest.param(500, 400, 2, id="a-short-list-is-read-whole"),
        pytest.param(500, 5_000, 5, id="a-long-list-is-not"),
    ],
)
def test_membership_costs_as_few_calls_as_it_can(hubspot, asked, on_list, calls):
    hubspot.portal.segments = {"77": [str(n) for n in range(0, 2 * on_list, 2)], "78": ["1"]}
    ids = [str(n) for n in range(asked)]

    door, expected = hubspot.door(), set(hubspot.portal.segments["77"]) & set(ids)

    for times in (1, 2):
        assert door.read_members("77", Kind.COMPANY, ids) == expected
        assert len(hubspot.wire.sent) == 1 + calls * times  # the list itself is looked at once


def test_a_list_that_does_not_tell_its_size_is_asked_about_the_records(hubspot):
    hubspot.portal.tells_size = False
    hubspot.portal.segments = {"77": ["3"]}

    assert hubspot.door().read_members("77", Kind.CONTACT, [str(n) for n in range(300)]) == {"3"}


def test_a_deleted_list_does_not_pass_for_an_empty_one(hubspot):
    with pytest.raises(Rejected) as caught:
        hubspot.door().read_members("77", Kind.COMPANY, ["1"])

    assert caught.value.problem_class is ProblemClass.CONFIG


def test_half_a_membership_is_no_answer(hubspot):
    hubspot.portal.segments = {"77": ["3"]}
    hubspot.wire.answer("memberships", 503)

    with pytest.raises(Unreachable):
        hubspot.door().read_members("77", Kind.CONTACT, ["3"])


def test_the_stage_order_is_the_portal_s_own_and_is_remembered(hubspot):
    hubspot.portal.stages = [
        {"value": "customer", "displayOrder": 2},
        {"value": "12345", "displayOrder": 1},
        {"value": "lead", "displayOrder": 0},
        {"value": "unplaced", "displayOrder": -1},
        {"value": "hidden", "displayOrder": 0, "hidden": True},
        {"value": "gone", "displayOrder": 0, "archived": True},
    ]
    door = hubspot.door()

    assert door.read_stage_order() == ("lead", "12345", "customer", "unplaced")
    assert door.read_stage_order() == ("lead", "12345", "customer", "unplaced")
    assert len(hubspot.wire.sent) == 1


# Writing


def test_a_write_tells_what_hubspot_kept(hubspot):
    hubspot.portal.rows["companies"] = {"1": {"lifecyclestage": "customer"}, "2": {}}
    hubspot.portal.lifecycle_only_forward = True

    written = hubspot.door().write_companies(
        {CompanyId("1"): {"lifecyclestage": "lead"}, CompanyId("2"): {"lifecyclestage": "lead"}}
    )

    assert written == {"1": {"lifecyclestage": "customer"}, "2": {"lifecyclestage": "lead"}}


def test_one_bad_row_is_that_record_s_alone(hubspot):
    hubspot.portal.rows["companies"] = {"1": {"sf_account_id": ACCOUNT}, "2": {}, "3": {}}

    written = hubspot.door().write_companies(
        {CompanyId(id_): {"sf_account_id": ACCOUNT if id_ == "2" else f"x{id_}"} for id_ in "234"}
    )

    taken, gone = written[CompanyId("2")], written[CompanyId("4")]
    assert isinstance(taken, Ambiguous)
    assert taken.evidence["owner_id"] == "1"
    assert ACCOUNT not in str(taken)
    assert written[CompanyId("3")] == {"sf_account_id": "x3"}
    assert isinstance(gone, Gone)
    (call,) = hubspot.wire.sent
    assert [row["objectWriteTraceId"] for row in json.loads(call.body)["inputs"]] == ["2", "3", "4"]


def test_a_batch_refused_as_a_whole_is_split_until_the_guilty_stand_alone(hubspot):
    hubspot.portal.rows["contacts"] = {str(n): {} for n in range(100)}
    hubspot.portal.poison = {"13", "77"}

    written = hubspot.door().write_contacts({id_: {"lifecyclestage": "lead"} for id_ in contacts(*range(100))})

    assert {id_ for id_, result in written.items() if isinstance(result, SyncError)} == {"13", "77"}
    assert isinstance(written[ContactId("13")], Rejected)
    assert sum(row.get("lifecyclestage") == "lead" for row in hubspot.portal.rows["contacts"].values()) == 98


def test_a_row_the_answer_says_nothing_about_is_not_taken_for_written(hubspot):
    hubspot.wire.answer("batch/update", 200, '{"results": []}')

    written = hubspot.door().write_companies({CompanyId("1"): {"name": "x"}})

    assert isinstance(written[CompanyId("1")], Unreachable)


def test_contacts_are_put_on_companies_and_may_be_put_again(hubspot):
    hubspot.portal.rows = {"companies": {"1": {}, "2": {}}, "contacts": {"10": {}, "11": {}}}
    wanted = [on(1, 10, primary=True), on(1, 11), on(2, 11)]
    door = hubspot.door()

    for _ in range(2):
        assert door.associate(wanted) == dict.fromkeys(wanted)
    assert hubspot.portal.links == {("1", "10"): True, ("1", "11"): False, ("2", "11"): False}
    assert len(hubspot.wire.calls("associate/default")) == 2
    assert len(hubspot.wire.calls("batch/create")) == 2


def test_an_association_that_cannot_be_is_that_pair_s_alone(hubspot):
    hubspot.portal.rows = {"companies": {"1": {}}, "contacts": {str(n): {} for n in range(8)}}
    wanted = [on(1, n) for n in range(8)] + [on(9, 3)]

    done = hubspot.door().associate(wanted)

    assert {pair for pair, result in done.items() if result is not None} == {on(9, 3)}
    assert isinstance(done[on(9, 3)], Gone)
    assert len(hubspot.portal.links) == 8


def test_an_answer_lost_after_the_write_and_a_repeat_change_nothing_more(hubspot):
    hubspot.portal.rows["companies"] = {"1": {}}
    hubspot.wire.cut_after_commit("batch/update")
    door, values = hubspot.door(), {CompanyId("1"): {"sf_account_id": "x"}}

    assert isinstance(door.write_companies(values)[CompanyId("1")], Unreachable)
    assert door.write_companies(values) == {"1": {"sf_account_id": "x"}}
    assert hubspot.portal.rows["companies"] == {"1": {"sf_account_id": "x"}}


# What HubSpot says about the pace


def test_other_tools_calls_of_the_day_reach_the_budget(hubspot):
    spent = {"X-HubSpot-RateLimit-Daily": "1000", "X-HubSpot-RateLimit-Daily-Remaining": "199"}
    hubspot.wire.answer("batch/read", 200, '{"results": []}', spent)
    door = hubspot.door()
    door.read_companies(companies(1))

    problem = door.read_companies(companies(1))[CompanyId("1")]

    assert isinstance(problem, Throttled)
    assert problem.after
    assert problem.after > timedelta(minutes=10)
    assert len(hubspot.wire.sent) == 1


@pytest.mark.parametrize(
    ("status", "body", "headers", "least", "most"),
    [
        pytest.param(429, {"policyName": "TEN_SECONDLY_ROLLING"}, {}, 9, 10, id="burst"),
        pytest.param(429, {"policyName": "DAILY"}, {}, 890, 900, id="day"),
        pytest.param(429, {}, {"Retry-After": "40"}, 39, 40, id="told-to-wait"),
        pytest.param(477, {}, {"Retry-After": "7200"}, 7190, 7200, id="portal-is-moving"),
    ],
)
def test_a_refusal_for_haste_stops_every_worker(hubspot, status, body, headers, least, most):
    hubspot.wire.answer("batch/read", status, json.dumps(body), headers)
    told = hubspot.door().read_companies(companies(1))[CompanyId("1")]
    another = hubspot.door().read_contacts(contacts(1))[ContactId("1")]

    assert isinstance(told, Throttled)
    assert isinstance(another, Throttled)
    assert another.after
    assert least < another.after.total_seconds() <= most
    assert len(hubspot.wire.sent) == 1


def test_a_write_lock_stops_writes_for_two_seconds_and_no_reads(hubspot):
    hubspot.portal.rows["companies"] = {"1": {}}
    hubspot.wire.answer("batch/update", 423)
    door = hubspot.door()
    assert isinstance(door.write_companies({CompanyId("1"): {"name": "x"}})[CompanyId("1")], Throttled)

    assert door.read_companies(companies(1)) == {"1": Company(CompanyId("1"))}
    wait = hubspot.budget().take(["hubspot_writes"], hubspot.lane, family="hubspot.x", call="x")
    assert timedelta(seconds=1) < wait <= timedelta(seconds=2)


def test_a_short_wait_is_slept_through(hubspot):
    hubspot.portal.rows["companies"] = {"1": {}}
    hubspot.budget().punish("hubspot_burst", timedelta(seconds=0.2))

    assert hubspot.door().read_companies(companies(1)) == {"1": Company(CompanyId("1"))}


def test_calls_are_counted_by_family_repeated_ones_too(hubspot):
    hubspot.wire.answer("batch/read", 500)
    door = hubspot.door()
    door.read_companies(companies(1))
    door.read_companies(companies(1))
    door.read_contacts_of(companies(1))

    assert hubspot.budget().calls() == {
        "hubspot": 3, "hubspot.companies.read": 2, "hubspot.associations.read": 1,
    }  # fmt: skip


# The wire


def test_a_process_keeps_its_connections(hubspot):
    door = hubspot.door()
    for _ in range(5):
        door.read_companies(companies(1))
    ports = {sent.headers["peer"] for sent in hubspot.wire.sent}

    assert len(hubspot.wire.sent) == 5
    assert len(ports) == 1


def test_a_door_opens_no_connection_when_it_is_built(hubspot):
    hubspot.door()

    assert hubspot.wire.sent == []


def test_nothing_is_repeated_behind_our_back(hubspot):
    hubspot.wire.answer("properties", 503, headers={"Retry-After": "1"}, times=2)

    with pytest.raises(Unreachable):
        hubspot.door().read_stage_order()
    assert len(hubspot.wire.sent) == 1


def test_a_portal_that_hangs_is_given_up(hubspot):
    hubspot.changes["read_timeout"] = timedelta(seconds=0.2)
    hubspot.wire.delay("batch/read", 1)

    assert isinstance(hubspot.door().read_companies(companies(1))[CompanyId("1")], Unreachable)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://127.0.0.1:9"])
def test_a_portal_that_is_not_there_is_a_reason_to_try_again(hubspot, url):
    hubspot.changes["hubspot_url"] = url

    assert isinstance(hubspot.door().read_companies(companies(1))[CompanyId("1")], Unreachable)


def test_a_server_without_tls_where_it_is_due_is_a_reason_to_try_again(hubspot):
    hubspot.changes["hubspot_url"] = hubspot.wire.url.replace("http", "https")

    assert isinstance(hubspot.door().read_companies(companies(1))[CompanyId("1")], Unreachable)


@pytest.mark.parametrize(("status", "kind"), [(401, Halted), (403, Rejected), (400, Rejected), (200, Unreachable)])
def test_no_value_and_no_key_is_ever_said(hubspot, status, kind, caplog):
    caplog.set_level(logging.DEBUG)
    hubspot.wire.answer("batch/update", status, "<html>secret-value", times=2)

    problem = hubspot.door().write_contacts({ContactId("1"): {"email": "secret-value"}})[ContactId("1")]

    assert isinstance(problem, kind)
    assert "secret" not in f"{problem} {problem.remedy} {problem.evidence} {problem.__cause__}"
    assert problem.__suppress_context__
    assert "pat-test" not in caplog.text
    assert "secret-value" not in caplog.text


def test_the_fleet_keeps_to_the_burst(hubspot):
    """Two doors, one budget: what is over it is not sent."""
    hubspot.changes["hubspot_burst"] = 6
    doors = [hubspot.door(), hubspot.door()]

    results = [doors[n % 2].read_companies(companies(n))[CompanyId(str(n))] for n in range(8)]

    assert [isinstance(result, Throttled) for result in results] == [False] * 6 + [True] * 2
    assert len(hubspot.wire.sent) == 6
