"""Webhooks as HubSpot sends them, for tests: signed on their own, not with what is tested."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

SECRET = "a-client-secret"
PORTAL = 48105217
PATH = "/webhooks/hubspot"
NUMBERS = ("objectId", "eventId", "subscriptionId", "occurredAt", "fromObjectId", "toObjectId", "primaryObjectId")


def event(subscription_type: str = "company.creation", **values: Any) -> dict[str, Any]:
    return {
        "eventId": 1,
        "subscriptionId": 7,
        "portalId": PORTAL,
        "appId": 1000001,
        "occurredAt": 1_764_000_000_123,
        "subscriptionType": subscription_type,
        "attemptNumber": 0,
        "changeSource": "CRM_UI",
        "objectId": 512,
        **values,
    }


def without(name: str, **values: Any) -> dict[str, Any]:
    return {key: value for key, value in event(**values).items() if key != name}


def signed(
    url: str, payload: Any, *, secret: str = SECRET, ago: timedelta = timedelta()
) -> tuple[bytes, dict[str, str]]:
    """Body and headers."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    timestamp = str(int((datetime.now(UTC) - ago).timestamp() * 1000))
    digest = hmac.new(secret.encode(), b"POST" + url.encode() + body + timestamp.encode(), hashlib.sha256).digest()
    return body, {
        "Content-Type": "application/json",
        "X-HubSpot-Request-Timestamp": timestamp,
        "X-HubSpot-Signature-v3": base64.b64encode(digest).decode(),
    }
