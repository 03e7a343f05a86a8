"""Apps that act for a user: codes, refresh tokens, their end, and what is told about the user."""

import base64
import hashlib
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator.salesforce_fixtures import Client

salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce
BACK = "http://localhost:1/back"
APP = {"client_id": "tandem-consumer-key", "client_secret": "tandem-consumer-secret"}
PUBLIC_APP = {"client_id": "tandem-consumer-key"}
ASK = {"response_type": "code", "redirect_uri": BACK, **PUBLIC_APP}
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def authorize(salesforce: Client, **query: str) -> requests.Response:
    url = f"{salesforce.url}/services/oauth2/authorize"
    return requests.get(url, params=query, allow_redirects=False, timeout=10)


def sent_back(answer: requests.Response) -> dict[str, str]:
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def code(salesforce: Client, **query: str) -> str:
    return sent_back(authorize(salesforce, **ASK, **query))["code"]


def refresh_token(salesforce: Client) -> str:
    form = {"grant_type": "authorization_code", "redirect_uri": BACK, **APP}
    return str(salesforce.token(code=code(salesforce), **form).json()["refresh_token"])


def works(salesforce: Client, token: str) -> bool:
    header = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{salesforce.url}/services/data/v62.0/limits", headers=header, timeout=10).ok


def post(salesforce: Client, resource: str, **form: str) -> requests.Response:
    return requests.post(f"{salesforce.url}/services/oauth2/{resource}", data=form, timeout=10)


def test_the_user_agrees_at_once_and_the_app_gets_both_tokens(salesforce):
    answer = sent_back(authorize(salesforce, **ASK, state="s1"))
    assert answer["state"] == "s1"
    form = {"grant_type": "authorization_code", "redirect_uri": BACK, "code": answer["code"], **APP}
    tokens = salesforce.token(**form).json()
    assert works(salesforce, tokens["access_token"])
    again = salesforce.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"], **APP).json()
    assert works(salesforce, again["access_token"])
    assert "refresh_token" not in again
    assert again["access_token"] != tokens["access_token"]


