"""Does a webhook come from HubSpot? The third version of its signature, over the bytes that were sent.

"Validating requests from HubSpot": base64(HMAC-SHA256(secret, method + address + body + timestamp)), where some
characters of the address are signed as themselves though they travel encoded.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

MILLISECONDS = re.compile(r"[0-9]{1,14}")
SIGNED_DECODED = re.compile(r"%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)


class Flaw(StrEnum):
    """Why a webhook is not taken for HubSpot's."""

    UNSIGNED = "it carries no signature of version 3 with a timestamp"
    OLD = "its timestamp is too old: it may be a recording"
    AHEAD = "its timestamp lies in the future: compare the clocks"
    FORGED = "its signature does not fit: another secret, another address, or a body that was changed"


@dataclass(frozen=True, slots=True)
class Signed:
    """A request, as far as its signature is about it."""

    method: str
    url: str
    """The address HubSpot was given, with the query; a proxy may have changed the request's own."""
    body: bytes
    timestamp: str
    signature: str


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far the timestamp may be from our clock."""

    past: timedelta
    future: timedelta


def find_flaw(signed: Signed, secrets: Sequence[str], *, now: datetime, tolerance: Tolerance) -> Flaw | None:
    """None if it was signed with one of the secrets, and lately."""
    if flaw := find_flaw_of_time(signed.timestamp, signed.signature, now=now, tolerance=tolerance):
        return flaw
    given = signed.signature.encode()
    # All are tried, so that the time it takes does not tell which one fits.
    fits = [hmac.compare_digest(given, signature_of(signed, secret).encode()) for secret in secrets]
    return None if any(fits) else Flaw.FORGED


def find_flaw_of_time(timestamp: str, signature: str, *, now: datetime, tolerance: Tolerance) -> Flaw | None:
    """What can be refused before the body has been read."""
    if not signature or not MILLISECONDS.fullmatch(timestamp):
        return Flaw.UNSIGNED
    age = now - datetime.fromtimestamp(int(timestamp) / 1000, UTC)
    if age > tolerance.past:
        return Flaw.OLD
    if -age > tolerance.future:
        return Flaw.AHEAD
    return None


def signature_of(signed: Signed, secret: str) -> str:
    """What HubSpot sends as X-HubSpot-Signature-v3."""
    source = b"".join(
        (signed.method.encode(), as_signed(signed.url).encode(), signed.body, signed.timestamp.encode("ascii"))
    )
    return base64.b64encode(hmac.new(secret.encode(), source, hashlib.sha256).digest()).decode("ascii")


def as_signed(url: str) -> str:
    """The address with those characters decoded that HubSpot decodes before it signs, and no others."""
    return SIGNED_DECODED.sub(lambda found: chr(int(found[0][1:], 16)), url)
