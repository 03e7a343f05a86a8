"""How a webhook proves that it comes from HubSpot ("Validating requests from HubSpot")."""

import base64
import hashlib
import hmac
import re

_LEFT_DECODED = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}
_ENCODED = re.compile("|".join(_LEFT_DECODED), re.IGNORECASE)


def signature_v1(secret: str, body: str) -> str:
    return _sha256(secret + body)


def signature_v2(secret: str, url: str, body: str) -> str:
    return _sha256(f"{secret}POST{url}{body}")


def signature_v3(secret: str, url: str, body: str, timestamp: str) -> str:
    signed = f"POST{as_signed(url)}{body}{timestamp}"
    digest = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def as_signed(url: str) -> str:
    """Some characters are signed as themselves though they travel encoded."""
    return _ENCODED.sub(lambda found: _LEFT_DECODED[found[0].upper()], url)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
