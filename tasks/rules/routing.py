"""Which change makes which task owed for which record."""

from tasks.contracts.changes import Change, What
from tasks.contracts.records import Kind, Owed

FIRST_TASK = {
    Kind.COMPANY: "create_account",
    Kind.CONTACT: "link_contact",
    Kind.ACCOUNT: "link_company",
    Kind.SALESFORCE_CONTACT: "link_contact",
    Kind.LEAD: "link_contact",
    Kind.OPPORTUNITY: "propagate_lifecycle_stage",
}
"""Where a record enters; what follows is owed by the flows. Opportunities enter through the companies of the contacts
that have a role in them."""

FATES = {
    What.DELETED: "follow_deletion",
    What.RESTORED: "follow_deletion",
    What.MERGED: "follow_merge",
    What.CONVERTED: "follow_merge",
}
"""What is announced about a record that may be gone; only a hint, as the flows look for themselves."""
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
    return (Owed(task, change.id, forced=change.what is What.SYNC_REQUESTED),)
