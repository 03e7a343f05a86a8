"""What the door to Salesforce promises, with the real library against the simulated org."""

import json
from datetime import UTC, datetime

import pytest

from tasks.contracts.errors import (
    Ambiguous,
    Gone,
    Hindered,
    ProblemClass,
    Rejected,
    TryAgain,
    Unreachable,
)
from tasks.contracts.finding import Upserted
from tasks.contracts.records import (
    Account,
    AccountId,
    CompanyId,
    OpportunitySignal,
    Person,
    PersonId,
    PersonKind,
)
from tests.crm.asking import KEY, find, only, upsert
from workers.crm.salesforce_ids import find_long_id
from workers.crm.salesforce_requests import (
    FindPeople,
    FindSignals,
    WriteCompanyId,
    WriteContactAccount,
)

ACME, GLOBEX = AccountId("001000000000001AAA"), AccountId("001000000000002AAA")
ANNA, BERT, LEA = PersonId("003000000000001AAA"), PersonId("003000000000002AAA"), PersonId("00Q000000000001EAA")
CREATED = "2026-01-02T03:04:05.000+0000"
SECRET_ADDRESS = "anna@acme.example"


# Finding


def test_accounts_are_found_by_key_by_id_and_by_domain_each_by_who_asked(salesforce):
    since = dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), "2026-01-02T03:04:05.000+0000")
    salesforce.org.seed(
        {
            "Account": [
                {"Id": ACME, "Name": "Acme", KEY: "7", "Website": "https://www.Acme.com/shop", **since},
                {"Id": GLOBEX, "Name": "Globex", "BillingCountry": "DE", "ParentId": ACME, **since},
                {"Name": "Gone", KEY: "9", "IsDeleted": True},
            ]
        }
    )
    door = salesforce.door()

    then = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    acme = Account(ACME, "Acme", "https://www.Acme.com/shop", CompanyId("7"), created_at=then, modified_at=then)
    globex = Account(GLOBEX, "Globex", country="DE", parent_id=ACME, created_at=then, modified_at=then)
    asked = [find("7"), find(ids=(GLOBEX,)), find(domains=("acme.com",)), find("7", (GLOBEX,)), find("9"), find()]
    assert door.run(asked) == [(acme,), (globex,), (acme,), (acme, globex), (), ()]


@pytest.mark.parametrize("website", ["https://münchen.example", "http://XN--MNCHEN-3YA.example/"])
def test_an_international_domain_is_found_in_either_spelling(salesforce, website):
    salesforce.org.seed({"Account": [{"Id": ACME, "Name": "A", "Website": website}]})

    found = only(salesforce.door().run([find(domains=("xn--mnchen-3ya.example",))]))

    assert [account.id for account in found] == [ACME]


@pytest.mark.parametrize("domain", ["a_me.com", "%", "' OR Name != '", "x\\", "acme.com\x00"])
def test_what_is_searched_for_is_never_taken_for_soql(salesforce, domain):
    salesforce.org.seed({"Account": [{"Name": "A", "Website": "acme.com"}]})

    assert salesforce.door().run([find(domains=(domain,)), FindPeople((domain,))]) == [(), ()]


@pytest.mark.parametrize("nonsense", ["", "001", "not-an-id", "003000000000001AAA", "001000000000001ZZZ"])
def test_ids_that_are_none_find_nothing_and_spoil_nothing(salesforce, nonsense):
    salesforce.org.seed({"Account": [{"Id": ACME, "Name": "A", KEY: "7"}]})

    nothing, found = salesforce.door().run([find(ids=(AccountId(nonsense),)), find("7")])

    assert nothing == ()
    assert [account.id for account in found] == [ACME]


def test_people_are_found_by_address_and_by_id_converted_leads_too(salesforce):
    salesforce.org.seed(
        {
            "Account": [{"Id": ACME, "Name": "A"}],
            "Contact": [
                {"Id": ANNA, "LastName": "A", "Email": "Anna@X.example", "AccountId": ACME, "CreatedDate": CREATED},
                {"Id": BERT, "LastName": "B", "CreatedDate": CREATED},
            ],
            "Lead": [
                {"Id": LEA, "LastName": "L", "Company": "L", "Email": "anna@x.example", "IsConverted": True,
                 "CreatedDate": CREATED}
            ],
        }
    )  # fmt: skip
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    anna = Person(ANNA, PersonKind.CONTACT, "anna@x.example", at, ACME)
    bert = Person(BERT, PersonKind.CONTACT, "", at)
    lea = Person(LEA, PersonKind.LEAD, "anna@x.example", at, None, is_converted=True)

    by_address, by_id, nobody = salesforce.door().run(
        [FindPeople(("ANNA@x.example ",)), FindPeople((), (BERT, LEA)), FindPeople(("", "c@x.example"))]
    )

    assert by_address == (anna, lea)
    assert by_id == (bert, lea)
    assert nobody == ()


