"""What the door to HubSpot promises, with the real client library over HTTP."""

import json
from datetime import UTC, datetime

import pytest

from tasks.contracts.errors import Ambiguous, Gone, Hindered, ProblemClass, Rejected, SyncError, Unreachable
from tasks.contracts.records import (
    AccountId,
    Company,
    CompanyId,
    Contact,
    ContactId,
    Kind,
    StageName,
)
from tests.crm.asking import companies, contacts, on
from tests.crm.wire import Wire

ACCOUNT = AccountId("001Vr00000m4eGCIAY")

CREATED = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
NATIVE = {"name": "salesforceaccountid", "label": "Salesforce Account ID", "type": "string", "fieldType": "text"}
"""Exists where HubSpot's own Salesforce integration is, or was."""


# Reading


def test_companies_are_read_as_they_are(hubspot):
    hubspot.portal.seed({"properties": {"companies": [NATIVE]}})
    acme = {
        "name": "Acme", "domain": "acme.com", "website": "https://acme.com", "lifecyclestage": "lead",
        "hs_additional_domains": "acme.de; Acme.FR", "sf_account_id": ACCOUNT[:15], "salesforceaccountid": ACCOUNT,
    }  # fmt: skip
    since = {"createdate": "2026-01-02T03:04:05.678Z"}
    hubspot.has(companies={"1": {**acme, "country": "France", **since}, "2": {"sf_account_id": "typed", **since}})

    found = hubspot.door().read_companies(companies(1, 2, 3))

    read = Company(
        CompanyId("1"), "Acme", "acme.com", "https://acme.com", ("acme.de", "acme.fr"), StageName("lead"),
        ACCOUNT, ACCOUNT, country="France", created_at=CREATED,
    )  # fmt: skip
    assert found == {"1": read, "2": Company(CompanyId("2"), created_at=CREATED), "3": None}


@pytest.mark.parametrize(
    ("source", "automatic"),
    [
        ({"hs_object_source": "CRM_SETTING"}, True),
        ({"hs_object_source": "API", "hs_object_source_label": "CRM_SETTING"}, True),
        ({"hs_object_source": "CONTACTS", "hs_object_source_detail_1": "AUTO_ASSOCIATE_COMPANY"}, True),
        ({"hs_object_source": "CRM_UI", "hs_object_source_label": "CRM_UI"}, False),
        ({}, False),
    ],
)
def test_what_hubspot_made_itself_is_told_from_the_rest(hubspot, source, automatic):
    hubspot.has(companies={"1": source})

    company = hubspot.door().read_companies(companies(1))[CompanyId("1")]

    assert isinstance(company, Company)
    assert company.created_automatically is automatic


def test_contacts_are_read_with_addresses_in_lower_case(hubspot):
    hubspot.has(contacts={"5": {"email": "Anna@Acme.Example"}})

    assert hubspot.door().read_contacts(contacts(5, 6)) == {
        "5": Contact(ContactId("5"), "anna@acme.example"),
        "6": None,
    }


def test_many_companies_are_a_call_per_hundred_however_often_they_are_named(hubspot):
    hubspot.has(companies={str(n): {"name": f"C{n}"} for n in range(1, 251)})

    found = hubspot.door().read_companies([*companies(*range(1, 251)), *companies(7)])

    assert {company.name for company in found.values() if isinstance(company, Company)} == {
        f"C{n}" for n in range(1, 251)
    }
    assert len(hubspot.wire.calls("batch/read")) == 3


def test_a_failing_chunk_fails_only_its_own_records(hubspot):
    hubspot.has(companies={str(n): {"name": "C"} for n in range(200)})
    hubspot.wire.answer("batch/read", 502, "<html>secret-value")

    found = hubspot.door().read_companies(companies(*range(200)))

    assert [isinstance(found[id_], Unreachable) for id_ in companies(*range(200))] == [True] * 100 + [False] * 100


@pytest.mark.parametrize("context", [{}, {"ids": ["2"]}, {"fromObjectId": ["2"]}])
def test_a_row_that_failed_does_not_pass_for_a_record_that_is_not_there(hubspot, context):
    error = {"category": "INTERNAL_ERROR", "message": "secret-value", "context": context}
    found = [{"id": "1", "properties": {}, "from": {"id": "1"}, "to": [{"toObjectId": 10, "associationTypes": []}]}]
    hubspot.wire.answer("batch/read", 207, json.dumps({"results": found, "errors": [error]}), times=2)
    door = hubspot.door()

    for known, unknown in (
        door.read_companies(companies(1, 2)).values(), door.read_contacts_of(companies(1, 2)).values(),
    ):  # fmt: skip
        assert not isinstance(known, SyncError)
        assert isinstance(unknown, SyncError)


