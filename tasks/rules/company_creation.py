"""May this account, which no company is known for, have one?

The conditions are those of "Sync Salesforce accounts to HubSpot": every account that is created after company sync was
switched on, and of the older ones those that are imported or edited.
"""

from dataclasses import dataclass
from datetime import datetime

from tasks.contracts.reasons import Reason
from tasks.contracts.records import Account, Switches
from tasks.rules.account_creation import Create, LeaveAlone


@dataclass(frozen=True, slots=True)
class Arrival:
    """What brought the account here, and how it stands with the operator's choices."""

    switched_on_at: datetime | None
    """When company sync was switched on last. None: nobody knows, so every account counts as older."""
    imported_at: datetime | None = None
    lead_converted_at: datetime | None = None
    """When a lead was last converted into it."""
    passes_filter: bool = True
    """True as well where no account filter is configured."""
    company_deleted: bool = False
    """It had a company, which was deleted in HubSpot: there is a tombstone."""

    def is_since(self, moment: datetime | None) -> bool:
        """It happened while company sync was on."""
        return self.switched_on_at is not None and moment is not None and moment >= self.switched_on_at


def find_obstacle(account: Account, arrival: Arrival, switches: Switches, *, forced: bool) -> LeaveAlone | None:
    """What keeps the account from being looked at at all: it is neither matched with a company nor given one."""
    if not switches.company_sync:
        return LeaveAlone(Reason.OBJECT_SYNC_OFF)
    if account.is_deleted:
        return LeaveAlone(Reason.ACCOUNT_MERGED if account.master_id else Reason.ACCOUNT_DELETED)
    if account.is_person_account:
        return LeaveAlone(Reason.PERSON_ACCOUNT)
    if not arrival.passes_filter and not forced:
        return LeaveAlone(Reason.ACCOUNT_FILTERED_OUT)
    if not forced and _why_now(account, arrival) is None:
        return LeaveAlone(Reason.ACCOUNT_UNTOUCHED)
    return None


def may_have_company(account: Account, arrival: Arrival, switches: Switches, *, forced: bool) -> Create | LeaveAlone:
    """Top-down, the first row that applies decides; contacts are not asked for."""
    obstacle = find_obstacle(account, arrival, switches, forced=forced)
    if obstacle:
        return obstacle
    if forced:
        return Create(Reason.MANUAL)
    if arrival.company_deleted and not switches.recreate_deleted_companies:
        return LeaveAlone(Reason.COMPANY_DELETED)
    return Create(_why_now(account, arrival) or Reason.ACCOUNT_EDITED)


def _why_now(account: Account, arrival: Arrival) -> Reason | None:
    """None: it is older than company sync, and nobody has touched it since."""
    if arrival.is_since(arrival.lead_converted_at):
        return Reason.ACCOUNT_FROM_LEAD
    if arrival.is_since(account.created_at):
        return Reason.ACCOUNT_NEW
    if arrival.is_since(arrival.imported_at):
        return Reason.ACCOUNT_IMPORTED
    if arrival.is_since(account.modified_at):
        return Reason.ACCOUNT_EDITED
    return None