def test_an_app_without_a_secret_proves_itself_by_its_verifier(salesforce):
    form = {"grant_type": "authorization_code", "redirect_uri": BACK, **PUBLIC_APP}
    wrong = salesforce.token(code=code(salesforce, code_challenge=CHALLENGE), code_verifier="x" * 43, **form)
    assert wrong.json() == {"error": "invalid_grant", "error_description": "invalid code verifier"}
    right = salesforce.token(code=code(salesforce, code_challenge=CHALLENGE), code_verifier=VERIFIER, **form)
    token = right.json()["refresh_token"]
    again = salesforce.token(grant_type="refresh_token", refresh_token=token, **PUBLIC_APP)
    assert again.status_code == 200
    secret = salesforce.token(grant_type="refresh_token", refresh_token=token, **{**APP, "client_secret": "x"})
    assert secret.json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code": "aPrxNever"}, "invalid_grant"),
        ({"redirect_uri": "http://localhost:2/other"}, "redirect_uri_mismatch"),
        ({"client_secret": "x"}, "invalid_client"),
        ({"client_secret": ""}, "invalid_client"),
        ({"client_id": "x"}, "invalid_client_id"),
        ({"code_verifier": VERIFIER}, "invalid_grant"),
    ],
)
def test_a_code_is_not_sold_to_anyone(salesforce, changes, error):
    form = {"grant_type": "authorization_code", "redirect_uri": BACK, "code": code(salesforce), **APP, **changes}
    answer = salesforce.token(**form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_code_is_good_for_one_attempt(salesforce):
    form = {"grant_type": "authorization_code", "redirect_uri": BACK, "code": code(salesforce), **APP}
    assert [salesforce.token(**form).status_code for _ in range(2)] == [200, 400]


def test_an_unknown_app_or_address_is_not_sent_back(salesforce):
    unknown = authorize(salesforce, **{**ASK, "client_id": "x"})
    assert (unknown.status_code, "invalid_client_id" in unknown.text) == (400, True)
    nowhere = authorize(salesforce, **{**ASK, "redirect_uri": "back"})
    assert (nowhere.status_code, "redirect_uri_mismatch" in nowhere.text) == (400, True)


def test_another_response_type_is_sent_back_refused(salesforce):
    answer = sent_back(authorize(salesforce, **{**ASK, "response_type": "smoke"}))
    assert answer["error"] == "unsupported_response_type"


def test_a_refresh_token_nobody_issued_is_refused(salesforce):
    answer = salesforce.token(grant_type="refresh_token", refresh_token="5AepNever", **APP)
    assert answer.json() == {"error": "invalid_grant", "error_description": "expired access/refresh token"}


def test_the_end_of_a_session_leaves_the_refresh_token(salesforce):
    token = refresh_token(salesforce)
    salesforce.org.configure({"expire_tokens": True})
    again = salesforce.token(grant_type="refresh_token", refresh_token=token, **APP).json()
    assert works(salesforce, again["access_token"])


@pytest.mark.parametrize("flow", ["authorization_code", "refresh_token", "jwt", "password", "client_credentials"])
def test_each_flow_has_a_switch_and_a_counter(salesforce, flow):
    token = refresh_token(salesforce)
    bearer = fixtures.signed_assertion(salesforce)
    forms = {
        "authorization_code": {"redirect_uri": BACK, "code": code(salesforce)},
        "refresh_token": {"refresh_token": token},
        "jwt": {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": bearer},
        "password": {"username": "integration@example.com", "password": "integration-password"},
        "client_credentials": {},
    }
    form = {"grant_type": flow, **APP, **forms[flow]}
    salesforce.org.configure({f"{flow}_flow": False})
    assert salesforce.token(**form).json()["error"] == "unsupported_grant_type"
    salesforce.org.configure({f"{flow}_flow": True})
    before = salesforce.org.counters[f"oauth.{flow}"]
    assert salesforce.token(**form).status_code == 200
    assert salesforce.org.counters[f"oauth.{flow}"] == before + 1


def test_client_credentials_are_not_taken_at_the_shared_address(salesforce):
    url = f"{salesforce.url}/services/oauth2/token"
    form = {"grant_type": "client_credentials", **APP}
    answer = requests.post(url, data=form, headers={"Host": "login.salesforce.com"}, timeout=10)
    assert answer.json() == {"error": "invalid_grant", "error_description": "request not supported on this domain"}


def test_a_revoked_access_token_is_over_and_its_refresh_token_is_not(salesforce):
    token = refresh_token(salesforce)
    access = salesforce.token(grant_type="refresh_token", refresh_token=token, **APP).json()["access_token"]
    assert post(salesforce, "revoke", token=access).status_code == 200
    assert not works(salesforce, access)
    assert salesforce.token(grant_type="refresh_token", refresh_token=token, **APP).status_code == 200
    assert post(salesforce, "revoke", token=access).json()["error"] == "invalid_token"


def test_a_revoked_refresh_token_takes_its_sessions_with_it(salesforce):
    token = refresh_token(salesforce)
    access = salesforce.token(grant_type="refresh_token", refresh_token=token, **APP).json()["access_token"]
    assert post(salesforce, "revoke", token=token).status_code == 200
    assert not works(salesforce, access)
    assert salesforce.token(grant_type="refresh_token", refresh_token=token, **APP).status_code == 400
    assert salesforce.call("GET", "limits").status_code == 200  # the session of another login


def test_a_token_can_be_looked_into(salesforce):
    token = salesforce.log_in()
    active = post(salesforce, "introspect", token=token, **APP).json()
    assert (active["active"], active["username"]) == (True, "integration@example.com")
    assert active["exp"] > active["iat"]
    assert post(salesforce, "introspect", token="x", **APP).json() == {"active": False}
    assert post(salesforce, "introspect", token=token, client_id="x").status_code == 401


def test_the_identity_address_of_a_login_tells_who_it_is(salesforce):
    form = {"grant_type": "client_credentials", **APP}
    answer = salesforce.token(**form).json()
    identity = requests.get(answer["id"], params={"oauth_token": answer["access_token"]}, timeout=10).json()
    assert (identity["id"], identity["username"]) == (answer["id"], "integration@example.com")
    assert identity["urls"]["rest"] == f"{salesforce.url}/services/data/v{{version}}/"


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [("00DVr0000000009/005Vr0000000001", 403, "Wrong_Org"), ("00DVr0000000001/005Vr0000000009", 404, "Bad_Id")],
)
def test_the_identity_of_somebody_else_is_not_told(salesforce, path, status, text):
    answer = salesforce.http.get(f"{salesforce.url}/id/{path}", timeout=10)
    assert (answer.status_code, answer.text) == (status, text)


def test_the_identity_is_not_told_without_a_token(salesforce):
    url = f"{salesforce.url}/id/00DVr0000000001/005Vr0000000001"
    assert requests.get(url, timeout=10).text == "Missing_OAuth_Token"
    assert requests.get(url, headers={"Authorization": "Bearer x"}, timeout=10).text == "Bad_OAuth_Token"
