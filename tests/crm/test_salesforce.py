"""What the door to Salesforce promises, with the real library against the simulated org."""

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from pydantic import SecretStr

from tasks.contracts.errors import (
    Ambiguous,
    Gone,
    Halted,
    ProblemClass,
    Rejected,
    SyncError,
    Throttled,
    TryAgain,
    Unreachable,
)
from tasks.contracts.records import (
    Account,
    AccountId,
    CompanyId,
    Lane,
    OpportunitySignal,
    Person,
    PersonId,
    PersonKind,
)
from tasks.contracts.tools import AccountSearch, AccountValues, Upserted
from tests.simulator.salesforce_fixtures import key_pair
from workers.crm.salesforce_ids import find_long_id
from workers.crm.salesforce_requests import (
    FindAccounts,
    FindPeople,
    FindSignals,
    UpsertAccount,
    WriteCompanyId,
    WriteContactAccount,
)
from workers.crm.salesforce_soql import Term, columns_of, queries_for

KEY = "HubSpot_Company_Id__c"
ACME, GLOBEX = AccountId("001000000000001AAA"), AccountId("001000000000002AAA")
ANNA, BERT, LEA = PersonId("003000000000001AAA"), PersonId("003000000000002AAA"), PersonId("00Q000000000001EAA")
CREATED = "2026-01-02T03:04:05.000+0000"
SECRET_ADDRESS = "anna@acme.example"


def upsert(number: int, name: str = "Acme", website: str = "") -> UpsertAccount:
    return UpsertAccount(CompanyId(str(number)), AccountValues(name, website))


def find(company: str = "0", ids: tuple[AccountId, ...] = (), domains: tuple[str, ...] = ()) -> FindAccounts:
    return FindAccounts(AccountSearch(CompanyId(company), ids, domains))


def only(results):
    (result,) = results
    return result


# Finding


def test_accounts_are_found_by_key_by_id_and_by_domain_each_by_who_asked(salesforce):
    salesforce.org.seed(
        {
            "Account": [
                {"Id": ACME, "Name": "Acme", KEY: "7", "Website": "https://www.Acme.com/shop"},
                {"Id": GLOBEX, "Name": "Globex"},
                {"Name": "Gone", KEY: "9", "IsDeleted": True},
            ]
        }
    )
    door = salesforce.door()

    acme = Account(ACME, "Acme", "https://www.Acme.com/shop", CompanyId("7"))
    globex = Account(GLOBEX, "Globex")
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


def test_a_thousand_upserts_are_one_call(salesforce):
    results = salesforce.door().run([upsert(n) for n in range(1_000)])

    assert {type(result) for result in results} == {Upserted}
    assert {row[KEY] for row in salesforce.rows()} == {str(n) for n in range(1_000)}
    assert len(salesforce.wire.calls("/services/data")) == 1


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


# The session


@pytest.mark.parametrize("size", [1, 3])
def test_a_session_that_ends_midway_is_renewed_once_and_the_headers_stay(salesforce, size):
    door = salesforce.door()
    door.run([upsert(1)])
    salesforce.org.configure({"expire_tokens": True})
    salesforce.wire.reset()

    results = door.run([upsert(n) for n in range(2, 2 + size)])

    assert {type(result) for result in results} == {Upserted}
    assert len(salesforce.wire.calls("oauth2/token")) == 1
    refused, repeated = salesforce.wire.calls("/services/data")
    assert refused.body == repeated.body
    assert {call.headers["Sforce-Call-Options"] for call in (refused, repeated)} == {"client=tandem"}
    assert refused.headers["Authorization"] != repeated.headers["Authorization"]


def test_a_session_that_is_refused_again_halts_without_knocking_on(salesforce):
    salesforce.wire.answer("/services/data", 401, '[{"errorCode":"INVALID_SESSION_ID","message":"no"}]', times=9)

    problem = only(salesforce.door().run([upsert(1)]))

    assert isinstance(problem, Halted)
    assert len(salesforce.wire.calls("/services/data")) == 2
    assert len(salesforce.wire.calls("oauth2/token")) == 2


def test_all_workers_share_one_login(salesforce):
    barrier = threading.Barrier(6)

    def run(number: int):
        door = salesforce.door()
        barrier.wait()
        return only(door.run([upsert(number)]))

    with ThreadPoolExecutor(6) as threads:
        assert {type(result) for result in threads.map(run, range(6))} == {Upserted}
    assert len(salesforce.wire.calls("oauth2/token")) == 1


def test_all_workers_share_one_new_login(salesforce):
    doors = [salesforce.door() for _ in range(4)]
    for number, door in enumerate(doors):
        door.run([upsert(number)])
    salesforce.org.configure({"expire_tokens": True})
    salesforce.wire.reset()

    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(lambda door: only(door.run([upsert(1)])), doors))

    assert {type(result) for result in results} <= {Upserted, TryAgain}
    assert len(salesforce.wire.calls("oauth2/token")) == 1