def test_signals_come_from_the_opportunities_a_contact_has_a_role_on(salesforce):
    salesforce.org.seed(
        {
            "Contact": [{"Id": ANNA, "LastName": "A"}, {"Id": BERT, "LastName": "B"}],
            "Opportunity": [
                {"Id": "006000000000001", "Name": "o", "StageName": "Prospecting", "CloseDate": "2026-01-01"},
                {"Id": "006000000000002", "Name": "w", "StageName": "Closed Won", "CloseDate": "2026-01-01"},
            ],
            "OpportunityContactRole": [
                {"OpportunityId": "006000000000001AAA", "ContactId": ANNA},
                {"OpportunityId": "006000000000002AAA", "ContactId": ANNA},
                {"OpportunityId": "006000000000002AAA", "ContactId": BERT},
            ],
        }
    )

    both, won, none = salesforce.door().run([FindSignals((ANNA, BERT)), FindSignals((BERT,)), FindSignals((LEA,))])

    assert set(both) == {OpportunitySignal(ANNA, has_open=True, has_won=True), OpportunitySignal(BERT, has_won=True)}
    assert won == (OpportunitySignal(BERT, has_won=True),)
    assert none == ()


@pytest.mark.usefixtures("person_accounts")
def test_every_page_of_a_query_is_read(salesforce):
    salesforce.org.configure({"page_size": 200})
    salesforce.org.seed({"Account": [{"Name": f"A{n}", KEY: str(n)} for n in range(450)]})

    results = salesforce.door().run([find(str(n)) for n in range(450)])

    assert [result[0].company_id for result in results] == [str(n) for n in range(450)]
    assert len(salesforce.wire.calls("query")) == 3


@pytest.mark.usefixtures("person_accounts")
def test_what_many_ask_at_one_moment_is_few_calls(salesforce):
    salesforce.org.seed({"Account": [{"Name": f"A{n}", "Website": f"a{n}.example"} for n in range(500)]})
    door = salesforce.door()

    results = door.run([find(f"{n}", domains=(f"a{n}.example",)) for n in range(500)])

    assert [len(result) >= 1 for result in results] == [True] * 500
    data = salesforce.wire.calls("/services/data")
    assert len(data) == 1
    urls = [part["url"] for part in json.loads(data[0].body)["compositeRequest"]]
    assert 2 <= len(urls) <= 5
    assert max(map(len, urls)) < 16_000


def test_a_long_question_is_one_call(salesforce):
    people = tuple(PersonId(f"003{n:012d}") for n in range(500))

    assert salesforce.door().run([FindSignals(people)]) == [()]
    (call,) = salesforce.wire.calls("/services/data")
    assert 10_000 < len(call.path) < 16_000


@pytest.mark.usefixtures("person_accounts")
def test_questions_and_commands_of_one_moment_share_a_call(salesforce):
    results = salesforce.door().run([find("7"), FindPeople(("a@x.example",)), upsert(1), FindSignals((ANNA,))])

    assert [type(result) for result in results] == [tuple, tuple, Upserted, tuple]
    assert len(salesforce.wire.calls("/services/data")) == 1
    assert salesforce.budget().calls() == {"salesforce": 1, "salesforce.composite": 1}


def test_an_org_without_person_accounts_is_understood_once(salesforce):
    salesforce.org.seed({"Account": [{"Id": ACME, "Name": "A", KEY: "7"}]})
    door = salesforce.door()

    assert len(only(door.run([find("7")]))) == 1
    assert len(salesforce.wire.calls("query")) == 2
    assert len(only(door.run([find("7")]))) == 1
    assert len(salesforce.wire.calls("query")) == 3


# Writing


def test_a_repeated_upsert_lands_on_the_same_account(salesforce):
    door = salesforce.door()
    first = only(door.run([upsert(7, "Acme", "acme.com")]))
    second = only(door.run([upsert(7, "Acme", "acme.com")]))

    assert first == Upserted(first.account_id, created=True)
    assert second == Upserted(first.account_id, created=False)
    (row,) = salesforce.rows()
    assert (row["Name"], row["Website"], row[KEY]) == ("Acme", "acme.com", "7")


@pytest.mark.parametrize("others", [0, 3])
def test_an_answer_lost_after_the_write_and_a_repeat_leave_one_account(salesforce, others):
    asked = [upsert(7), *(find(str(n)) for n in range(others))]
    salesforce.wire.cut_after_commit("composite")
    door = salesforce.door()

    assert isinstance(door.run(asked)[0], Unreachable)
    assert len(salesforce.rows()) == 1
    assert door.run(asked)[0].created is False
    assert len(salesforce.rows()) == 1


@pytest.mark.parametrize(("size", "calls"), [(1_000, 1), (1_001, 2)])
def test_a_thousand_upserts_are_one_call_and_no_more_fit(salesforce, size, calls):
    results = salesforce.door().run([upsert(n) for n in range(size)])

    assert {type(result) for result in results} == {Upserted}
    assert {row[KEY] for row in salesforce.rows()} == {str(n) for n in range(size)}
    assert len(salesforce.wire.calls("/services/data")) == calls


def test_two_who_want_the_same_account_share_one_row(salesforce):
    results = salesforce.door().run([upsert(7), upsert(7), upsert(7, "Acme Ltd")])

    assert len({result.account_id for result in results}) == 1
    assert [row["Name"] for row in salesforce.rows()] == ["Acme Ltd"]


