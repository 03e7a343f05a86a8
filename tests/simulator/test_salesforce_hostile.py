"""Input no client should send: always an answer in Salesforce's form, never a 500."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator.salesforce_fixtures import KEY_FIELD, VERSION, Client, refusal

salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce
ROOT = f"/services/data/v{VERSION}"
WRITES = [
    ("POST", "sobjects/Account"), ("PATCH", f"sobjects/Account/{KEY_FIELD}/1"), ("POST", "composite"),
    ("POST", "composite/sobjects"), ("PATCH", "composite/sobjects"), ("POST", "composite/sobjects/Account"),
    ("PATCH", f"composite/sobjects/Account/{KEY_FIELD}"), ("POST", "composite/graph"), ("POST", "composite/batch"),
    ("POST", "jobs/ingest"), ("POST", "jobs/query"),
    ("POST", "composite/tree/Account"),
]  # fmt: skip


def raw(
    salesforce: Client, target: tuple[str, str], body: bytes, content_type: str = "application/json"
) -> requests.Response:
    method, path = target
    url = f"{salesforce.url}{ROOT}/{path}"
    return salesforce.http.request(method, url, data=body, headers={"Content-Type": content_type}, timeout=10)


@pytest.mark.parametrize("target", WRITES, ids=" ".join)
@pytest.mark.parametrize(
    "body",
    [
        b"", b"  ", b"{", b"nope", b"[]", b"5", b"null", b'"x"', b'{"a":NaN}', b"\xff\xfe", b"[" * 100_000,
        b"1" * 5_000,
    ],
    ids=range(12),
)  # fmt: skip
def test_a_body_that_is_no_object_is_refused(salesforce, target, body):
    assert refusal(raw(salesforce, target, body)) == (400, "JSON_PARSER_ERROR")


@pytest.mark.parametrize("target", WRITES, ids=" ".join)
def test_another_content_type_is_refused(salesforce, target):
    assert refusal(raw(salesforce, target, b"a=1", "application/x-www-form-urlencoded")) == (
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "sobjects/Account"), ("DELETE", "query"), ("POST", "limits"), ("PUT", "composite/sobjects"),
        ("GET", "composite"), ("POST", f"composite/sobjects/Account/{KEY_FIELD}"), ("POST", "sobjects"),
        ("DELETE", "composite/sobjects/Account"),
    ],
)  # fmt: skip
def test_another_method_is_refused(salesforce, method, path):
    assert refusal(salesforce.call(method, path)) == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize("target", WRITES, ids=" ".join)
@pytest.mark.parametrize("depth", [100, 400, 900, 990])
def test_a_deep_body_breaks_nothing(salesforce, target, depth):
    deep = "[" * depth + "]" * depth
    subrequest = f'{{"method":"POST","url":"v{VERSION}/sobjects/Account","referenceId":"a","body":{deep}}}'
    record = f'{{"attributes":{{"type":"Account","referenceId":"a"}},"Name":{deep}}}'
    body = (
        f'{{"records":[{record}],"compositeRequest":[{subrequest}],"batchRequests":[{subrequest}],"ids":[{deep}],'
        f'"graphs":[{{"graphId":"a","compositeRequest":[{subrequest.replace("v62.0", f"{ROOT}")}]}}],"Name":{deep}}}'
    )
    assert raw(salesforce, target, body.encode()).status_code < 500


ODD: list[Any] = [None, True, 5, -1, "", "x", "\x00", [], [[]], {}, {"a": []}]
JOB: dict[str, Any] = {"object": "Account", "operation": "upsert", "externalIdFieldName": KEY_FIELD, "lineEnding": "LF"}
QUERY_JOB: dict[str, Any] = {
    "operation": "query",
    "query": "SELECT Id FROM Account",
    "columnDelimiter": "COMMA",
    "contentType": "CSV",
}
STEP: dict[str, Any] = {"method": "GET", "url": f"{ROOT}/limits", "referenceId": "a", "httpHeaders": {}, "body": {}}
GRAPH: dict[str, Any] = {"graphId": "a", "compositeRequest": [STEP]}
NODE: dict[str, Any] = {"attributes": {"type": "Account", "referenceId": "a"}, "Name": "A", "Contacts": {"records": []}}


def with_one_odd(valid: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**valid, name: value} for name in valid for value in ODD]


@pytest.mark.parametrize(
    ("path", "bodies"),
    [
        ("jobs/ingest", with_one_odd({**JOB, "columnDelimiter": "COMMA", "contentType": "CSV"})),
        ("jobs/query", with_one_odd(QUERY_JOB)),
        ("composite", [{"compositeRequest": [each]} for each in with_one_odd(STEP)]),
        ("composite/graph", [{"graphs": [{**GRAPH, "compositeRequest": [each]}]} for each in with_one_odd(STEP)]),
        ("composite/graph", [{"graphs": [each]} for each in with_one_odd(GRAPH)]),
        ("composite/batch", [{"batchRequests": [each]} for each in with_one_odd({**STEP, "richInput": {}})]),
        ("composite/tree/Account", [{"records": [each]} for each in with_one_odd(NODE)]),
        ("composite/tree/Account", [{"records": [{**NODE, "attributes": each}]} for each in ODD]),
    ],
)  # fmt: skip
def test_a_member_of_the_wrong_type_breaks_nothing(salesforce, path, bodies):
    for body in bodies:
        answer = salesforce.call("POST", path, body)
        assert answer.status_code < 500, (body, answer.text)


@pytest.mark.parametrize("state", ODD)
def test_a_state_of_the_wrong_type_breaks_nothing(salesforce, state):
    job = salesforce.call("POST", "jobs/ingest", JOB).json()
    answer = salesforce.call("PATCH", f"jobs/ingest/{job['id']}", {"state": state})
    assert refusal(answer) == (400, "JSON_PARSER_ERROR")


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\xe9",
        "multipart/form-data; boundary=a",
    ],
)
@pytest.mark.parametrize(
    "body", [b"x", b"--a--", b"--a\r\n\r\n--a--", b"--a\r\nContent-Disposition: form-data; name=job\r\n\r\n{}"]
)
def test_a_broken_multipart_request_breaks_nothing(salesforce, content_type, body):
    assert raw(salesforce, ("POST", "jobs/ingest"), body, content_type).status_code == 400


@pytest.mark.parametrize(
    "redirect_uri",
    ["", "x", "http://[", "http://x/\r\nSet-Cookie: a=b", "http://x/\x00", "http://x/\xe9", "//x", "http://"],
)
def test_an_odd_address_to_be_sent_back_to_breaks_nothing(salesforce, redirect_uri):
    ask = {"response_type": "code", "client_id": "tandem-consumer-key", "redirect_uri": redirect_uri}
    url = f"{salesforce.url}/services/oauth2/authorize"
    answer = requests.get(url, params=ask, allow_redirects=False, timeout=10)
    assert answer.status_code in {302, 400}, answer.text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("resource", ["token", "revoke", "introspect", "userinfo"])
@pytest.mark.parametrize("authorization", ["Basic \xe9", "Basic eA==", "Basic /w==", "Basic", "", "Bearer \xe9"])
def test_odd_credentials_break_nothing(salesforce, resource, authorization):
    url = f"{salesforce.url}/services/oauth2/{resource}"
    form = b"grant_type=client_credentials&token=%FF&client_secret=%00&client_id=\xff"
    headers = {"Authorization": authorization.encode("latin-1"), "Content-Type": "application/x-www-form-urlencoded"}
    assert requests.post(url, data=form, headers=headers, timeout=10).status_code in {400, 401, 403}


def test_a_lone_surrogate_breaks_nothing(salesforce):
    answer = raw(salesforce, ("POST", "sobjects/Account"), b'{"Name": "a\\ud800b", "Phone": "\\u0000"}')
    assert answer.status_code == 201
    assert salesforce.read(answer.json()["id"])["Name"] == "a?b"


@pytest.mark.parametrize(
    "path", ["%00", "sobjects/%FF", "sobjects/Account/%2e%2e", "query/%20", "sobjects//Account//x"]
)
def test_odd_paths_are_not_found(salesforce, path):
    url = f"{salesforce.url}{ROOT}/{path}"
    answer = salesforce.http.get(url, timeout=10)
    assert answer.status_code in {400, 404}
    assert answer.json()[0]["errorCode"] in {"NOT_FOUND", "INVALID_QUERY_LOCATOR"}


@pytest.mark.parametrize("version", ["v", "62.0", "v62", "vx.0", "v-1.0", "v062.0", "v62.00", "vinf.0"])
def test_odd_versions_are_not_found(salesforce, version):
    answer = salesforce.http.get(f"{salesforce.url}/services/data/{version}/limits", timeout=10)
    assert answer.status_code == 404


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    "Name Id id AccountId Account Owner ParentId Parent AnnualRevenue NumberOfEmployees attributes Website "
    "IsDeleted Email LastName Birthdate HasOptedOutOfEmail HubSpot_Company_Id__c"
)
names = st.sampled_from(FIELDS.split()) | st.text(max_size=5)
values = json_values | st.dictionaries(names, json_values, max_size=2)
rows = st.dictionaries(names, values, max_size=5)
typed_rows = rows.map(lambda row: {"attributes": {"type": "Contact" if len(row) % 2 else "Account"}, **row})
steps = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST", "PATCH", "DELETE"]),
        "url": st.sampled_from(["sobjects/Account", "@{a.id}", "query?q=x", "composite/sobjects?ids=@{a.x[0]}"]).map(
            lambda path: f"{ROOT}/{path}"
        ),
        "referenceId": st.sampled_from(["a", "b", "c"]),
        "body": values,
    }
)
bodies = st.one_of(
    rows,
    st.fixed_dictionaries({"records": st.lists(typed_rows | values, max_size=3), "allOrNone": st.booleans() | values}),
    st.fixed_dictionaries({"records": st.lists(typed_rows, max_size=3)}),
    st.fixed_dictionaries({"compositeRequest": st.lists(steps, max_size=3), "allOrNone": st.booleans()}),
    st.fixed_dictionaries({"ids": values | st.lists(st.text(max_size=3)), "fields": values | st.just(["Name"])}),
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.sampled_from(WRITES), bodies)
def test_no_body_breaks_the_org(salesforce, target, body):
    answer = raw(salesforce, target, json.dumps(body).encode())
    assert answer.status_code in {200, 201, 204, 300, 400, 403, 404}, answer.text


def test_eight_threads_upserting_one_key_leave_one_record(salesforce):
    def upsert(_number: int) -> int:
        own = Client(salesforce.org, salesforce.port)
        return own.call("PATCH", f"sobjects/Account/{KEY_FIELD}/512", {"Name": "Acme"}).status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(upsert, range(40)))
    assert sorted(set(statuses)) == [200, 201]
    assert statuses.count(201) == 1
    assert len(salesforce.ids("SELECT Id FROM Account")) == 1


def test_eight_threads_creating_one_key_leave_one_record(salesforce):
    def create(number: int) -> int:
        own = Client(salesforce.org, salesforce.port)
        return own.call("POST", "sobjects/Account", {"Name": f"Acme {number}", KEY_FIELD: "1"}).status_code

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(create, range(16))) == [201] + [400] * 15


def test_slow_automation_answers_late_and_long_calls_are_few(salesforce):
    salesforce.org.configure({"chunk_seconds": 0.5, "long_request_seconds": 0.05, "concurrent_limit": 1})
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(Client(salesforce.org, salesforce.port).upsert_rows, [{KEY_FIELD: "1", "Name": "x"}])
        while not salesforce.org.counters["records.created"]:
            pass
        answer = salesforce.query("SELECT Id FROM Account")
        while answer.status_code == 200 and not slow.done():
            answer = salesforce.query("SELECT Id FROM Account")
        assert refusal(answer) == (403, "REQUEST_LIMIT_EXCEEDED")
        assert slow.result().json()[0]["success"]
        assert slow.result().elapsed.total_seconds() >= 0.5
