"""SOAP's own login, which orgs switch off by default and which versions from 65.0 on do not have."""

from simulator.salesforce.engine import ORGANIZATION_ID, Engine
from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.logins import LoginRefusedError
from simulator.salesforce.soap.envelopes import Request, Tree

LAST_VERSION_WITH_LOGIN = 64.0


def log_in(engine: Engine, request: Request, *, version: float, user_id: str, origin: str, path: str) -> Tree:
    if version > LAST_VERSION_WITH_LOGIN:
        raise SalesforceError(
            "INVALID_OPERATION",
            f"The SOAP Login operation is not available in the API version specified ({version:.1f}). "
            "Refer to the documentation for supported versions.",
        )
    if not engine.settings.soap_login:
        raise SalesforceError(
            "INVALID_OPERATION",
            "SOAP API login() is disabled by default in this org. Contact the org administrator to enable it.",
        )
    try:
        username, password = request.arguments.text_of("username"), request.arguments.text_of("password")
        opened = engine.logins.log_in_by_soap(username, password, origin=origin)
    except LoginRefusedError:
        raise SalesforceError(
            "INVALID_LOGIN", "Invalid username, password, security token; or user locked out."
        ) from None
    return [("result", _result(engine, opened, user_id, path))]


def _result(engine: Engine, opened: dict[str, str], user_id: str, path: str) -> Tree:
    url = opened["instance_url"] + path
    user = engine.store.tables["User"].rows[user_id[:15]]
    info: Tree = [
        ("organizationId", ORGANIZATION_ID), ("userEmail", user["Email"]), ("userFullName", user["Name"]),
        ("userId", user_id), ("userName", user["Username"]),
    ]  # fmt: skip
    return [
        ("metadataServerUrl", url.replace("/Soap/u/", "/Soap/m/").replace("/Soap/c/", "/Soap/m/")),
        ("passwordExpired", "false"),
        ("sandbox", "false"),
        ("serverUrl", url),
        ("sessionId", opened["access_token"]),
        ("userId", user_id),
        ("userInfo", info),
    ]
