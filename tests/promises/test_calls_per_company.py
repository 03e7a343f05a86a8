"""What a backlog of accounts costs: calls per company created, as the simulated CRMs count them."""

import pytest

from tasks.contracts.records import Lane, Owed
from tasks.create_company import create_company
from tests.ledger.samples import account
from workers.slices import run_slice

BACKLOG = 1_000
AFTER_SWITCHING_ON = dict.fromkeys(("CreatedDate", "LastModifiedDate"), "2099-01-01T00:00:00.000+0000")


class Nobody:
    """Wakes nobody: the test runs the slices itself."""

    def wake(self, owed, *, after=None):
        pass


def seed(crms, with_contacts: bool) -> list[str]:
    ids = [str(account(number)) for number in range(1, BACKLOG + 1)]
    rows = [
        {"Id": id_, "Name": f"Customer {number}", "Website": f"https://www.customer-{number}.com", **AFTER_SWITCHING_ON}
        for number, id_ in enumerate(ids)
    ]
    crms.org.seed({"Account": rows})
    if with_contacts:
        people = [
            {"Id": f"003{number:012d}AAA", "LastName": "Doe", "Email": f"p@customer-{number}.com", "AccountId": id_}
            for number, id_ in enumerate(ids)
        ]
        crms.org.seed({"Contact": people})
    return ids


@pytest.mark.parametrize(
    ("with_contacts", "hubspot", "salesforce"),
    [pytest.param(False, 0.05, 0.01, id="without-contacts"), pytest.param(True, 0.06, 0.01, id="with-a-contact-each")],
)
def test_a_backlog_costs_few_calls_a_company(hands, crms, with_contacts, hubspot, salesforce):
    crms.portal.configure({"search_limit": 0})
    ids = seed(crms, with_contacts)
    hands.ledger.write_switch("company_sync", value=True, by="test")
    hands.book.owe([Owed("create_company", one) for one in ids])
    crms.sent.clear()
    while run_slice(create_company, ids, Lane.LIVE, hands, Nobody()):
        pass
    made = crms.portal.state()["companies"]
    of_salesforce = [sent for sent in crms.calls("/services/") if "oauth2" not in sent.path]
    of_hubspot = crms.calls("/crm/")
    assert len(made) == BACKLOG
    per_company = (len(of_hubspot) / BACKLOG, len(of_salesforce) / BACKLOG)
    assert per_company[0] <= hubspot
    assert per_company[1] <= salesforce
