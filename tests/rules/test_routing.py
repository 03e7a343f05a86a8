"""What every announcement makes owed: each kind of record with each thing that can happen to it."""

from itertools import product

import pytest

from tasks.contracts.changes import Change, What
from tasks.contracts.records import Kind, Owed
from tasks.rules.routing import choose_tasks, redirect

IDS = {
    Kind.COMPANY: "512",
    Kind.CONTACT: "7",
    Kind.ACCOUNT: "001000000000001AAA",
    Kind.SALESFORCE_CONTACT: "003000000000001AAA",
    Kind.LEAD: "00Q000000000001AAA",
    Kind.OPPORTUNITY: "006000000000001AAA",
}
CREATED, CHANGED, DELETED, MERGED, CONVERTED, RESTORED, ASSOCIATED, IMPORTED, SYNC_REQUESTED = What
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
        **dict.fromkeys((*HERE, IMPORTED, SYNC_REQUESTED), "create_company"),
        **dict.fromkeys((DELETED, RESTORED), "follow_deletion"),
        **dict.fromkeys((MERGED, CONVERTED), "follow_merge"),
    },
    Kind.CONTACT: PERSON,
    Kind.SALESFORCE_CONTACT: PERSON,
    Kind.LEAD: PERSON,
    # Whatever becomes of it, the companies of those who have a role in it are looked at.
    Kind.OPPORTUNITY: dict.fromkeys((*HERE, DELETED, MERGED, CONVERTED, RESTORED), "propagate_lifecycle_stage"),
}

ONLY_OF = {SYNC_REQUESTED: (Kind.COMPANY, Kind.ACCOUNT), IMPORTED: (Kind.ACCOUNT,)}
"""What can be announced about some kinds only."""


def announced(kind: Kind, what: What) -> tuple[Owed, ...]:
    return choose_tasks(Change(version=1, event_id="e", record=kind, id=IDS[kind], what=what))


@pytest.mark.parametrize(
    ("kind", "what"),
    [(kind, what) for kind, what in product(Kind, What) if kind in ONLY_OF.get(what, Kind)],
)
def test_whatever_happens_to_a_record_has_its_task(kind, what):
    task = TABLE[kind].get(what)
    first = announced(kind, what)[:1]
    assert first == ((Owed(task, IDS[kind], forced=what is SYNC_REQUESTED),) if task else ())


def tasks_for(what: What, *companies: str, is_free: bool) -> list[tuple[str, str]]:
    owed = redirect(announced(Kind.ACCOUNT, what), companies, is_free=is_free)
    return [(one.task, one.record_id) for one in owed]


@pytest.mark.parametrize(
    ("what", "linked", "free"),
    [
        (CREATED, ["link_company"], ["create_company"]),
        (CHANGED, ["link_company"], ["create_company"]),
        (DELETED, ["follow_deletion"], []),
        (RESTORED, ["follow_deletion"], ["create_company"]),
        # Its flow finds the survivor and goes on with that one.
        (MERGED, ["follow_merge"], ["create_company"]),
    ],
)
def test_an_account_is_looked_after_through_its_company_or_looks_for_one(what, linked, free):
    assert tasks_for(what, "512", is_free=False) == [(task, "512") for task in linked]
    assert tasks_for(what, is_free=True) == [(task, IDS[Kind.ACCOUNT]) for task in free]


def test_an_account_whose_company_was_deleted_does_both():
    account_id = IDS[Kind.ACCOUNT]
    assert tasks_for(CHANGED, "512", is_free=True) == [("create_company", account_id)]
    assert tasks_for(RESTORED, "512", is_free=True) == [("follow_deletion", "512"), ("create_company", account_id)]
