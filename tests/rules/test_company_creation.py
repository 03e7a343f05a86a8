"""Rules 2.1 to 2.7: which accounts come over at all, and which of them get a company of their own."""

from datetime import UTC, datetime

import pytest

from tasks.contracts.reasons import Reason
from tasks.contracts.records import Switches
from tasks.rules.account_creation import Create, LeaveAlone
from tasks.rules.company_creation import Arrival, find_obstacle, may_have_company
from tests.rules.records import account, account_id

BEFORE, ON, AFTER = (datetime(year, 1, 1, tzinfo=UTC) for year in (2023, 2024, 2025))
SYNC = Switches(company_sync=True)
OLD = account(1, created_at=BEFORE, modified_at=BEFORE)
NEW = account(1, created_at=AFTER, modified_at=AFTER)
EDITED = account(1, created_at=BEFORE, modified_at=AFTER)
HERE = Arrival(ON)


def arrival(**facts):
    return Arrival(**{"switched_on_at": ON, **facts})


@pytest.mark.parametrize(
    ("subject", "came", "switches", "forced", "verdict"),
    [
        pytest.param(
            NEW, HERE, Switches(), False, LeaveAlone(Reason.OBJECT_SYNC_OFF), id="2.1-nothing-flows-while-sync-is-off"
        ),
        pytest.param(NEW, HERE, Switches(), True, LeaveAlone(Reason.OBJECT_SYNC_OFF), id="2.1-not-even-by-hand"),
        pytest.param(
            OLD,
            arrival(imported_at=BEFORE),
            SYNC,
            False,
            LeaveAlone(Reason.ACCOUNT_UNTOUCHED),
            id="2.1-an-import-before-the-switch-on-creates-nothing",
        ),
        pytest.param(
            OLD, HERE, SYNC, False, LeaveAlone(Reason.ACCOUNT_UNTOUCHED), id="2.2-switching-on-brings-nothing-over"
        ),
        pytest.param(NEW, HERE, SYNC, False, Create(Reason.ACCOUNT_NEW), id="2.3-a-new-account-without-any-contact"),
        pytest.param(
            account(1, created_at=ON),
            HERE,
            SYNC,
            False,
            Create(Reason.ACCOUNT_NEW),
            id="2.3-created-at-the-very-moment",
        ),
        pytest.param(
            OLD, arrival(imported_at=AFTER), SYNC, False, Create(Reason.ACCOUNT_IMPORTED), id="2.4-a-imported"
        ),
        pytest.param(EDITED, HERE, SYNC, False, Create(Reason.ACCOUNT_EDITED), id="2.4-b-edited-in-salesforce"),
        pytest.param(OLD, HERE, SYNC, True, Create(Reason.MANUAL), id="2.4-or-when-a-person-presses-sync"),
        pytest.param(
            account(1), HERE, SYNC, False, LeaveAlone(Reason.ACCOUNT_UNTOUCHED), id="2.4-of-unknown-age-counts-as-older"
        ),
        pytest.param(
            NEW, Arrival(None), SYNC, False, LeaveAlone(Reason.ACCOUNT_UNTOUCHED), id="2.4-as-does-an-unknown-switch-on"
        ),
        pytest.param(
            OLD,
            arrival(lead_converted_at=AFTER),
            SYNC,
            False,
            Create(Reason.ACCOUNT_FROM_LEAD),
            id="2.7-a-converted-lead",
        ),
        pytest.param(
            OLD,
            arrival(lead_converted_at=BEFORE),
            SYNC,
            False,
            LeaveAlone(Reason.ACCOUNT_UNTOUCHED),
            id="2.7-converted-before-the-switch-on",
        ),
        pytest.param(
            account(1, created_at=AFTER, is_person_account=True),
            HERE,
            SYNC,
            True,
            LeaveAlone(Reason.PERSON_ACCOUNT),
            id="A16-a-person-account-not-even-by-hand",
        ),
        pytest.param(
            NEW,
            arrival(passes_filter=False),
            SYNC,
            False,
            LeaveAlone(Reason.ACCOUNT_FILTERED_OUT),
            id="A17-outside-the-account-filter",
        ),
        pytest.param(
            NEW, arrival(passes_filter=False), SYNC, True, Create(Reason.MANUAL), id="A17-a-person-overrules-the-filter"
        ),
        pytest.param(
            EDITED,
            arrival(company_deleted=True),
            SYNC,
            False,
            LeaveAlone(Reason.COMPANY_DELETED),
            id="A12-a-deleted-company-does-not-come-back-on-an-edit",
        ),
        pytest.param(
            EDITED,
            arrival(company_deleted=True),
            Switches(company_sync=True, recreate_deleted_companies=True),
            False,
            Create(Reason.ACCOUNT_EDITED),
            id="A12-unless-the-operator-wants-it",
        ),
        pytest.param(
            EDITED, arrival(company_deleted=True), SYNC, True, Create(Reason.MANUAL), id="A12-or-a-person-asks-for-it"
        ),
        pytest.param(
            account(1, created_at=AFTER, is_deleted=True),
            HERE,
            SYNC,
            True,
            LeaveAlone(Reason.ACCOUNT_DELETED),
            id="a-deleted-account-gets-nothing",
        ),
        pytest.param(
            account(1, created_at=AFTER, is_deleted=True, master_id=account_id(2)),
            HERE,
            SYNC,
            True,
            LeaveAlone(Reason.ACCOUNT_MERGED),
            id="nor-does-a-merge-loser",
        ),
    ],
)
def test_may_have_company(subject, came, switches, forced, verdict):
    assert may_have_company(subject, came, switches, forced=forced) == verdict


def test_rule_A12_a_tombstone_forbids_a_new_company_but_not_a_link_with_another_one():
    came = arrival(company_deleted=True)
    assert find_obstacle(EDITED, came, SYNC, forced=False) is None


def test_2_5_an_account_that_may_not_cross_is_not_matched_either():
    assert find_obstacle(OLD, HERE, SYNC, forced=False) == LeaveAlone(Reason.ACCOUNT_UNTOUCHED)
