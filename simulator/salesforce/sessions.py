"""The tokens that are out: whose they are, and how long they last."""

import secrets
import time
from dataclasses import dataclass, field

from simulator.salesforce.settings import Settings


@dataclass(slots=True)
class Session:
    user_id: str
    refresh_token: str | None = None  # the one it was bought with: they are revoked together
    began: float = field(default_factory=time.monotonic)
    issued_at: float = field(default_factory=time.time)
    calls: int = 0


class Sessions:
    def __init__(self, settings: Settings, org_id: str) -> None:
        self._settings = settings
        self.org_id = org_id
        self._open: dict[str, Session] = {}

    def open(self, user_id: str, *, refresh_token: str | None = None) -> str:
        token = f"{self.org_id[:15]}!{secrets.token_urlsafe(48)}"
        self._open[token] = Session(user_id, refresh_token)
        return token

    def find(self, token: str) -> Session | None:
        session = self._open.get(token)
        if session is None:
            return None
        lifetime, most_calls = self._settings.token_lifetime, self._settings.token_calls
        if lifetime is not None and time.monotonic() - session.began >= lifetime:
            return None
        return None if most_calls is not None and session.calls >= most_calls else session

    def find_user(self, authorization: str) -> str | None:
        """Whose call it is that carries this header. To ask is to make one of the session's calls."""
        scheme, _, token = authorization.partition(" ")
        session = self.find(token)
        if session is None or scheme.lower() not in {"bearer", "oauth"}:
            return None
        session.calls += 1
        return session.user_id

    def end(self, token: str) -> bool:
        """Whether there was one to end."""
        return self._open.pop(token, None) is not None

    def end_all_of(self, refresh_token: str) -> None:
        self._open = {token: session for token, session in self._open.items() if session.refresh_token != refresh_token}

    def expire_all(self) -> None:
        self._open.clear()
