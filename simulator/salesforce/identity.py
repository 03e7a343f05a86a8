"""The user as an app sees him: once in the words of OpenID, once in Salesforce's own."""

from typing import Any

from simulator.salesforce.engine import ORGANIZATION_ID
from simulator.salesforce.store import Record

ANY_VERSION = "{version}"  # as it is written: the app puts its own in


def _addresses(user: Record, origin: str) -> dict[str, str]:
    rest = f"{origin}/services/data/v{ANY_VERSION}/"
    soap = f"{origin}/services/Soap"
    organization = ORGANIZATION_ID[:15]
    return {
        "enterprise": f"{soap}/c/{ANY_VERSION}/{organization}",
        "metadata": f"{soap}/m/{ANY_VERSION}/{organization}",
        "partner": f"{soap}/u/{ANY_VERSION}/{organization}",
        "rest": rest,
        "sobjects": f"{rest}sobjects/",
        "search": f"{rest}search/",
        "query": f"{rest}query/",
        "profile": f"{origin}/{user['Id']}",
    }


def describe_userinfo(user: Record, url: str, origin: str) -> dict[str, Any]:
    return {
        "sub": url,
        "user_id": user["Id"],
        "organization_id": ORGANIZATION_ID,
        "preferred_username": user["Username"],
        "nickname": user["Username"].partition("@")[0],
        "name": user["Name"],
        "email": user["Email"],
        "email_verified": True,
        "given_name": user.get("FirstName"),
        "family_name": user["LastName"],
        "zoneinfo": "GMT",
        "profile": f"{origin}/{user['Id']}",
        "active": True,
        "user_type": "STANDARD",
        "language": "en_US",
        "locale": "en_US",
        "utcOffset": 0,
        "updated_at": user["LastModifiedDate"],
        "urls": _addresses(user, origin),
    }


def describe_identity(user: Record, url: str, origin: str) -> dict[str, Any]:
    return {
        "id": url,
        "asserted_user": True,
        "user_id": user["Id"],
        "organization_id": ORGANIZATION_ID,
        "username": user["Username"],
        "nick_name": user["Username"].partition("@")[0],
        "display_name": user["Name"],
        "email": user["Email"],
        "email_verified": True,
        "first_name": user.get("FirstName"),
        "last_name": user["LastName"],
        "timezone": "GMT",
        "active": True,
        "user_type": "STANDARD",
        "language": "en_US",
        "locale": "en_US",
        "utcOffset": 0,
        "last_modified_date": user["LastModifiedDate"],
        "is_app_installed": True,
        "urls": _addresses(user, origin),
    }
