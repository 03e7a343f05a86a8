"""What logins, composites, quotas and jobs are said to count, they count."""

from collections.abc import Callable

import pytest
import requests

from simulator.faults import KINDS
from tests.architecture.simulator_behaviours import SALESFORCE, behaviours
from tests.simulator import salesforce_bulk as bulk
from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator import test_salesforce_behaviours as others
from tests.simulator.salesforce_fixtures import KEY_FIELD, Client, signed_assertion, step

salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce
APP = {"client_id": "tandem-consumer-key", "client_secret": "tandem-consumer-secret"}
USER = {"username": "integration@example.com", "password": "integration-password"}
BACK = "http://localhost:1/back"
GOOD = step("POST", "sobjects/Account", "good", {"Name": "A"})
BAD = step("POST", "sobjects/Account", "bad", {})
BATCH = [{"method": "GET", "url": "v62.0/sobjects/Nope"}] * 2
TREE = {"records": [{"attributes": {"type": "Account", "referenceId": "a"}, "Name": "A"}]}


def logins(salesforce: Client) -> None:
    ask = {"response_type": "code", "client_id": APP["client_id"], "redirect_uri": BACK}
    oauth = f"{salesforce.url}/services/oauth2"
    sent_back = requests.get(f"{oauth}/authorize", params=ask, allow_redirects=False, timeout=10)
    code = sent_back.headers["Location"].partition("code=")[2]
    bearer = signed_assertion(salesforce)
    tokens = salesforce.token(grant_type="authorization_code", code=code, redirect_uri=BACK, **APP).json()
    salesforce.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"], **APP)
    salesforce.token(grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer", assertion=bearer)
    salesforce.token(grant_type="password", **APP, **USER)
    salesforce.token(grant_type="password", **APP, username="nobody")
    salesforce.token(grant_type="client_credentials", **APP)
    salesforce.http.get(f"{oauth}/userinfo", timeout=10)
    for resource in ("introspect", "revoke"):
        assert salesforce.http.post(f"{oauth}/{resource}", data={"token": tokens["access_token"], **APP}, timeout=10).ok


def many_in_one(salesforce: Client) -> None:
    kind = {"attributes": {"type": "Account"}}
    (created,) = salesforce.call("POST", "composite/sobjects", {"records": [{**kind, "Name": "A"}]}).json()
    record_id = created["id"]
    salesforce.call("PATCH", "composite/sobjects", {"records": [{**kind, "Id": record_id, "Name": "B"}]})
    salesforce.upsert_rows([{KEY_FIELD: "1", "Name": "A"}, {KEY_FIELD: "2"}], all_or_none=True)
    salesforce.call("POST", "composite/sobjects/Account", {"ids": [record_id], "fields": ["Name"]})
    salesforce.call("DELETE", f"composite/sobjects?ids={record_id}")
    salesforce.call("POST", "composite", {"allOrNone": True, "compositeRequest": [GOOD, BAD]})
    salesforce.org.configure({"failed_graphs": 1})
    graphs = [{"graphId": name, "compositeRequest": [BAD]} for name in "ab"]
    salesforce.call("POST", "composite/graph", {"graphs": graphs})
    salesforce.call("POST", "composite/tree/Account", TREE)
    salesforce.call("POST", "composite/batch", {"haltOnError": True, "batchRequests": BATCH})


def quotas(salesforce: Client) -> None:
    salesforce.call("GET", "limits")
    salesforce.org.configure({"daily_limit": 1})
    assert salesforce.call("GET", "limits").status_code == 403


def ended_session(salesforce: Client) -> None:
    salesforce.org.configure({"token_calls": 0})
    assert salesforce.call("GET", "limits").status_code == 401


def slow_rows(salesforce: Client) -> None:
    salesforce.org.configure({"chunk_seconds": 0.001})
    salesforce.create(Name="A")


def jobs(salesforce: Client) -> None:
    salesforce.org.configure({"bulk_queue_seconds": 0, "bulk_batch_seconds": 0})
    assert bulk.run(salesforce, "insert", "Name,Phone\nA,1\n,2\n")["numberRecordsFailed"] == 1
    assert bulk.run(salesforce, "insert", "Nope\nA\n")["state"] == "Failed"
    bulk.enter(salesforce, bulk.make(salesforce, "insert")["id"], "Aborted")
    bulk.wait(salesforce, bulk.make_query(salesforce, "SELECT Id FROM Account"), "query")
    salesforce.call("GET", "jobs/ingest")


SHOW: dict[int, Callable[[Client], None]] = {
    21: logins, 23: many_in_one, 32: quotas, 33: ended_session, 34: slow_rows, 35: jobs
}  # fmt: skip


@pytest.mark.parametrize("number", SHOW)
def test_a_behaviour_is_counted_under_the_names_that_are_listed(salesforce, number):
    listed = set(behaviours()[number].counters) - set(KINDS)  # those are counted as faults
    salesforce.org.counters.clear()
    SHOW[number](salesforce)
    assert {name for name in listed if not salesforce.org.counters[name]} == set()


def test_every_behaviour_that_is_listed_has_been_made_to_show():
    assert SHOW.keys() | others.SHOW.keys() == set(SALESFORCE)
