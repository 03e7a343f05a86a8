"""Which change makes which task owed for which record."""

from collections.abc import Sequence
from dataclasses import replace

from tasks.contracts.changes import Change, What
from tasks.contracts.records import Kind, Owed
from tasks.rules.salesforce_ids import long_id

FIRST_TASK = {
    Kind.COMPANY: "create_account",
    Kind.CONTACT: "link_contact",
    Kind.ACCOUNT: "create_company",
    Kind.SALESFORCE_CONTACT: "link_contact",
    Kind.LEAD: "link_contact",
    Kind.OPPORTUNITY: "propagate_lifecycle_stage",
}
"""Where a record enters; what follows is owed by the flows. Opportunities enter through the companies of the contacts
that have a role in them."""

WHEN_LINKED = {"create_company": "link_company"}
"""What is owed instead for the company, where the account has one."""

FATES = {
    What.DELETED: "follow_deletion",
    What.RESTORED: "follow_deletion",
    What.MERGED: "follow_merge",
    What.CONVERTED: "follow_merge",
}
"""What is announced about a record that may be gone; only a hint, as the flows look for themselves."""
COMES_IN = {What.RESTORED, What.MERGED}
"""An account that is back, or that lives on in another one, may want a company where it has none."""
PAIRED = {Kind.COMPANY, Kind.ACCOUNT}
PEOPLE = {Kind.CONTACT, Kind.SALESFORCE_CONTACT, Kind.LEAD}


def choose_tasks(change: Change) -> tuple[Owed, ...]:
    """What is owed because of this announcement; empty where nothing of ours depends on the record."""
    task = FIRST_TASK.get(change.record)
    if task is None:
        return ()
    if change.what in FATES and change.record in PAIRED:
        task = FATES[change.what]
    if change.what in FATES and change.record in PEOPLE:
        task = "follow_person"
    record_id = long_id(change.id) if change.record is Kind.ACCOUNT else change.id
    owed = Owed(task, record_id, forced=change.what is What.SYNC_REQUESTED)
    if change.record is Kind.ACCOUNT and change.what in COMES_IN:
        return (owed, replace(owed, task="create_company"))
    return (owed,)


def redirect(owed: Sequence[Owed], record_ids: Sequence[str], *, is_free: bool) -> list[Owed]:
    """What is owed for a Salesforce record, for the HubSpot records behind it; a free account stays what it is.

    Free is an account that has no company, or whose company was deleted.
    """
    entries = [one for one in owed if one.task in WHEN_LINKED]
    others = [one for one in owed if one.task not in WHEN_LINKED]
    if not is_free and not others:
        others = [replace(one, task=WHEN_LINKED[one.task]) for one in entries]
    then = [replace(one, record_id=record_id) for one in others for record_id in record_ids]
    return then + (entries if is_free else [])
