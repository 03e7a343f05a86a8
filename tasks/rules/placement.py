"""Where does a contact belong? Its account in Salesforce and its primary company in HubSpot, merged three ways."""

from dataclasses import dataclass

from tasks.contracts.records import AccountId, Place, Switches


@dataclass(frozen=True, slots=True)
class MoveInHubSpot:
    """The account's company becomes the contact's primary one."""

    account_id: AccountId


@dataclass(frozen=True, slots=True)
class MoveInSalesforce:
    """The Salesforce contact is put on the account of its primary company."""

    account_id: AccountId


@dataclass(frozen=True, slots=True)
class Stay:
    """Both sides agree, or neither may be changed because of the other."""


def choose_place(now: Place, seen: Place | None, switches: Switches) -> MoveInHubSpot | MoveInSalesforce | Stay:
    """Whoever moved the contact since it was seen last is followed; Salesforce where both did.

    Nothing is ever blanked. What was never seen before moves nobody: the sides may have differed for years.
    """
    if now.in_salesforce == now.in_hubspot:
        return Stay()
    moved_in_salesforce = seen is not None and seen.in_salesforce != now.in_salesforce
    moved_in_hubspot = seen is not None and seen.in_hubspot != now.in_hubspot
    if now.in_salesforce and moved_in_salesforce:
        return MoveInHubSpot(now.in_salesforce)
    if now.in_hubspot and moved_in_hubspot and switches.account_from_primary_company:
        return MoveInSalesforce(now.in_hubspot)
    return Stay()
