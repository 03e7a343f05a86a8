"""The query language: what is read, what is refused, and that every shortcut finds the same records."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.salesforce.catalogue import STANDARD
from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.org import Org
from simulator.salesforce.schema import build_schema
from simulator.salesforce.settings import Settings
from simulator.salesforce.soql.parser import parse
from simulator.salesforce.soql.patterns import compile_patterns
from simulator.salesforce.soql.queries import run_query
from simulator.salesforce.soql.syntax import And, Compare, Like, Membership, Not, Or, Select
from simulator.salesforce.store import Store

SCHEMA = build_schema(STANDARD, Settings())
BARE = "SELECT Id FROM Account"
WHERE = BARE + " WHERE "
WORDS = [
    "Name",
    "FROM Account",
    "=",
    "'x'",
    "(",
    ")",
    "AND",
    "OR",
    "NOT",
    "IN",
    ",",
    "5",
    "LIKE",
    "LIMIT",
    "\x00",
]
NAMES = ["Acme", "ACME", "acme gmbh", "100%", "a_b", "O'Hara", "Ünal", "", "x\\y", None]


def store_of(**fields: list[Any]) -> Store:
    """Accounts whose fields take these values in turn."""
    store = Store(SCHEMA)
    table = store.tables["Account"]
    for row in zip(*fields.values(), strict=True):
        values = {name: value for name, value in zip(fields, row, strict=True) if value not in {None, ""}}
        store.put(table, {"Id": table.next_id(), **values})
    return store


def found(store: Store, where: str, field: str = "Name") -> list[Any]:
    result = run_query(f"SELECT Id, {field} FROM Account {where}", SCHEMA, store, root="", with_deleted=False)
    return [result.render(record)[field] for record in result.records]


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def test_a_query_is_read_in_full():
    select = parse(
        "select Id, Account.Name from Contact where (Email like '%@acme%' or not Title = 'x') "
        "and Phone in ('1','2') order by LastName desc nulls last, Id limit 5 offset 10"
    )
    assert [path.text for path in select.paths] == ["Id", "Account.Name"]
    assert isinstance(select.where, And)
    either, phones = select.where.terms
    assert isinstance(either, Or)
    assert isinstance(either.terms[0], Like)
    assert isinstance(either.terms[1], Not)
    assert isinstance(phones, Membership)
    assert [(term.descending, term.nulls_last) for term in select.order] == [(True, True), (False, False)]
    assert (select.limit, select.offset) == (5, 10)


def test_a_subquery_and_a_count_are_read():
    select = parse("SELECT COUNT() FROM Account WHERE Id NOT IN (SELECT AccountId FROM Contact WHERE Phone != null)")
    assert select.fields == ()
    assert isinstance(select.where, Membership)
    assert select.where.negated
    assert isinstance(select.where.members, Select)
    assert isinstance(select.where.members.where, Compare)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "SELECT",
        "SELECT FROM Account",
        "SELECT Id",
        "SELECT Id FROM",
        "SELECT Id, FROM Account",
        BARE + " WHERE",
        WHERE + "Name",
        WHERE + "Name =",
        WHERE + "Name = x",
        WHERE + "Name = 'x",
        WHERE + "Name IN ()",
        WHERE + "Name IN 'x'",
        WHERE + "(Name = 'x'",
        WHERE + "Name = 'x')",
        WHERE + "Name = 'x' AND Phone = '1' OR Fax = '2'",
        WHERE + "Name LIKE 5",
        WHERE + "Name == 'x'",
        BARE + " LIMIT x",
        BARE + " LIMIT -1",
        BARE + " ORDER Name",
        BARE + " ORDER BY Name NULLS",
        "SELECT Id, id FROM Account",
        BARE + ";",
        WHERE + "Name = '\\x'",
        "SELECT * FROM Account",
        BARE + " a WHERE",
        WHERE + "(" * 60 + "Name = 'x'" + ")" * 60,
        "DELETE FROM Account",
        WHERE + "NOT " * 5000 + "Name = 'x'",
        BARE + " " * 100_000,
    ],
)
def test_a_malformed_query_is_refused(query):
    with pytest.raises(SalesforceError) as refused:
        found_by(query)
    assert refused.value.code == "MALFORMED_QUERY"


def found_by(query: str) -> int:
    store = store_of(Name=["x"])
    return run_query(query, SCHEMA, store, root="", with_deleted=True).total


@pytest.mark.parametrize(
    ("query", "code", "text"),
    [
        ("SELECT Id FROM Nope", "INVALID_TYPE", "sObject type 'Nope' is not supported"),
        ("SELECT Nope FROM Account", "INVALID_FIELD", "No such column 'Nope' on entity 'Account'"),
        (
            "SELECT Id FROM Account WHERE Nope = 1",
            "INVALID_FIELD",
            "No such column 'Nope' on entity 'Account'",
        ),
        ("SELECT Id FROM Account ORDER BY Nope", "INVALID_FIELD", "No such column 'Nope'"),
        (
            "SELECT Boss.Name FROM Account",
            "INVALID_FIELD",
            "Didn't understand relationship 'Boss' in field path",
        ),
        ("SELECT Id FROM Account WHERE Name = 5", "INVALID_FIELD", "of type string and should be enclosed"),
        (
            "SELECT Id FROM Account WHERE NumberOfEmployees = '5'",
            "INVALID_FIELD",
            "of type int and should not be",
        ),
        (
            "SELECT Id FROM Account WHERE CreatedDate > '2026-01-01'",
            "INVALID_FIELD",
            "of type dateTime and should",
        ),
        ("SELECT Id FROM Account WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "of type dateTime"),
        (
            "SELECT Id FROM Account WHERE CreatedDate > 2026-99-01T00:00:00Z",
            "INVALID_FIELD",
            "invalid dateTime",
        ),
        ("SELECT Id FROM Account WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Account WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: x"),
        ("SELECT Id FROM Account WHERE Id LIKE '001%'", "INVALID_FIELD", "invalid operator"),
        ("SELECT Id FROM Account WHERE IsDeleted > false", "INVALID_FIELD", "invalid operator"),
        ("SELECT Id FROM Account WHERE Name > null", "INVALID_FIELD", "invalid operator"),
        ("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset"),
        ("SELECT Id FROM Account WHERE Name IN (SELECT Name FROM Lead)", "INVALID_FIELD", "invalid operator"),
    ],
)
def test_a_query_about_something_else_is_refused(query, code, text):
    with pytest.raises(SalesforceError, match=re.escape(text)) as refused:
        found_by(query)
    assert refused.value.code == code


def test_an_error_points_at_its_place():
    with pytest.raises(SalesforceError) as refused:
        found_by("SELECT Id, Nope FROM Account")
    assert refused.value.message.startswith("\nSELECT Id, Nope FROM Account\n           ^\nERROR at Row:1:Column:12\n")


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Name = 'acme'", ["Acme", "ACME"]),
        ("Name != 'acme' AND Name != null AND (NOT Name LIKE '%a%')", ["100%", "x\\y"]),
        ("Name = null", [None, None]),
        ("Name = ''", [None, None]),
        ("Name LIKE 'acme%'", ["Acme", "ACME", "acme gmbh"]),
        ("Name LIKE '%GMBH'", ["acme gmbh"]),
        ("Name LIKE 'a_b'", ["a_b"]),
        ("Name LIKE 'a\\_b'", ["a_b"]),
        ("Name LIKE '%\\%'", ["100%"]),
        ("Name LIKE '_acme' OR Name LIKE 'acme_'", []),
        ("Name != 'acme' AND Name != 'acme gmbh'", ["100%", "a_b", "O'Hara", "Ünal", None, "x\\y", None]),
        ("Name LIKE '_cme'", ["Acme", "ACME"]),
        ("Name = 'O\\'Hara'", ["O'Hara"]),
        ("Name = 'x\\\\y'", ["x\\y"]),
        ("Name = 'ünal'", ["Ünal"]),
        ("Name LIKE '%'", ["Acme", "ACME", "acme gmbh", "100%", "a_b", "O'Hara", "Ünal", "x\\y"]),
        ("Name > 'o' AND Name < 'p'", ["O'Hara"]),
        ("Name IN ('acme', null)", ["Acme", "ACME", None, None]),
        (
            "Name LIKE '%gm%' OR Name LIKE '%hara%' OR Name = '100%' OR Name IN ('A_B')",
            ["acme gmbh", "100%", "a_b", "O'Hara"],
        ),
    ],
)  # fmt: skip
def test_text_is_compared_whatever_its_case(where, names):
    assert found(store_of(Name=NAMES), f"WHERE {where}") == names


def test_numbers_booleans_and_dates_are_compared():
    numbers = [1, 20, 3, None]
    store = store_of(
        NumberOfEmployees=numbers, IsDeleted=[False] * 4,
        CreatedDate=[f"2026-0{month}-01T00:00:00.000+0000" for month in range(1, 5)],
    )  # fmt: skip

    def sizes(where: str) -> list[Any]:
        return found(store, where, "NumberOfEmployees")

    assert sizes("WHERE NumberOfEmployees > 1.5 ORDER BY NumberOfEmployees") == [3, 20]
    assert sizes("WHERE NumberOfEmployees IN (1, 3)") == [1, 3]
    assert sizes("WHERE NumberOfEmployees <= 3 AND IsDeleted = FALSE") == [1, 3]
    assert sizes("WHERE CreatedDate >= 2026-02-01T01:00:00+01:00 AND CreatedDate < 2026-03-01T00:00:01Z") == [
        20,
        3,
    ]
    assert sizes("ORDER BY NumberOfEmployees DESC NULLS LAST LIMIT 2") == [20, 3]
    assert sizes("ORDER BY NumberOfEmployees LIMIT 2 OFFSET 1") == [1, 3]
    assert sizes("ORDER BY NumberOfEmployees NULLS FIRST LIMIT 1") == [None]


def test_date_literals_mean_days():
    now = datetime.now(UTC)
    ages = [0, 1, 3, 10]
    stamps = [(now - timedelta(days=age)).strftime("%Y-%m-%dT%H:%M:%S.000+0000") for age in ages]
    store = store_of(NumberOfEmployees=ages, CreatedDate=stamps)

    def old(where: str) -> list[Any]:
        return found(store, f"WHERE CreatedDate {where}", "NumberOfEmployees")

    assert old("= TODAY") == [0]
    assert old("= YESTERDAY") == [1]
    assert old("< YESTERDAY") == [3, 10]
    assert old("= LAST_N_DAYS:5") == [0, 1, 3]
    assert old("> YESTERDAY") == [0]
    assert old("<= YESTERDAY") == [1, 3, 10]
    assert old("!= LAST_N_DAYS:5") == [10]


# Each condition of one field goes with what it means.
Condition = tuple[str, Callable[[str | None], bool]]
texts = st.text("aAbé%_'\\ .", max_size=4)


def like(pattern: str) -> Callable[[str | None], bool]:
    """LIKE spelled out letter by letter, without any regular expression."""

    def matches(text: str, rest: str) -> bool:
        if not rest:
            return not text
        if rest[0] == "%":
            return any(matches(text[start:], rest[1:]) for start in range(len(text) + 1))
        return bool(text) and rest[0] in {"_", text[0]} and matches(text[1:], rest[1:])

    return lambda text: text is not None and matches(text.casefold(), pattern.casefold())


def equals(wanted: str) -> Callable[[str | None], bool]:
    return lambda text: (text or "").casefold() == wanted.casefold()


def negation(of: Condition) -> Condition:
    return f"(NOT {of[0]})", lambda text: not of[1](text)


def joined(word: str, how: Callable[[list[bool]], bool]) -> Callable[[list[Condition]], Condition]:
    def join(parts: list[Condition]) -> Condition:
        return f"({f' {word} '.join(part[0] for part in parts)})", lambda text: how([part[1](text) for part in parts])

    return join


tests_of_name = st.one_of(
    texts.map(lambda text: (f"Name = {quoted(text)}", equals(text))),
    st.text("aAbé%_ .", min_size=1, max_size=4).map(lambda text: (f"Name LIKE '{text}'", like(text))),
    st.lists(texts, min_size=1, max_size=3).map(
        lambda group: (
            f"Name IN ({', '.join(map(quoted, group))})",
            lambda t: any(equals(w)(t) for w in group),
        )
    ),
)
conditions = st.recursive(
    tests_of_name,
    lambda inner: st.one_of(
        inner.map(negation),
        st.lists(inner, min_size=2, max_size=4).map(joined("OR", any)),
        st.lists(inner, min_size=2, max_size=4).map(joined("AND", all)),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.none() | texts, max_size=8), conditions)
def test_a_condition_finds_what_it_says(names, condition):
    where, holds = condition
    expected = [name or None for name in names if holds(name or None)]
    assert found(store_of(Name=names), f"WHERE {where}") == expected


# As keys are kept: without blanks around them, which are no part of an external id.
kept_keys = texts.map(str.strip).filter(bool)


@settings(max_examples=100, deadline=None)
@given(st.lists(kept_keys, max_size=8, unique_by=str.casefold), st.lists(kept_keys, min_size=1, max_size=4))
def test_an_index_finds_what_a_scan_finds(keys, wanted):
    store = store_of(HubSpot_Company_Id__c=keys, Name=keys)
    members = ", ".join(map(quoted, wanted))
    by_index = found(store, f"WHERE HubSpot_Company_Id__c IN ({members})")
    assert by_index == found(store, f"WHERE Name IN ({members})")


def test_an_index_narrows_a_condition_without_deciding_it():
    store = store_of(HubSpot_Company_Id__c=["1", "2", "3", "4"], Name=["a", "b", "a", "a"])
    assert found(store, "WHERE HubSpot_Company_Id__c IN ('1', '2', '3') AND Name = 'a'") == ["a", "a"]
    key = "HubSpot_Company_Id__c"
    assert found(store, f"WHERE ({key} = '1' AND Name = 'a') OR {key} IN ('2', '9')") == ["a", "b"]
    assert found(store, f"WHERE {key} = '1' OR Name = 'b'") == ["a", "b"]
    assert found(store, f"WHERE {key} IN ('1', '2') AND {key} IN ('2', '3', '4')") == ["b"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("abc", min_size=1, max_size=5), min_size=1, max_size=8), st.text("abc", max_size=12))
def test_many_substrings_are_one_test(literals, text):
    matches = compile_patterns(f"%{literal}%" for literal in literals)
    assert matches(text) == any(literal in text for literal in literals)


def test_substrings_that_share_long_beginnings_are_still_found():
    literals = ["a" * length + "b" for length in range(200)]
    assert compile_patterns(f"%{literal}x%" for literal in literals)("zz" + "a" * 150 + "bx")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join) | st.text(max_size=40))
def test_no_text_breaks_the_parser(words):
    with suppress(SalesforceError):  # any other exception is a defect
        found_by(words)
    with suppress(SalesforceError):
        found_by(WHERE + words)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text("ab", max_size=3), max_size=6), st.booleans(), st.booleans())
def test_records_are_sorted_with_nulls_where_they_are_wanted(names, descending, nulls_last):
    direction, nulls = "DESC" if descending else "ASC", "LAST" if nulls_last else "FIRST"
    filled = sorted((name for name in names if name), reverse=descending)
    empty: list[Any] = [None] * (len(names) - len(filled))
    expected = filled + empty if nulls_last else empty + filled
    assert found(store_of(Name=names), f"ORDER BY Name {direction} NULLS {nulls}") == expected


def test_a_validation_rule_is_a_condition_too():
    with pytest.raises(ValueError, match="No such column"):
        Org().configure({"validation_rules": [{"object": "Account", "where": "Nope = 1", "message": "x"}]})
