"""Input no client should send: always an answer in Salesforce's form, never a 500."""

import json
from concurrent.futures import ThreadPoolExecutor

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


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
