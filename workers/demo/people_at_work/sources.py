"""How Tandem learns of people's work: polls of both CRMs and HubSpot's webhooks; nothing is announced."""

from collections.abc import Mapping
from typing import Any

PORTAL = "48105217"
APP_ID = "1000001"
"""Of the token that Tandem has."""
USER_ID = "005Vr0000000001IAA"
"""Whom Tandem's connected app runs as."""
WEBHOOK_SECRET = "simulated-client-secret"  # noqa: S105 -- signs what only the simulator sends
PATH = "/webhooks/hubspot"

SWITCHES: Mapping[str, object] = {
    "contact_segment": None,
    "account_from_primary_company": True,
    "hubspot_polling": True,
    "salesforce_polling": True,
}
"""What people enter is on no list."""

SEARCH_LEARNS_WITHIN = 20.0
"""Seconds: the simulated HubSpot's search takes 12 at most."""

POLLS: Mapping[str, str] = {
    "TANDEM_POLL_WAKE_EVERY": "1",
    "TANDEM_POLL_FASTEST": "2",
    "TANDEM_POLL_SLOWEST": "6",
    "TANDEM_POLL_HUBSPOT_OVERLAP": str(SEARCH_LEARNS_WITHIN),
    "TANDEM_POLL_SALESFORCE_OVERLAP": "5",
    "TANDEM_POLL_LISTS_EVERY": "5",
    "TANDEM_POLL_DELETIONS_EVERY": "30",
}
"""At a pace to watch. Commits are never late in this org, so the overlap may be short."""

OF_EVERY_KIND = ("creation", "deletion", "merge", "restore", "associationChange")
PROPERTIES = {
    "company": (
        "name",
        "domain",
        "website",
        "phone",
        "city",
        "numberofemployees",
        "hubspot_owner_id",
        "lifecyclestage",
    ),
    "contact": ("email", "lifecyclestage", "associatedcompanyid"),
}


def receiver_settings(port: int) -> dict[str, str]:
    """What the receiver needs to take the simulated portal's webhooks."""
    return {
        "TANDEM_RECEIVER_PORT": str(port),
        "TANDEM_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TANDEM_HUBSPOT_PORTAL": PORTAL,
        "TANDEM_HUBSPOT_WEBHOOK_SECRETS": WEBHOOK_SECRET,
    }


def webhook_subscriptions(port: int) -> dict[str, Any]:
    """As somebody would set them up in the app's settings."""
    kinds = [{"eventType": f"{kind}.{what}"} for kind in PROPERTIES for what in OF_EVERY_KIND]
    values = [
        {"eventType": f"{kind}.propertyChange", "propertyName": name}
        for kind, names in PROPERTIES.items()
        for name in names
    ]
    target = f"http://127.0.0.1:{port}{PATH}"
    return {"appId": APP_ID, "targetUrl": target, "secret": WEBHOOK_SECRET, "subscriptions": [*kinds, *values]}