def test_a_lost_race_adopts_the_account_that_carries_our_key(salesforce):
    salesforce.org.seed({"Account": [{"Id": ACME, "Name": "A", KEY: "7"}]})
    salesforce.org.configure({"lost_upsert_races": 1})

    assert salesforce.door().run([upsert(7), upsert(8)])[0] == Upserted(ACME, created=False)


def test_the_key_of_another_account_is_a_conflict_that_names_it(salesforce):
    salesforce.org.seed({"Account": [{"Id": ACME, "Name": "A", KEY: "7"}, {"Id": GLOBEX, "Name": "B"}]})

    problem, fine = salesforce.door().run(
        [WriteCompanyId(GLOBEX, CompanyId("7")), WriteCompanyId(ACME, CompanyId("7"))]
    )

    assert isinstance(problem, Ambiguous)
    assert problem.code == "DUPLICATE_VALUE"
    assert ACME[:15] in str(problem.evidence["ids"])
    assert fine is None


def test_contacts_are_put_on_accounts_and_what_is_gone_says_so(salesforce):
    salesforce.org.seed(
        {
            "Account": [{"Id": ACME, "Name": "A"}],
            "Contact": [{"Id": ANNA, "LastName": "A"}, {"Id": BERT, "LastName": "B", "IsDeleted": True}],
        }
    )

    fine, gone = salesforce.door().run([WriteContactAccount(ANNA, ACME), WriteContactAccount(BERT, ACME)])

    assert fine is None
    assert isinstance(gone, Gone)
    assert [row["AccountId"] for row in salesforce.rows("Contact")] == [ACME]


def test_one_bad_row_is_that_record_s_alone(salesforce):
    good, bad = salesforce.door().run([upsert(7), upsert(8, "x" * 300)])

    assert isinstance(good, Upserted)
    assert isinstance(bad, Rejected)
    assert (bad.problem_class, bad.code) == (ProblemClass.DATA, "STRING_TOO_LONG")
    assert "Name" in str(bad)
    assert "xxx" not in str(bad)


@pytest.mark.parametrize("others", [0, 1])
def test_a_name_that_looks_like_a_reference_is_only_a_name(salesforce, others):
    odd = "@{part1.id} & Sons"

    results = salesforce.door().run([upsert(7, odd), *(find(str(n)) for n in range(others))])

    assert isinstance(results[0], Upserted)
    assert [row["Name"] for row in salesforce.rows()] == [odd]


def test_a_row_of_a_split_collection_that_is_not_answered_is_not_taken_for_written(salesforce):
    salesforce.wire.answer("composite/sobjects", 400, json.dumps([{"errorCode": "JSON_PARSER_ERROR"}]))
    one_of_two = json.dumps([{"success": True, "id": ACME, "created": True, "errors": []}])
    salesforce.wire.answer("composite/sobjects", 200, one_of_two, times=2)

    results = salesforce.door().run([upsert(n) for n in range(4)])

    assert [type(one) for one in results] == [Upserted, Hindered, Upserted, Hindered]


def test_a_collection_refused_as_a_whole_is_split_until_the_guilty_row_stands_alone(salesforce):
    body = json.dumps([{"errorCode": "JSON_PARSER_ERROR", "message": "no"}])
    for _ in range(4):  # eight rows, four, two, one
        salesforce.wire.answer("composite/sobjects", 400, body)

    results = salesforce.door().run([upsert(n) for n in range(8)])

    assert [type(result) for result in results] == [Rejected] + [Upserted] * 7
    assert len(salesforce.rows()) == 7


def test_a_duplicate_rule_asks_a_human_and_names_the_match(salesforce):
    salesforce.org.seed({"Account": [{"Id": ACME, "Name": "Acme"}]})
    rule = {"object": "Account", "fields": ["Name"], "mode": "block", "rule": "Same_Name"}
    salesforce.org.configure({"duplicate_rules": [rule]})

    asked_again, fine = salesforce.door().run([upsert(7), upsert(8, "Globex")])

    assert isinstance(asked_again, Ambiguous)
    assert (asked_again.problem_class, asked_again.code) == (ProblemClass.CONFLICT, "DUPLICATES_DETECTED")
    assert asked_again.evidence == {"ids": [ACME]}
    assert isinstance(fine, Upserted)


def test_a_locked_row_is_tried_again(salesforce):
    salesforce.org.configure({"lock_errors": 1})

    problem = only(salesforce.door().run([upsert(7)]))

    assert isinstance(problem, TryAgain)
    assert problem.code == "UNABLE_TO_LOCK_ROW"


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("001Vr00000m4eGC", "001Vr00000m4eGCIAY"),
        ("001Vr00000m4eGCIAY", "001Vr00000m4eGCIAY"),
        ("001Vr00000m4eGCiay", "001Vr00000m4eGCIAY"),
        ("001Vr00000m4eGCIAX", None),
        ("003Vr00000m4eGC", None),
        (None, None),
    ],
)
def test_ids_take_the_long_form_or_none(text, long):
    assert find_long_id(text, "001") == long