def test_associations_are_read_both_ways_with_the_primary_company_known(hubspot):
    hubspot.has(companies={"1": {}, "2": {}, "3": {}}, contacts={"10": {}, "11": {}, "12": {}})
    links = [("10", "1", True), ("11", "1", False), ("10", "2", False)]
    hubspot.portal.seed({"associations": [{"contact": a, "company": b, "primary": c} for a, b, c in links]})
    door = hubspot.door()

    assert door.read_contacts_of(companies(1, 2, 3)) == {
        "1": (on(1, 10, primary=True), on(1, 11)),
        "2": (on(2, 10),),
        "3": (),
    }
    assert door.read_companies_of(contacts(10, 12)) == {"10": (on(1, 10, primary=True), on(2, 10)), "12": ()}


def test_every_page_of_a_company_s_contacts_is_read(hubspot):
    hubspot.has(companies={"1": {}, "2": {}}, contacts={str(n): {} for n in range(1_000, 2_201)})
    hubspot.portal.seed({"associations": [{"contact": str(n), "company": "1"} for n in range(1_000, 2_200)]})
    hubspot.portal.seed({"associations": [{"contact": "2200", "company": "2"}]})

    found = hubspot.door().read_contacts_of(companies(1, 2))

    assert [len(set(of)) for of in found.values() if isinstance(of, tuple)] == [1_200, 1]
    assert len(hubspot.wire.calls("batch/read")) == 3


def test_asking_who_is_on_a_list_costs_a_call_per_hundred_and_one_look_at_the_list(hubspot):
    hubspot.has_segment("77", "0-2", [str(n) for n in range(0, 500, 2)])
    hubspot.has_segment("78", "0-2", ["1"])
    door = hubspot.door()

    for times in (1, 2):
        members = door.read_members("77", Kind.COMPANY, [str(n) for n in range(250)])
        assert members == {str(n) for n in range(0, 250, 2)}
        assert len(hubspot.wire.sent) == 1 + 3 * times


def test_a_list_is_read_whole_in_pages_of_250_as_it_had_told(hubspot):
    hubspot.has_segment("77", "0-2", [str(n) for n in range(501)])
    hubspot.has_segment("78", "0-2", [])
    door = hubspot.door()

    assert (door.count_pages("77"), door.count_pages("78")) == (3, 1)
    assert door.read_whole_segment("77") == {str(n) for n in range(501)}
    assert door.read_whole_segment("78") == frozenset()
    assert len(hubspot.wire.sent) == 2 + 3 + 1


def test_a_list_that_does_not_tell_its_size_is_asked_about_the_records(hubspot):
    hubspot.portal.configure({"list_tells_size": False})
    hubspot.has_segment("77", "0-1", ["3"])

    assert hubspot.door().count_pages("77") is None
    assert hubspot.door().read_members("77", Kind.CONTACT, [str(n) for n in range(300)]) == {"3"}


def test_a_deleted_list_does_not_pass_for_an_empty_one(hubspot):
    with pytest.raises(Rejected) as caught:
        hubspot.door().read_members("77", Kind.COMPANY, ["1"])

    assert caught.value.problem_class is ProblemClass.CONFIG


def test_half_a_membership_is_no_answer(hubspot):
    hubspot.has_segment("77", "0-1", ["3"])
    hubspot.wire.answer("memberships", 503)

    with pytest.raises(Unreachable):
        hubspot.door().read_members("77", Kind.CONTACT, ["3"])


def test_the_stage_order_is_the_portal_s_own_and_is_remembered(hubspot):
    stages = [
        {"value": "customer", "displayOrder": 2},
        {"value": "12345", "displayOrder": 1},
        {"value": "lead", "displayOrder": 0},
        {"value": "unplaced", "displayOrder": -1},
        {"value": "hidden", "displayOrder": 0, "hidden": True},
    ]
    hubspot.portal.seed({"stages": stages})
    door = hubspot.door()

    assert door.read_stage_order() == ("lead", "12345", "customer", "unplaced")
    assert door.read_stage_order() == ("lead", "12345", "customer", "unplaced")
    assert len(hubspot.wire.sent) == 1


# Writing


def test_a_write_tells_what_hubspot_kept(hubspot):
    hubspot.has(companies={"1": {"lifecyclestage": "customer"}, "2": {}})

    written = hubspot.door().write_companies(
        {CompanyId("1"): {"lifecyclestage": "lead"}, CompanyId("2"): {"lifecyclestage": "lead"}}
    )

    stages = {id_: values["lifecyclestage"] for id_, values in written.items() if isinstance(values, dict)}
    assert stages == {"1": "customer", "2": "lead"}


