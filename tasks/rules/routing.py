"""Which change makes which task owed for which record."""

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


def choose_tasks(change: Change) -> tuple[Owed, ...]:
    """What is owed because of this announcement; empty where nothing of ours depends on the record."""
    task = FIRST_TASK.get(change.record)
    if task is None:
        return ()
    record_id = long_id(change.id) if change.record is Kind.ACCOUNT else change.id
    return (Owed(task, record_id, forced=change.what is What.SYNC_REQUESTED),)
