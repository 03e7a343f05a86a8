"""The OAuth endpoints, and what the org tells an app about its user."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web

from simulator.salesforce.credentials import read_app
from simulator.salesforce.engine import ORGANIZATION_ID, Engine
from simulator.salesforce.identity import describe_identity, describe_userinfo
from simulator.salesforce.logins import LoginRefusedError, LoginRequest
from simulator.salesforce.store import Record

SESSION_SECONDS = 7_200


class OAuthRoutes:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/services/oauth2/authorize", self._authorize),
            web.route("*", "/services/oauth2/token", self._token),
            web.route("*", "/services/oauth2/revoke", self._revoke),
            web.post("/services/oauth2/introspect", self._introspect),
            web.route("*", "/services/oauth2/userinfo", self._userinfo),
            web.get("/id/{org}/{user}", self._identity),
        ]

    async def _token(self, request: web.Request) -> web.Response:
        self._engine.counters["oauth.token"] += 1
        asked = LoginRequest(await _read_form(request), request.headers.get("Authorization", ""), _origin(request))
        try:
            if request.method != "POST":
                raise LoginRefusedError("invalid_request", "must use HTTP POST")
            return web.json_response(self._engine.logins.log_in(asked))
        except LoginRefusedError as refusal:
            return web.json_response(self._count(refusal), status=400)

    async def _authorize(self, request: web.Request) -> web.Response:
        """Nobody is asked: the browser is sent back at once."""
        target = request.query.get("redirect_uri", "")
        state = {"state": request.query["state"]} if "state" in request.query else {}
        try:
            if not _is_address(target):
                raise LoginRefusedError("redirect_uri_mismatch", "redirect_uri must match configuration")
            answer = {"code": self._engine.logins.authorize(request.query)}
        except LoginRefusedError as refusal:
            answer = self._count(refusal)
            if answer["error"] != "unsupported_response_type":  # who cannot be trusted is not sent anything
                return web.Response(text=urlencode(answer), status=400)
        separator = "&" if "?" in target else "?"
        return web.Response(status=302, headers={"Location": f"{target}{separator}{urlencode(answer | state)}"})

    async def _revoke(self, request: web.Request) -> web.Response:
        form = await _read_form(request)
        try:
            self._engine.logins.revoke(form.get("token", ""))
        except LoginRefusedError as refusal:
            return web.json_response(self._count(refusal), status=400)
        return web.Response()

    async def _introspect(self, request: web.Request) -> web.Response:
        self._engine.counters["oauth.introspect"] += 1
        form = await _read_form(request)
        credentials = self._engine.logins.credentials
        try:
            self._engine.logins.check_app(*read_app(form, request.headers.get("Authorization", "")))
        except LoginRefusedError as refusal:
            return web.json_response(self._count(refusal), status=401)
        session = self._engine.sessions.find(form.get("token", ""))
        if session is None:
            return web.json_response({"active": False})
        issued = int(session.issued_at)
        return web.json_response(
            {
                "active": True,
                "scope": "api",
                "client_id": credentials.consumer_key,
                "username": credentials.username,
                "sub": _identity_url(request, session.user_id),
                "token_type": "access_token",
                "iat": issued,
                "nbf": issued,
                "exp": issued + int(self._engine.settings.token_lifetime or SESSION_SECONDS),
            }
        )

    async def _userinfo(self, request: web.Request) -> web.Response:
        user = self._find_user(request)
        if user is None:
            return web.Response(text="Bad_OAuth_Token", status=403)
        return _json(describe_userinfo(user, _identity_url(request, user["Id"]), _origin(request)))

    async def _identity(self, request: web.Request) -> web.Response:
        user = self._find_user(request)
        if user is None:
            known = request.headers.get("Authorization") or request.query.get("oauth_token")
            return web.Response(text="Bad_OAuth_Token" if known else "Missing_OAuth_Token", status=403)
        if request.match_info["org"][:15] != ORGANIZATION_ID[:15]:
            return web.Response(text="Wrong_Org", status=403)
        if request.match_info["user"][:15] != user["Id"][:15]:
            return web.Response(text="Bad_Id", status=404)
        return _json(describe_identity(user, _identity_url(request, user["Id"]), _origin(request)))

    def _find_user(self, request: web.Request) -> Record | None:
        self._engine.counters["userinfo"] += 1
        token = request.query.get("oauth_token")
        authorization = f"Bearer {token}" if token else request.headers.get("Authorization", "")
        user_id = self._engine.sessions.find_user(authorization)
        return self._engine.store.tables["User"].rows[user_id[:15]] if user_id else None

    def _count(self, refusal: LoginRefusedError) -> dict[str, str]:
        self._engine.counters[f"error.{refusal.body['error']}"] += 1
        return refusal.body


async def _read_form(request: web.Request) -> dict[str, str]:
    body = (await request.read()).decode("utf-8", "replace")
    return {**request.query, **dict(parse_qsl(body, keep_blank_values=True))}


def _is_address(text: str) -> bool:
    """Absolute, and fit to be sent as a header."""
    try:
        return bool(urlsplit(text).scheme) and text.isascii() and text.isprintable()
    except ValueError:
        return False


def _origin(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


def _identity_url(request: web.Request, user_id: str) -> str:
    return f"{_origin(request)}/id/{ORGANIZATION_ID}/{user_id}"


def _json(body: Any) -> web.Response:
    return web.Response(text=json.dumps(body), content_type="application/json", charset="UTF-8")
