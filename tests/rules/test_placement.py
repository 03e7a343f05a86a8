"""Rules 9.1, 9.3, 9.4 and A7: whoever moved the contact is followed."""

import pytest

from tasks.contracts.records import Place, Switches
from tasks.rules.placement import MoveInHubSpot, MoveInSalesforce, Stay, choose_place
from tests.rules.records import account_id

A, B, C = (account_id(number) for number in (1, 2, 3))
ONE_WAY, BOTH_WAYS = Switches(), Switches(account_from_primary_company=True)


@pytest.mark.parametrize(
    ("now", "seen", "switches", "decision"),
    [
        pytest.param(Place(A, A), Place(A, A), BOTH_WAYS, Stay(), id="9.1-both-sides-agree"),
        pytest.param(Place(B, B), Place(A, A), BOTH_WAYS, Stay(), id="9.1-both-moved-alike"),
        pytest.param(Place(B, A), Place(A, A), ONE_WAY, MoveInHubSpot(B), id="9.4-moved-in-salesforce"),
        pytest.param(Place(B, None), Place(A, None), ONE_WAY, MoveInHubSpot(B), id="9.4-from-an-unlinked-company"),
        pytest.param(Place(A, B), Place(A, A), ONE_WAY, Stay(), id="A7-moved-in-hubspot-and-nobody-wants-that"),
        pytest.param(Place(A, B), Place(A, A), BOTH_WAYS, MoveInSalesforce(B), id="A7-moved-in-hubspot"),
        pytest.param(Place(B, C), Place(A, A), BOTH_WAYS, MoveInHubSpot(B), id="A7-where-both-moved-salesforce-counts"),
        pytest.param(Place(A, None), Place(A, A), BOTH_WAYS, Stay(), id="A7-an-unlinked-company-never-blanks"),
        pytest.param(Place(None, A), Place(A, A), ONE_WAY, Stay(), id="A7-no-account-never-blanks"),
        pytest.param(Place(A, B), None, BOTH_WAYS, Stay(), id="A9-what-was-never-seen-moves-nobody"),
    ],
)
def test_where_a_contact_goes(now, seen, switches, decision):
    assert choose_place(now, seen, switches) == decision
