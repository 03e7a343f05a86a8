"""What every announcement makes owed: each kind of record with each thing that can happen to it."""

from itertools import product

import pytest

from tasks.contracts.changes import Change, What
from tasks.contracts.records import Kind, Owed
from tasks.rules.routing import choose_tasks

IDS = {
    Kind.COMPANY: "512",
    Kind.CONTACT: "7",
    Kind.ACCOUNT: "001000000000001AAA",
    Kind.SALESFORCE_CONTACT: "003000000000001AAA",
    Kind.LEAD: "00Q000000000001AAA",
    Kind.OPPORTUNITY: "006000000000001AAA",
}
CREATED, CHANGED, DELETED, MERGED, CONVERTED, RESTORED, ASSOCIATED, SYNC_REQUESTED = What
HERE = (CREATED, CHANGED, ASSOCIATED)
"""The record is there, as far as the producer knows."""

PERSON = {
    **dict.fromkeys(HERE, "link_contact"),
    **dict.fromkeys((DELETED, RESTORED, MERGED, CONVERTED), "follow_person"),
}
TABLE = {
    Kind.COMPANY: {
        **dict.fromkeys((*HERE, SYNC_REQUESTED), "create_account"),
        **dict.fromkeys((DELETED, RESTORED), "follow_deletion"),
        **dict.fromkeys((MERGED, CONVERTED), "follow_merge"),
    },
    Kind.ACCOUNT: {
        **dict.fromkeys(HERE, "link_company"),
        **dict.fromkeys((DELETED, RESTORED), "follow_deletion"),
        **dict.fromkeys((MERGED, CONVERTED), "follow_merge"),
    },
    Kind.CONTACT: PERSON,
    Kind.SALESFORCE_CONTACT: PERSON,
    Kind.LEAD: PERSON,
    # Whatever becomes of it, the companies of those who have a role in it are looked at.
    Kind.OPPORTUNITY: dict.fromkeys((*HERE, DELETED, MERGED, CONVERTED, RESTORED), "propagate_lifecycle_stage"),
}


def announced(kind: Kind, what: What) -> tuple[Owed, ...]:
    return choose_tasks(Change(version=1, event_id="e", record=kind, id=IDS[kind], what=what))


@pytest.mark.parametrize(
    ("kind", "what"),
    [(kind, what) for kind, what in product(Kind, What) if what is not SYNC_REQUESTED or kind is Kind.COMPANY],
)
def test_whatever_happens_to_a_record_has_its_task(kind, what):
    task = TABLE[kind].get(what)
    assert announced(kind, what) == ((Owed(task, IDS[kind], forced=what is SYNC_REQUESTED),) if task else ())
