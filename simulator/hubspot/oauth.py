"""Tokens an app gets for an account that installed it: short-lived ones, and the one that brings more of them."""

import secrets
import time
from dataclasses import dataclass

CLIENT_ID = "simulated-client-id"


@dataclass(frozen=True, slots=True)
class Grant:
    """What one refresh token stands for."""

    client_id: str
    app_id: str
    scopes: frozenset[str]


class Grants:
    def __init__(self) -> None:
        self.by_refresh_token: dict[str, Grant] = {}
        self._expires: dict[str, float] = {}

    def refresh_token(self, grant: Grant) -> str:
        text = secrets.token_hex(18)
        self.by_refresh_token[text] = grant
        return text

    def access_token(self, lifetime: float) -> str:
        text = "CJ" + secrets.token_urlsafe(48)
        self._expires[text] = time.monotonic() + lifetime
        return text

    def seconds_left(self, access_token: str) -> float | None:
        """None for a token that never expires."""
        expires = self._expires.get(access_token)
        return None if expires is None else expires - time.monotonic()
