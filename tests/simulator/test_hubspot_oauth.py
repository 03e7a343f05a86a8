"""Tokens an app is given by OAuth: where they come from, how long they are good for, what they may do."""

import time

import pytest

from tests.simulator.hubspot_operations import LOGIN, REFRESH, TOKEN_FORM

COMPANIES = "/crm/v3/objects/companies"


def login(hubspot):
    return hubspot.client.oauth.tokens_api.create(**LOGIN)


def test_a_code_brings_a_token_that_works_and_a_refresh_token_that_brings_more(hubspot):
    made = login(hubspot)
    assert hubspot.call("GET", COMPANIES, token=made.access_token).status == 200
    more = hubspot.client.oauth.tokens_api.create(**{**REFRESH, "refresh_token": made.refresh_token})
    assert (more.access_token != made.access_token, more.refresh_token) == (True, made.refresh_token)
    about = hubspot.client.oauth.access_tokens_api.get(more.access_token)
    assert (about.app_id, about.hub_id, 0 < about.expires_in <= 1800) == (1000001, 48105217, True)
    hubspot.client.oauth.refresh_tokens_api.archive(made.refresh_token)
    assert hubspot.call("GET", f"/oauth/v1/refresh-tokens/{made.refresh_token}", token=None).status == 404
    assert hubspot.call("GET", COMPANIES, token=more.access_token).status == 200


def test_an_expired_token_is_called_expired(hubspot):
    hubspot.set(oauth_token_lifetime=0.05)
    made = login(hubspot)
    time.sleep(0.06)
    refused = hubspot.call("GET", COMPANIES, token=made.access_token)
    assert (refused.status, refused.body["category"]) == (401, "EXPIRED_AUTHENTICATION")
    assert hubspot.portal.counters["expired_tokens"] == 1
    assert hubspot.call("GET", f"/oauth/v1/access-tokens/{made.access_token}", token=None).status == 404


def test_its_burst_is_smaller_and_its_answers_do_not_tell_of_the_day(hubspot):
    hubspot.set(oauth_burst_limit=1)
    made = login(hubspot)
    answers = [hubspot.call("GET", COMPANIES, token=made.access_token) for _ in range(2)]
    assert [each.status for each in answers] == [200, 429]
    assert answers[0].headers["X-HubSpot-RateLimit-Max"] == "1"
    assert "X-HubSpot-RateLimit-Daily" not in answers[0].headers
    assert hubspot.call("GET", COMPANIES).status == 200


@pytest.mark.parametrize(
    "form",
    [
        {},
        {**LOGIN, "client_secret": "wrong"},
        {**LOGIN, "client_id": "wrong"},
        {**LOGIN, "code": ""},
        {**TOKEN_FORM, "grant_type": "password"},
        {**REFRESH, "refresh_token": "unknown"},
    ],
)
def test_whoever_is_not_known_gets_no_token(hubspot, form):
    answer = hubspot.http.request("POST", f"{hubspot.data}/oauth/v1/token", fields=form, encode_multipart=False)
    assert answer.status == 400
