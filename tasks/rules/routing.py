"""Which change makes which task owed for which record."""

from tasks.contracts.changes import Change, What
from tasks.contracts.records import Kind, Owed

FIRST_TASK = {
    Kind.COMPANY: "create_account",
    Kind.CONTACT: "link_contact",
    Kind.ACCOUNT: "link_company",
    Kind.SALESFORCE_CONTACT: "link_contact",
    Kind.LEAD: "link_contact",
}
"""Where a record enters; what follows is owed by the flows. Opportunities enter through their contacts' roles."""


def choose_tasks(change: Change) -> tuple[Owed, ...]:
    """What is owed because of this announcement; empty where nothing of ours depends on the record."""
    task = FIRST_TASK.get(change.record)
    if task is None:
        return ()
    return (Owed(task, change.id, forced=change.what is What.SYNC_REQUESTED),)
