"""What real clients ask beyond fields and conditions: groups, children, dates, joins, macros."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.soql.date_ranges import COUNTED, FIXED, find_range
from simulator.salesforce.soql.queries import run_query
from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator.salesforce_fixtures import Client, refusal
from tests.simulator.test_salesforce_soql import SCHEMA, found_by, store_of

salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce
DEAL = {"StageName": "Qualification", "CloseDate": "2026-01-01"}
ROLES = "(SELECT ContactId FROM OpportunityContactRole)"
TAGS = {"extra_fields": {"Account": [{"name": "Tags__c", "type": "multipicklist", "values": ["A", "B", "C"]}]}}


def rows(salesforce: Client, query: str) -> list[dict[str, Any]]:
    answer = salesforce.query(query)
    assert answer.status_code == 200, answer.text
    return [{name: value for name, value in row.items() if name != "attributes"} for row in answer.json()["records"]]


def seed_three(salesforce: Client) -> None:
    accounts = [("A", "Banking", 5), ("B", "banking", 10), ("C", "Retail", None)]
    seeded = [{"Name": name, "Industry": kind, "NumberOfEmployees": number} for name, kind, number in accounts]
    salesforce.org.seed({"Account": seeded})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT COUNT(Id) FROM Account", [{"expr0": 3}]),
        ("SELECT COUNT(NumberOfEmployees) n, COUNT(Id) FROM Account", [{"n": 2, "expr0": 3}]),
        (
            "SELECT MIN(Name), MAX(Name), SUM(NumberOfEmployees), AVG(NumberOfEmployees) FROM Account",
            [{"expr0": "A", "expr1": "C", "expr2": 15, "expr3": 7.5}],
        ),
        ("SELECT COUNT_DISTINCT(Industry) kinds FROM Account", [{"kinds": 2}]),
        ("SELECT COUNT(Id), SUM(NumberOfEmployees) FROM Account WHERE Name = 'Z'", [{"expr0": 0, "expr1": None}]),
        (
            "SELECT Industry, COUNT(Id) number FROM Account GROUP BY Industry ORDER BY COUNT(Id) DESC",
            [{"Industry": "Banking", "number": 2}, {"Industry": "Retail", "number": 1}],
        ),
        ("SELECT Industry i FROM Account GROUP BY Industry HAVING COUNT(Id) > 1", [{"i": "Banking"}]),
        ("SELECT Industry FROM Account GROUP BY Industry HAVING NOT (Industry LIKE 'b%')", [{"Industry": "Retail"}]),
        ("SELECT Industry FROM Account GROUP BY Industry ORDER BY Industry DESC LIMIT 1", [{"Industry": "Retail"}]),
        ("SELECT Owner.Name FROM Account GROUP BY Owner.Name", [{"Name": "Integration User"}]),
        ("SELECT Industry, Name FROM Account WHERE Name = 'Z' GROUP BY Industry, Name", []),
    ],
)
def test_records_are_counted_and_summed_up(salesforce, query, expected):
    seed_three(salesforce)
    assert rows(salesforce, query) == expected


def test_a_group_says_that_it_is_one(salesforce):
    seed_three(salesforce)
    answer = salesforce.library().query("SELECT Industry, COUNT(Id) FROM Account GROUP BY Industry")
    assert (answer["totalSize"], answer["done"]) == (2, True)
    assert answer["records"][0]["attributes"] == {"type": "AggregateResult"}


def test_groups_do_not_come_in_pages(salesforce):
    salesforce.org.seed({"Account": [{"Name": str(number)} for number in range(2_001)]})
    assert refusal(salesforce.query("SELECT Name FROM Account GROUP BY Name")) == (400, "EXCEEDED_ID_LIMIT")
    assert len(rows(salesforce, "SELECT Name FROM Account GROUP BY Name LIMIT 2000")) == 2_000


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["x", "X", "y", None]), st.none() | st.integers(-5, 5)), max_size=12))
def test_groups_hold_what_a_hand_would_count(pairs):
    store = store_of(Name=[name for name, _ in pairs], NumberOfEmployees=[number for _, number in pairs])
    query = "SELECT Name, COUNT(Id) n, SUM(NumberOfEmployees) s, MIN(NumberOfEmployees) m FROM Account GROUP BY Name"
    found = run_query(query, SCHEMA, store, root="", with_deleted=False).records
    expected: dict[str | None, list[int | None]] = {}
    for name, number in pairs:
        expected.setdefault(name.lower() if name else None, []).append(number)
    by_hand = {}
    for name, group in expected.items():
        filled = [number for number in group if number is not None]
        by_hand[name] = (len(group), sum(filled) if filled else None, min(filled, default=None))
    assert {(g["Name"] or "").lower() or None: (g["n"], g["s"], g["m"]) for g in found} == by_hand


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("SELECT Name, COUNT(Id) FROM Account", "Field must be grouped or aggregated: Name"),
        ("SELECT Name, Phone FROM Account GROUP BY Name", "Field must be grouped or aggregated: Phone"),
        ("SELECT Name FROM Account GROUP BY Name ORDER BY Phone", "Field must be grouped or aggregated: Phone"),
        ("SELECT Name FROM Account GROUP BY Name HAVING Phone = '1'", "Field must be grouped or aggregated: Phone"),
        ("SELECT SUM(Name) FROM Account", "field Name does not support aggregate operator SUM"),
        ("SELECT MAX(IsDeleted) FROM Account", "does not support aggregate operator MAX"),
        ("SELECT Description FROM Account GROUP BY Description", "can not be grouped"),
        ("SELECT Id FROM Account ORDER BY Description", "can not be sorted"),
        ("SELECT COUNT(Id) a, SUM(NumberOfEmployees) A FROM Account", "duplicate alias: A"),
        ("SELECT Name n FROM Account", "only aggregate expressions use field aliasing"),
        ("SELECT Id FROM Account HAVING Name = 'x'", "HAVING"),
        ("SELECT Id FROM Account WHERE COUNT(Id) > 1", "grouped queries only"),
        ("SELECT Id FROM Account ORDER BY COUNT(Id)", "grouped queries only"),
        ("SELECT MEDIAN(Id) FROM Account", "unexpected token: 'MEDIAN'"),
        ("SELECT COUNT(Id FROM Account", "expecting a right parentheses, found 'FROM'"),
        ("SELECT COUNT(Id), (SELECT Id FROM Contacts) FROM Account", "grouped query"),
        ("SELECT Id, (SELECT COUNT(Id) FROM Contacts) FROM Account", "child query"),
        ("SELECT Id, (SELECT Id, (SELECT Id FROM Contacts) FROM ChildAccounts) FROM Account", "child query"),
        ("SELECT Id, (SELECT Id FROM Contacts FROM Account", "expecting a right parentheses"),
        ("SELECT FIELDS(ALL) FROM Account", "must have a LIMIT of at most 200"),
        ("SELECT FIELDS(CUSTOM) FROM Account LIMIT 201", "must have a LIMIT of at most 200"),
        ("SELECT FIELDS(MOST) FROM Account LIMIT 1", "unexpected token: 'MOST'"),
        ("SELECT Name, FIELDS(ALL) FROM Account LIMIT 1", "duplicate field selected: Name"),
        ("SELECT Id FROM Account WHERE Name = :name", "Bind variables only allowed in Apex code"),
        ("SELECT Id FROM Account WHERE Name = 'x", "line 1:36 mismatched character '<EOF>' expecting '''"),
        ("SELECT Id FROM Account WHERE Name = #", "line 1:36 no viable alternative at character '#'"),
        ("SELECT Id FROM Account WHERE (Name = 'x'", "expecting a right parentheses, found '<EOF>'"),
        ("SELECT Id FROM Account WHERE Name = 'x'))", "unexpected token: ')'"),
        ("SELECT Id FROM Account WITH FEELING", "unexpected token: 'FEELING'"),
        ("SELECT Id FROM Account FOR FUN", "unexpected token: 'FUN'"),
        ("SELECT Id FROM Account WHERE CreatedDate = LAST_N_DAYS", "expecting a colon, found '<EOF>'"),
        ("SELECT Id FROM Account WHERE CreatedDate = LAST_N_DAYS:x", "unexpected token: 'x'"),
        ("SELECT Id\nFROM Account\nWHERE Nope", "ERROR at Row:3:Column:11"),
        (
            "SELECT Id FROM Account WHERE Name = 'x' OR Id IN (SELECT AccountId FROM Contact)",
            "only allowed at the top level",
        ),
        (
            f"SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE Id IN {ROLES})",
            "Nested semi join",
        ),
        (
            "SELECT Id FROM Account WHERE " + " AND ".join(["Id IN (SELECT AccountId FROM Contact)"] * 3),
            "Maximum 2 semi join",
        ),
        ("SELECT Id FROM Account WHERE Id IN (SELECT Id, AccountId FROM Contact)", "exactly one field"),
        ("SELECT Id FROM Account WHERE Id IN (SELECT COUNT() FROM Contact)", "exactly one field"),
        ("SELECT Id FROM Account WHERE Id IN (SELECT COUNT(Id) FROM Contact)", "exactly one field"),
    ],
)  # fmt: skip
def test_a_query_that_makes_no_sense_is_malformed(query, text):
    with pytest.raises(SalesforceError, match=re.escape(text)) as refused:
        found_by(query)
    assert refused.value.code == "MALFORMED_QUERY"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT Id, (SELECT Id FROM Contact) FROM Account", "INVALID_TYPE"),
        ("SELECT Id, (SELECT Nope FROM Contacts) FROM Account", "INVALID_FIELD"),
        ("SELECT Id, (SELECT Id FROM Contacts ORDER BY Nope) FROM Account", "INVALID_FIELD"),
        ("SELECT Id, (SELECT Id FROM Contacts WHERE Nope = 1) FROM Account", "INVALID_FIELD"),
        ("SELECT Nope FROM Account GROUP BY Nope", "INVALID_FIELD"),
        ("SELECT COUNT(Nope) FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE Name INCLUDES ('x')", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE Id IN (SELECT ContactId FROM OpportunityContactRole)", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE CloseDate = 2026-02-30", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE Name = TODAY", "INVALID_FIELD"),
    ],
)
def test_a_query_about_something_else_says_so(query, code):
    with pytest.raises(SalesforceError) as refused:
        found_by(query)
    assert refused.value.code == code


def test_children_come_along_with_their_parent(salesforce):
    parent, childless = salesforce.create(Name="A"), salesforce.create(Name="B")
    for name in ("Y", "X", "Z"):
        salesforce.create("Contact", LastName=name, AccountId=parent)
    gone = salesforce.create("Contact", LastName="Gone", AccountId=parent)
    salesforce.call("DELETE", f"sobjects/Contact/{gone}")
    query = (
        "SELECT Name, (SELECT LastName, Account.Name FROM contacts WHERE LastName != 'Z' ORDER BY LastName), "
        "(SELECT Id FROM Opportunities) FROM Account ORDER BY Name"
    )
    first, second = rows(salesforce, query)
    contacts = first["Contacts"]
    assert (contacts["totalSize"], contacts["done"]) == (2, True)
    assert [row["LastName"] for row in contacts["records"]] == ["X", "Y"]
    assert contacts["records"][0]["attributes"]["type"] == "Contact"
    assert contacts["records"][0]["Account"]["Name"] == "A"
    assert (first["Opportunities"], second["Contacts"]) == (None, None)
    assert childless
    limited = rows(salesforce, "SELECT (SELECT Id FROM Contacts LIMIT 1 OFFSET 1) FROM Account WHERE Name = 'A'")
    assert limited[0]["Contacts"]["totalSize"] == 1


def test_child_relationships_are_described(salesforce):
    described = salesforce.call("GET", "sobjects/Account/describe").json()["childRelationships"]
    names = {(each["relationshipName"], each["childSObject"], each["field"]) for each in described}
    assert {("Contacts", "Contact", "AccountId"), ("Opportunities", "Opportunity", "AccountId")} <= names


def test_joins_reach_accounts_with_roles_in_won_deals(salesforce):
    account, other = salesforce.create(Name="A"), salesforce.create(Name="B")
    contact = salesforce.create("Contact", LastName="Doe", AccountId=account)
    salesforce.create("Contact", LastName="Idle", AccountId=other)
    deal = salesforce.create("Opportunity", **{**DEAL, "Name": "Deal", "StageName": "Closed Won"}, AccountId=account)
    salesforce.create("OpportunityContactRole", OpportunityId=deal, ContactId=contact)
    won = "(SELECT ContactId FROM OpportunityContactRole WHERE Opportunity.IsWon = true)"
    assert salesforce.ids(f"SELECT Id FROM Contact WHERE Id IN {won}") == [contact]
    both = (
        "Id IN (SELECT AccountId FROM Opportunity) AND Id NOT IN (SELECT AccountId FROM Contact WHERE LastName = 'X')"
    )
    assert salesforce.ids(f"SELECT Id FROM Account WHERE {both}") == [account]
    anti = "AccountId NOT IN (SELECT Id FROM Account WHERE Name = 'A')"
    assert rows(salesforce, f"SELECT LastName FROM Contact WHERE {anti}") == [{"LastName": "Idle"}]


def test_every_field_can_be_asked_for_at_once(salesforce):
    salesforce.create(Name="A")
    (everything,) = rows(salesforce, "SELECT FIELDS(ALL) FROM Account LIMIT 200")
    (standard,) = rows(salesforce, "SELECT FIELDS(STANDARD) FROM Account")
    (custom,) = rows(salesforce, "SELECT Id, FIELDS(CUSTOM) FROM Account LIMIT 1")
    assert custom.keys() == {"Id", "HubSpot_Company_Id__c"}
    assert everything.keys() == standard.keys() | custom.keys()


@pytest.mark.parametrize(
    "tail", ["FOR UPDATE", "WITH SECURITY_ENFORCED", "WITH USER_MODE LIMIT 5", "FOR VIEW FOR REFERENCE"]
)
def test_clauses_that_change_nothing_are_accepted(salesforce, tail):
    account = salesforce.create(Name="A")
    assert salesforce.ids(f"SELECT Id FROM Account {tail}") == [account]
    assert salesforce.ids(f"SELECT Id FROM Account USING SCOPE everything WHERE Name = 'A' {tail}") == [account]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Tags__c INCLUDES ('A')", ["A", "AB"]),
        ("Tags__c INCLUDES ('a;B', 'C')", ["AB", "C"]),
        ("Tags__c EXCLUDES ('A')", ["C", "none"]),
        ("Tags__c = 'A;B'", ["AB"]),
    ],
)
def test_choices_are_included_or_excluded(salesforce, where, names):
    salesforce.org.configure(TAGS)
    for name, tags in (("A", "A"), ("AB", "A;B"), ("C", "C"), ("none", None)):
        salesforce.create(Name=name, Tags__c=tags)
    assert [row["Name"] for row in rows(salesforce, f"SELECT Name FROM Account WHERE {where} ORDER BY Name")] == names


def test_a_restricted_choice_is_one_of_the_list(salesforce):
    salesforce.org.configure({**TAGS, "restricted_picklists": ["Account.Tags__c"]})
    answer = salesforce.call("POST", "sobjects/Account", {"Name": "A", "Tags__c": "A;Z"})
    assert refusal(answer) == (400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    assert salesforce.create(Name="A", Tags__c="A;B")
    for order in ("ORDER BY Tags__c", "GROUP BY Tags__c"):
        select = "Tags__c" if order.startswith("G") else "Id"
        assert refusal(salesforce.query(f"SELECT {select} FROM Account {order}")) == (400, "MALFORMED_QUERY")


WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("name", "number", "first", "last"),
    [
        ("TODAY", 0, "2026-11-25", "2026-11-25"),
        ("TOMORROW", 0, "2026-11-26", "2026-11-26"),
        ("THIS_WEEK", 0, "2026-11-22", "2026-11-28"),
        ("LAST_WEEK", 0, "2026-11-15", "2026-11-21"),
        ("THIS_MONTH", 0, "2026-11-01", "2026-11-30"),
        ("NEXT_MONTH", 0, "2026-12-01", "2026-12-31"),
        ("LAST_MONTH", 0, "2026-10-01", "2026-10-31"),
        ("THIS_QUARTER", 0, "2026-10-01", "2026-12-31"),
        ("LAST_QUARTER", 0, "2026-07-01", "2026-09-30"),
        ("NEXT_QUARTER", 0, "2027-01-01", "2027-03-31"),
        ("THIS_YEAR", 0, "2026-01-01", "2026-12-31"),
        ("LAST_FISCAL_YEAR", 0, "2025-01-01", "2025-12-31"),
        ("LAST_90_DAYS", 0, "2026-08-27", "2026-11-25"),
        ("NEXT_90_DAYS", 0, "2026-11-26", "2027-02-23"),
        ("LAST_N_DAYS", 3, "2026-11-22", "2026-11-25"),
        ("NEXT_N_DAYS", 3, "2026-11-26", "2026-11-28"),
        ("N_DAYS_AGO", 3, "2026-11-22", "2026-11-22"),
        ("LAST_N_WEEKS", 2, "2026-11-08", "2026-11-21"),
        ("LAST_N_MONTHS", 2, "2026-09-01", "2026-10-31"),
        ("NEXT_N_MONTHS", 2, "2026-12-01", "2027-01-31"),
        ("N_MONTHS_AGO", 11, "2025-12-01", "2025-12-31"),
        ("LAST_N_QUARTERS", 2, "2026-04-01", "2026-09-30"),
        ("N_FISCAL_QUARTERS_AGO", 1, "2026-07-01", "2026-09-30"),
        ("LAST_N_YEARS", 2, "2024-01-01", "2025-12-31"),
        ("NEXT_N_FISCAL_YEARS", 1, "2027-01-01", "2027-12-31"),
    ],
)
def test_a_date_literal_means_days(name, number, first, last):
    begin, after = find_range(name, number, today=WEDNESDAY)
    assert (begin.isoformat(), (after - timedelta(days=1)).isoformat()) == (first, last)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(FIXED | COUNTED)), st.integers(0, 999_999_999), st.dates())
def test_no_date_literal_leaves_the_calendar(name, number, today):
    first, after = find_range(name, number, today=today)
    assert first <= after


def test_dates_are_compared_over_the_wire(salesforce):
    salesforce.create("Opportunity", Name="Old", StageName="Qualification", CloseDate="2001-01-01")
    soon = (datetime.now(UTC).date() + timedelta(days=400)).isoformat()
    salesforce.create("Opportunity", Name="Soon", StageName="Qualification", CloseDate=soon)

    def names(where: str) -> list[str]:
        return [row["Name"] for row in rows(salesforce, f"SELECT Name FROM Opportunity WHERE {where}")]

    assert names("CloseDate < LAST_N_YEARS:5") == ["Old"]
    assert names("CloseDate > THIS_YEAR") == ["Soon"]
    assert names("CloseDate = NEXT_N_DAYS:500") == ["Soon"]
    assert names(f"CloseDate IN ({soon})") == ["Soon"]
    assert names("CreatedDate = TODAY AND CloseDate >= 2001-01-01") == ["Old", "Soon"]
    assert names("CreatedDate = LAST_N_DAYS:999999999 AND CloseDate < TODAY") == ["Old"]
