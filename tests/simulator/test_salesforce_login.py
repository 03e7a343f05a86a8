"""The three OAuth flows, with the real client and by hand; sessions that end."""

import time

import pytest
import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceExpiredSession

from simulator.salesforce.engine import INTEGRATION_USER_ID
from simulator.salesforce.ids import make_id
from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator.salesforce_fixtures import key_pair, refusal, signed_assertion

salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
APP = {"client_id": "tandem-consumer-key", "client_secret": "tandem-consumer-secret"}


def test_the_library_logs_in_by_jwt(salesforce):
    private, public = key_pair()
    salesforce.org.seed({"oauth": {"public_key": public, "username": "sync@example.com"}})
    sf = Salesforce(
        username="sync@example.com", consumer_key="tandem-consumer-key", privatekey=private,
        session=salesforce.library_session(), version="62.0",
    )  # fmt: skip
    assert sf.sf_instance == f"127.0.0.1:{salesforce.port}"


def test_the_library_logs_in_by_client_credentials(salesforce):
    salesforce.org.configure({"instance_url": "https://acme.my.salesforce.com"})
    sf = Salesforce(
        consumer_key=APP["client_id"], consumer_secret=APP["client_secret"], domain="acme.my",
        session=salesforce.library_session(), version="62.0",
    )  # fmt: skip
    assert sf.restful("sobjects/Account", method="POST", json={"Name": "Acme"})
    assert sf.query("SELECT Name FROM Account")["records"][0]["Name"] == "Acme"


def test_the_library_logs_in_by_password(salesforce):
    salesforce.org.configure({"instance_url": "https://acme.my.salesforce.com"})
    sf = Salesforce(
        username="integration@example.com", password="integration-password", consumer_key=APP["client_id"],
        consumer_secret=APP["client_secret"], session=salesforce.library_session(), version="62.0",
    )  # fmt: skip
    assert sf.query("SELECT COUNT() FROM User")["totalSize"] == 1


def test_the_library_reports_a_refused_login(salesforce):
    with pytest.raises(SalesforceAuthenticationFailed, match="authentication failure"):
        Salesforce(
            username="integration@example.com", password="wrong", consumer_key=APP["client_id"],
            consumer_secret=APP["client_secret"], session=salesforce.library_session(),
        )  # fmt: skip


def test_an_assertion_may_carry_its_expiry_as_text(salesforce):
    signed = signed_assertion(salesforce, exp=str(int(time.time()) + 180))
    assert salesforce.token(grant_type=JWT_BEARER, assertion=signed).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error", "description"),
    [
        pytest.param({"iss": "other"}, "invalid_client_id", "client identifier invalid", id="other-app"),
        pytest.param({"aud": "https://x.example"}, "invalid_grant", "audience is invalid", id="other-audience"),
        pytest.param({"sub": "nobody"}, "invalid_grant", "user hasn't approved this consumer", id="other-user"),
        pytest.param({"exp": 1}, "invalid_grant", "expired authorization code", id="expired"),
        pytest.param({"exp": 9_999_999_999}, "invalid_grant", "invalid assertion", id="too-far-ahead"),
        pytest.param({"exp": "nan"}, "invalid_grant", "invalid assertion", id="not-a-number"),
        pytest.param({"exp": "soon"}, "invalid_grant", "invalid assertion", id="no-number"),
    ],
)
def test_an_assertion_is_checked(salesforce, changes, error, description):
    answer = salesforce.token(grant_type=JWT_BEARER, assertion=signed_assertion(salesforce, **changes))
    assert answer.status_code == 400
    assert answer.json() == {"error": error, "error_description": description}


def test_an_assertion_signed_by_another_key_is_refused(salesforce):
    head, claims, signature = signed_assertion(salesforce).split(".")
    forged = ".".join([head, claims, signature[::-1]])
    assert salesforce.token(grant_type=JWT_BEARER, assertion=forged).status_code == 400


