"""Questions as SOQL: quoted, packed, and nothing in it that spoils a query."""

from urllib.parse import unquote

import pytest

from tasks.contracts.finding import AccountSearch
from tasks.contracts.records import AccountId, CompanyId, PersonId
from workers.crm.salesforce_requests import FindAccounts, FindPeople, FindSignals, Question
from workers.crm.salesforce_soql import ACCOUNT_COLUMNS, LONGEST_QUERY, Term, along, columns_of, queries_for, terms_of

COLUMNS = columns_of("Key__c")


def soql_for(*terms: Term) -> list[str]:
    return [query.soql for query in queries_for(terms, COLUMNS)]


def condition(term: Term) -> str:
    (soql,) = soql_for(term)
    return soql.partition(" WHERE ")[2]


@pytest.mark.parametrize(
    ("domain", "pattern"),
    [
        ("acme.com", "%acme.com%"),
        ("a_me.com", r"%a\_me.com%"),
        ("%", r"%\%%"),
        ("' OR Name != '", r"%\' OR Name != \'%"),
        ("x\\", r"%x\\%"),
    ],
)
def test_a_domain_is_a_literal_part_of_a_pattern(domain, pattern):
    assert condition(Term("Account", "Website", domain)) == f"Website LIKE '{pattern}'"


@pytest.mark.parametrize(
    ("email", "quoted"), [("o'neil@x.example", r"o\'neil@x.example"), ('"a b"@x.example', r"\"a b\"@x.example")]
)
def test_an_address_is_quoted(email, quoted):
    assert condition(Term("Contact", "Email", email)) == f"Email IN ('{quoted}')"


@pytest.mark.parametrize("value", ["acme.com\x00", "a\nb", "\x7f"])
def test_control_characters_match_nothing_and_are_not_sent(value):
    assert soql_for(Term("Account", "Website", value)) == []


def test_terms_of_many_questions_become_one_query_per_object():
    questions: list[Question] = [
        FindAccounts(AccountSearch(CompanyId("1"), (AccountId("001000000000001"),), ("a.example",))),
        FindAccounts(AccountSearch(CompanyId("2"), (), ("a.example", "b.example"))),
        FindPeople(("A@x.example",), (PersonId("003000000000001AAA"), PersonId("00Q000000000001EAA"))),
        FindPeople(("a@x.example",)),
        FindSignals((PersonId("003000000000001AAA"), PersonId("00Q000000000001EAA"))),
    ]

    assert soql_for(*(term for question in questions for term in terms_of(question, "Key__c"))) == [
        (
            f"SELECT {', '.join(ACCOUNT_COLUMNS)}, Key__c, IsPersonAccount FROM Account WHERE Key__c IN ('1','2')"
            " OR Id IN ('001000000000001AAA') OR Website LIKE '%a.example%' OR Website LIKE '%b.example%'"
        ),
        (
            "SELECT Id, Email, CreatedDate, AccountId FROM Contact"
            " WHERE Email IN ('a@x.example') OR Id IN ('003000000000001AAA')"
        ),
        (
            "SELECT Id, Email, CreatedDate, IsConverted, ConvertedAccountId, ConvertedContactId FROM Lead"
            " WHERE Email IN ('a@x.example') OR Id IN ('00Q000000000001EAA')"
        ),
        (
            "SELECT ContactId, Opportunity.IsClosed, Opportunity.IsWon FROM OpportunityContactRole"
            " WHERE ContactId IN ('003000000000001AAA')"
        ),
    ]


def test_no_query_is_longer_than_a_url_may_be_and_none_is_lost():
    emails = [f"'%{number}@example.example" for number in range(2_000)]
    queries = queries_for([Term("Lead", "Email", email) for email in emails], COLUMNS)

    assert max(len(query.path) for query in queries) < LONGEST_QUERY + 500 < 16_000
    assert [term.value for query in queries for term in query.terms] == emails
    assert all("@example.example" in unquote(query.path) for query in queries)


def test_mapped_fields_come_along_in_a_query_while_there_is_room():
    assert along(["Phone", "Name"], ("Id", "Name")) == ("SystemModstamp", "Phone")
    assert along([], ("Id", "Name")) == ()
    assert along([f"Field_{number}__c" for number in range(400)], ("Id",)) == ()
