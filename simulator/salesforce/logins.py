"""Logging in: what each OAuth flow demands, and the token it is answered with."""

import base64
import hashlib
import hmac
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.types import Options

from simulator.salesforce.credentials import Credentials, FurtherApp, read_app
from simulator.salesforce.sessions import Sessions
from simulator.salesforce.settings import Settings

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_ASSERTION_SECONDS = 300
CLOCK_SKEW_SECONDS = 30
CODE_SECONDS = 900
SHARED_HOSTS = frozenset({"login.salesforce.com", "test.salesforce.com"})


class LoginRefusedError(Exception):
    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.body = {"error": error, "error_description": description}


@dataclass(frozen=True, slots=True)
class LoginRequest:
    form: Mapping[str, str]
    authorization: str
    origin: str  # scheme and host it was sent to

    def read(self, name: str) -> str:
        return self.form.get(name, "")


@dataclass(frozen=True, slots=True)
class Code:
    """What the user has agreed to, until the app comes for its token."""

    redirect_uri: str
    challenge: str
    issued: float


class Logins:
    """One user, who agrees to everything at once, and the users of further apps."""

    def __init__(self, settings: Settings, sessions: Sessions, counters: Counter[str], user_id: str) -> None:
        self.credentials = Credentials()
        self._settings = settings
        self._sessions = sessions
        self._counters = counters
        self._user_id = user_id
        self._further_apps: dict[str, FurtherApp] = {}
        self._public_key: RSAPublicKey | None = None
        self._codes: dict[str, Code] = {}
        self._refresh_tokens: dict[str, bool] = {}  # whether its owner has to know the app's secret
        self._flows: dict[str, tuple[str, Callable[[LoginRequest], str | None]]] = {
            JWT_BEARER: ("jwt", self._by_assertion),
            "client_credentials": ("client_credentials", self._by_app),
            "password": ("password", self._by_password),
            "authorization_code": ("authorization_code", self._by_code),
            "refresh_token": ("refresh_token", self._by_refresh_token),
        }

    def adopt(self, credentials: Credentials) -> None:
        self._public_key = credentials.find_public_key()
        self.credentials = credentials

    def add(self, app: FurtherApp) -> None:
        self._further_apps[app.consumer_key] = app

    def log_in(self, request: LoginRequest) -> dict[str, Any]:
        """The token answer; LoginRefusedError carries the body of the refusal."""
        name, check = self._flows.get(request.read("grant_type"), ("", None))
        if check is None or not getattr(self._settings, f"{name}_flow"):
            raise LoginRefusedError("unsupported_grant_type", "grant type not supported")
        refresh_token = check(request)
        self._counters[f"oauth.{name}"] += 1
        further = self._further_apps.get(read_app(request.form, request.authorization)[0])
        user_id = further.user_id if further and name == "client_credentials" else self._user_id
        answer = self._token_answer(request.origin, user_id, refresh_token)
        if name == "authorization_code":
            answer["refresh_token"] = refresh_token
        return answer

    def log_in_by_soap(self, username: str, password: str, *, origin: str) -> dict[str, Any]:
        """LoginRefusedError if it is not the user's password."""
        self._check_password(username, password)
        return self._token_answer(origin, self._user_id, None)

    def authorize(self, query: Mapping[str, str]) -> str:
        """The code an app may exchange for a token."""
        if query.get("client_id") != self.credentials.consumer_key:
            raise LoginRefusedError("invalid_client_id", "client identifier invalid")
        if not self._settings.authorization_code_flow or query.get("response_type") != "code":
            raise LoginRefusedError("unsupported_response_type", "response type not supported")
        self._counters["oauth.authorize"] += 1
        code = f"aPrx{secrets.token_urlsafe(48)}"
        self._codes[code] = Code(query.get("redirect_uri", ""), query.get("code_challenge", ""), time.monotonic())
        return code

    def revoke(self, token: str) -> None:
        """An access token alone, or a refresh token with every session it has opened."""
        if self._refresh_tokens.pop(token, None) is not None:
            self._sessions.end_all_of(token)
        elif not self._sessions.end(token):
            raise LoginRefusedError("invalid_token", "invalid token")
        self._counters["oauth.revoke"] += 1

    def check_app(self, client_id: str, client_secret: str) -> None:
        secrets_by_key = {self.credentials.consumer_key: self.credentials.consumer_secret}
        secrets_by_key |= {key: app.consumer_secret for key, app in self._further_apps.items()}
        if client_id not in secrets_by_key:
            raise LoginRefusedError("invalid_client_id", "client identifier invalid")
        if not hmac.compare_digest(client_secret.encode(), secrets_by_key[client_id].encode()):
            raise LoginRefusedError("invalid_client", "invalid client credentials")

    def _by_app(self, request: LoginRequest) -> None:
        if request.origin.partition("://")[2] in SHARED_HOSTS:
            raise LoginRefusedError("invalid_grant", "request not supported on this domain")
        self.check_app(*read_app(request.form, request.authorization))

    def _by_password(self, request: LoginRequest) -> None:
        self.check_app(*read_app(request.form, request.authorization))
        self._check_password(request.read("username"), request.read("password"))

    def _check_password(self, username: str, password: str) -> None:
        known = (self.credentials.username.lower(), self.credentials.password)
        if (username.lower(), password) != known:
            raise LoginRefusedError("invalid_grant", "authentication failure")

    def _by_assertion(self, request: LoginRequest) -> None:
        if self._public_key is None:
            raise LoginRefusedError("invalid_client_id", "client identifier invalid")
        unchecked = Options(verify_exp=False, verify_aud=False, verify_iat=False)
        try:
            claims = jwt.decode(request.read("assertion"), self._public_key, algorithms=["RS256"], options=unchecked)
        except jwt.PyJWTError:
            raise LoginRefusedError("invalid_grant", "invalid assertion") from None
        if claims.get("iss") != self.credentials.consumer_key:
            raise LoginRefusedError("invalid_client_id", "client identifier invalid")
        if claims.get("aud") not in self._settings.audiences:
            raise LoginRefusedError("invalid_grant", "audience is invalid")
        _check_expiry(claims.get("exp"))
        if str(claims.get("sub")).lower() != self.credentials.username.lower():
            raise LoginRefusedError("invalid_grant", "user hasn't approved this consumer")

    def _by_code(self, request: LoginRequest) -> str:
        code = self._codes.pop(request.read("code"), None)  # it is good for one attempt
        if code is None:
            raise LoginRefusedError("invalid_grant", "invalid authorization code")
        if time.monotonic() - code.issued > CODE_SECONDS:
            raise LoginRefusedError("invalid_grant", "expired authorization code")
        if code.redirect_uri != request.read("redirect_uri"):
            raise LoginRefusedError("redirect_uri_mismatch", "redirect_uri must match configuration")
        if code.challenge != _challenge(request.read("code_verifier")):
            raise LoginRefusedError("invalid_grant", "invalid code verifier")
        needs_secret = not code.challenge
        self._check_known_app(request, needs_secret=needs_secret)
        refresh_token = f"5Aep{secrets.token_urlsafe(48)}"
        self._refresh_tokens[refresh_token] = needs_secret
        return refresh_token

    def _by_refresh_token(self, request: LoginRequest) -> str:
        refresh_token = request.read("refresh_token")
        needs_secret = self._refresh_tokens.get(refresh_token)
        if needs_secret is None:
            raise LoginRefusedError("invalid_grant", "expired access/refresh token")
        self._check_known_app(request, needs_secret=needs_secret)
        return refresh_token

    def _check_known_app(self, request: LoginRequest, *, needs_secret: bool) -> None:
        """An app that has proved itself by PKCE may leave its secret out, but not get it wrong."""
        client_id, client_secret = read_app(request.form, request.authorization)
        if not client_secret and not needs_secret:
            client_secret = self.credentials.consumer_secret
        self.check_app(client_id, client_secret)

    def _token_answer(self, origin: str, user_id: str, refresh_token: str | None) -> dict[str, Any]:
        instance_url = self._settings.instance_url or origin
        identity = f"{instance_url}/id/{self._sessions.org_id}/{user_id}"
        issued_at = str(int(time.time() * 1000))
        secret = self.credentials.consumer_secret.encode()
        signature = hmac.new(secret, (identity + issued_at).encode(), hashlib.sha256).digest()
        return {
            "access_token": self._sessions.open(user_id, refresh_token=refresh_token),
            "scope": "refresh_token api" if refresh_token else "api",
            "instance_url": instance_url,
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued_at,
            "signature": base64.b64encode(signature).decode(),
        }


def _challenge(verifier: str) -> str:
    if not verifier:
        return ""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _check_expiry(expiry: Any) -> None:
    """`exp` may be a string; it must lie ahead, but not far."""
    try:
        seconds_left = float(expiry) - time.time()
    except (TypeError, ValueError, OverflowError):
        raise LoginRefusedError("invalid_grant", "invalid assertion") from None
    if seconds_left < -CLOCK_SKEW_SECONDS:
        raise LoginRefusedError("invalid_grant", "expired authorization code")
    if not seconds_left <= LONGEST_ASSERTION_SECONDS + CLOCK_SKEW_SECONDS:  # nor may it be no number at all
        raise LoginRefusedError("invalid_grant", "invalid assertion")
