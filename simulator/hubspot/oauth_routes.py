"""OAuth: codes and refresh tokens for access tokens, and what a token is good for."""

from typing import Any

from simulator.hubspot import scopes
from simulator.hubspot.crm import Crm, Token
from simulator.hubspot.errors import RefusalError, not_found, refusal
from simulator.hubspot.gate import Answer, Call, Reply, Route
from simulator.hubspot.oauth import CLIENT_ID, Grant
from simulator.hubspot.scopes import ALL_SCOPES

USER, USER_ID, DOMAIN = "admin@simulated.example", 1, "simulated.example"


def create_token(crm: Crm, call: Call) -> Reply:
    """Any code will do: nobody logs in here to be given one."""
    form = call.form
    app = next(iter(crm.webhooks.apps.values()))
    if form.get("client_id") != CLIENT_ID or form.get("client_secret") != app.secret:
        raise _refused("BAD_CLIENT_ID", "missing or unknown client id or secret")
    match form.get("grant_type"):
        case "authorization_code" if form.get("code") and form.get("redirect_uri"):
            refresh_token = crm.grants.refresh_token(Grant(CLIENT_ID, app.id, ALL_SCOPES))
        case "refresh_token":
            refresh_token = form.get("refresh_token", "")
        case _:
            raise _refused("BAD_GRANT_TYPE", "missing or invalid grant_type, code or redirect_uri")
    grant = crm.grants.by_refresh_token.get(refresh_token)
    if grant is None:
        raise _refused("BAD_REFRESH_TOKEN", "missing or invalid refresh token")
    lifetime = crm.switches.oauth_token_lifetime
    text = crm.grants.access_token(lifetime)
    crm.tokens[text] = Token("Simulated app", grant.app_id, grant.scopes, by_oauth=True)
    crm.counters["oauth_tokens"] += 1
    made = {"token_type": "bearer", "access_token": text, "refresh_token": refresh_token}
    return Reply(200, {**made, "expires_in": int(lifetime)})


def tell_access_token(crm: Crm, call: Call) -> Reply:
    text = call.path["token"]
    token, left = crm.tokens.get(text), crm.grants.seconds_left(text)
    if token is None or left is None or left <= 0:
        raise not_found("The access token is unknown or has expired")
    about = _about(crm, text, token.scopes, "access")
    return Reply(200, {**about, "app_id": int(token.app_id), "expires_in": int(left)})


def tell_refresh_token(crm: Crm, call: Call) -> Reply:
    grant = _grant(crm, call)
    return Reply(200, {**_about(crm, call.path["token"], grant.scopes, "refresh"), "client_id": grant.client_id})


def revoke(crm: Crm, call: Call) -> Reply:
    """Access tokens it brought stay good for what is left of their time."""
    _grant(crm, call)
    del crm.grants.by_refresh_token[call.path["token"]]
    return Reply(204)


def _grant(crm: Crm, call: Call) -> Grant:
    grant = crm.grants.by_refresh_token.get(call.path["token"])
    if grant is None:
        raise not_found("The refresh token is unknown")
    return grant


def _about(crm: Crm, text: str, granted: frozenset[str], kind: str) -> dict[str, Any]:
    return {
        "token": text,
        "user": USER,
        "user_id": USER_ID,
        "hub_domain": DOMAIN,
        "hub_id": crm.switches.portal_id,
        "scopes": sorted(granted),
        "token_type": kind,
    }


def _refused(status: str, message: str) -> RefusalError:
    return refusal(400, "VALIDATION_ERROR", message, subCategory=status)


def _route(method: str, path: str, answer: Answer) -> Route:
    return Route(method, path, answer, "oauth", scopes.none, key="none")


ROUTES = (
    _route("POST", "/oauth/v1/token", create_token),
    _route("GET", "/oauth/v1/access-tokens/{token}", tell_access_token),
    _route("GET", "/oauth/v1/refresh-tokens/{token}", tell_refresh_token),
    _route("DELETE", "/oauth/v1/refresh-tokens/{token}", revoke),
)