def test_one_bad_row_is_that_record_s_alone(hubspot):
    hubspot.has(companies={"1": {"sf_account_id": ACCOUNT}, "2": {}, "3": {}})

    written = hubspot.door().write_companies(
        {CompanyId(id_): {"sf_account_id": ACCOUNT if id_ == "2" else f"x{id_}"} for id_ in "234"}
    )

    taken, fine, gone = (written[CompanyId(id_)] for id_ in "234")
    assert isinstance(taken, Ambiguous)
    assert taken.evidence["owner_id"] == "1"
    assert ACCOUNT not in str(taken)
    assert isinstance(fine, dict)
    assert fine["sf_account_id"] == "x3"
    assert isinstance(gone, Gone)
    (call,) = hubspot.wire.sent
    assert [row["objectWriteTraceId"] for row in json.loads(call.body)["inputs"]] == ["2", "3", "4"]


def test_a_batch_refused_as_a_whole_is_split_until_the_guilty_stand_alone(hubspot):
    hubspot.has(contacts={str(n): {} for n in range(99)})
    hubspot.portal.configure({"trace_ids_spare_good_rows": False})
    stages = {id_: {"lifecyclestage": "lead"} for id_ in contacts(*range(100))}

    written = hubspot.door().write_contacts({**stages, ContactId("13"): {"lifecyclestage": "no such stage"}})

    refused, gone = written[ContactId("13")], written[ContactId("99")]
    assert {id_ for id_, result in written.items() if isinstance(result, SyncError)} == {"13", "99"}
    assert isinstance(refused, Rejected)
    assert refused.code == "INVALID_OPTION"
    assert isinstance(gone, Gone)
    assert sum(row.get("lifecyclestage") == "lead" for row in hubspot.properties("contacts").values()) == 98


def test_a_row_the_answer_says_nothing_about_is_not_taken_for_written(hubspot):
    hubspot.wire.answer("batch/update", 200, '{"results": []}')

    written = hubspot.door().write_companies({CompanyId("1"): {"name": "x"}})

    assert isinstance(written[CompanyId("1")], Hindered)


def test_contacts_are_put_on_companies_and_may_be_put_again(hubspot):
    hubspot.has(companies={"1": {}, "2": {}}, contacts={"10": {}, "11": {}})
    wanted = [on(1, 10, primary=True), on(1, 11), on(2, 11)]
    door = hubspot.door()

    for _ in range(2):
        assert door.associate(wanted) == dict.fromkeys(wanted)
    assert hubspot.links() == {("1", "10"): True, ("1", "11"): False, ("2", "11"): False}
    assert len(hubspot.wire.calls("associate/default")) == 2
    assert len(hubspot.wire.calls("batch/create")) == 2


def test_contacts_are_taken_off_companies_in_one_call_and_may_be_taken_off_again(hubspot):
    hubspot.has(companies={"1": {}, "2": {}}, contacts={"10": {}, "11": {}})
    door = hubspot.door()
    door.associate([on(1, 10, primary=True), on(1, 11), on(2, 11)])

    for _ in range(2):
        assert door.dissociate([on(1, 10), on(1, 11)]) == {on(1, 10): None, on(1, 11): None}
    assert hubspot.links() == {("2", "11"): False}
    assert len(hubspot.wire.calls("batch/archive")) == 2


@pytest.mark.parametrize("primary", [False, True])
def test_an_association_that_cannot_be_is_that_pair_s_alone(hubspot, primary):
    hubspot.has(companies={"1": {}}, contacts={str(n): {} for n in range(10, 18)})
    wanted = [on(1, n, primary=primary) for n in range(10, 18)] + [on(9, 13, primary=primary)]

    done = hubspot.door().associate(wanted)

    assert {pair for pair, result in done.items() if result is not None} == {wanted[-1]}
    assert isinstance(done[wanted[-1]], Gone)
    assert len(hubspot.links()) == 8


@pytest.mark.parametrize("lose", [Wire.cut_after_commit, Wire.truncate])
def test_an_answer_lost_after_the_write_and_a_repeat_change_nothing_more(hubspot, lose):
    hubspot.has(companies={"1": {}})
    lose(hubspot.wire, "batch/update")
    door, values = hubspot.door(), {CompanyId("1"): {"sf_account_id": "x"}}

    assert isinstance(door.write_companies(values)[CompanyId("1")], Unreachable)
    assert hubspot.properties("companies")["1"]["sf_account_id"] == "x"
    assert isinstance(door.write_companies(values)[CompanyId("1")], dict)
    assert hubspot.properties("companies")["1"]["sf_account_id"] == "x"