def test_without_a_key_nobody_logs_in_by_jwt(salesforce):
    signed = signed_assertion(salesforce)
    salesforce.org.reset()
    assert salesforce.token(grant_type=JWT_BEARER, assertion=signed).status_code == 400


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "client_credentials", **APP, "client_secret": "x"}, "invalid_client"),
        ({"grant_type": "client_credentials", **APP, "client_id": "x"}, "invalid_client_id"),
        ({"grant_type": "password", **APP, "username": "x", "password": "y"}, "invalid_grant"),
        ({"grant_type": "magic"}, "unsupported_grant_type"),
        ({}, "unsupported_grant_type"),
    ],
)
def test_a_refused_login_says_why(salesforce, form, error):
    answer = salesforce.token(**form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_further_app_runs_as_a_user_of_its_own_and_its_writes_are_counted_apart(salesforce):
    other = {"consumer_key": "other-key", "consumer_secret": "other-secret", "user_id": make_id("005", 9)}
    user = {"Id": other["user_id"], "Username": "people@example.com", "LastName": "People"}
    salesforce.org.seed({"users": [user], "apps": [other]})
    form = {"grant_type": "client_credentials", "client_id": "other-key"}
    assert salesforce.token(**form, client_secret="wrong").json()["error"] == "invalid_client"

    ours = salesforce.create(Name="A")
    salesforce.http.headers["Authorization"] = (
        f"Bearer {salesforce.token(**form, client_secret='other-secret').json()['access_token']}"
    )
    theirs = salesforce.create(Name="B")
    salesforce.call("PATCH", f"sobjects/Account/{ours}", {"Name": "C"})
    salesforce.call("DELETE", f"sobjects/Account/{theirs}")

    held = salesforce.read(ours)
    assert (held["CreatedById"], held["LastModifiedById"]) == (INTEGRATION_USER_ID, other["user_id"])
    assert salesforce.org.counters[f"records.written_by.{INTEGRATION_USER_ID}"] == 1
    assert salesforce.org.counters[f"records.written_by.{other['user_id']}"] == 3


def test_a_flow_can_be_closed(salesforce):
    salesforce.org.configure({"client_credentials_flow": False})
    assert salesforce.token(grant_type="client_credentials", **APP).status_code == 400


def test_a_token_is_only_sold_by_post(salesforce):
    answer = requests.get(f"{salesforce.url}/services/oauth2/token", timeout=10)
    assert answer.json()["error"] == "invalid_request"


def test_an_expired_session_is_refused_until_the_next_login(salesforce):
    salesforce.org.configure({"expire_tokens": True})
    answer = salesforce.query("SELECT Id FROM Account")
    assert refusal(answer) == (401, "INVALID_SESSION_ID")
    assert answer.json()[0]["message"] == "Session expired or invalid"
    salesforce.log_in()
    assert salesforce.query("SELECT Id FROM Account").status_code == 200
    assert salesforce.org.settings.expire_tokens is False


def test_a_session_ends_with_its_lifetime(salesforce):
    salesforce.org.configure({"token_lifetime": 0})
    assert refusal(salesforce.call("GET", "limits")) == (401, "INVALID_SESSION_ID")


def test_a_session_can_end_in_the_middle_of_the_work(salesforce):
    salesforce.org.configure({"token_calls": 2})
    statuses = [salesforce.call("GET", "limits").status_code for _ in range(3)]
    assert statuses == [200, 200, 401]
    salesforce.log_in()
    assert salesforce.call("GET", "limits").status_code == 200


def test_the_library_sees_the_end_of_a_session(salesforce):
    sf = salesforce.library()
    salesforce.org.configure({"expire_tokens": True})
    with pytest.raises(SalesforceExpiredSession):
        sf.query("SELECT Id FROM Account")


def test_a_call_without_a_session_is_refused_and_not_counted(salesforce):
    answer = requests.get(f"{salesforce.url}/services/data/v62.0/limits", timeout=10)
    assert refusal(answer) == (401, "INVALID_SESSION_ID")
    assert salesforce.org.counters["calls"] == 0


def test_userinfo_names_the_user(salesforce):
    url = f"{salesforce.url}/services/oauth2/userinfo"
    assert salesforce.http.get(url, timeout=10).json()["preferred_username"] == "integration@example.com"
    assert requests.get(url, timeout=10).status_code == 403
