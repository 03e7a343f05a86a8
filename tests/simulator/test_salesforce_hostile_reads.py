"""Queries, cursors, spans, paths and SOAP arguments no client should send: refused as Salesforce would."""

from contextlib import suppress
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.soql.queries import run_query
from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator import salesforce_soap as soap
from tests.simulator.salesforce_fixtures import KEY_FIELD, refusal
from tests.simulator.test_salesforce_soql import SCHEMA, store_of

salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce
OVER_THE_WIRE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
VOCABULARY = (
    "SELECT FROM WHERE GROUP BY HAVING ORDER LIMIT OFFSET FOR UPDATE WITH SECURITY_ENFORCED USING SCOPE AND OR NOT "
    "IN LIKE INCLUDES NULLS LAST DESC COUNT() COUNT(Id) MAX(Name) SUM(AnnualRevenue) MIN(CreatedDate) FIELDS(ALL) Id "
    "Name Phone Account Contact Contacts (SELECT Account.Owner.Name Parent.Parent.Name IsDeleted CreatedDate "
    "AnnualRevenue BillingStreet ( ) , = != < >= 'x' 'a\\'b' '%' 5 -1 1e9 true null TODAY LAST_N_DAYS:3 2026-01-01 "
    "2026-01-01T00:00:00Z 2026-99-99 : total"
)
WORDS = VOCABULARY.split()
STARTS = ("SELECT Name FROM Account ", "SELECT COUNT(Id) n FROM Account ", "SELECT Id FROM Account WHERE ")
queries = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
clauses = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=600, deadline=None)
@given(queries | st.tuples(st.sampled_from(STARTS), clauses).map("".join))
def test_no_query_breaks_the_org(query):
    store = store_of(Name=["x", "y"], Phone=["1", None])
    with suppress(SalesforceError):  # any other exception is a defect
        found = run_query(query, SCHEMA, store, root="", with_deleted=False)
        for record in found.records:
            found.render(record)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT Id FROM Account WHERE " + "(" * 3_000,
        "SELECT Id FROM Account WHERE " + "(" * 40 + "Name = 'x'" + ")" * 39,
        "SELECT Id, " + "(SELECT Id, " * 60 + "Id FROM Contacts" + ")" * 60 + " FROM Account",
        "SELECT Id FROM Account WHERE Id IN " + "(SELECT Id FROM Account WHERE Id IN " * 60 + "('x')" + ")" * 60,
        "SELECT Id FROM Account WHERE Name LIKE '" + "%a" * 40 + "'",
        "SELECT Id FROM Account WHERE Name LIKE '" + "%a" * 40 + "%b'",
        "SELECT Id FROM Account WHERE Name = '\ud7ff\U0010ffff\x00'",
        "SELECT " + ".".join(["Parent"] * 400) + " FROM Account",
        "SELECT Id FROM Account LIMIT 99999999999999999999",
    ],
    ids=range(9),
)
def test_a_query_that_goes_too_far_is_answered_all_the_same(salesforce, query):
    salesforce.create(Name="a" * 200)
    assert salesforce.query(query).status_code in {200, 400}


@OVER_THE_WIRE
@given(texts | st.sampled_from(["01g", "01gVr0000000001AAA-", "01gVr0000000001AAA--1", "01gVr0000000001AAA-9e9"]))
def test_no_cursor_breaks_the_org(salesforce, locator):
    answer = salesforce.call("GET", "query/" + escaped(locator))
    assert answer.status_code in {400, 404}


def escaped(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode()) or "x"


@OVER_THE_WIRE
@given(st.sampled_from(["updated", "deleted"]), texts, texts | st.just("2026-01-01T00:00:00Z"))
def test_no_span_breaks_the_org(salesforce, feed, start, end):
    answer = salesforce.call("GET", f"sobjects/Account/{feed}", params={"start": start, "end": end})
    assert refusal(answer) == (400, "INVALID_REPLICATION_DATE")


@OVER_THE_WIRE
@given(st.lists(texts.map(escaped), max_size=4))
def test_no_path_breaks_the_org(salesforce, parts):
    for start in ("sobjects", "sobjects/Account", f"sobjects/Account/{KEY_FIELD}", "query", "composite"):
        assert salesforce.call("GET", "/".join([start, *parts])).status_code in {200, 400, 404, 405}


ids = st.sampled_from(["", "x", "001Vr0000000001", "00QVr0000000001AAA", "005Vr0000000001", "\n"]) | texts
tags = st.sampled_from(["type", "Id", "Name", "fieldsToNull", "AccountId", "IsDeleted", "AnnualRevenue", "Nope"])


@OVER_THE_WIRE
@given(
    st.sampled_from(["delete", "undelete", "emptyRecycleBin", "merge", "convertLead", "login"]),
    st.lists(st.tuples(tags, ids), max_size=4),
    st.lists(ids, max_size=3),
)
def test_no_soap_argument_breaks_the_org(salesforce, operation, fields, record_ids):
    content = "".join(f"<ens:{name}>{clean(value)}</ens:{name}>" for name, value in fields)
    lead = "<urn:leadId>{}</urn:leadId><urn:convertedStatus>Closed - Converted</urn:convertedStatus>"
    each = [clean(record_id) for record_id in record_ids]
    arguments = {
        "merge": f"<urn:request><urn:masterRecord>{content}</urn:masterRecord>"
        + "".join(f"<urn:recordToMergeIds>{value}</urn:recordToMergeIds>" for value in each) + "</urn:request>",
        "convertLead": "".join(f"<urn:leadConverts>{lead.format(value)}</urn:leadConverts>" for value in each),
    }.get(operation, "".join(f"<urn:ids>{value}</urn:ids>" for value in each))  # fmt: skip
    session = str(salesforce.http.headers["Authorization"]).removeprefix("Bearer ")
    answer = soap.post(salesforce, soap.envelope(operation, arguments, session=session))
    assert answer.headers["Content-Type"].startswith("text/xml")
    assert b"Envelope" in answer.content
    assert answer.status_code == 200 or b"<faultcode>" in answer.content


def clean(text: str) -> str:
    return escape("".join(character for character in text if character.isprintable()))


@pytest.mark.parametrize("depth", [100, 900, 990, 5_000])
@pytest.mark.parametrize("path", ["sobjects/Account", "sobjects/Contact"])
def test_a_deep_value_is_refused(salesforce, path, depth):
    body = '{"LastName": "x", "Account": ' + '{"a": ' * depth + "1" + "}" * depth + "}"
    url = f"{salesforce.url}/services/data/v62.0/{path}"
    answer = salesforce.http.post(url, data=body, headers={"Content-Type": "application/json"}, timeout=30)
    assert answer.status_code == 400


def test_ten_megabytes_are_read_and_refused(salesforce):
    answer = salesforce.call("POST", "sobjects/Account", {"Name": "x" * 10_000_000})
    assert refusal(answer) == (400, "STRING_TOO_LONG")
    rows = [{KEY_FIELD: str(number), "Name": "x", "Description": "y" * 50_000} for number in range(200)]
    outcomes = salesforce.upsert_rows(rows).json()
    assert {outcome["errors"][0]["statusCode"] for outcome in outcomes} == {"STRING_TOO_LONG"}
