"""Logging in: the OAuth flows, the sessions they open, and how long those last."""

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.types import Options

from simulator.salesforce.settings import Settings

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_ASSERTION_SECONDS = 300
CLOCK_SKEW_SECONDS = 30


class LoginRefusedError(Exception):
    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.body = {"error": error, "error_description": description}


@dataclass(frozen=True, slots=True)
class Credentials:
    """The one connected app and the user it runs as. Without a public key the JWT flow lets nobody in."""

    consumer_key: str = "tandem-consumer-key"
    consumer_secret: str = "tandem-consumer-secret"  # noqa: S105 -- only opens the simulator
    username: str = "integration@example.com"
    password: str = "integration-password"  # noqa: S105 -- only opens the simulator
    public_key: str | None = None
    certificate: str | None = None

    def find_public_key(self) -> RSAPublicKey | None:
        """ValueError if the PEM text is no RSA key."""
        if self.certificate:
            key: Any = x509.load_pem_x509_certificate(self.certificate.encode()).public_key()
        elif self.public_key:
            key = load_pem_public_key(self.public_key.encode())
        else:
            return None
        if not isinstance(key, RSAPublicKey):
            raise ValueError("not an RSA key")  # noqa: TRY004 - the text is wrong, not its type
        return key


class Sessions:
    def __init__(self, settings: Settings, org_id: str) -> None:
        self.credentials = Credentials()
        self._settings = settings
        self._org_id = org_id
        self._public_key: RSAPublicKey | None = None
        self._calls: Counter[str] = Counter()  # by token
        self._users: dict[str, tuple[str, float]] = {}  # by token: the user, and when the session began

    def adopt(self, credentials: Credentials) -> None:
        self._public_key = credentials.find_public_key()
        self.credentials = credentials

    def expire_all(self) -> None:
        self._users.clear()
        self._calls.clear()

    def find_user(self, authorization: str) -> str | None:
        scheme, _, token = authorization.partition(" ")
        user_id, began = self._users.get(token, (None, 0.0))
        if user_id is None or scheme.lower() not in {"bearer", "oauth"}:
            return None
        lifetime = self._settings.token_lifetime
        if lifetime is not None and time.monotonic() - began >= lifetime:
            return None
        self._calls[token] += 1
        most_calls = self._settings.token_calls
        return None if most_calls is not None and self._calls[token] > most_calls else user_id

    def log_in(self, form: Mapping[str, str], authorization: str, *, user_id: str, origin: str) -> dict[str, Any]:
        """The token answer for the integration user; LoginRefusedError carries the body of the refusal."""
        match form.get("grant_type"):
            case "client_credentials" if self._settings.client_credentials_flow:
                self._check_app(*_app_credentials(form, authorization))
            case "password" if self._settings.password_flow:
                self._check_app(form.get("client_id", ""), form.get("client_secret", ""))
                self._check_password(form.get("username", ""), form.get("password", ""))
            case grant if grant == JWT_BEARER and self._settings.jwt_flow:
                self._check_assertion(form.get("assertion", ""))
            case _:
                raise LoginRefusedError("unsupported_grant_type", "grant type not supported")
        return self._open_session(user_id, self._settings.instance_url or origin)

    def log_in_by_soap(self, username: str, password: str, *, user_id: str, origin: str) -> dict[str, Any]:
        """LoginRefusedError if it is not the user's password."""
        self._check_password(username, password)
        return self._open_session(user_id, self._settings.instance_url or origin)

    def _check_app(self, client_id: str, client_secret: str) -> None:
        if client_id != self.credentials.consumer_key:
            raise LoginRefusedError("invalid_client_id", "client identifier invalid")
        if not hmac.compare_digest(client_secret.encode(), self.credentials.consumer_secret.encode()):
            raise LoginRefusedError("invalid_client", "invalid client credentials")

    def _check_password(self, username: str, password: str) -> None:
        known = (self.credentials.username.lower(), self.credentials.password)
        if (username.lower(), password) != known:
            raise LoginRefusedError("invalid_grant", "authentication failure")

    def _check_assertion(self, assertion: str) -> None:
        if self._public_key is None:
            raise LoginRefusedError("invalid_client_id", "client identifier invalid")
        unchecked = Options(verify_exp=False, verify_aud=False, verify_iat=False)
        try:
            claims = jwt.decode(assertion, self._public_key, algorithms=["RS256"], options=unchecked)
        except jwt.PyJWTError:
            raise LoginRefusedError("invalid_grant", "invalid assertion") from None
        if claims.get("iss") != self.credentials.consumer_key:
            raise LoginRefusedError("invalid_client_id", "client identifier invalid")
        if claims.get("aud") not in self._settings.audiences:
            raise LoginRefusedError("invalid_grant", "audience is invalid")
        _check_expiry(claims.get("exp"))
        if str(claims.get("sub")).lower() != self.credentials.username.lower():
            raise LoginRefusedError("invalid_grant", "user hasn't approved this consumer")

    def _open_session(self, user_id: str, instance_url: str) -> dict[str, Any]:
        token = f"{self._org_id[:15]}!{secrets.token_urlsafe(48)}"
        self._users[token] = (user_id, time.monotonic())
        identity = f"{instance_url}/id/{self._org_id}/{user_id}"
        issued_at = str(int(time.time() * 1000))
        secret = self.credentials.consumer_secret.encode()
        signature = hmac.new(secret, (identity + issued_at).encode(), hashlib.sha256).digest()
        return {
            "access_token": token,
            "scope": "api",
            "instance_url": instance_url,
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued_at,
            "signature": base64.b64encode(signature).decode(),
        }


def _check_expiry(expiry: Any) -> None:
    """`exp` may be a string; it must lie ahead, but not far."""
    try:
        seconds_left = float(expiry) - time.time()
    except (TypeError, ValueError, OverflowError):
        raise LoginRefusedError("invalid_grant", "invalid assertion") from None
    if seconds_left < -CLOCK_SKEW_SECONDS:
        raise LoginRefusedError("invalid_grant", "expired authorization code")
    if seconds_left > LONGEST_ASSERTION_SECONDS + CLOCK_SKEW_SECONDS:
        raise LoginRefusedError("invalid_grant", "invalid assertion")


def _app_credentials(form: Mapping[str, str], authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _, client_secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client_id, client_secret