def test_the_jwt_flow_logs_in(salesforce):
    private, public = key_pair()
    salesforce.org.seed({"oauth": {"public_key": public}})
    salesforce.changes.update(
        salesforce_consumer_secret=SecretStr(""),
        salesforce_username="integration@example.com",
        salesforce_private_key=SecretStr(private),
    )

    assert isinstance(only(salesforce.door().run([upsert(1)])), Upserted)
    assert "jwt-bearer" in unquote(salesforce.wire.calls("token")[0].body.decode())


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"salesforce_consumer_secret": SecretStr("wrong")}, id="a-wrong-secret"),
        pytest.param(
            {"salesforce_consumer_secret": SecretStr(""), "salesforce_private_key": SecretStr("junk")}, id="no-key"
        ),
    ],
)
def test_a_refused_login_halts_and_is_not_repeated_by_everybody(salesforce, changes):
    salesforce.changes.update(changes)

    for _ in range(3):
        assert isinstance(only(salesforce.door().run([upsert(1)])), Halted)
    assert len(salesforce.wire.calls("oauth2/token")) <= 1
    assert salesforce.wire.calls("/services/data") == []


def test_an_instance_without_tls_is_refused_where_the_login_has_it(salesforce):
    login = salesforce.login()
    login._settings = salesforce.settings.model_copy(update={"salesforce_url": "https://login.salesforce.com"})

    with pytest.raises(Halted):
        login._session_of({"instance_url": "http://acme.my.salesforce.com", "access_token": "x"})


def test_a_session_never_shows_its_token(salesforce):
    session = salesforce.login().read()

    assert session.token not in repr(session)


# The budget


def test_the_org_s_own_count_reaches_the_budget(salesforce):
    salesforce.org.configure({"api_usage": 79_998, "daily_limit": 100_000})
    door = salesforce.door()
    assert isinstance(only(door.run([upsert(1)])), Upserted)
    assert isinstance(only(door.run([upsert(2)])), Upserted)

    problem = only(door.run([upsert(3)]))

    assert isinstance(problem, Throttled)
    assert problem.after
    assert problem.after > timedelta(minutes=10)
    assert len(salesforce.wire.calls("/services/data")) == 2


@pytest.mark.parametrize(
    ("text", "at_least"),
    [
        pytest.param("TotalRequests Limit exceeded.", timedelta(minutes=14), id="the-day-is-over"),
        pytest.param("ConcurrentRequests Limit exceeded.", timedelta(seconds=4), id="too-many-at-once"),
    ],
)
def test_a_refusal_for_want_of_quota_stops_every_worker(salesforce, text, at_least):
    salesforce.wire.answer(
        "/services/data", 403, json.dumps([{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": text}])
    )
    assert isinstance(only(salesforce.door().run([upsert(1)])), Throttled)

    another = only(salesforce.door().run([upsert(2)]))

    assert isinstance(another, Throttled)
    assert another.after
    assert another.after >= at_least
    assert len(salesforce.wire.calls("/services/data")) == 1


def test_backfill_leaves_slots_for_live_work(salesforce):
    budget = salesforce.budget()
    for number in range(10):
        budget.take(["salesforce_concurrent"], Lane.BACKFILL, family="salesforce.query", call=f"b{number}")

    assert isinstance(only(salesforce.door(Lane.BACKFILL).run([upsert(1)])), Throttled)
    assert isinstance(only(salesforce.door().run([upsert(1)])), Upserted)


def test_an_org_that_hangs_is_given_up(salesforce):
    salesforce.changes["read_timeout"] = timedelta(seconds=0.3)
    salesforce.wire.delay("/services/data", 1)

    assert isinstance(only(salesforce.door().run([upsert(1)])), Unreachable)


def test_many_rows_in_one_call_are_given_the_time_they_take(salesforce):
    salesforce.org.configure({"chunk_seconds": 0.2})
    salesforce.changes["read_timeout"] = timedelta(seconds=0.7)

    results = salesforce.door().run([upsert(n) for n in range(1_000)])

    assert {type(result) for result in results} == {Upserted}


# What is said


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
def test_no_address_and_no_token_is_ever_said(salesforce, status, caplog):
    caplog.set_level(logging.DEBUG)
    text = f"unexpected token near {SECRET_ADDRESS}"
    body = json.dumps([{"errorCode": "MALFORMED_QUERY", "message": text, "fields": [SECRET_ADDRESS]}])
    salesforce.wire.answer("/services/data", status, body if status < 500 else f"<html>{text}")

    problem = only(salesforce.door().run([FindPeople((SECRET_ADDRESS,))]))

    assert isinstance(problem, SyncError)
    said = " ".join(map(str, (problem, problem.remedy, problem.code, problem.evidence, problem.__cause__)))
    assert "anna" not in said
    assert "acme" not in said
    assert problem.__context__ is None or problem.__suppress_context__
    assert salesforce.login().read().token not in caplog.text
    assert "anna" not in caplog.text


def test_no_log_line_shows_the_address_a_query_asks_for(salesforce, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="urllib3")  # the HubSpot library quietens it
    (query,) = queries_for([Term("Lead", "Email", SECRET_ADDRESS)], columns_of(KEY))

    salesforce.door().calls.send("salesforce.query", "GET", query.path)

    assert any("anna" in call.path for call in salesforce.wire.sent)
    assert "anna" not in caplog.text


def test_a_door_opens_no_connection_when_it_is_built(salesforce):
    salesforce.door()

    assert salesforce.wire.sent == []


def test_an_org_that_hangs_up_is_a_reason_to_try_again(salesforce):
    salesforce.changes["salesforce_url"] = "http://127.0.0.1:9"

    assert isinstance(only(salesforce.door().run([upsert(1)])), Unreachable)


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
